#!/usr/bin/env python3
"""What each receiver gets of each profile: records, fields with right values, and what it drops.

    matrix.py            TAP: no record is lost, no field is wrong, and those that matter are there
    matrix.py --table    the same as a table, for people
"""

import collections
import datetime
import ipaddress
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import files
import nfacctd
import nfcapd
from interop import WEIR, Recorder, Tap, collectors, meter, records

PROFILES = ("basic", "biflow", "full")
NOTHING = ("", "0", "false", "00:00:00:00:00:00", "0.0.0.0", "::")   # as good as not shown

# Receivers that must show every field; the others at least these.
COMPLETE = ("tshark", "ipfixDump", "python3-ipfix")
LEAST = {"octetDeltaCount", "packetDeltaCount", "protocolIdentifier", "sourceTransportPort",
         "destinationTransportPort", "sourceIPv4Address", "destinationIPv4Address", "sourceIPv6Address",
         "destinationIPv6Address", "flowStartMilliseconds", "flowEndMilliseconds", "tcpControlBits",
         "sourceMacAddress", "destinationMacAddress", "ingressInterface"}
LEAST_BIFLOW = {"reverseOctetDeltaCount", "reversePacketDeltaCount"}
LEAST_NFACCTD = {name for name in nfacctd.OWN.values() if not name.startswith("reverse")}


def milliseconds(text):
    """Since the epoch, of a time of day in UTC as receivers print it."""
    text = text.replace(" ", "T")
    when = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)
    return str(round(when.timestamp() * 1000))


def plain(value):
    """A value as text, IPv6 addresses in their short form."""
    if isinstance(value, bool):
        return str(value).lower()
    value = str(value)
    if value.count(":") < 2 or not re.fullmatch("[0-9a-f:]+", value) or re.fullmatch("([0-9a-f]{2}:){5}..", value):
        return value
    return str(ipaddress.ip_address(value))


def by_version(address, name):
    """sourceIPv4Address or sourceIPv6Address, by the address."""
    address = ipaddress.ip_address(address)
    return name % address.version, str(address)


def sent(path):
    """Flow records that left, as the program's own reader has them; lists are left out."""
    out = subprocess.run([WEIR, "dump", path], capture_output=True, text=True, check=True).stdout
    flows = [json.loads(line) for line in out.splitlines()]
    return [{name: plain(value) for name, value in flow["rec"].items() if not isinstance(value, (dict, list))}
            for flow in flows if "scope" not in flow]


def stream(profile, path, more):
    """Keep an UDP stream as a file."""
    recorder = Recorder("udp")
    meter(["udp:127.0.0.1:%d?profile=%s&names=keep" % (recorder.port, profile)] + more)
    recorder.finish(path)


NFDUMP = {"in_packets": "packetDeltaCount", "in_bytes": "octetDeltaCount", "out_packets": "reversePacketDeltaCount",
          "out_bytes": "reverseOctetDeltaCount", "proto": "protocolIdentifier", "src_port": "sourceTransportPort",
          "dst_port": "destinationTransportPort", "src_tos": "ipClassOfService", "input_snmp": "ingressInterface",
          "output_snmp": "egressInterface", "direction": "flowDirection", "in_src_mac": "sourceMacAddress",
          "in_dst_mac": "destinationMacAddress", "src_vlan": "vlanId", "src4_addr": "sourceIPv4Address",
          "dst4_addr": "destinationIPv4Address", "src6_addr": "sourceIPv6Address",
          "dst6_addr": "destinationIPv6Address"}


def by_nfcapd(profile, _count, more):
    got = []
    for f in nfcapd.collect(profile, more=more)[0]:
        flow = {NFDUMP[name]: str(value) for name, value in f.items() if name in NFDUMP}
        flow["flowStartMilliseconds"] = milliseconds(f["first"])
        flow["flowEndMilliseconds"] = milliseconds(f["last"])
        bits = [bit for bit, c in zip((128, 64, 32, 16, 8, 4, 2, 1), f.get("tcp_flags", "")) if c != "."]
        flow["tcpControlBits"] = str(sum(bits))
        if "icmp_type" in f:
            flow["icmpTypeCodeIPv%d" % (4 if f["proto"] == 1 else 6)] = str(f["icmp_type"] * 256 + f["icmp_code"])
        got.append(flow)
    return got


NFACCTD = {"port_src": "sourceTransportPort", "port_dst": "destinationTransportPort", "tos": "ipClassOfService",
           "tcp_flags": "tcpControlBits", "mac_src": "sourceMacAddress", "mac_dst": "destinationMacAddress",
           "vlan": "vlanId", "iface_in": "ingressInterface", "packets": "packetDeltaCount",
           "bytes": "octetDeltaCount", **nfacctd.OWN}


def by_nfacctd(profile, count, more):
    got = []
    for f in nfacctd.collect(profile, count, more=more)[0]:
        flow = {NFACCTD[name]: str(value) for name, value in f.items() if name in NFACCTD}
        flow["protocolIdentifier"] = str(socket.getprotobyname(f["ip_proto"]))
        flow["flowStartMilliseconds"] = milliseconds(f["timestamp_start"])
        flow["flowEndMilliseconds"] = milliseconds(f["timestamp_end"])
        flow["deviceMacRandomised"] = "true" if f["device_mac_randomised"] == "1" else "false"
        flow.update([by_version(f["ip_src"], "sourceIPv%dAddress"), by_version(f["ip_dst"], "destinationIPv%dAddress")])
        got += [flow] * f["flows"]
    return got


def by_python(profile, _count, more):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "stream.ipfix")
        stream(profile, path, more)
        flows = files.by_python(path)
    got = []
    for f in flows:
        flow = {}
        for name, value in f.items():
            if isinstance(value, datetime.datetime):
                value = milliseconds(value.isoformat())
            elif isinstance(value, bytes):
                value = value.hex(":")
            flow[name] = plain(value)
        got.append(flow)
    return got


def by_ipfixdump(profile, _count, more):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "stream.ipfix")
        stream(profile, path, more)
        out = files.by_ipfixdump(path, "--rfc5610")[1]
    got = []
    for part in re.split(r"^--- data record \d+ ---$", out, flags=re.M)[1:]:
        part = part.split("\n---")[0]
        if "(S)" in part:
            continue
        flow = {}
        for name, value in re.findall(r"^\t\([\d/]+\) +(\w+) : (?:\(len: \d+\) ?)?(.*)$", part, re.M):
            if name.endswith("Milliseconds") and "-" in value:
                value = milliseconds(value)
            elif name.endswith("Randomised"):
                value = "true" if value == "1" else "false"
            flow[name] = plain(value)
        got.append(flow)
    return got


TSHARK = {"octets": "octetDeltaCount", "packets": "packetDeltaCount", "flow_id": "flowId",
          "length_min": "minimumIpTotalLength", "length_max": "maximumIpTotalLength",
          "srcaddr": "sourceIPv4Address", "dstaddr": "destinationIPv4Address", "srcaddrv6": "sourceIPv6Address",
          "dstaddrv6": "destinationIPv6Address", "inputint": "ingressInterface", "outputint": "egressInterface",
          "srcport": "sourceTransportPort", "dstport": "destinationTransportPort", "vlanid": "vlanId",
          "dot1q_customer_vlan_id": "dot1qCustomerVlanId", "srcmac": "sourceMacAddress",
          "dstmac": "destinationMacAddress", "protocol": "protocolIdentifier", "ip_version": "ipVersion",
          "tos": "ipClassOfService", "ttl_min": "minimumTTL", "ttl_max": "maximumTTL",
          "flow_end_reason": "flowEndReason", "direction": "flowDirection", "biflow_direction": "biflowDirection",
          "tcpflags": "tcpControlBits", "observation_point_id": "observationPointId",
          "tcp_seq_num": "tcpSequenceNumber", "abstimestart": "flowStartMilliseconds",
          "abstimeend": "flowEndMilliseconds", "icmp_type_code_ipv4": "icmpTypeCodeIPv4"}


def tshark_time(text):
    """Mar  1, 2026 18:00:04.940000000 UTC"""
    when = datetime.datetime.strptime(re.sub(r"(\.\d{6})\d* UTC$", r"\1", text), "%b %d, %Y %H:%M:%S.%f")
    return milliseconds(when.isoformat())


def reverse_name(element):
    return "reverse" + element[0].upper() + element[1:]


def tshark_flow(part):
    """One record; of two pairs of times the first is the reverse direction's, though it does not say so."""
    flow = {}
    types = {}
    times = collections.defaultdict(list)
    for field in part.iter("field"):
        name, value = field.get("name"), field.get("show")
        element = TSHARK.get(name[6:]) if name.startswith("cflow.") else None
        if name in ("cflow.icmp_ipv6_type", "cflow.icmp_ipv6_code"):
            types[name[-4:]] = int(value)
        if element is None:
            continue
        reverse = "(Reverse Type" in field.get("showname", "")
        if element.endswith("Milliseconds"):
            times[element].append(tshark_time(value))
            continue
        if value.startswith("0x"):
            value = str(int(value, 16))
        flow[reverse_name(element) if reverse else element] = value
    for element, found in times.items():
        flow[element] = found[-1]
        if len(found) > 1:
            flow[reverse_name(element)] = found[0]
    if "type" in types:
        flow["icmpTypeCodeIPv6"] = str(types["type"] * 256 + types["code"])
    return flow


def tshark_own(part):
    """What weir.lua shows of one record."""
    flow = {}
    for field in part.iter("field"):
        if field.get("name", "").startswith("weir."):
            value = field.get("show")
            if field.get("showname", "").endswith((": True", ": False")):
                value = plain(value in ("1", "True"))
            flow[field.get("name")[5:]] = value
    return flow


def by_tshark(profile, _count, more):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "stream.ipfix")
        stream(profile, path, more)
        out = subprocess.run(["tshark", "-r", path, "-X", "lua_script:" + collectors("tshark", "weir.lua"), "-T", "pdml"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    got = []
    for packet in xml.etree.ElementTree.fromstring(out).iter("packet"):
        own = [part for part in packet.iter() if part.get("showname", part.get("show", "")).startswith("Record of")]
        for part in packet.iter("field"):
            if not re.match(r"Flow \d+$", part.get("show", "")):
                continue
            flow = tshark_flow(part)
            if part.find(".//field[@name='cflow.enterprise_private_entry']") is not None:
                flow.update(tshark_own(own.pop(0)))   # in the same order
            if "packetDeltaCount" in flow:
                got.append(flow)
    return got


RECEIVERS = {"nfcapd": by_nfcapd, "nfacctd": by_nfacctd, "tshark": by_tshark, "ipfixDump": by_ipfixdump,
             "python3-ipfix": by_python}


def values(flows):
    """For each element, how often which flow has which value."""
    found = collections.defaultdict(collections.Counter)
    for flow in flows:
        whose = (flow.get("sourceIPv4Address", flow.get("sourceIPv6Address")),
                 flow.get("destinationIPv4Address", flow.get("destinationIPv6Address")),
                 flow.get("protocolIdentifier"), flow.get("packetDeltaCount"))
        for name, value in flow.items():
            if value not in NOTHING:
                found[name][whose, value] += 1
    return found


def compare(want, got):
    """Elements that are right, wrong, dropped."""
    want, got = values(want), values(got)
    right = [name for name in want if got[name] == want[name]]
    dropped = [name for name in want if not got[name]]
    return sorted(right), sorted(set(want) - set(right) - set(dropped)), sorted(dropped)


def rows():
    """(receiver, profile, records sent, records got, elements right, wrong, dropped)"""
    for profile in PROFILES:
        count = len(records(*(["--uniflow"] if profile == "basic" else [])))
        for receiver, take in RECEIVERS.items():
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "sent.ipfix")
                got = take(profile, count, ["file:%s?profile=%s" % (path, profile)])
                want = sent(path)
            yield (receiver, profile, len(want), len(got), *compare(want, got))


def table():
    print("%-14s %-11s %9s  %6s  %s" % ("receiver", "profile", "records", "fields", "wrong; dropped"))
    for receiver, profile, want, got, right, wrong, dropped in rows():
        text = "%s; %s" % (", ".join(wrong) or "-", ", ".join(dropped) or "-")
        print("%-14s %-11s %4d/%4d  %6d  %s" % (receiver, profile, got, want, len(right), text), flush=True)


def test():
    tap = Tap("nfcapd", "nfdump", "nfacctd", "tshark", "ipfixDump")
    for receiver, profile, want, got, right, wrong, dropped in rows():
        what = "%s: profile %s" % (receiver, profile)
        least = set(right) | set(wrong) | set(dropped)
        if receiver not in COMPLETE:
            least &= LEAST | LEAST_BIFLOW | (LEAST_NFACCTD if receiver == "nfacctd" else set())
        tap.equal(got, want, "%s, all records" % what)
        tap.equal(wrong, [], "%s, no field is wrong" % what)
        tap.equal(sorted(least - set(right)), [], "%s, %d fields are right" % (what, len(right)))
    tap.end()


def main():
    os.environ["TZ"] = "UTC"   # receivers print local time
    files.use_elements()
    if sys.argv[1:] == ["--table"]:
        table()
    else:
        test()


if __name__ == "__main__":
    main()
