#!/usr/bin/env python3
"""bench.py BUILDDIR - CPU, memory and losslessness of weir beside others, in one run.

Makes its captures (deterministic, about 1.4 GB at scale 1) in $BENCH_DIR (default: BUILDDIR/bench), then
runs every program over every capture in turn and prints medians: CPU seconds (user and system) for a
million packets, the ratio to the floor program in the same round, peak resident memory, and whether the
exported packets and octets are exactly those of the capture. Figures of one run compare; figures of two
runs or two machines do not.

    BENCH_RUNS=5  BENCH_SEED=1  BENCH_SCALE=1  BENCH_CORPORA=home,many,scan,elephant
"""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
TOOLS = os.path.join(BUILD, "tests/bench")
DIR = os.environ.get("BENCH_DIR", os.path.join(BUILD, "bench"))
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
SEED = os.environ.get("BENCH_SEED", "1")
SCALE = os.environ.get("BENCH_SCALE", "1")
CORPORA = os.environ.get("BENCH_CORPORA", "home,many,scan,elephant").split(",")

# name, how its output is added up, command
SOFTFLOWD = ("softflowd -r {pcap} -n 127.0.0.1:{port} -v 10 -b -d -p {dir}/pid -c none -m %s"
             " -t tcp=60 -t udp=60 -t icmp=60 -t general=60 -t tcp.rst=60 -t tcp.fin=60 -t maxlife=300")
ROWS = [
    ("floor", "file", TOOLS + "/floor {pcap} {dir}/out.ipfix"),
    ("weir basic", "file", BUILD + "/weir meter -r {pcap} -p basic -o file:{dir}/out.ipfix"),
    ("weir biflow", "file", BUILD + "/weir meter -r {pcap} -p biflow -o file:{dir}/out.ipfix"),
    ("weir full", "file", BUILD + "/weir meter -r {pcap} -p full -o file:{dir}/out.ipfix"),
    ("softflowd", "udp", SOFTFLOWD % 8000000),
    ("softflowd 8192", "udp", SOFTFLOWD % 8192),
    ("nfpcapd", "nfdump", "nfpcapd -r {pcap} -w {dir} -e 300,60"),
]


def corpus(kind):
    """Path of a capture and what a perfect exporter finds in it; made once for a seed and scale."""
    path = os.path.join(DIR, "%s-%s-%s.pcap" % (kind, SEED, SCALE))
    if not os.path.exists(path + ".json"):
        out = subprocess.run([TOOLS + "/make_corpus", kind, path, SEED, SCALE], check=True, capture_output=True)
        with open(path + ".json", "wb") as f:
            f.write(out.stdout)
    with open(path + ".json", encoding="ascii") as f:
        return path, json.load(f)


def added_up(how, folder, collector):
    if how == "udp":
        collector.send_signal(signal.SIGTERM)
        return json.loads(collector.communicate()[0])
    if how == "file":
        out = subprocess.run([TOOLS + "/collect", folder + "/out.ipfix"], capture_output=True, check=True)
        return json.loads(out.stdout)
    out = subprocess.run(["nfdump", "-R", folder, "-I"], capture_output=True, text=True, check=True).stdout
    stat = dict(line.split(": ", 1) for line in out.splitlines() if ": " in line)
    return {"records": int(stat["Flows"]), "packets": int(stat["Packets"]), "octets": int(stat["Bytes"]), "gaps": 0}


def run_once(how, command, pcap):
    folder = tempfile.mkdtemp(dir=DIR)
    work = os.path.join(folder, "w")
    os.mkdir(work)
    collector, port = None, "0"
    try:
        if how == "udp":
            collector = subprocess.Popen([TOOLS + "/collect", "udp"], stdout=subprocess.PIPE, text=True)
            port = collector.stdout.readline().strip()
        argv = [w.format(pcap=pcap, dir=work, port=port) for w in command.split()]
        null = os.open(os.devnull, os.O_RDWR)
        files = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
        pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=files)
        os.close(null)
        _, status, usage = os.wait4(pid, 0)
        result = added_up(how, work, collector)
        result.update(cpu=usage.ru_utime + usage.ru_stime, rss=usage.ru_maxrss / 1024, status=status)
        return result
    finally:
        if collector is not None and collector.poll() is None:
            collector.kill()
            collector.wait()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    os.makedirs(DIR, exist_ok=True)
    rows = [r for r in ROWS if os.path.sep in r[2].split()[0] or shutil.which(r[2].split()[0])]
    for name, _, _ in [r for r in ROWS if r not in rows]:
        print("not installed, left out: %s" % name)
    bad = 0
    for kind in CORPORA:
        pcap, truth = corpus(kind)
        runs = {name: [] for name, _, _ in rows}
        for _ in range(RUNS):
            for name, how, command in rows:
                runs[name].append(run_once(how, command, pcap))
        print("\n%s: %d packets, %d runs each" % (kind, truth["packets"], RUNS))
        print("%-15s %9s %8s %8s %10s  %s" % ("", "CPU s/Mpkt", "x floor", "RSS MB", "records", "lossless"))
        for name, _, _ in rows:
            cpu = statistics.median(r["cpu"] for r in runs[name])
            ratio = statistics.median(r["cpu"] / f["cpu"] for r, f in zip(runs[name], runs["floor"]))
            lossless = all((r["packets"], r["octets"]) == (truth["ip_packets"], truth["ip_octets"])
                           and r["status"] == 0 for r in runs[name])
            if name.startswith("weir") and not lossless:
                bad += 1
            print("%-15s %9.4f %8.2f %8.1f %10d  %s" % (
                name, cpu / truth["packets"] * 1e6, ratio, max(r["rss"] for r in runs[name]),
                runs[name][-1]["records"], "yes" if lossless else "NO"))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
