"""Many packets a second: all that was sent is exported, or counted as lost, even while the exporter
stands still.

	rate.py [--full]

The short form is for every day and no machine is too slow for it: its packets all fit the kernel's
ring, each ends a flow while the exporter stands still, and more of them do than the stream keeps.
The full one (`make show`) is what a gateway must bear, with the probe's defaults.
"""
import collections
import os
import re
import signal
import sys

import home
from daemons import ends_well, equal
from sink import Sink, Totals

FLOWS = 2000
ENDING_FLOWS = 40000  # a record of each every second, or sooner
Form = collections.namedtuple("Form", "full rate seconds stop ring_octets max_flows")
SHORT = Form(False, 40000, 3, 1.5, 64 << 20, 512)
FULL = Form(True, 200000, 10, 5, 4 << 20, 65536)
LOOK_S = 0.2  # seldom, so that the looking does not disturb


def probe(folder, *arguments):
    return home.probe(folder, "--ring-octets", str(options.ring_octets), *arguments)


class Wire:
    """Packets in portions. In the full form one sender goes on all the time and waits for nobody's
    turn on the processor, as no wire does; in the short one each portion is metered before the next."""

    def __init__(self, folder, flows, count):
        self.folder, self.flows = folder, flows
        self.all = {"packets": 0, "octets": 0, "seconds": 0}
        self.sender = None
        if options.full:
            self.sender = home.sender(count, flows, rate=options.rate)
            os.setpriority(os.PRIO_PROCESS, self.sender.pid, -15)

    def add(self, sent):
        for name in self.all:
            self.all[name] += sent[name]

    def reach(self, packets):
        """Wait until so many packets have been metered."""
        if not self.sender:
            self.add(home.send(packets - self.all["packets"], self.flows, rate=options.rate))
        home.seen(self.folder, packets, LOOK_S)

    def end(self):
        """What was sent and the probe's counters, all metered and nothing dropped by the kernel."""
        if self.sender:
            self.add(home.sent(self.sender))
        sent = self.all
        print("# sent %d packets in %.2f s: %d a second" % (
            sent["packets"], sent["seconds"], sent["packets"] / sent["seconds"]))

        def metered():
            counters = home.status(self.folder)["counters"]
            return counters["packets"] + counters["kernel_dropped"] >= sent["packets"]
        home.wait_until(metered, "all packets", LOOK_S)
        counters = home.status(self.folder)["counters"]
        print("# kernel dropped %d packets" % counters["kernel_dropped"])
        equal(counters["kernel_dropped"], 0, "packets dropped by the kernel")
        equal(counters["packets"], sent["packets"], "packets metered")
        equal(counters["ip_octets"], sent["octets"], "octets metered")
        return sent, counters


def nothing_is_lost_at_a_steady_rate(folder):
    sink = Sink("udp")
    meter = probe(folder)
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    cpu_s = meter.cpu_s()
    count = options.rate * options.seconds
    wire = Wire(folder, FLOWS, count)
    wire.reach(count)
    sent, counters = wire.end()
    print("# the probe took %.2f CPU s" % (meter.cpu_s() - cpu_s))
    equal(counters["missed_records"], 0, "records lost on the stream")
    ends_well(meter)
    ends_well(export)
    totals = sink.close()
    equal(totals.packets, sent["packets"], "packets exported")
    equal(totals.octets, sent["octets"], "octets exported")


def what_a_standing_exporter_misses_is_counted_and_reported(folder):
    """Flows end all the time, more than the stream keeps while the exporter is stopped."""
    path = os.path.join(folder, "out.ipfix")
    meter = probe(folder, "--active", "1", "--idle", "1", "--max-flows", str(options.max_flows))
    export = home.export(folder, "-o", "file:" + path)
    home.connected(export)
    count = options.rate * options.seconds
    wire = Wire(folder, ENDING_FLOWS, count)
    wire.reach(count // 5)
    export.process.send_signal(signal.SIGSTOP)
    wire.reach(count // 5 + int(options.rate * options.stop))
    export.process.send_signal(signal.SIGCONT)
    wire.reach(count)
    sent, counters = wire.end()
    ends_well(meter)
    ends_well(export)
    totals = Totals()
    totals.file(path)
    lost = re.findall(r"in all (\d+) records, (\d+) packets, (\d+) octets", export.log())
    equal(bool(lost), True, "losses logged")
    records, packets, octets = (int(number) for number in lost[-1])
    print("# exported %d records of %d packets; lost %d records of %d packets" % (
        totals.records, totals.packets, records, packets))
    equal(totals.packets + packets, sent["packets"], "packets exported and lost")
    equal(totals.octets + octets, sent["octets"], "octets exported and lost")
    if packets == 0:
        raise AssertionError("nothing was lost, so this shows nothing")
    equal([counters["missed_" + name] for name in ("records", "packets", "octets")],
          [records, packets, octets], "losses that the status reports")
    equal(totals.not_sent, {"records": records, "packets": packets, "octets": octets},
          "losses that IPFIX reports")


if __name__ == "__main__":
    home.enter()
    options = FULL if "--full" in sys.argv[1:] else SHORT
    sys.exit(home.run([
        nothing_is_lost_at_a_steady_rate,
        what_a_standing_exporter_misses_is_counted_and_reported,
    ]))
