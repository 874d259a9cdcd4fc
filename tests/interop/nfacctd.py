#!/usr/bin/env python3
"""pmacct's nfacctd takes our streams: all records, keys, counters and TCP flags right."""

import json
import os
import signal
import tempfile

from interop import Program, Tap, free_port, key, meter, records, udp_bound, until

CONFIG = """
daemonize: false
nfacctd_ip: 127.0.0.1
nfacctd_port: %(port)d
nfacctd_pipe_size: 8000000
plugins: print
aggregate: src_host, dst_host, src_port, dst_port, proto, tcpflags, src_mac, flows
print_output: json
print_output_file: %(folder)s/out.json
print_output_file_append: true
print_refresh_time: 1
print_cache_entries: 100003
"""


def printed(path):
    """The lines that nfacctd has printed so far."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.startswith("{") and line.endswith("\n")]


def collect(profile, count):
    """What nfacctd printed, once it has seen so many records, and its log."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = os.path.join(folder, "nfacctd.conf")
        out = os.path.join(folder, "out.json")
        with open(config, "w", encoding="ascii") as f:
            f.write(CONFIG % {"port": port, "folder": folder})
        nfacctd = Program(["nfacctd", "-f", config])
        until(lambda: "setting object handlers" in nfacctd.output() and udp_bound(port), "nfacctd")
        meter(["udp:127.0.0.1:%d?profile=%s" % (port, profile)])
        until(lambda: sum(row["flows"] for row in printed(out)) >= count, "nfacctd to print all records")
        nfacctd.stop(signal.SIGINT)
        log = nfacctd.output()
        nfacctd.forget()
        return printed(out), log


def nf_key(f, icmp):
    proto = {"tcp": 6, "udp": 17, "icmp": 1, "ipv6-icmp": 58, "igmp": 2}.get(f["ip_proto"], f["ip_proto"])
    ports = (0, 0) if icmp else (f["port_src"], f["port_dst"])
    return (f["ip_src"], f["ip_dst"], int(proto), *ports)


def main():
    tap = Tap("nfacctd")
    for profile, options in (("basic", ["--uniflow"]), ("biflow", []), ("full", [])):
        want = {}
        count = 0
        for r in records(*options):
            count += 1
            s = want.setdefault(key(r)[:5], [0, 0, 0])
            s[0] += r["packetDeltaCount"]
            s[1] += r["octetDeltaCount"]
            s[2] |= r.get("tcpControlBits", 0)
        rows, log = collect(profile, count)
        got = {}
        for f in rows:
            proto = f["ip_proto"]
            s = got.setdefault(nf_key(f, proto in ("icmp", "ipv6-icmp")), [0, 0, 0])
            s[0] += f["packets"]
            s[1] += f["bytes"]
            s[2] |= int(f["tcp_flags"])
        tap.equal(sum(f["flows"] for f in rows), count,
                  "nfacctd: %d records of profile %s" % (count, profile))
        tap.equal(got, want, "nfacctd: keys, counters and TCP flags of profile %s" % profile)
        tap.ok("sequence" not in log.lower(), "nfacctd: no complaint about sequence numbers", log)
    tap.end()


if __name__ == "__main__":
    main()
