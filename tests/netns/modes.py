"""weir-export's modes: two collectors share the records, or one stands in for the other."""
import os
import sys

import home
from daemons import ends_well, equal
from sink import Sink

DATA = os.path.join(os.environ.get("TOP_SRCDIR", "."), "tests", "data", "home.pcap")


def start(folder, mode, sinks):
    outputs = []
    for sink in sinks:
        outputs += ["-o", sink.uri + "?retry=1&flush=0"]
    probe = home.probe(folder, "--idle", "0.2", "--active", "1")
    export = home.export(folder, "--export-mode", mode, *outputs)
    home.connected(export)
    home.wait_until(lambda: export.log().count(": connected\n") == len(sinks), "all sessions")
    return probe, export


def nothing_is_missing(*totals):
    for total in totals:
        equal(total.missing, 0, "records missing by the sequence numbers")


def the_primary_is_left_and_found_again(folder):
    sinks = [Sink("tcp"), Sink("tcp")]
    probe, export = start(folder, "fallback", sinks)
    sent = home.send(500, 50)["packets"]
    home.wait_until(lambda: sinks[0].totals.packets == sent, "the first packets")
    first = sinks[0].die()
    export.wait_log("records go to %s" % sinks[1].uri.replace(".", r"\."))
    sent += home.send(500, 50)["packets"]
    home.wait_until(lambda: first.packets + sinks[1].totals.packets == sent, "the second packets")
    sinks[0] = Sink("tcp", sinks[0].port)
    moved = []

    def back():
        moved.append(home.send(50, 5)["packets"])
        return "records go to " + sinks[0].uri in export.log()
    home.wait_until(back, "the return of the first")
    last = home.send(500, 50)["packets"]
    ends_well(probe)
    ends_well(export)
    again, second = sinks[0].close(), sinks[1].close()
    equal(first.packets + second.packets + again.packets, sent + sum(moved) + last, "packets")
    if again.packets < last:
        raise AssertionError("the first got %d packets, sent last: %d" % (again.packets, last))
    nothing_is_missing(first, second, again)


def the_share_of_one_that_died_goes_to_the_other(folder):
    sinks = [Sink("tcp"), Sink("tcp")]
    probe, export = start(folder, "load-balancing", sinks)
    sent = home.send(1000, 200)["packets"]
    home.wait_until(lambda: sum(s.totals.packets for s in sinks) == sent, "the first packets")
    first = sinks[0].die()
    export.wait_log("the collector closed the connection")
    if not 0 < first.packets < sent:
        raise AssertionError("the first had %d of %d packets" % (first.packets, sent))
    sent += home.send(1000, 200)["packets"]
    ends_well(probe)
    status, _ = export.end()
    second = sinks[1].close()
    equal(status, 0, "exit status")
    equal(first.packets + second.packets, sent, "packets of both")
    nothing_is_missing(first, second)


def weir_run_passes_the_mode_on(folder):
    os.environ["XDG_RUNTIME_DIR"] = folder
    sinks = [Sink("tcp"), Sink("tcp")]
    daemon = home.Daemon(folder, "weir", "run", "-r", DATA, "-o", sinks[0].uri, "-o",
                         sinks[1].uri, "--export-mode", "load-balancing", foreground=False)
    equal(daemon.process.wait(home.PATIENCE), 0, "exit status")
    totals = [sink.close() for sink in sinks]
    equal(sum(total.packets for total in totals), 315, "packets of both")
    if min(total.packets for total in totals) == 0:
        raise AssertionError("one of both got nothing")
    nothing_is_missing(*totals)


if __name__ == "__main__":
    home.enter()
    sys.exit(home.run([
        the_primary_is_left_and_found_again,
        the_share_of_one_that_died_goes_to_the_other,
        weir_run_passes_the_mode_on,
    ]))
