"""The bundled home, metered: every device has its name, every far end the name that its device
knew it under, each from where it should come. Rows of data/home.expected.tsv:

    device  MAC, name, source of the name, part of the vendor's name
    flow    MAC, protocol, source, port, destination, port, far end's name, its source, its node
    local   MAC, protocol, source, port, destination, port, the other device's MAC
"""
import json
import os
import subprocess
import sys

TOP = os.environ.get("TOP_SRCDIR", ".")
DATA = os.path.join(TOP, "tests", "data")
SOURCES = ("none", "dns", "sni", "quic", "http", "mdns", "ssdp", "dhcp", "dhcpv6", "vendor", "user",
           "llmnr")
JOINED_MS = 10000  # into the capture, everybody has said who they are


def address(record, end):
    return record.get(end + "IPv4Address") or record.get(end + "IPv6Address")


def key(record):
    return (str(record["protocolIdentifier"]), address(record, "source"),
            str(record.get("sourceTransportPort", 0)), address(record, "destination"),
            str(record.get("destinationTransportPort", 0)))


def source(record, element):
    return SOURCES[record.get(element, 0)]


def device_row(_, row):
    mac, name, where, vendor = row
    mine = [r for r in records if r.get("deviceMacAddress") == mac
            and r["flowStartMilliseconds"] >= records[0]["flowStartMilliseconds"] + JOINED_MS]
    got = {(r.get("deviceName", ""), source(r, "deviceNameSource")) for r in mine}
    vendors = {r.get("deviceVendor", "") for r in mine}
    if where == "vendor":
        name = "".join(vendors)  # in full, as the list has it
    randomised = {r.get("deviceMacRandomised", False) for r in mine}
    return [("name", got, {(name, where)}),
            ("vendor", {vendor in v if vendor else v == "" for v in vendors}, {True}),
            ("randomised", randomised, {bool(int(mac[:2], 16) & 2)})]


def flow_row(found, row):
    mac, name, where, node = [row[0]] + row[6:]
    got = [(r.get("deviceMacAddress"), r.get("farEndName", ""), source(r, "farEndNameSource"),
            r.get("farEndNode", "")) for r in found]
    return [("device, name, source, node", got, [(mac, name, where, node)] * max(1, len(got)))]


def local_row(found, row):
    got = [(r.get("deviceMacAddress"), macs.get(r.get("peerDeviceId"))) for r in found]
    return [("device, peer", got, [(row[0], row[6])] * max(1, len(got)))]


run = subprocess.run([os.path.join(os.environ.get("TOP_BUILDDIR", "build"), "weir"), "meter", "-r",
                      os.path.join(DATA, "home.pcap"), "-o", "json:-", "--profile", "full"],
                     stdout=subprocess.PIPE, encoding="utf-8", check=True)
records = sorted((json.loads(line) for line in run.stdout.splitlines()),
                 key=lambda r: r["flowStartMilliseconds"])
macs = {r["deviceId"]: r["deviceMacAddress"] for r in records if "deviceMacAddress" in r}
with open(os.path.join(DATA, "home.expected.tsv"), encoding="utf-8") as f:
    rows = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#")]
print("1..%d" % (len(rows) + 1))
failed = 0
for number, (kind, *row) in enumerate(rows, 1):
    found = [r for r in records if key(r) == tuple(row[1:6])] if kind != "device" else []
    check = {"device": device_row, "flow": flow_row, "local": local_row}[kind]
    wrong = [c for c in check(found, row) if c[1] != c[2]]
    for what, got, wanted in wrong:
        print("# %s: got %r, wanted %r" % (what, got, wanted))
    failed += bool(wrong)
    print("%s %d - %s %s" % ("not ok" if wrong else "ok", number, kind, " ".join(row[:6])))
strangers = set(macs.values()) - {row[1] for row in rows if row[0] == "device"}
failed += bool(strangers)
print("%s %d - nobody else is a device %s" % ("not ok" if strangers else "ok", len(rows) + 1,
                                              " ".join(sorted(strangers))))
sys.exit(1 if failed else 0)
