"""A collector that only adds up: what arrives in IPFIX over UDP or TCP."""
import socket
import struct
import threading

REVERSE = 29305
OCTETS, PACKETS, NOT_SENT = 1, 2, {166: "records", 167: "packets", 168: "octets"}


class Totals:
    """Decodes messages by their own templates."""

    def __init__(self):
        self.templates = {}
        self.records = self.packets = self.octets = self.messages = 0
        self.reasons = {}
        self.not_sent = {}
        self.expected = {}  # sequence number by domain
        self.missing = 0    # data records, by the sequence numbers

    def session(self):
        """A new one: nothing is known of templates, and sequence numbers begin anew."""
        self.templates = {}
        self.expected = {}

    def message(self, data):
        version, length, _, sequence, domain = struct.unpack_from(">HHIII", data)
        if version != 10 or length != len(data):
            raise ValueError("not an IPFIX message")
        self.messages += 1
        self.missing += (sequence - self.expected.get(domain, 0)) % (1 << 32)
        self.expected[domain] = sequence
        self.domain = domain
        at = 16
        while at < length:
            number, octets = struct.unpack_from(">HH", data, at)
            body = data[at + 4:at + octets]
            if number in (2, 3):
                self.template_set(domain, body, number == 3)
            elif number >= 256:
                self.data_set(self.templates[domain, number], body)
            at += octets

    def file(self, path):
        """Add up all messages of a file."""
        with open(path, "rb") as f:
            while header := f.read(16):
                self.message(header + f.read(int.from_bytes(header[2:4], "big") - 16))

    def template_set(self, domain, body, options):
        at = 0
        while at + 4 <= len(body):
            number, count = struct.unpack_from(">HH", body, at)
            at += 4
            scopes = 0
            if options:
                scopes, = struct.unpack_from(">H", body, at)
                at += 2
            fields = []
            for _ in range(count):
                element, octets = struct.unpack_from(">HH", body, at)
                at += 4
                pen = 0
                if element & 0x8000:
                    pen, = struct.unpack_from(">I", body, at)
                    at += 4
                fields.append((pen, element & 0x7fff, octets))
            self.templates[domain, number] = (fields, scopes)

    def data_set(self, template, body):
        fields, scopes = template
        least = sum(1 if octets == 65535 else octets for _, _, octets in fields)
        at = 0
        while len(body) - at >= max(least, 1):
            values = {}
            for pen, element, octets in fields:
                if octets == 65535:
                    octets = body[at]
                    at += 1
                    if octets == 255:
                        octets, = struct.unpack_from(">H", body, at)
                        at += 2
                values[pen, element] = body[at:at + octets]
                at += octets
            self.record(values, scopes > 0)

    def record(self, values, options):
        self.expected[self.domain] += 1

        def number(element, pen=0):
            return int.from_bytes(values.get((pen, element), b""), "big")
        if options:
            for element, name in NOT_SENT.items():
                if (0, element) in values:
                    self.not_sent[name] = number(element)
            return
        self.records += 1
        self.packets += number(PACKETS) + number(PACKETS, REVERSE)
        self.octets += number(OCTETS) + number(OCTETS, REVERSE)
        reason = number(136)
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


class Sink:
    """Listens on a port, by default one of its own, until closed. @kind: "udp" or "tcp"; @secure: an
    ssl.SSLContext."""

    def __init__(self, kind, port=0, secure=None):
        self.peer = None
        self.secure = secure
        self.sessions = 0
        self.totals = Totals()
        self.error = None
        self.kind = kind
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else
                                    socket.SOCK_STREAM)
        if kind == "udp":
            self.socket.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # SO_RCVBUFFORCE
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        if kind == "tcp":
            self.socket.listen(4)
        self.port = self.socket.getsockname()[1]
        self.uri = "%s:127.0.0.1:%d" % (kind, self.port)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            if self.kind == "tcp":
                while True:
                    peer = self.socket.accept()[0]
                    if self.secure:
                        peer = self.secure.wrap_socket(peer, server_side=True)
                    self.sessions += 1
                    self.stream(peer)
                    peer.close()
            while True:
                data = self.socket.recv(65535)
                if data == b"end":
                    return
                self.totals.message(data)
        except OSError:
            pass
        except (ValueError, KeyError, struct.error) as error:
            self.error = error

    def stream(self, peer):
        self.peer = peer
        self.totals.session()
        data = b""
        while True:
            more = peer.recv(65536)
            data += more
            while len(data) >= 16 and len(data) >= int.from_bytes(data[2:4], "big"):
                octets = int.from_bytes(data[2:4], "big")
                self.totals.message(data[:octets])
                data = data[octets:]
            if not more:
                return

    def die(self):
        """End the connection at once, leave the port, give the totals."""
        self.peer.shutdown(socket.SHUT_RDWR)
        totals = self.close()
        self.peer.close()
        return totals

    def close(self):
        """Take all that has been sent to it, end, give the totals."""
        if self.kind == "udp":
            end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            end.sendto(b"end", self.socket.getsockname())
            end.close()
        else:
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(30)
        self.socket.close()
        if self.error:
            raise self.error
        return self.totals
