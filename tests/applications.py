"""Applications: what the bundled home's flows are called with --applications, on every way that
records go; or, in a build without nDPI, that each program says why it cannot."""
import json
import os
import subprocess
import sys
import tempfile

TOP, BUILD = os.environ.get("TOP_SRCDIR", "."), os.environ.get("TOP_BUILDDIR", "build")
HOME = os.path.join(TOP, "tests", "data", "home.pcap")
EXPECTED = {  # protocol, port or far end -> names of all such flows that have a payload
    (17, 53): {"DNS"}, (6, 53): {"DNS"}, (17, 67): {"DHCP"}, (17, 547): {"DHCPV6"},
    (17, 5353): {"MDNS"}, (17, 5355): {"LLMNR"}, (17, 1900): {"SSDP"}, (17, 123): {"NTP"},
    (6, "www.news.example"): {"TLS"}, (6, "films.stream.example"): {"TLS"},
    (6, "api.thermo.example"): {"HTTP"}, (6, "ink.printers.example"): {"HTTP"},
    (17, "video.social.example"): {"QUIC"}, (17, "chat.social.example"): {"QUIC"},
    (1, "ping.example.net"): {"ICMP"}, (58, "ping6.example.net"): {"ICMPV6"},
    (17, "downloads.games.example"): {""}, (6, "relay.cam-cloud.example"): {""},
    (6, 9100): {""}, (6, 23): {""}}  # what no payload tells is not guessed from a port
results = []


def run(program, *arguments):
    return subprocess.run([os.path.join(BUILD, program), *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False,
                          encoding="utf-8")


def check(title, good, done):
    results.append(good)
    if not good:
        for line in (done.stdout[:4000] + done.stderr).splitlines()[:30]:
            print("# " + line)
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), title))


def names(text):
    """Names of flows by protocol and port, and by protocol and far end."""
    found = {}
    for line in map(json.loads, text.splitlines()):
        record = line.get("rec", line)
        if "octetDeltaCount" in record:
            name = record.get("applicationName", "")
            ports = [record.get(e + "TransportPort") for e in ("source", "destination")]
            for key in [record.get("farEndName")] + ports:
                found.setdefault((record["protocolIdentifier"], key), set()).add(name)
    return found


def as_expected(text):
    found = names(text)
    wrong = {key: (found.get(key), name) for key, name in EXPECTED.items()
             if found.get(key) != name}
    for key, (got, wanted) in wrong.items():
        print("# %s: got %s, wanted %s" % (key, got, wanted))
    return not wrong


done = run("weir", "meter", "-r", HOME, "-o", "json:-", "-p", "full", "--applications")
if "built without nDPI" in done.stderr:
    with tempfile.TemporaryDirectory() as folder:
        for program, arguments in (
                ("weir", ("meter", "-r", HOME, "-o", "json:-")),
                ("weir-probe", ("-F", "-r", HOME, "--run-dir", folder))):
            done = run(program, *arguments, "--applications")
            check("%s says that it cannot" % program, done.returncode == 2
                  and len(done.stderr.splitlines()) == 1 and "--applications" in done.stderr
                  and not done.stdout, done)
else:
    check("the flows of the home have their names", as_expected(done.stdout), done)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "home.ipfix")
        done = run("weir", "meter", "-r", HOME, "-o", "file:" + path, "-p", "full",
                   "--applications", "--stats", "json")
        counters = json.loads(done.stdout or "{}")
        check("flows that were looked into are counted",
              counters.get("application_flows", 0) > 60
              and counters["applications_recognised"] + counters["applications_unknown"]
              == counters["application_flows"] and counters["applications_evicted"] == 0, done)
        done = run("weir", "dump", path)
        check("the names are in an IPFIX file", as_expected(done.stdout), done)
        done = run("weir", "meter", "-r", HOME, "-o", "file:" + path, "--applications")
        check("a profile without names is warned of", done.returncode == 0
              and "warning: --applications" in done.stderr, done)
    done = run("weir", "run", "-r", HOME, "-o", "json:-", "-p", "full", "--applications")
    check("they come over the flow stream, from a confined probe", as_expected(done.stdout), done)
    done = run("weir", "meter", "-r", HOME, "-o", "json:-", "--applications", "--key", "src,dst")
    check("a key that joins connections is refused", done.returncode == 2
          and "--applications" in done.stderr and "src,dst" in done.stderr, done)
done = run("weir", "meter", "-r", HOME, "-o", "json:-", "-p", "full")
check("nobody asked, nothing is named",
      done.returncode == 0 and "applicationName" not in done.stdout, done)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
