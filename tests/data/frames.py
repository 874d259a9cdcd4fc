"""Frames as they look on the wire, from the inside out. What a home's devices send is in
make_home.py; here is only how it is laid out. Randomness is seeded: the same bytes every time."""
import hashlib
import hmac
import random
import struct
from ipaddress import ip_address

RANDOM = random.Random(7)


def octets(n):
    return bytes(RANDOM.getrandbits(8) for _ in range(n))


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def packed(address):
    return ip_address(address).packed


# ---- below IP

def ethernet(src, dst, ethertype, payload):
    return (mac(dst) + mac(src) + struct.pack(">H", ethertype) + payload).ljust(60, b"\0")


def arp(operation, sender_mac, sender, target_mac, target):
    return struct.pack(">HHBBH", 1, 0x0800, 6, 4, operation) + mac(sender_mac) + packed(sender) + \
        mac(target_mac) + packed(target)


# ---- IP, UDP, TCP, ICMP

def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip(src, dst, protocol, payload, ttl=64):
    if ":" in src:
        return struct.pack(">IHBB", 6 << 28, len(payload), protocol, ttl) + packed(src) + \
            packed(dst) + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), RANDOM.getrandbits(16), 0x4000, ttl,
                       protocol, 0) + packed(src) + packed(dst)
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def with_checksum(src, dst, protocol, data, at):
    """Fill the checksum at offset @at of @data, with the pseudo header of the addresses."""
    pseudo = packed(src) + packed(dst) + struct.pack(">II", len(data), protocol)
    value = checksum(pseudo + data) or 0xffff
    return data[:at] + struct.pack(">H", value) + data[at + 2:]


def udp(src, dst, sport, dport, payload):
    data = struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload
    return with_checksum(src, dst, 17, data, 6)


def tcp(src, dst, ports, numbers, flags, payload=b""):
    options = b"\x02\x04\x05\xb4\x01\x01\x04\x02" if flags & 2 else b""
    data = struct.pack(">HHIIBBHHH", *ports, *numbers, (20 + len(options)) << 2, flags, 64240, 0, 0)
    return with_checksum(src, dst, 6, data + options + payload, 16)


def icmp(kind, code, rest):
    data = struct.pack(">BBH", kind, code, 0) + rest
    return data[:2] + struct.pack(">H", checksum(data)) + data[4:]


def icmp6(src, dst, kind, code, rest):
    return with_checksum(src, dst, 58, struct.pack(">BBH", kind, code, 0) + rest, 2)


# ---- DNS (RFC 1035), also for mDNS and LLMNR

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "TXT": 16, "AAAA": 28, "SRV": 33}


class Dns:
    """A message with compressed names."""

    def __init__(self, number, flags, counts):
        self.data = struct.pack(">HHHHHH", number, flags, *counts)
        self.seen = {}

    def name(self, labels):
        labels = tuple(labels)
        while labels:
            if labels in self.seen:
                self.data += struct.pack(">H", 0xc000 | self.seen[labels])
                return
            self.seen[labels] = len(self.data)
            text = labels[0].encode()
            self.data += bytes([len(text)]) + text
            labels = labels[1:]
        self.data += b"\0"

    def question(self, name, kind):
        self.name(split(name))
        self.data += struct.pack(">HH", TYPES[kind], 1)

    def record(self, name, kind, value, ttl=300, klass=1):
        self.name(split(name))
        self.data += struct.pack(">HHIH", TYPES[kind], klass, ttl, 0)
        at = len(self.data)
        if kind in ("A", "AAAA"):
            self.data += packed(value)
        elif kind == "SRV":
            self.data += struct.pack(">HHH", 0, 0, value[0])
            self.name(split(value[1]))
        elif kind == "TXT":
            self.data += b"".join(bytes([len(v)]) + v.encode() for v in value)
        else:
            self.name(split(value))
        self.data = self.data[:at - 2] + struct.pack(">H", len(self.data) - at) + self.data[at:]


def split(name):
    """Labels; "A Thing|_ipp._tcp.local": the part before the bar is one label, dots and all."""
    first, bar, rest = name.partition("|")
    return ([first] if bar else []) + (rest if bar else first).split(".")


def dns_query(number, name, kind):
    message = Dns(number, 0x0100, (1, 0, 0, 0))
    message.question(name, kind)
    return message.data


def dns_answer(number, name, kind, answers, truncated=False):
    """@answers: (type, value) in order; a CNAME moves on to its target."""
    message = Dns(number, 0x8380 if truncated else 0x8180, (1, len(answers), 0, 0))
    message.question(name, kind)
    for answer, value in answers:
        message.record(name, answer, value)
        name = value if answer == "CNAME" else name
    return message.data


# ---- DHCP (RFC 2131), DHCPv6 (RFC 8415)

def dhcp(kind, client_mac, xid, yours, options):
    reply = kind in (2, 5)
    head = struct.pack(">BBBBIHH", 2 if reply else 1, 1, 6, 0, xid, 0, 0) + bytes(4) + \
        packed(yours) + bytes(8) + mac(client_mac).ljust(16, b"\0") + bytes(192)
    body = b"\x63\x82\x53\x63" + bytes([53, 1, kind])
    for code, value in options:
        body += bytes([code, len(value)]) + value
    return (head + body + b"\xff").ljust(300, b"\0")


def dhcp6(kind, xid, options):
    return bytes([kind]) + xid.to_bytes(3, "big") + \
        b"".join(struct.pack(">HH", code, len(value)) + value for code, value in options)


# ---- TLS (RFC 8446)

def vector(length_octets, data):
    return len(data).to_bytes(length_octets, "big") + data


def extension(kind, data):
    return struct.pack(">H", kind) + vector(2, data)


def client_hello(name, alpn=("h2", "http/1.1"), more=b"", pad=0):
    """The handshake message. @pad: octets of key share, as post-quantum groups need them."""
    body = b"\x03\x03" + octets(32) + vector(1, octets(32)) + \
        vector(2, bytes.fromhex("130113021303c02bc02fc02cc030cca9cca8")) + b"\x01\x00"
    ext = extension(10, vector(2, bytes.fromhex("001d00170018"))) + \
        extension(13, vector(2, bytes.fromhex("0403080404010503080505010806"))) + \
        extension(43, vector(1, b"\x03\x04\x03\x03")) + \
        extension(51, vector(2, (struct.pack(">H", 0x6399) + vector(2, octets(pad)) if pad else b"")
                             + b"\x00\x1d" + vector(2, octets(32)))) + \
        extension(16, vector(2, b"".join(vector(1, a.encode()) for a in alpn))) + more
    if name:
        ext += extension(0, vector(2, b"\0" + vector(2, name.encode())))
    return b"\x01" + vector(3, body + vector(2, ext))


def server_hello():
    body = b"\x03\x03" + octets(32) + vector(1, octets(32)) + b"\x13\x01\x00" + \
        vector(2, extension(43, b"\x03\x04") + extension(51, b"\x00\x1d" + vector(2, octets(32))))
    return b"\x02" + vector(3, body)


def tls_record(kind, data):
    return bytes([kind]) + b"\x03\x03" + vector(2, data)


# ---- QUIC Initials (RFC 9001, RFC 9369); only regenerating the capture needs the cipher

VERSIONS = {1: (0x00000001, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic", 0),
            2: (0x6b3343cf, "0dede3def700a6db819381be6e269dcbf9bd2ed9", "quicv2", 1)}


def varint(n):
    return struct.pack(">B", n) if n < 64 else struct.pack(">H", 0x4000 | n)


def hkdf_expand_label(secret, label, n):
    info = struct.pack(">H", n) + vector(1, b"tls13 " + label.encode()) + b"\0"
    return hmac.new(secret, info + b"\x01", hashlib.sha256).digest()[:n]


def quic_keys(version, dcid, side):
    _, salt, label, _ = VERSIONS[version]
    initial = hmac.new(bytes.fromhex(salt), dcid, hashlib.sha256).digest()
    secret = hkdf_expand_label(initial, side + " in", 32)
    return [hkdf_expand_label(secret, label + " " + what, n)
            for what, n in (("key", 16), ("iv", 12), ("hp", 16))]


def crypto_frame(offset, data):
    return b"\x06" + varint(offset) + varint(len(data)) + data


def quic_initial(version, side, keys_of, ids, number, frames, size=1200):
    """A protected Initial, padded to @size octets. @ids: (destination, source) connection ids."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    key, iv, hp = quic_keys(version, keys_of, side)
    wire, _, _, kind = VERSIONS[version]
    head = bytes([0xc1 | kind << 4]) + struct.pack(">I", wire) + vector(1, ids[0]) + \
        vector(1, ids[1]) + varint(0)
    plain = frames.ljust(size - len(head) - 4 - 16, b"\0")
    head += varint(2 + len(plain) + 16) + struct.pack(">H", number)
    nonce = bytes(a ^ b for a, b in zip(iv, number.to_bytes(12, "big")))
    sealed = AESGCM(key).encrypt(nonce, plain, head)
    cipher = Cipher(algorithms.AES(hp), modes.ECB()).encryptor()
    mask = cipher.update(sealed[2:18])
    return bytes([head[0] ^ mask[0] & 0x0f]) + head[1:-2] + \
        bytes(a ^ b for a, b in zip(head[-2:], mask[1:])) + sealed


# ---- the capture file

def pcap(frames):
    """@frames: (microseconds since the epoch, octets), sorted here."""
    data = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    for time, frame in sorted(frames, key=lambda f: f[0]):
        data += struct.pack("<IIII", time // 10**6, time % 10**6, len(frame), len(frame)) + frame
    return data
