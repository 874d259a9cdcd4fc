"""Outages: the collector is killed, the line is cut, weir-export is killed. With a spool every flow
arrives, few of them twice.

	outage.py [--rate N] [--seconds S]

Without options a form short enough for every day; `make show` runs the full one. The collector
lives in a namespace of its own, behind a wire that can be cut. It writes down what it has before
it takes it, so that what its death leaves untaken is known to be so by the sender's system, too.
"""
import argparse
import glob
import os
import re
import signal
import socket
import subprocess
import sys
import time

import home
from daemons import equal
from sink import Totals

NEAR, FAR, PORT = "192.0.2.1", "192.0.2.2", 4739
MESSAGE_RECORDS = 150  # of 8,192 octets in profile biflow, at most
BATCH_RECORDS = 64
options = argparse.Namespace()


def collect(folder):
    """The collector: sessions one after the other, each into a file."""
    listener = socket.create_server((FAR, PORT), backlog=8)
    print("listening", flush=True)
    while True:
        peer, _ = listener.accept()
        path = os.path.join(folder, "session.%d" % time.monotonic_ns())
        with open(path, "wb", buffering=0) as f:
            while data := peek(peer):
                f.write(data)
                peer.recv(len(data))
        peer.close()


def peek(peer):
    try:
        return peer.recv(65536, socket.MSG_PEEK)
    except ConnectionResetError:
        return b""


class Flows(Totals):
    """Which flows came, and how often."""

    def __init__(self):
        super().__init__()
        self.count = {}

    def record(self, values, options_record):
        super().record(values, options_record)
        if not options_record:
            flow = tuple(values.get((0, element), b"") for element in (8, 12, 7, 11))
            self.count[flow] = self.count.get(flow, 0) + 1

    def session_file(self, path):
        """All whole messages of a session; what is cut off came again in another."""
        self.session()
        with open(path, "rb") as f:
            data = f.read()
        at = 0
        while len(data) - at >= 16:
            octets = int.from_bytes(data[at + 2:at + 4], "big")
            if len(data) - at < octets:
                break
            self.message(data[at:at + octets])
            at += octets

    @property
    def twice(self):
        return sum(self.count.values()) - len(self.count)


class Site:
    """A collector's place: a namespace behind a wire."""

    def __init__(self, folder):
        self.folder = folder
        self.holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        mine = os.readlink("/proc/self/ns/net")
        home.wait_until(lambda: os.readlink("/proc/%d/ns/net" % self.holder.pid) != mine,
                        "a namespace")
        home.ip("link", "add", "near", "type", "veth", "peer", "name", "far")
        home.ip("link", "set", "far", "netns", str(self.holder.pid))
        home.ip("address", "add", NEAR + "/24", "dev", "near")
        home.ip("link", "set", "near", "up")
        self.enter = ["nsenter", "--net=/proc/%d/ns/net" % self.holder.pid]
        for command in (("address", "add", FAR + "/24", "dev", "far"), ("link", "set", "far", "up"),
                        ("link", "set", "lo", "up")):
            subprocess.run(self.enter + ["ip", *command], check=True)
        self.collector = None

    def open(self):
        self.collector = subprocess.Popen(
            self.enter + [sys.executable, os.path.abspath(__file__), "--collect", self.folder],
            stdout=subprocess.PIPE)
        equal(self.collector.stdout.readline(), b"listening\n", "the collector")

    def kill(self):
        self.collector.kill()
        self.collector.wait()

    def flows(self):
        flows = Flows()
        for path in sorted(glob.glob(os.path.join(self.folder, "session.*"))):
            flows.session_file(path)
        return flows

    def close(self):
        if self.collector:
            self.kill()
        self.holder.stdin.close()
        self.holder.wait(home.PATIENCE)


class Exporter:
    """weir-export, which may be killed and is started again; and what all its lives have logged."""

    def __init__(self, folder, uri):
        self.folder = folder
        self.uri = uri
        self.lives = []
        self.start()

    def start(self):
        self.lives.append(home.export(self.folder, "-o", self.uri, "--drain", "20"))

    def kill(self):
        equal(self.lives[-1].end(signal.SIGKILL)[0], -signal.SIGKILL, "exit status")

    def log(self):
        return "\n".join(life.log() for life in self.lives)


def run_outages(folder, site, export, sender):
    """One thing after the other, at its share of the time."""
    begun = time.monotonic()

    def cut():
        home.ip("route", "del", "192.0.2.0/24", "dev", "near")

    def mend():
        home.ip("route", "add", "192.0.2.0/24", "dev", "near")
    events = [(0.10, site.kill), (0.25, site.open), (0.40, cut), (0.48, export.kill),
              (0.50, export.start), (0.60, mend), (0.75, export.kill), (0.76, export.start)]
    for share, event in events:
        home.wait_until(lambda share=share: time.monotonic() - begun >= share * options.seconds,
                        "the time")
        print("# %5.1f s: %s" % (time.monotonic() - begun, event.__name__), flush=True)
        event()
    return home.sent(sender)


def outages_lose_nothing(folder):
    site = Site(folder)
    try:
        site.open()
        export = Exporter(folder, "tcp:%s:%d?retry=1&spool=%s" % (
            FAR, PORT, os.path.join(folder, "spool")))
        probe = home.probe(folder, "--idle", "0.5", "--no-names")
        home.connected(export.lives[0])
        count = options.rate * options.seconds
        sent = run_outages(folder, site, export, home.sender(count, count, rate=options.rate))
        home.wait_until(lambda: home.status(folder)["counters"]["packets"] >= sent["packets"],
                        "all packets", 0.2)
        counters = home.status(folder)["counters"]
        equal(counters["kernel_dropped"], 0, "packets dropped by the kernel")
        equal(probe.end()[0], 0, "exit status of the probe")
        home.wait_until(lambda: len(site.flows().count) >= sent["packets"], "all flows", 0.5)
        equal(export.lives[-1].end()[0], 0, "exit status of the exporter")
        flows = site.flows()
    finally:
        site.close()
    again = sum(int(n) for n in re.findall(r"the last (\d+) messages are sent again", export.log()))
    promised = 2 * (MESSAGE_RECORDS + BATCH_RECORDS) + again * MESSAGE_RECORDS
    print("# %d flows sent, %d received, %d of them twice (at most %d promised: %d messages again "
          "after resets, 2 kills)" % (sent["packets"], len(flows.count), flows.twice, promised, again))
    equal(len(flows.count), sent["packets"], "flows received")
    equal(flows.missing, 0, "records missing by the sequence numbers")
    if flows.twice > promised:
        raise AssertionError("%d flows came twice, %d were promised" % (flows.twice, promised))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--collect", metavar="FOLDER")
    parser.parse_args(namespace=options)
    if options.collect:
        collect(options.collect)
    home.PATIENCE = max(home.PATIENCE, 2 * options.seconds)
    return home.run([outages_lose_nothing])


if __name__ == "__main__":
    if "--collect" not in sys.argv:
        home.enter()
    sys.exit(main())
