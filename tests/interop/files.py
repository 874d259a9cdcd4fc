#!/usr/bin/env python3
"""UDP and TCP streams, kept as files, read back by ipfixDump, python3-ipfix and tshark."""

import collections
import os
import re
import struct
import subprocess
import tempfile

import ipfix.ie
import ipfix.reader

from interop import Recorder, Tap, collectors, meter, records, write_capture

OWN = ("device", "farEnd", "peerDevice", "tcpRtt")   # how the names of our own elements begin
NOTHING = ("", "0", "2", "False", "00:00:00:00:00:00")   # no value; 2 is ipfixDump's word for false


def by_ipfixdump(path, *options):
    """Data records (flow records) that libfixbuf's own reader finds."""
    out = subprocess.run(["ipfixDump", *options, "--in", path], capture_output=True, text=True, check=True).stdout
    return len(re.findall(r"^--- data record", out, re.M)), out


def fields_of(text):
    """Names and values of the enterprise elements in what ipfixDump prints."""
    return re.findall(r"^\t\(\d+/\d+\) (?:\(S\))? *(\w+) : (?:\(len: \d+\) ?)?(.*)$", text, re.M)


def device_table(out):
    """Number, MAC address, name and vendor of each device as ipfixDump shows the last report of it."""
    table = {}
    for section in re.split(r"^--- ", out, flags=re.M):
        fields = dict(fields_of(section))
        if "deviceFirstSeen" in fields:
            table[int(fields["deviceId"])] = tuple(fields[n] for n in ("deviceMacAddress", "deviceName", "deviceVendor"))
    return table


def device_wanted():
    """The same from the lines that the program itself prints."""
    rows = [r for r in records(destination="json:-?reports=devices") if r.get("report") == "devices"]
    return {r["deviceId"]: tuple(r[n] for n in ("deviceMacAddress", "deviceName", "deviceVendor")) for r in rows}


def own_values(out):
    """How often ipfixDump shows which value of which of our own elements, by the name that it has for it."""
    found = fields_of(out)
    return collections.Counter((name, value) for name, value in found
                               if not name.startswith("reverse") and value not in NOTHING)


def own_wanted(want):
    """The same from the records as the program itself prints them."""
    found = [(name, "1" if value is True else str(value)) for record in want for name, value in record.items()]
    return collections.Counter((name, value) for name, value in found
                               if name.startswith(OWN) and value not in NOTHING)


def by_python(path):
    """Flow records (no options) as dictionaries, by python3-ipfix."""
    flows = []
    with open(path, "rb") as f:
        for record in ipfix.reader.from_stream(f).namedict_iterator():
            if "packetDeltaCount" in record:
                flows.append(record)
    return flows


def by_tshark(path):
    """Flow records, their packets, and messages that tshark finds fault with."""
    out = subprocess.run(["tshark", "-r", path, "-T", "fields", "-E", "occurrence=a", "-e", "cflow.packets",
                          "-e", "cflow.unexpected_sequence_number", "-e", "_ws.malformed"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    rows = [line.split("\t") for line in out.split("\n") if line]
    counts = [int(n) for row in rows for n in row[0].split(",") if n]
    return counts, [row for row in rows if any(row[1:])]


def own_by_python(flows):
    """What python3-ipfix has of our own elements, as ipfixDump writes it."""
    found = []
    for flow in flows:
        for name, value in flow.items():
            if name.startswith(OWN):
                value = value.hex(":") if isinstance(value, bytes) else "1" if value is True else str(value)
                found.append((name, value))
    return collections.Counter((name, value) for name, value in found if value not in NOTHING)


def own_by_tshark(path):
    """What tshark shows of our own elements with the script for it."""
    names = sorted({name for record in records() for name in record if name.startswith(OWN)})
    argv = ["tshark", "-r", path, "-X", "lua_script:" + collectors("tshark", "weir.lua"), "-T", "fields",
            "-E", "occurrence=a", "-E", "aggregator=|"]
    for name in names:
        argv += ["-e", "weir." + name]
    out = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    found = []
    for line in out.splitlines():
        for name, values in zip(names, line.split("\t")):
            found += [(name, "1" if value == "True" else value) for value in values.split("|")]
    return collections.Counter((name, value) for name, value in found if value not in NOTHING)


def check_own(tap, path, recorder, want, what):
    """Every receiver shows our own elements, each in its way, by name and with the right values."""
    known = own_wanted(want)
    capture = path + ".pcap"
    write_capture(capture, recorder.kind, recorder.parts)
    for receiver, got in (
            ("ipfixDump, from type records", own_values(by_ipfixdump(path, "--rfc5610")[1])),
            ("ipfixDump, from weir.xml", own_values(by_ipfixdump(path, "-e", collectors("libfixbuf", "weir.xml"))[1])),
            ("python3-ipfix, from weir.iespec", own_by_python(by_python(path))),
            ("tshark, with weir.lua, in a file", own_by_tshark(path)),
            ("tshark, with weir.lua, in packets", own_by_tshark(capture))):
        tap.equal((got - known, known - got, len(got) > 40), ({}, {}, True),
                  "%s: names and values of own elements %s" % (receiver, what))


def lists_message():
    """A message with own elements inside lists of every kind (RFC 6313)."""
    with open(collectors("tshark", "weir.lua"), encoding="utf-8") as f:
        pen = int(re.search(r"^local PEN = (\d+)$", f.read(), re.M).group(1))
    name = struct.pack(">HHI", 0x8000 | 1102, 65535, pen)

    def template(number, field):
        return struct.pack(">HH", number, 1) + field

    def record(octets):
        return bytes([len(octets)]) + octets

    def a_set(number, octets):
        return struct.pack(">HH", number, 4 + len(octets)) + octets

    one = struct.pack(">BH", 3, 256) + record(b"one") + record(b"two")
    several = struct.pack(">BHH", 4, 256, 4 + 6) + record(b"three") + struct.pack(">HH", 999, 4)
    basic = struct.pack(">BHHI", 3, 0x8000 | 1101, 4, pen) + struct.pack(">II", 4, 5)
    body = a_set(2, template(256, name) + template(257, struct.pack(">HH", 292, 65535)) +
                 template(258, struct.pack(">HH", 293, 65535)) + template(259, struct.pack(">HH", 291, 65535)))
    body += a_set(257, record(one)) + a_set(258, b"\xff\0" + record(several)) + a_set(259, record(basic))
    return struct.pack(">HHIII", 10, 16 + len(body), 1700000000, 0, 1) + body


def check_lists(tap, folder):
    path = os.path.join(folder, "lists.ipfix")
    with open(path, "wb") as f:
        f.write(lists_message())
    tap.equal(own_by_tshark(path), {("deviceName", "one"): 1, ("deviceName", "two"): 1, ("deviceName", "three"): 1,
                                    ("deviceId", "4"): 1, ("deviceId", "5"): 1},
              "tshark, with weir.lua: own elements inside lists")


def packets(want):
    """Packet counts of records as tshark lists them: both directions of a biflow."""
    return [r[name] for r in want for name in ("packetDeltaCount", "reversePacketDeltaCount") if name in r]


def check(tap, folder, profile, kind, reports):
    """One stream of the capture, in the words of each reader."""
    want = records(*(["--uniflow"] if profile == "basic" else []))
    what = "of profile %s over %s, reports %s" % (profile, kind, reports)
    path = os.path.join(folder, "%s-%s-%s.ipfix" % (kind, profile, reports))
    recorder = Recorder(kind)
    meter(["%s:127.0.0.1:%d?profile=%s&reports=%s&names=keep" % (kind, recorder.port, profile, reports)])
    recorder.finish(path)
    flows = by_python(path)
    tap.equal(len(flows), len(want), "python3-ipfix: %d records %s" % (len(want), what))
    tap.equal(sum(f["packetDeltaCount"] + f.get("reversePacketDeltaCount", 0) for f in flows),
              sum(r["packetDeltaCount"] + r.get("reversePacketDeltaCount", 0) for r in want),
              "python3-ipfix: packets %s" % what)
    count, out = by_ipfixdump(path, "--rfc5610")
    tap.ok(count >= len(want), "ipfixDump: all records %s" % what, out[-2000:])
    if profile == "full" and reports == "types":   # own elements in flows alone
        check_own(tap, path, recorder, want, what)
    if reports == "all":
        tap.equal(device_table(out), device_wanted(), "ipfixDump: the table of devices %s" % what)
    counts, bad = by_tshark(path)
    tap.equal(bad, [], "tshark: no message %s is malformed or out of sequence" % what)
    tap.equal(sorted(counts), sorted(packets(want)), "tshark: packets of each record %s" % what)


def use_elements():
    """Tell python3-ipfix of all elements, our own too."""
    ipfix.ie.use_iana_default()
    ipfix.ie.use_5103_default()
    ipfix.ie.use_specfile(collectors("python-ipfix", "weir.iespec"))


def main():
    tap = Tap("ipfixDump", "tshark")
    use_elements()
    with tempfile.TemporaryDirectory() as folder:
        for profile in ("basic", "biflow", "full"):
            for kind in ("udp", "tcp"):
                for reports in ("types", "all") if profile == "full" else ("default", "all"):
                    check(tap, folder, profile, kind, reports)
        check_lists(tap, folder)
    tap.end()


if __name__ == "__main__":
    main()
