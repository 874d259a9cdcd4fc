"""weir run: both daemons without any set-up, and no trace of them afterwards."""
import glob
import json
import os
import re
import signal
import struct
import sys
import threading

import home
from daemons import equal, exported
from sink import Sink

DATA = os.path.join(os.environ.get("TOP_SRCDIR", "."), "tests", "data", "home.pcap")


def weir(folder, *arguments, **more):
    """`weir run` with its private folder in the test's."""
    os.environ["XDG_RUNTIME_DIR"] = folder
    return home.Daemon(folder, "weir", "run", *arguments, foreground=False, **more)


def children(daemon):
    """Process ids by program name."""
    with open("/proc/%d/task/%d/children" % (daemon.pid, daemon.pid), encoding="ascii") as f:
        pids = [int(pid) for pid in f.read().split()]
    found = {}
    for pid in pids:
        try:
            with open("/proc/%d/comm" % pid, encoding="ascii") as f:
                found[f.read().strip()] = pid
        except OSError:
            pass
    return found


def at_work(daemon):
    daemon.wait_log("weir-probe: info: stream: subscriber .* joined")


def packets(path):
    total = 0
    with open(path, encoding="utf-8") as f:
        for line in f:
            record = json.loads(line)
            total += record["packetDeltaCount"] + record.get("reversePacketDeltaCount", 0)
    return total


def no_trace(folder):
    equal(glob.glob(os.path.join(folder, "weir-??????")), [], "folders left")


def a_capture_file_goes_to_standard_output(folder):
    path = os.path.join(folder, "out.json")
    with open(path, "wb") as out:
        daemon = weir(folder, "-r", DATA, stdout=out)
        equal(daemon.process.wait(home.PATIENCE), 0, "exit status")
    equal(packets(path), 315, "packets")
    no_trace(folder)


def write_capture(path, count):
    """@count packets of as many flows."""
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(count):
            udp = struct.pack(">HHHH", 1024 + i % 60000, 9, 8, 0)
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28, 0, 0, 64, 17, 0,
                             bytes([10, 0, i // 60000, 1]), bytes([198, 51, 100, 1]))
            frame = bytes(12) + b"\x08\x00" + ip + udp
            f.write(struct.pack("<IIII", 1700000000, i, len(frame), len(frame)) + frame)


class SlowSink(Sink):
    """Reads nothing until it is told to."""

    def __init__(self, kind):
        self.go = threading.Event()
        super().__init__(kind)

    def stream(self, peer):
        self.go.wait(home.PATIENCE)
        super().stream(peer)


def queued(port):
    """Octets that wait in the kernel to be taken by a TCP collector at this port."""
    with open("/proc/net/tcp", encoding="ascii") as f:
        rows = [line.split() for line in f.readlines()[1:]]
    return sum(int(row[4].split(":")[0], 16) for row in rows if row[2].endswith(":%04X" % port))


def a_slow_collector_makes_the_reading_of_a_file_wait(folder):
    """More is to be sent than the kernel and all queues together take."""
    path = os.path.join(folder, "many.pcap")
    write_capture(path, 200000)
    sink = SlowSink("tcp")
    port = sink.socket.getsockname()[1]
    with open("/proc/sys/net/ipv4/tcp_wmem", "w", encoding="ascii") as f:
        f.write("4096 16384 262144")
    daemon = weir(folder, "-r", path, "-o", sink.uri + "?queue-octets=65536&profile=full",
                  "--drain", "60", "--no-names")
    home.wait_until(lambda: queued(port) > 65536, "a queue")
    if "weir-probe" not in children(daemon):
        raise AssertionError("it did not wait")
    sink.go.set()
    equal(daemon.process.wait(home.PATIENCE), 0, "exit status")
    totals = sink.close()
    equal(totals.packets, 200000, "packets")
    no_trace(folder)


def an_interrupt_ends_it_with_everything_exported(folder):
    sink = Sink("udp")
    daemon = weir(folder, "-i", "in", "-o", sink.uri, "--log-level", "info")
    at_work(daemon)
    sent = home.send(1000, 100)
    status, seconds = daemon.end(signal.SIGINT)
    print("# ended after %.2f s" % seconds)
    equal(status, 0, "exit status")
    exported(sink, [sent])
    no_trace(folder)


def killed_programs_are_started_again(folder):
    sink = Sink("udp")
    daemon = weir(folder, "-i", "in", "-o", sink.uri, "--idle", "0.2", "--log-level", "info")
    at_work(daemon)
    # Before it has run for 2 s, an end is taken for a start that failed.
    home.wait_until(lambda: all(home.age_s(pid) > 2.1 for pid in children(daemon).values()), "age")
    for number, program in enumerate(("weir-probe", "weir-export"), 2):
        os.kill(children(daemon)[program], signal.SIGKILL)
        daemon.wait_log("%s has ended with status 137" % program)
        home.wait_until(lambda p=program: p in children(daemon), "the new " + program)
        home.wait_until(lambda n=number: daemon.log().count("joined") >= n, "the new connection")
        before = sink.totals.packets
        home.send(100, 10)
        home.wait_until(lambda b=before: sink.totals.packets == b + 100, "packets")
    equal(daemon.end()[0], 0, "exit status")
    sink.close()
    no_trace(folder)


def nothing_survives_a_killed_parent(folder):
    daemon = weir(folder, "-i", "in", "-o", "udp:127.0.0.1:9", "--log-level", "info")
    at_work(daemon)
    pids = children(daemon).values()
    equal(len(pids), 2, "programs")
    daemon.end(signal.SIGKILL)

    def gone(pid):
        try:
            with open("/proc/%d/stat" % pid, encoding="ascii") as f:
                return f.read().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            return True
    home.wait_until(lambda: all(gone(pid) for pid in pids), "the end of both")


def what_cannot_start_ends_with_a_reason(folder):
    for arguments, status, reason in (
            (("-i", "nowhere"), 1, "nowhere"),
            (("-i", "in", "--active", "x"), 2, "--active: 'x'"),
            (("-i", "in", "-o", "nonsense"), 2, "nonsense"),
            (("-r", DATA, "-o", "nonsense"), 2, "nonsense"),
            (("-r", folder + "/none"), 1, "No such file"),
            (("--no-such",), 2, "--no-such: there is no such option"),
            ((), 2, "must be given")):
        daemon = weir(folder, *arguments)
        equal(daemon.process.wait(home.PATIENCE), status, "exit status of %s" % (arguments,))
        if not re.search(re.escape(reason), daemon.log()):
            raise AssertionError("%s: no '%s' in %s" % (arguments, reason, daemon.log()))
    no_trace(folder)


def another_user_takes_over(folder):
    os.chmod(folder, 0o711)
    sink = Sink("udp")
    daemon = weir(folder, "-i", "in", "-o", sink.uri, "--user", "nobody", "--log-level", "info")
    at_work(daemon)
    for program, pid in children(daemon).items():
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            if re.search(r"^Uid:\s+0\b", f.read(), re.M):
                raise AssertionError("%s is still root" % program)
    sent = home.send(100, 10)
    equal(daemon.end()[0], 0, "exit status")
    exported(sink, [sent])
    no_trace(folder)


if __name__ == "__main__":
    home.enter()
    sys.exit(home.run([
        a_capture_file_goes_to_standard_output,
        a_slow_collector_makes_the_reading_of_a_file_wait,
        an_interrupt_ends_it_with_everything_exported,
        killed_programs_are_started_again,
        nothing_survives_a_killed_parent,
        what_cannot_start_ends_with_a_reason,
        another_user_takes_over,
    ]))
