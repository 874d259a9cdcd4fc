"""weir meter to a host where nobody listens: hosts do not tell that of each datagram."""
import json
import os
import subprocess
import sys

import home
from daemons import equal
from run import write_capture

HERE, THERE = "198.51.100.1", "198.51.100.2"


def other_host():
    """Another namespace behind a wire, for as long as the process lives."""
    host = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec sleep 600"],
                            stdout=subprocess.PIPE)
    host.stdout.readline()
    home.ip("link", "add", "name", "near", "type", "veth", "peer", "name", "far")
    home.ip("link", "set", "far", "netns", str(host.pid))
    home.ip("address", "add", HERE + "/24", "dev", "near")
    home.ip("link", "set", "near", "up")
    enter = ["nsenter", "--net=/proc/%d/ns/net" % host.pid, "ip"]
    subprocess.run(enter + ["address", "add", THERE + "/24", "dev", "far"], check=True)
    subprocess.run(enter + ["link", "set", "far", "up"], check=True)
    return host


def what_nobody_takes_is_not_sent(folder):
    path = os.path.join(folder, "many.pcap")
    write_capture(path, 15000)
    host = other_host()
    try:
        for rate in ("8000000", "400000"):
            done = subprocess.run(
                [os.path.join(home.BUILD, "weir"), "meter", "-r", path, "--stats", "json", "-o",
                 "udp:%s:9?profile=basic&rate=%s" % (THERE, rate)], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, encoding="utf-8", timeout=home.PATIENCE, check=False)
            to = json.loads(done.stdout)["destinations"][0]
            print("# rate %s: %d errors for %d records" % (rate, to["send_errors"],
                                                           to["not_sent_records"]))
            equal(done.returncode, 1, "exit status")
            equal(to["not_sent_records"], 15000, "records not sent")
            equal(to["sent_messages"], 0, "messages sent")
    finally:
        host.kill()


if __name__ == "__main__":
    home.enter()
    sys.exit(home.run([what_nobody_takes_is_not_sent]))
