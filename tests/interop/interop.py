"""What the interoperation tests share: TAP output, free ports, programs under test and their ends."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

TOP_BUILDDIR = os.environ.get("TOP_BUILDDIR", "build")
TOP_SRCDIR = os.environ.get("TOP_SRCDIR", ".")
WEIR = os.path.join(TOP_BUILDDIR, "weir")
CAPTURE = os.path.join(TOP_SRCDIR, "tests/data/home.pcap")
DEADLINE_S = 60
os.environ["PATH"] += ":/usr/sbin:/sbin"  # where some collectors are, but not on every user's path


class Tap:
    """Prints TAP; a failed check does not stop the others. Without a program it needs, all is skipped."""

    def __init__(self, *programs):
        for program in programs:
            if shutil.which(program) is None:
                print("1..0 # SKIP %s is not installed" % program)
                sys.exit(0)
        self.count = 0
        self.failed = 0

    def ok(self, good, name, detail=""):
        self.count += 1
        self.failed += 0 if good else 1
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, name), flush=True)
        if not good:
            for line in str(detail).splitlines()[:20]:
                print("# " + line, flush=True)

    def equal(self, got, want, name):
        self.ok(got == want, name, "got  %r\nwant %r" % (got, want))

    def end(self):
        print("1..%d" % self.count)
        sys.exit(1 if self.failed else 0)


def free_port(kind=socket.SOCK_DGRAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(condition, what):
    """Poll a condition that another process brings about; a bound, not a synchronisation by time."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("waited %d s for %s" % (DEADLINE_S, what))
        time.sleep(0.02)


def udp_bound(port):
    """True when some process has bound the UDP port (all addresses or loopback)."""
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        with open(table, encoding="ascii") as f:
            for line in f.readlines()[1:]:
                if int(line.split()[1].rsplit(":", 1)[1], 16) == port:
                    return True
    return False


def udp_drained(port):
    """True when nothing waits in the receive buffer of the UDP port."""
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        with open(table, encoding="ascii") as f:
            for line in f.readlines()[1:]:
                words = line.split()
                if int(words[1].rsplit(":", 1)[1], 16) == port and int(words[4].split(":")[1], 16) > 0:
                    return False
    return True


class Program:
    """A program of somebody else's that runs until it is told to stop, by its pid."""

    def __init__(self, argv):
        self.path = tempfile.mkstemp()[1]
        with open(self.path, "wb") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def output(self):
        with open(self.path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def forget(self):
        os.unlink(self.path)


class Recorder(threading.Thread):
    """Keeps every octet that comes over UDP or one TCP connection: an IPFIX file of the stream."""

    def __init__(self, kind):
        super().__init__(daemon=True)
        self.kind = kind
        self.parts = []   # as they came: datagrams, or pieces of the stream
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        if kind == "tcp":
            self.socket.listen(1)
        else:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.halt = False
        self.start()

    def run(self):
        if self.kind == "tcp":
            peer, _ = self.socket.accept()
            while True:
                part = peer.recv(65536)
                if not part:
                    return
                self.parts.append(part)
        self.socket.settimeout(0.05)
        while True:
            try:
                self.parts.append(self.socket.recv(65536))
            except socket.timeout:
                if self.halt:
                    return

    def finish(self, path):
        self.halt = True
        self.join(DEADLINE_S)
        self.socket.close()
        with open(path, "wb") as f:
            f.write(b"".join(self.parts))


def collectors(*names):
    """A file that is made for a receiver."""
    return os.path.join(TOP_BUILDDIR, "collectors", *names)


def write_capture(path, kind, parts):
    """What a recorder got as packets from 192.0.2.1 to 192.0.2.2, port 4739, of a capture file."""
    sequence = 1
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        if kind == "tcp":   # segments that end anywhere
            stream = b"".join(parts)
            parts = [stream[i:i + 1001] for i in range(0, len(stream), 1001)]
        for number, part in enumerate(parts):
            if kind == "udp":
                transport = struct.pack(">HHHH", 40000, 4739, 8 + len(part), 0)
            else:
                transport = struct.pack(">HHIIBBHHH", 40000, 4739, sequence, 1, 0x50, 0x18, 65535, 0, 0)
                sequence += len(part)
            packet = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(transport) + len(part), number & 0xffff, 0, 64,
                                 17 if kind == "udp" else 6, 0, b"\xc0\0\2\1", b"\xc0\0\2\2") + transport + part
            f.write(struct.pack("<IIII", 1700000000 + number, 0, len(packet), len(packet)) + packet)


def meter(destinations, *options, capture=None, check=True):
    """Run weir meter over the capture; gives the completed process."""
    argv = [WEIR, "meter", "-r", capture or CAPTURE]
    for d in destinations:
        argv += ["-o", d]
    return subprocess.run(argv + list(options), capture_output=True, text=True, check=check,
                          timeout=DEADLINE_S)


def records(*options, capture=None, destination="json:-"):
    """The records of the capture as the program itself prints them."""
    out = meter([destination], *options, capture=capture).stdout
    return [json.loads(line) for line in out.splitlines()]


def key(record):
    """Version-independent identity of a flow record, by its element names."""
    six = "sourceIPv6Address" in record
    icmp = record.get("icmpTypeCodeIPv6" if six else "icmpTypeCodeIPv4", 0)
    return (record["sourceIPv6Address" if six else "sourceIPv4Address"],
            record["destinationIPv6Address" if six else "destinationIPv4Address"],
            record["protocolIdentifier"],
            record.get("sourceTransportPort", 0), record.get("destinationTransportPort", 0), icmp)
