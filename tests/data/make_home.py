#!/usr/bin/env python3
"""Makes home.pcap and home.expected.tsv: an evening of a home that was made up, as its gateway
sees it on the home side. Names and far addresses are those kept for documentation (RFC 2606,
5737, 3849); the makers of the network cards are real ones. What a probe should find is written
down beside each conversation, by hand, not found by a program.

    make_home.py [FOLDER]       needs python3-cryptography, for the QUIC packets
"""
import os
import struct
import sys

from frames import (RANDOM, Dns, arp, client_hello, crypto_frame, dhcp, dhcp6, dns_answer,
                    dns_query, ethernet, extension, icmp, icmp6, ip, mac, octets, packed, pcap,
                    quic_initial, server_hello, tcp, tls_record, udp)

START = 1772388000 * 10**6  # 2026-03-01 18:00:00 UTC
MS = 1000
GATEWAY_MAC = "bc:05:43:10:20:30"
RESOLVER, RESOLVER6 = "192.168.1.1", "2001:db8:1:1::1"
MDNS, MDNS6, SSDP, LLMNR = "224.0.0.251", "ff02::fb", "239.255.255.250", "224.0.0.252"

frames = []
rows = ["# kind\tfields, see tests/names.py"]


def link_local(address):
    m = mac(address)
    return "fe80::%x:%x:%x:%x" % ((m[0] ^ 2) << 8 | m[1], m[2] << 8 | 0xff, 0xfe00 | m[3],
                                  m[4] << 8 | m[5])


class Host:
    """A device of the home; @name and @source are what it should be called, and why."""

    def __init__(self, number, address, name, source, vendor, dhcp_name=None):
        self.mac, self.name, self.dhcp_name = address, name, dhcp_name
        self.v4 = "192.168.1.%d" % number
        self.v6 = "2001:db8:1:1::%x" % number
        self.ll = link_local(address)
        self.port = 40000 + 100 * number
        rows.append("\t".join(("device", address, name, source, vendor)))

    def next_port(self):
        self.port += 1
        return self.port


def hop(address):
    """Where a frame to or from @address goes at home."""
    for host in HOSTS:
        if address in (host.v4, host.v6, host.ll):
            return host.mac
    if address.startswith("224.") or address.startswith("239."):
        return "01:00:5e:%02x:%02x:%02x" % tuple(packed(address)[i] & (0x7f if i == 1 else 0xff)
                                                 for i in (1, 2, 3))
    if address == "255.255.255.255":
        return "ff:ff:ff:ff:ff:ff"
    if address.startswith("ff02:"):
        return "33:33:" + ":".join("%02x" % b for b in packed(address)[12:])
    return GATEWAY_MAC


def send(time, src, dst, protocol, payload, ttl=64, src_mac=None):
    away = not src_mac and hop(src) == GATEWAY_MAC and not src.startswith(("192.168.", "fe80:", "2001:db8:1:1:"))
    packet = ip(src, dst, protocol, payload, ttl - 12 if away else ttl)
    ethertype = 0x86dd if ":" in src else 0x0800
    frames.append((START + time, ethernet(src_mac or hop(src), hop(dst), ethertype, packet)))


def send_udp(time, src, dst, sport, dport, payload, ttl=64, src_mac=None):
    send(time, src, dst, 17, udp(src, dst, sport, dport, payload), ttl, src_mac)


def expect(host, protocol, src, sport, dst, dport, name, source):
    """@name "": the flow has none."""
    rows.append("\t".join(("flow", host.mac, str(protocol), src, str(sport), dst, str(dport),
                           name, source, ".".join(name.split(".")[-2:]))))


class Tcp:
    """A connection: handshake, what both say, end."""

    def __init__(self, time, src, dst, sport, dport):
        self.time, self.ends, self.ports = time, (src, dst), (sport, dport)
        self.next = [RANDOM.getrandbits(31), RANDOM.getrandbits(31)]
        self.delay = 600 if hop(dst) != GATEWAY_MAC else 18 * MS
        self.packet(0, 2)
        self.packet(1, 0x12)
        self.packet(0, 0x10)

    def packet(self, side, flags, data=b""):
        src, dst = self.ends[side], self.ends[1 - side]
        ports = self.ports if side == 0 else self.ports[::-1]
        numbers = (self.next[side], self.next[1 - side] if flags & 0x10 else 0)
        send(self.time, src, dst, 6, tcp(src, dst, ports, numbers, flags, data))
        self.next[side] += len(data) + (flags & 3 != 0)
        self.time += self.delay // 2

    def say(self, side, data, segment=1440):
        for at in range(0, len(data), segment):
            self.packet(side, 0x18, data[at:at + segment])
        self.packet(1 - side, 0x10)
        return self

    def end(self):
        self.packet(0, 0x11)
        self.packet(1, 0x11)
        self.packet(0, 0x10)
        return self.time


def ask(time, host, name, kind, answers, v6=False):
    """A look-up through the gateway's resolver; gives the time of the answer."""
    src, dst = (host.v6, RESOLVER6) if v6 else (host.v4, RESOLVER)
    port, number = host.next_port(), RANDOM.getrandbits(16)
    send_udp(time, src, dst, port, 53, dns_query(number, name, kind))
    send_udp(time + 14 * MS, dst, src, 53, port, dns_answer(number, name, kind, answers))
    return time + 15 * MS


def ask_tcp(time, host, name, kind, answers):
    """The answer does not fit a datagram: asked again over TCP, the answer in two segments."""
    port, number = host.next_port(), RANDOM.getrandbits(16)
    send_udp(time, host.v4, RESOLVER, port, 53, dns_query(number, name, kind))
    send_udp(time + 14 * MS, RESOLVER, host.v4, 53, port,
             dns_answer(number, name, kind, [], truncated=True))
    talk = Tcp(time + 15 * MS, host.v4, RESOLVER, host.next_port(), 53)
    for side, message in ((0, dns_query(number, name, kind)),
                          (1, dns_answer(number, name, kind, answers))):
        talk.say(side, struct.pack(">H", len(message)) + message, 200)
    return talk.end()


def tls(time, host, src, dst, name, source, **hello):
    """A TLS 1.3 connection with some data; @source says what should have given the name."""
    segment = hello.pop("segment", 1440)
    sni = name if source == "sni" else None
    port = host.next_port()
    talk = Tcp(time, src, dst, port, 443)
    talk.say(0, tls_record(22, client_hello(sni, **hello)), segment)
    talk.say(1, tls_record(22, server_hello()) + tls_record(20, b"\1") +
             tls_record(23, octets(2400)))
    talk.say(0, tls_record(20, b"\1") + tls_record(23, octets(300)))
    talk.say(1, tls_record(23, octets(5000)))
    expect(host, 6, src, port, dst, 443, name, source)
    return talk.end()


def quic(time, host, src, dst, name, version, split=False):
    """An HTTP/3 connection. @split: the ClientHello lies in two Initials, later part first."""
    port, dcid, theirs = host.next_port(), octets(8), octets(8)
    hello = client_hello(name, ("h3",), extension(57, bytes.fromhex("0104800075300404bfffffff")),
                         pad=1184 if split else 0)
    half = 700 if split else len(hello)
    parts = [crypto_frame(half, hello[half:]) + b"\x01" + crypto_frame(300, hello[300:half]),
             crypto_frame(0, hello[:300])] if split else [crypto_frame(0, hello)]
    for number, part in enumerate(parts):
        send_udp(time + 200 * number, src, dst, port, 443,
                 quic_initial(version, "client", dcid, (dcid, b""), number, part, 1250))
    reply = b"\x02\x00\x00\x00\x00" + crypto_frame(0, server_hello())
    send_udp(time + 20 * MS, dst, src, 443, port,
             quic_initial(version, "server", dcid, (b"", theirs), 0, reply))
    for i in range(8):
        here, there = ((src, port), (dst, 443))[::1 if i % 4 == 0 else -1]
        data = bytes([0x40 | RANDOM.getrandbits(5)]) + (theirs if i % 4 == 0 else b"") + \
            octets(60 if i % 4 == 0 else 900)
        send_udp(time + (40 + i) * MS, here[0], there[0], here[1], there[1], data)
    expect(host, 17, src, port, dst, 443, name, "quic")


def http(time, host, src, dst, name, path, agent):
    port = host.next_port()
    talk = Tcp(time, src, dst, port, 80)
    talk.say(0, ("GET %s HTTP/1.1\r\nUser-Agent: %s\r\nHost: %s\r\nAccept: */*\r\n\r\n" %
                 (path, agent, name)).encode())
    talk.say(1, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 420\r\n\r\n" +
             octets(210).hex().encode())
    expect(host, 6, src, port, dst, 80, name, "http")
    return talk.end()


def ntp(time, host, dst, name):
    port = host.next_port()
    send_udp(time, host.v4, dst, port, 123, b"\x23" + bytes(39) + octets(8))
    send_udp(time + 21 * MS, dst, host.v4, 123, port, b"\x24\x02\x06\xe9" + octets(44))
    expect(host, 17, host.v4, port, dst, 123, name, "dns")


def ping(time, host, src, dst, name, count=3):
    number = RANDOM.getrandbits(16)
    for i in range(count):
        for kind4, kind6, here, there in ((8, 128, src, dst), (0, 129, dst, src)):
            rest = struct.pack(">HH", number, i) + bytes(range(48))
            at = time + i * 10**6 + (0 if kind4 else 19 * MS)
            if ":" in src:
                send(at, here, there, 58, icmp6(here, there, kind6, 0, rest))
            else:
                send(at, here, there, 1, icmp(kind4, 0, rest))
    expect(host, 58 if ":" in src else 1, src, 0, dst, 0, name, "dns" if name else "none")


def join(time, host, parameters, vendor_class, known=False):
    """Get an IPv4 address, and look whether somebody has it."""
    xid = RANDOM.getrandbits(32)
    about = [(61, b"\1" + mac(host.mac))]
    if host.dhcp_name:
        about.append((12, host.dhcp_name.encode()))
    if vendor_class:
        about.append((60, vendor_class.encode()))
    about.append((55, bytes(parameters)))
    server = [(54, packed(RESOLVER)), (51, struct.pack(">I", 86400)), (1, packed("255.255.255.0")),
              (3, packed(RESOLVER)), (6, packed(RESOLVER)), (15, b"home.example")]
    asked = [(50, packed(host.v4))]
    steps = [(3, asked + about)] if known else [(1, about), (3, asked + server[:1] + about)]
    for i, (kind, options) in enumerate(steps):
        send_udp(time + i * 40 * MS, "0.0.0.0", "255.255.255.255", 68, 67,
                 dhcp(kind, host.mac, xid, "0.0.0.0", options), src_mac=host.mac)
        send_udp(time + i * 40 * MS + 9 * MS, RESOLVER, host.v4, 67, 68,
                 dhcp(2 if kind == 1 else 5, host.mac, xid, host.v4, server))
    for i, (sender, target) in enumerate((("0.0.0.0", host.v4), (host.v4, RESOLVER))):
        frames.append((START + time + (100 + i) * MS, ethernet(
            host.mac, "ff:ff:ff:ff:ff:ff", 0x0806,
            arp(1, host.mac, sender, "00:00:00:00:00:00", target))))
    frames.append((START + time + 102 * MS, ethernet(
        GATEWAY_MAC, host.mac, 0x0806, arp(2, GATEWAY_MAC, RESOLVER, host.mac, host.v4))))


def join6(time, host):
    """Router solicitation and advertisement, duplicate address detection, neighbours."""
    gateway, solicited = link_local(GATEWAY_MAC), "ff02::1:ff00:%x" % int(host.v6.split(":")[-1], 16)
    prefix = b"\x03\x04\x40\xc0" + struct.pack(">III", 86400, 14400, 0) + packed("2001:db8:1:1::")
    resolver = b"\x19\x03\0\0" + struct.pack(">I", 1200) + packed(RESOLVER6)
    steps = (
        (host.ll, "ff02::2", 133, bytes(4) + b"\x01\x01" + mac(host.mac)),
        (gateway, "ff02::1", 134, b"\x40\xc0\x07\x08" + bytes(8) + b"\x01\x01" + mac(GATEWAY_MAC) +
         prefix + resolver),
        ("::", solicited, 135, bytes(4) + packed(host.v6)),
        (host.v6, "ff02::1:ff00:1", 135, bytes(4) + packed(RESOLVER6) + b"\x01\x01" + mac(host.mac)),
        (RESOLVER6, host.v6, 136, b"\xe0\0\0\0" + packed(RESOLVER6) + b"\x02\x01" + mac(GATEWAY_MAC)),
    )
    for i, (src, dst, kind, rest) in enumerate(steps):
        send(time + i * 3 * MS, src, dst, 58, icmp6(src, dst, kind, 0, rest), 255,
             host.mac if src == "::" else None)


def join_dhcp6(time, host, name):
    duid = b"\0\x03\0\x01" + mac(host.mac)
    gateway = link_local(GATEWAY_MAC)
    address = struct.pack(">HH", 5, 24) + packed(host.v6) + struct.pack(">II", 7200, 14400)
    lease = (3, b"\0\0\0\x01" + struct.pack(">II", 3600, 5400))
    fqdn = (39, b"\0" + b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")))
    vendor = (16, struct.pack(">IH", 32473, 8) + b"tv-2.1.0")
    xid = RANDOM.getrandbits(24)
    for i, kind in enumerate((1, 3)):
        send_udp(time + i * 30 * MS, host.ll, "ff02::1:2", 546, 547, dhcp6(kind, xid, (
            (1, duid), lease, fqdn, vendor, (6, struct.pack(">HH", 23, 24)), (8, b"\0\0"))))
        send_udp(time + i * 30 * MS + 8 * MS, gateway, host.ll, 547, 546, dhcp6(
            2 if kind == 1 else 7, xid, ((1, duid), (2, b"\0\x03\0\x01" + mac(GATEWAY_MAC)),
                                         (3, lease[1] + address), (23, packed(RESOLVER6)))))


def announce(time, host, instance, service, hostname, port, texts):
    """mDNS and DNS-SD: here I am (RFC 6762, 6763)."""
    full = "%s|%s.local" % (instance, service)
    message = Dns(0, 0x8400, (0, 5, 0, 0))
    message.record(service + ".local", "PTR", full, 4500)
    message.record(full, "SRV", (port, hostname), 120, 0x8001)
    message.record(full, "TXT", texts, 4500, 0x8001)
    message.record(hostname, "A", host.v4, 120, 0x8001)
    message.record(hostname, "AAAA", host.v6, 120, 0x8001)
    send_udp(time, host.v4, MDNS, 5353, 5353, message.data, 255)
    send_udp(time + MS, host.ll, MDNS6, 5353, 5353, message.data, 255)


def say_ssdp(time, host, dst, lines, port=1900):
    send_udp(time, host.v4, dst, 1900, port, "\r\n".join(lines + ["", ""]).encode(), 4)


def local(time, src, dst, dport, request, reply):
    """A connection between two devices: no far end, but a peer."""
    port = src.next_port()
    talk = Tcp(time, src.v4, dst.v4, port, dport)
    talk.say(0, request)
    talk.say(1, reply)
    talk.end()
    rows.append("\t".join(("local", src.mac, "6", src.v4, str(port), dst.v4, str(dport), dst.mac)))


thermostat = Host(20, "ec:e5:12:0a:0b:01", "thermostat-hall", "dhcp", "tado", "thermostat-hall")
tv = Host(21, "7c:89:56:11:22:33", "livingroom-tv", "dhcp", "Samsung", "livingroom-tv")
phone = Host(22, "8a:1f:5c:77:20:9e", "phone-of-kim", "dhcp", "", "phone-of-kim")
laptop = Host(23, "88:b2:91:4d:5e:6f", "Ada", "mdns", "Apple", "adas-laptop")
camera = Host(24, "44:47:cc:c0:ff:ee", "Hikvision", "vendor", "Hikvision")
printer = Host(25, "50:57:9c:01:02:03", "Office Printer", "mdns", "Seiko Epson", "EPSON010203")
speaker = Host(26, "54:2a:1b:aa:bb:cc", "Kitchen", "mdns", "Sonos", "SonosZP")
console = Host(27, "98:e8:fa:5a:5b:5c", "console", "dhcp", "Nintendo", "console")
HOSTS = [thermostat, tv, phone, laptop, camera, printer, speaker, console]
SECOND = 10**6


def morning():
    """Everybody joins."""
    for i, (host, parameters, vendor_class) in enumerate((
            (thermostat, (1, 3, 6), "thermo-os 4.2"),
            (tv, (1, 3, 6, 12, 15, 28, 42), "tv-os:6.0"),
            (phone, (1, 3, 6, 15, 26, 28, 51, 58, 59, 43), "phone-dhcp-15"),
            (laptop, (1, 121, 3, 6, 15, 108, 114, 119, 252), ""),
            (camera, (1, 3, 6, 12, 15, 28, 42), "udhcp 1.24.1"),
            (printer, (1, 3, 6, 12, 15, 44, 47), "EPSON Ink"),
            (speaker, (1, 3, 6, 12, 15), "udhcp 1.19.3"),
            (console, (1, 3, 6, 15, 28, 51, 58, 59), ""))):
        join(i * 700 * MS, host, parameters, vendor_class, known=i % 3 == 2)
        if host not in (thermostat, camera, console):
            join6(i * 700 * MS + 250 * MS, host)
    join_dhcp6(6 * SECOND, tv, "livingroom-tv.home.example")
    announce(7 * SECOND, printer, "Office Printer", "_ipp._tcp", "EPSON010203.local", 631,
             ("txtvers=1", "ty=EPSON Ink Printer", "rp=ipp/print"))
    announce(7 * SECOND + 200 * MS, speaker, "Kitchen", "_airplay._tcp", "Kitchen.local", 7000,
             ("model=One", "flags=0x4"))
    announce(7 * SECOND + 400 * MS, laptop, "Ada", "_smb._tcp", "Ada.local", 445, ("",))
    say_ssdp(8 * SECOND, tv, SSDP, [
        "NOTIFY * HTTP/1.1", "HOST: 239.255.255.250:1900", "CACHE-CONTROL: max-age=1800",
        "LOCATION: http://%s:8001/dmr" % tv.v4, "NT: upnp:rootdevice", "NTS: ssdp:alive",
        "SERVER: Linux/4.1 UPnP/1.0 TV/6.0", "USN: uuid:0a1b2c3d-0001::upnp:rootdevice"])
    say_ssdp(8 * SECOND + 100 * MS, phone, SSDP, [
        "M-SEARCH * HTTP/1.1", "HOST: 239.255.255.250:1900", 'MAN: "ssdp:discover"', "MX: 2",
        "ST: urn:schemas-upnp-org:device:MediaRenderer:1"])
    say_ssdp(8 * SECOND + 400 * MS, tv, phone.v4, [
        "HTTP/1.1 200 OK", "CACHE-CONTROL: max-age=1800", "EXT:",
        "LOCATION: http://%s:8001/dmr" % tv.v4, "SERVER: Linux/4.1 UPnP/1.0 TV/6.0",
        "ST: urn:schemas-upnp-org:device:MediaRenderer:1", "USN: uuid:0a1b2c3d-0001"])
    number = RANDOM.getrandbits(16)
    query = Dns(number, 0, (1, 0, 0, 0))
    query.question("printer", "A")
    send_udp(9 * SECOND, laptop.v4, LLMNR, 50123, 5355, query.data, 1)


def evening():
    """What they do, with the name that each far end should get, and why."""
    t = 12 * SECOND
    # Names that were asked for; the time server speaks no name itself.
    at = ask(t, thermostat, "time.thermo.example", "A", [("A", "192.0.2.123")])
    ntp(at, thermostat, "192.0.2.123", "time.thermo.example")
    at = ask(t + SECOND, thermostat, "api.thermo.example", "A",
             [("CNAME", "eu.api.thermo.example"), ("A", "192.0.2.40")])
    http(at, thermostat, thermostat.v4, "192.0.2.40", "api.thermo.example", "/v2/state", "thermo/4.2")
    # Two devices know one address of a content network under two names; neither flow says one.
    at = ask(t + 2 * SECOND, tv, "films.stream.example", "A", [
        ("CNAME", "films.stream.example.edge.cdn.example"), ("CNAME", "e7.cdn.example"),
        ("A", "203.0.113.80"), ("A", "203.0.113.81")])
    tls(at, tv, tv.v4, "203.0.113.80", "films.stream.example", "dns")
    at = ask(t + 3 * SECOND, console, "downloads.games.example", "A", [
        ("CNAME", "e7.cdn.example"), ("A", "203.0.113.80")])
    port = console.next_port()
    for i in range(6):
        send_udp(at + i * 30 * MS, console.v4, "203.0.113.80", port, 30000, octets(120))
        send_udp(at + i * 30 * MS + 18 * MS, "203.0.113.80", console.v4, 30000, port, octets(400))
    expect(console, 17, console.v4, port, "203.0.113.80", 30000, "downloads.games.example", "dns")
    # One address, two names of one device: each flow has that of the look-up before it or its own.
    at = ask(t + 4 * SECOND, tv, "ads.tracker.example", "A", [("A", "203.0.113.81")])
    tls(at, tv, tv.v4, "203.0.113.81", "ads.tracker.example", "sni")
    # IPv6: a ClientHello in two segments, from an address the home got from its provider.
    at = ask(t + 5 * SECOND, laptop, "www.news.example", "AAAA", [
        ("CNAME", "news.cdn.example"), ("AAAA", "2001:db8:80::80")], v6=True)
    tls(at, laptop, laptop.v6, "2001:db8:80::80", "www.news.example", "sni", pad=1184, segment=900)
    # QUIC in both versions.
    at = ask(t + 6 * SECOND, phone, "video.social.example", "AAAA",
             [("AAAA", "2001:db8:80::1:1")], v6=True)
    quic(at, phone, phone.v6, "2001:db8:80::1:1", "video.social.example", 1, split=True)
    at = ask(t + 7 * SECOND, speaker, "music.audio.example", "A", [("A", "198.51.100.77")])
    quic(at, speaker, speaker.v4, "198.51.100.77", "music.audio.example", 2)
    at = ask(t + 8 * SECOND, phone, "chat.social.example", "A", [("A", "198.51.100.20")])
    quic(at, phone, phone.v4, "198.51.100.20", "chat.social.example", 1)
    # An address built into the firmware: only the ClientHello tells a name.
    tls(t + 9 * SECOND, camera, camera.v4, "198.51.100.200", "upload.cam-cloud.example", "sni")
    # A long answer, over TCP; the flow that follows uses its last address.
    many = [("A", "198.51.100.%d" % i) for i in range(100, 130)]
    at = ask_tcp(t + 10 * SECOND, camera, "relay.cam-cloud.example", "A", many)
    port = camera.next_port()
    Tcp(at, camera.v4, "198.51.100.129", port, 8883).say(0, octets(200)).say(1, octets(90)).end()
    expect(camera, 6, camera.v4, port, "198.51.100.129", 8883, "relay.cam-cloud.example", "dns")
    at = ask(t + 12 * SECOND, laptop, "ping.example.net", "A", [("A", "198.51.100.1")])
    ping(at, laptop, laptop.v4, "198.51.100.1", "ping.example.net")
    at = ask(t + 13 * SECOND, laptop, "ping6.example.net", "AAAA", [("AAAA", "2001:db8:99::1")])
    ping(at, laptop, laptop.v6, "2001:db8:99::1", "ping6.example.net")
    http(t + 14 * SECOND, printer, printer.v4, "192.0.2.60", "ink.printers.example", "/level", "ink/1")
    # Nobody asked for this one and it tells no name.
    port = console.next_port()
    Tcp(t + 15 * SECOND, console.v4, "198.51.100.99", port, 5223).say(0, octets(80)).end()
    expect(console, 6, console.v4, port, "198.51.100.99", 5223, "", "none")


def night():
    """Among themselves, and knocks from outside."""
    t = 32 * SECOND
    local(t, laptop, printer, 9100, b"%!PS-Adobe-3.0\r\n" +
          octets(300).hex().encode(), b"\x1b@EJL ok\r\n")
    local(t + SECOND, phone, speaker, 1400, octets(500), octets(900))
    for i, port in enumerate((22, 23, 80, 443, 8080, 554)):
        at = t + 2 * SECOND + i * 50 * MS
        for far, near, number in (("2001:db8:bad::66", tv.v6, 51000), ("198.51.100.66", camera.v4, 52000)):
            send(at, far, near, 6, tcp(far, near, (number, port), (i, 0), 2))
            send(at + 300, near, far, 6, tcp(near, far, (port, number), (0, i + 1), 0x14))
    for host, far, near, number in ((tv, "2001:db8:bad::66", tv.v6, 51000),
                                    (camera, "198.51.100.66", camera.v4, 52000)):
        expect(host, 6, far, number, near, 23, "", "none")


morning()
evening()
night()
folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "home.pcap"), "wb") as out:
    out.write(pcap(frames))
with open(os.path.join(folder, "home.expected.tsv"), "w", encoding="utf-8") as out:
    out.write("\n".join(rows) + "\n")
