#!/usr/bin/env python3
"""pmacct's nfacctd takes our streams: all records, keys, counters and TCP flags right."""

import collections
import json
import os
import re
import signal
import tempfile

from interop import Program, Tap, collectors, free_port, key, meter, records, udp_bound, until

# The names of own elements that pmacct has for them, and how it writes their values.
OWN = {"device_id": "deviceId", "device_name": "deviceName", "device_name_source": "deviceNameSource",
       "device_vendor": "deviceVendor", "device_vendor_class": "deviceVendorClass",
       "device_mac_address": "deviceMacAddress", "far_end_name": "farEndName",
       "far_end_name_source": "farEndNameSource", "far_end_name_age": "farEndNameAge",
       "far_end_node": "farEndNode", "tcp_rtt_microseconds": "tcpRttMicroseconds",
       "peer_device_id": "peerDeviceId", "reverse_octets": "reverseOctetDeltaCount",
       "reverse_packets": "reversePacketDeltaCount"}
NOTHING = ("", "0", "00:00:00:00:00:00")


def configuration(port, folder):
    """The configuration that is installed for nfacctd, at another place and with prompt output."""
    with open(collectors("nfacctd", "nfacctd.conf"), encoding="utf-8") as f:
        text = f.read()
    for key, value in (("nfacctd_ip", "127.0.0.1"), ("nfacctd_port", port), ("print_refresh_time", 1),
                       ("aggregate_primitives", os.path.abspath(collectors("nfacctd", "primitives.lst"))),
                       ("print_output_file", os.path.join(folder, "out.json"))):
        text, count = re.subn("(?m)^%s: .*$" % key, "%s: %s" % (key, value), text)
        assert count == 1, key
    return text


def printed(path):
    """The lines that nfacctd has printed so far."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.startswith("{") and line.endswith("\n")]


def collect(profile, count, reports="default", more=()):
    """What nfacctd printed, once it has seen so many records, and its log. @more: destinations besides."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = os.path.join(folder, "nfacctd.conf")
        out = os.path.join(folder, "out.json")
        with open(config, "w", encoding="ascii") as f:
            f.write(configuration(port, folder))
        nfacctd = Program(["nfacctd", "-f", config])
        until(lambda: "setting object handlers" in nfacctd.output() and udp_bound(port), "nfacctd")
        meter(["udp:127.0.0.1:%d?profile=%s&reports=%s&names=keep" % (port, profile, reports), *more])
        until(lambda: sum(row["flows"] for row in printed(out)) >= count, "nfacctd to print all records")
        nfacctd.stop(signal.SIGINT)
        log = nfacctd.output()
        nfacctd.forget()
        return printed(out), log


def nf_key(f, icmp):
    proto = {"tcp": 6, "udp": 17, "icmp": 1, "ipv6-icmp": 58, "igmp": 2}.get(f["ip_proto"], f["ip_proto"])
    ports = (0, 0) if icmp else (f["port_src"], f["port_dst"])
    return (f["ip_src"], f["ip_dst"], int(proto), *ports)


def own_shown(rows):
    """How often each flow has which value under which name."""
    return collections.Counter(
        (nf_key(f, f["ip_proto"] in ("icmp", "ipv6-icmp")), name, f[shown]) for f in rows
        for shown, name in OWN.items() if f[shown] not in NOTHING)


def own_wanted(want):
    return collections.Counter((key(r)[:5], name, str(r[name])) for r in want
                               for name in OWN.values() if str(r.get(name, 0)) not in NOTHING)


def check(tap, profile, reports):
    want = {}
    count = 0
    flows = records(*(["--uniflow"] if profile == "basic" else []))
    what = "profile %s, reports %s" % (profile, reports)
    for r in flows:
        count += 1
        s = want.setdefault(key(r)[:5], [0, 0, 0])
        s[0] += r["packetDeltaCount"]
        s[1] += r["octetDeltaCount"]
        s[2] |= r.get("tcpControlBits", 0)
    rows, log = collect(profile, count, reports)
    got = {}
    for f in rows:
        proto = f["ip_proto"]
        s = got.setdefault(nf_key(f, proto in ("icmp", "ipv6-icmp")), [0, 0, 0])
        s[0] += f["packets"]
        s[1] += f["bytes"]
        s[2] |= int(f["tcp_flags"])
    tap.equal(sum(f["flows"] for f in rows), count, "nfacctd: %d records of %s" % (count, what))
    tap.equal(got, want, "nfacctd: keys, counters and TCP flags of %s" % what)
    if profile == "full":
        tap.equal(own_shown(rows), own_wanted(flows), "nfacctd: own elements and reverse counters of %s" % what)
    tap.ok("sequence" not in log.lower(), "nfacctd: no complaint about sequence numbers with %s" % what, log)


def main():
    tap = Tap("nfacctd")
    for profile in ("basic", "biflow", "full"):
        for reports in ("default", "all"):
            check(tap, profile, reports)
    tap.end()


if __name__ == "__main__":
    main()
