#!/usr/bin/env python3
"""nfcapd and nfdump take our streams: all records, no sequence errors, the fields they know are right."""

import json
import os
import subprocess
import tempfile

from interop import Program, Tap, free_port, key, meter, records, udp_bound, udp_drained, until


def collect(profile, reports="default", more=()):
    """Records that nfdump shows of the capture exported with a profile, nfcapd's own log and its counters.
    @more: destinations besides."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        nfcapd = Program(["nfcapd", "-p", str(port), "-w", folder, "-b", "127.0.0.1", "-B", "8000000"])
        until(lambda: udp_bound(port), "nfcapd")
        meter(["udp:127.0.0.1:%d?profile=%s&reports=%s&names=keep" % (port, profile, reports), *more])
        until(lambda: udp_drained(port), "nfcapd to read")
        nfcapd.stop()
        log = nfcapd.output()
        nfcapd.forget()
        out = subprocess.run(["nfdump", "-q", "-R", folder, "-o", "json"], capture_output=True, text=True,
                             check=True).stdout
        stat = subprocess.run(["nfdump", "-R", folder, "-I"], capture_output=True, text=True, check=True).stdout
    flows = json.loads("[%s]" % out)   # nfdump leaves out the brackets
    return flows, log, dict(line.split(": ", 1) for line in stat.splitlines() if ": " in line)


def nf_key(f):
    six = "src6_addr" in f
    icmp = f.get("icmp_type", 0) * 256 + f.get("icmp_code", 0)
    proto = f["proto"]
    ports = (0, 0) if proto in (1, 58) else (f.get("src_port", 0), f.get("dst_port", 0))
    return (f["src6_addr" if six else "src4_addr"], f["dst6_addr" if six else "dst4_addr"], proto,
            *ports, icmp if proto in (1, 58) else 0)


def flags_text(bits):
    return "".join(c if bits & b else "." for b, c in
                   ((128, "C"), (64, "E"), (32, "U"), (16, "A"), (8, "P"), (4, "R"), (2, "S"), (1, "F")))


def check_fields(tap, profile, flows, want, reverse):
    sums = {}
    for r in want:
        s = sums.setdefault(key(r), [0, 0, 0, 0, 0])
        s[0] += r["packetDeltaCount"]
        s[1] += r["octetDeltaCount"]
        s[2] += r.get("reversePacketDeltaCount", 0)
        s[3] += r.get("reverseOctetDeltaCount", 0)
        s[4] |= r.get("tcpControlBits", 0)
    got = {}
    flags = {}
    for f in flows:
        s = got.setdefault(nf_key(f), [0, 0, 0, 0])
        s[0] += f.get("in_packets", 0)
        s[1] += f.get("in_bytes", 0)
        s[2] += f.get("out_packets", 0)
        s[3] += f.get("out_bytes", 0)
        flags.setdefault(nf_key(f), set()).add(f.get("tcp_flags"))
    tap.equal(got, {k: s[:4] if reverse else s[:2] + [0, 0] for k, s in sums.items()},
              "nfdump: keys and counters of every %s record" % profile)
    bad = [(k, v, flags_text(sums[k][4])) for k, v in flags.items()
           if k[2] == 6 and len(v) == 1 and v != {flags_text(sums[k][4])}]
    tap.equal(bad, [], "nfdump: TCP flags of every %s record" % profile)


def check(tap, profile, reports):
    want = records(*(["--uniflow"] if profile == "basic" else []))
    what = "profile %s, reports %s" % (profile, reports)
    flows, log, stat = collect(profile, reports)
    tap.equal(len(flows), len(want), "nfdump: %d records of %s" % (len(want), what))
    tap.equal(stat.get("Sequence failures"), "0", "nfcapd: no sequence failures with %s" % what)
    tap.ok("Sequence Errors: 0, Bad Packets: 0" in log, "nfcapd: no complaint about %s" % what, log)
    check_fields(tap, profile, flows, want, profile != "basic")


def main():
    tap = Tap("nfcapd", "nfdump")
    for profile in ("basic", "biflow", "full"):
        for reports in ("default", "all"):
            check(tap, profile, reports)
    tap.end()


if __name__ == "__main__":
    main()
