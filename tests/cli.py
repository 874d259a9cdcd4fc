"""What the program weir prints: the table of a home, the counters, and why it refuses."""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile

TOP, BUILD = os.environ.get("TOP_SRCDIR", "."), os.environ.get("TOP_BUILDDIR", "build")
HOME = os.path.join(TOP, "tests", "data", "home.pcap")
results = []


def weir(*arguments):
    return subprocess.run([os.path.join(BUILD, "weir"), *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False,
                          encoding="utf-8")


def check(title, good, done):
    results.append(good)
    if not good:
        for line in (done.stdout + done.stderr).splitlines()[:30]:
            print("# " + line)
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), title))


def devices():
    with open(os.path.join(TOP, "tests", "data", "home.expected.tsv"), encoding="utf-8") as f:
        rows = [line.split("\t") for line in f if line.startswith("device")]
    return [(row[1], row[2][:20]) for row in rows]


done = weir("meter", "-r", HOME)
check("the table has a line for each device, with its name", done.returncode == 0 and all(
    any(mac in line and name in line for line in done.stdout.splitlines())
    for mac, name in devices()), done)
check("it ends with the sums", "8 devices, 84 flow records" in done.stdout, done)
done = weir("meter", "-r", HOME, "-o", "json:-", "--summary")
check("the table does not mix with records on standard output",
      len([json.loads(line) for line in done.stdout.splitlines()]) == 84
      and "8 devices" in done.stderr, done)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "home.ipfix")
    done = weir("meter", "-r", HOME, "-o", "file:" + path, "-p", "full", "--stats", "json")
    check("the counters are one JSON object, and all packets are in it",
          json.loads(done.stdout or "{}").get("packets") == 339, done)
    done = weir("dump", path)
    check("what was written is read back",
          sum("octetDeltaCount" in line for line in done.stdout.splitlines()) >= 84
          and all(json.loads(line) for line in done.stdout.splitlines()), done)
    paths = [os.path.join(folder, name) for name in ("flows.json", "pairs.json")]
    done = weir("meter", "-r", HOME, "--idle", "10", "--cache", "flows",
                "--cache", "pairs?key=src,dst&idle=1000&active=1000", "-o", "json:" + paths[0],
                "-o", "json:%s?cache=pairs" % paths[1])
    sums, keys = [], []
    for path in paths if done.returncode == 0 else ():
        with open(path, encoding="utf-8") as f:
            records = [json.loads(line) for line in f]
        keys.append([(r["cache"], "protocolIdentifier" in r, "sourceTransportPort" in r)
                     for r in records])
        sums.append([sum(r.get(direction + "DeltaCount", 0) for r in records for direction in
                         (what, "reverse" + what[0].upper() + what[1:]))
                     for what in ("packet", "octet")])
    check("two caches count the same packets under two keys", done.returncode == 0
          and sums[0] == sums[1] and sums[0][0] == 315, done)
    check("each destination gets its cache, without what is not in its key", len(keys) == 2
          and {key[0] for key in keys[0]} == {"flows"} and all(key[1] for key in keys[0])
          and set(keys[1]) == {("pairs", False, False)} and len(keys[0]) > len(keys[1]), done)
    paths = [os.path.join(folder, name) for name in ("flows.ipfix", "pairs.ipfix")]
    weir("meter", "-r", HOME, "--cache", "flows", "--cache", "pairs?key=src,dst",
         "-o", "file:%s?reports=keys" % paths[0], "-o", "file:%s?reports=keys&cache=pairs" % paths[1])
    keys = [re.findall(r'"flowKeyIndicator":(\d+)', weir("dump", path).stdout) for path in paths]
    bits = [[bin(int(key)).count("1") for key in of] for of in keys]
    check("each destination tells the flow key of its cache",
          bits == [[7] * 4, [3] * 4], weir("dump", paths[1]))
done = weir("meter", "-r", HOME, "-o", "json:-", "--select", "match:proto=17+count:1/1",
            "--stats", "json")
selectors = json.loads(done.stderr.splitlines()[-1]).get("selectors", [])
check("selected packets are metered alone, and counted by each selector",
      [s["algorithm"] for s in selectors] == [5, 1]
      and 1 < selectors[1]["observed_packets"] == selectors[0]["selected_packets"] < 339
      and sum(r["packetDeltaCount"] + r.get("reversePacketDeltaCount", 0)
              for r in map(json.loads, done.stdout.splitlines()))
      == selectors[1]["selected_packets"] == (selectors[1]["observed_packets"] + 1) // 2, done)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "packets.ipfix")
    done = weir("meter", "-r", HOME, "-o", "file:" + path + "?profile=psamp&cache=packets",
                "-o", "json:" + path + ".json", "--cache", "flows", "--cache",
                "packets?cache-type=immediate&section=ip:40&"
                "select=match:proto=6+hash:bob:init=7:digest=yes", "--stats", "json")
    selectors = json.loads(done.stdout or "{}").get("selectors", [])
    done = weir("dump", path)
    reports = [r["rec"] for r in map(json.loads, done.stdout.splitlines())
               if "ipHeaderPacketSection" in r.get("rec", {})]
    sections = [bytes.fromhex(r["ipHeaderPacketSection"]) for r in reports]
    check("an immediate cache reports every packet that is selected, with its digest and section",
          len(reports) == selectors[1]["selected_packets"] > 10
          and all(s[0] >> 4 in (4, 6) and len(s) == min(40, r["ipTotalLength"])
                  for s, r in zip(sections, reports))
          and len({r["digestHashValue"] for r in reports}) > len(reports) * 0.7, done)
for title, arguments, reason in (
        ("payload in the clear", ("--cache-type", "immediate", "--section", "ip:64", "-o",
                                  "udp:127.0.0.1:9?profile=psamp"), "payload=1"),
        ("packet reports with hidden addresses", ("--cache-type", "immediate", "-o",
                                                  "file:/dev/null?profile=psamp&addresses=all"),
         "which its options hide"),
        ("packet reports of flows", ("-o", "file:/dev/null?profile=psamp"), "immediate"),
        ("sections of flows", ("--section", "ip", "-o", "json:-"), "only immediate"),
        ("an interval without its type", ("--interval", "5", "-o", "json:-"), "only permanent"),
        ("a cache that does not exist", ("--cache", "a", "-o", "json:-?cache=b"),
         "'json:-?cache=b': option cache=b: there is no such cache; there are 'a'"),
        ("a cache without caches", ("-o", "json:-?cache=b"), "the only one has no name"),
        ("a cache that nobody takes", ("--cache", "a", "--cache", "b", "-o", "json:-"),
         "no destination takes 'b'"),
        ("a cache with a key that does not exist", ("--cache", "a?key=colour"), "'colour'"),
        ("two caches of one name", ("--cache", "a", "--cache", "a"), "a cache 'a' already")):
    done = weir("meter", "-r", HOME, *arguments)
    check("refused, with its reason: " + title, done.returncode == 2 and reason in done.stderr
          and done.stderr.count("\n") == 1, done)
for title, arguments in (
        ("no command", ()), ("a command that does not exist", ("measure",)),
        ("no file", ("meter",)), ("a file that is not there", ("meter", "-r", "/nowhere.pcap")),
        ("an option that does not exist", ("meter", "-r", HOME, "--colour")),
        ("a profile that does not exist", ("meter", "-r", HOME, "-o", "json:-", "-p", "huge")),
        ("a destination that does not exist", ("meter", "-r", HOME, "-o", "pigeon:home")),
        ("a home that is none", ("meter", "-r", HOME, "--home", "192.168.0.0/99")),
        ("a selection that selects nothing", ("meter", "-r", HOME, "--select", "count:0/9")),
        ("what is no IPFIX", ("dump", HOME)),
        ("a probe that does not run", ("status", "--run-dir", "/nowhere"))):
    done = weir(*arguments)
    check("refused, with a reason: " + title, done.returncode in (1, 2) and done.stderr != "", done)


def write_capture(path, count):
    """@count packets of as many flows."""
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(count):
            frame = bytes(12) + b"\x08\x00" + struct.pack(
                ">BBHHHBBHIIHHHH", 0x45, 0, 28, 0, 0, 64, 17, 0, 0x0a000001 + i // 60000,
                0xc6336401, 1024 + i % 60000, 9, 8, 0)
            f.write(struct.pack("<IIII", 1700000000, i, len(frame), len(frame)) + frame)


def interrupt_slow(folder, drain, numbers):
    """Signals for a run whose destination takes hours, each when the one before was taken."""
    path = os.path.join(folder, "many.pcap")
    write_capture(path, 30000)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        process = subprocess.Popen(
            [os.path.join(BUILD, "weir"), "meter", "-r", path, "--drain", drain, "-o",
             "udp:127.0.0.1:%d?rate=100" % collector.getsockname()[1]],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        for _ in ("templates", "data, so that the file has been read"):
            collector.recv(65536)
        for number in numbers:
            process.send_signal(number)
            while process.poll() is None and number == numbers[0] != numbers[-1]:
                with open("/proc/%d/status" % process.pid, encoding="ascii") as f:
                    caught = int(re.search(r"^SigCgt:\s*(\S+)", f.read(), re.M).group(1), 16)
                if not caught >> number - 1 & 1:
                    break
        output, errors = process.communicate(timeout=120)
    return subprocess.CompletedProcess([], process.returncode, output, errors)


with tempfile.TemporaryDirectory() as folder:
    done = interrupt_slow(folder, "0.1", [signal.SIGTERM])
    check("who waits for a slow destination ends when asked, and reports what is left",
          done.returncode == 1 and "records not delivered: out of time" in done.stderr, done)
    done = interrupt_slow(folder, "3600", [signal.SIGTERM, signal.SIGINT])
    check("who is asked twice ends at once", done.returncode == -signal.SIGINT, done)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
