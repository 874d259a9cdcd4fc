#!/usr/bin/env python3
"""UDP and TCP streams, kept as files, read back by ipfixDump, python3-ipfix and tshark."""

import collections
import os
import re
import subprocess
import tempfile

import ipfix.ie
import ipfix.reader

from interop import Recorder, Tap, meter, records

OWN = ("device", "farEnd", "peerDevice", "tcpRtt")   # how the names of our own elements begin
NOTHING = ("", "0", "2", "False", "00:00:00:00:00:00")   # no value; 2 is ipfixDump's word for false


def by_ipfixdump(path):
    """Data records (flow records) that libfixbuf's own reader finds."""
    out = subprocess.run(["ipfixDump", "--rfc5610", "--in", path], capture_output=True, text=True, check=True).stdout
    return len(re.findall(r"^--- data record", out, re.M)), out


def own_values(out):
    """How often ipfixDump shows which value of which of our own elements, by the name that it has for it."""
    found = re.findall(r"^\t\(\d+/\d+\) +(\w+) : (?:\(len: \d+\) ?)?(.*)$", out, re.M)
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


def packets(want):
    """Packet counts of records as tshark lists them: both directions of a biflow."""
    return [r[name] for r in want for name in ("packetDeltaCount", "reversePacketDeltaCount") if name in r]


def main():
    tap = Tap("ipfixDump", "tshark")
    ipfix.ie.use_iana_default()
    ipfix.ie.use_5103_default()
    with tempfile.TemporaryDirectory() as folder:
        for profile, options in (("basic", ["--uniflow"]), ("biflow", []), ("full", [])):
            want = records(*options)
            for kind in ("udp", "tcp"):
                path = os.path.join(folder, "%s-%s.ipfix" % (kind, profile))
                recorder = Recorder(kind)
                meter(["%s:127.0.0.1:%d?profile=%s" % (kind, recorder.port, profile)])
                recorder.finish(path)
                what = "of profile %s over %s" % (profile, kind)
                flows = by_python(path)
                tap.equal(len(flows), len(want), "python3-ipfix: %d records %s" % (len(want), what))
                tap.equal(sum(f["packetDeltaCount"] + f.get("reversePacketDeltaCount", 0) for f in flows),
                          sum(r["packetDeltaCount"] + r.get("reversePacketDeltaCount", 0) for r in want),
                          "python3-ipfix: packets %s" % what)
                count, out = by_ipfixdump(path)
                tap.ok(count >= len(want), "ipfixDump: all records %s" % what, out[-2000:])
                if profile == "full":
                    got, known = own_values(out), own_wanted(want)
                    tap.equal(((got - known), (known - got), len(got) > 40), ({}, {}, True),
                              "ipfixDump: names and values of own elements %s" % what)
                counts, bad = by_tshark(path)
                tap.equal(bad, [], "tshark: no message %s is malformed or out of sequence" % what)
                tap.equal(sorted(counts), sorted(packets(want)), "tshark: packets of each record %s" % what)
    tap.end()


if __name__ == "__main__":
    main()
