"""openssl s_server takes our streams over TLS and DTLS, or refuses us; and we refuse it."""

import json
import os
import socket
import subprocess
import sys
import tempfile

from interop import DEADLINE_S, WEIR, CAPTURE, Tap, free_port, meter, udp_bound, until

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import certificates  # noqa: E402  (it stands one folder up)

PROTOCOLS = (("tls", "-tls1_2"), ("tls", "-tls1_3"), ("dtls", "-dtls1_2"))


def tcp_bound(port):
    """True when some process listens on the port."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as f:
            for line in f.readlines()[1:]:
                words = line.split()
                if int(words[1].rsplit(":", 1)[1], 16) == port and words[3] == "0A":
                    return True
    return False


class Collector:
    """s_server with its standard input kept open, which would end it, and its output kept."""

    def __init__(self, folder, scheme, flag, name="collector"):
        self.path = os.path.join(folder, "received")
        self.log = os.path.join(folder, "log")
        self.port = free_port(socket.SOCK_STREAM if scheme == "tls" else socket.SOCK_DGRAM)
        with open(self.path, "wb") as out, open(self.log, "wb") as log:
            self.process = subprocess.Popen(certificates.server(folder, flag, self.port, name, "-naccept", "1"),
                                            stdin=subprocess.PIPE, stdout=out, stderr=log)
        until(lambda: (tcp_bound if scheme == "tls" else udp_bound)(self.port), "s_server")

    def received(self):
        return os.path.getsize(self.path)

    def end(self):
        """It ends by itself after one session."""
        try:
            self.process.wait(DEADLINE_S)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()

    def stop(self):
        self.process.kill()
        self.end()


def flows_of(path):
    """The flow records of a stream that was kept, without what the messages around them say."""
    out = subprocess.run([WEIR, "dump", path], check=True, capture_output=True, text=True).stdout
    flows = [json.loads(line)["rec"] for line in out.splitlines() if "flowEndReason" in line]
    return sorted(json.dumps(flow) for flow in flows)


def check_all_arrive(tap, folder, scheme, flag, profile):
    written = os.path.join(folder, "written")
    collector = Collector(folder, scheme, flag)
    meter(["%s:127.0.0.1:%d%s&profile=%s&names=keep" % (scheme, collector.port, certificates.options(folder), profile),
           "file:%s?profile=%s" % (written, profile)])
    collector.end()
    got, want = flows_of(collector.path), flows_of(written)
    tap.ok(len(want) >= 84 and got == want, "s_server %s: all %d records of profile %s, as in a file" % (
        flag, len(want), profile), "%d records came" % len(got))


def check_refused(tap, folder, scheme, flag, case):
    what, name, options, reason = case
    collector = Collector(folder, scheme, flag, name)
    done = subprocess.run([WEIR, "meter", "-r", CAPTURE, "-o",
                           "%s:127.0.0.1:%d%s" % (scheme, collector.port, options)],
                          capture_output=True, text=True, check=False, timeout=DEADLINE_S)
    collector.stop()
    lines = done.stderr.splitlines()
    tap.ok(done.returncode != 0 and len(lines) == 1 and reason in lines[0],
           "%s %s: %s is told in one line" % (scheme, flag, what), done.stderr)
    tap.equal(collector.received(), 0, "%s %s: %s gets nothing" % (scheme, flag, what))


def main():
    tap = Tap("openssl")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("ca", "other"):
            certificates.authority(folder, name)
        certificates.certificate(folder, "collector", "ca")
        certificates.certificate(folder, "stranger", "other")
        certificates.certificate(folder, "exporter", "ca", "DNS:exporter.example")
        certificates.certificate(folder, "intruder", "other", "DNS:exporter.example")
        good = certificates.options(folder)
        for scheme, flag in PROTOCOLS:
            for profile in ("basic", "biflow", "full"):
                check_all_arrive(tap, folder, scheme, flag, profile)
            for case in (("a wrong authority", "stranger", good, "unable to get local issuer certificate"),
                         ("a wrong name", "collector", good + "&name=other.example", "is not for other.example"),
                         ("no certificate of ours", "collector",
                          "?ca=" + os.path.join(folder, "ca.pem"), "there is none (cert=)"),
                         ("a wrong certificate of ours", "collector",
                          certificates.options(folder, "intruder"), "it was shown our certificate")):
                check_refused(tap, folder, scheme, flag, case)
    tap.end()


if __name__ == "__main__":
    main()
