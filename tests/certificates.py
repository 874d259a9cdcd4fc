"""Certificates for tests, made by the command openssl."""
import os
import subprocess


def openssl(*arguments):
    subprocess.run(("openssl",) + arguments, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def authority(folder, name):
    """FOLDER/NAME.pem and .key, which sign others."""
    base = os.path.join(folder, name)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", base + ".key", "-out", base + ".pem", "-subj", "/CN=" + name, "-days", "30")


def certificate(folder, name, issuer, names="DNS:collector.example,IP:127.0.0.1"):
    """FOLDER/NAME.pem and .key, both renewed at once, as far as anybody can tell."""
    base, by = os.path.join(folder, name), os.path.join(folder, issuer)
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", base + ".key.new", "-out", base + ".csr", "-subj", "/CN=" + name)
    with open(base + ".ext", "w", encoding="ascii") as f:
        f.write("subjectAltName=%s\n" % names)
    openssl("x509", "-req", "-in", base + ".csr", "-CA", by + ".pem", "-CAkey", by + ".key",
            "-CAcreateserial", "-days", "20", "-extfile", base + ".ext", "-out", base + ".pem.new")
    for suffix in (".key", ".pem"):
        os.rename(base + suffix + ".new", base + suffix)


def server(folder, protocol, port, name, *options):
    """Arguments of a collector that demands certificates of "ca" and writes what it gets."""
    base = os.path.join(folder, name)
    return ["openssl", "s_server", protocol, "-accept", "127.0.0.1:%d" % port, "-cert", base + ".pem",
            "-key", base + ".key", "-CAfile", os.path.join(folder, "ca.pem"), "-Verify", "1",
            "-verify_return_error", "-quiet", *options]


def options(folder, name="exporter"):
    """Of a destination that has the certificate NAME and trusts "ca"."""
    base = os.path.join(folder, name)
    return "?ca=%s&cert=%s.pem&key=%s.key" % (os.path.join(folder, "ca.pem"), base, base)
