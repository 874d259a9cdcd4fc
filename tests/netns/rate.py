"""Many packets a second: all that was sent is exported, or counted as lost, even while the exporter
stands still.

	rate.py [--rate N] [--seconds S] [--stop S] [--ring-octets N] [--max-flows N]

Without options a form short enough for every day that no machine is too slow for: its packets all fit
the kernel's ring, and each of them ends a flow while the exporter stands still. `make show` runs the
full one, with the probe's defaults.
"""
import argparse
import os
import re
import signal
import sys

import home
from daemons import ends_well, equal
from sink import Sink, Totals

FLOWS = 2000
ENDING_FLOWS = 40000  # a record of each every second, or sooner
LOOK_S = 0.2  # seldom, so that the looking does not disturb
options = argparse.Namespace()


def probe(folder, *arguments):
    return home.probe(folder, "--ring-octets", str(options.ring_octets), *arguments)


def wire(flows, count=10 ** 7):
    """A sender that waits for nobody's turn on the processor, as no wire does."""
    sender = home.sender(count, flows, rate=options.rate)
    os.setpriority(os.PRIO_PROCESS, sender.pid, -15)
    return sender


def sent_and_metered(folder, sender):
    """What was sent, once the probe has metered it; what the kernel dropped fails the test."""
    sent = home.sent(sender)
    print("# sent %d packets in %.2f s: %d a second" % (
        sent["packets"], sent["seconds"], sent["packets"] / sent["seconds"]))

    def metered():
        counters = home.status(folder)["counters"]
        return counters["packets"] + counters["kernel_dropped"] >= sent["packets"]
    home.wait_until(metered, "all packets", LOOK_S)
    counters = home.status(folder)["counters"]
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
    sender = wire(FLOWS, options.rate * options.seconds)
    sent, counters = sent_and_metered(folder, sender)
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
    sender = wire(ENDING_FLOWS)
    home.seen(folder, count // 4, LOOK_S)
    export.process.send_signal(signal.SIGSTOP)
    begin = home.status(folder)["counters"]["packets"]
    home.seen(folder, begin + int(options.rate * options.stop), LOOK_S)
    export.process.send_signal(signal.SIGCONT)
    home.seen(folder, count, LOOK_S)
    sender.terminate()
    sent, counters = sent_and_metered(folder, sender)
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=40000)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--stop", type=float, default=1.5)
    parser.add_argument("--ring-octets", type=int, default=64 << 20)
    parser.add_argument("--max-flows", type=int, default=512)
    home.enter()
    parser.parse_args(namespace=options)
    sys.exit(home.run([
        nothing_is_lost_at_a_steady_rate,
        what_a_standing_exporter_misses_is_counted_and_reported,
    ]))
