"""A network namespace with one wire, the daemons in it, and TAP."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("TOP_BUILDDIR", ".")
PATIENCE = 60  # seconds after which something hangs, not a bound on how long it may take


def enter(*namespaces):
    """Run the calling script again in a namespace of its own, and in others that are named as
    unshare's options; by sudo if need be and may be without a question, else skip."""
    if len(sys.argv) > 1 and sys.argv[1] == "--inside":
        del sys.argv[1]
        make_wire()
        return
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if not shutil.which("unshare") or not shutil.which("ip"):
        print("1..0 # SKIP unshare and ip are needed")
        sys.exit(0)
    command = ["unshare", "--net", *namespaces]
    if os.geteuid() != 0:
        if not shutil.which("sudo") or subprocess.run(
                ["sudo", "-n", "true"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                check=False).returncode != 0:
            print("1..0 # SKIP neither root nor sudo: no network namespace can be made")
            sys.exit(0)
        kept = ("PATH", "TOP_BUILDDIR", "TOP_SRCDIR", "PYTHONDONTWRITEBYTECODE")
        command = ["sudo", "-n", "env", *["%s=%s" % (name, os.environ[name]) for name in kept
                                          if name in os.environ], *command]
    if subprocess.run(command + ["true"], check=False).returncode != 0:
        print("1..0 # SKIP %s is not allowed here" % " ".join(["unshare --net", *namespaces]))
        sys.exit(0)
    sys.stdout.flush()
    os.execvp(command[0], command + [sys.executable, sys.argv[0], "--inside"] + sys.argv[1:])


def ip(*arguments):
    subprocess.run(("ip",) + arguments, check=True)


def make_wire():
    """What is sent to "out" arrives at "in"; nothing else does."""
    for which in ("all", "default"):
        with open("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % which, "w", encoding="ascii") as f:
            f.write("1")
    ip("link", "set", "lo", "up")
    wire("out", "in")


class Daemon:
    """A program of the build whose log is kept in a file."""

    started = []

    def __init__(self, folder, program, *arguments, foreground=True, **pipes):
        self.log_path = os.path.join(folder, "%s.%d.log" % (program, time.monotonic_ns()))
        extra = ["--foreground", "--run-dir", folder] if foreground else []
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [os.path.join(BUILD, program)] + extra + list(arguments), stderr=log,
                **pipes)
        self.pid = self.process.pid
        Daemon.started.append(self)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def wait_log(self, pattern):
        """Wait for a line to be logged, and give what matched."""
        def found():
            return self.process.poll() is not None or re.search(pattern, self.log())
        wait_until(found, "%s in %s" % (pattern, self.log_path))
        match = re.search(pattern, self.log())
        if not match:
            raise AssertionError("ended without '%s': %s" % (pattern, self.log()))
        return match

    def end(self, number=signal.SIGTERM):
        """Send a signal and give (exit status, seconds it took)."""
        begin = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        return status, time.monotonic() - begin

    def status(self, name):
        with open("/proc/%d/status" % self.pid, encoding="ascii") as f:
            return re.search(r"^%s:\s*(\S+)" % name, f.read(), re.M).group(1)

    def wakeups(self):
        """Context switches of all its threads that it asked for."""
        total = 0
        for thread in os.listdir("/proc/%d/task" % self.pid):
            with open("/proc/%d/task/%s/status" % (self.pid, thread), encoding="ascii") as f:
                total += int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", f.read(), re.M).group(1))
        return total

    def cpu_s(self):
        """Seconds that its threads have run, to the nanosecond where the kernel counts so."""
        total = 0
        try:
            for thread in os.listdir("/proc/%d/task" % self.pid):
                with open("/proc/%d/task/%s/schedstat" % (self.pid, thread), encoding="ascii") as f:
                    total += int(f.read().split()[0]) / 1e9
        except FileNotFoundError:
            with open("/proc/%d/stat" % self.pid, encoding="ascii") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            total = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return total


def age_s(pid):
    """Seconds since a process was started."""
    with open("/proc/%d/stat" % pid, encoding="ascii") as f:
        ticks = int(f.read().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def wait_until(condition, what, every_s=0.02):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain for " + what)
        time.sleep(every_s)


def probe(folder, *arguments):
    daemon = Daemon(folder, "weir-probe", "-i", "in", "--log-level", "info", *arguments)
    daemon.wait_log("start: at work")
    return daemon


def export(folder, *arguments):
    return Daemon(folder, "weir-export", "--log-level", "info", *arguments)


def connected(daemon, times=1):
    wait_until(lambda: daemon.log().count("connected to") >= times, "a connection")


def sender(count, flows, rate=20000, payload=32, interface="out", devices=1):
    """Begin to send packets; SIGTERM ends it early, sent() gives what it was."""
    return subprocess.Popen([os.path.join(BUILD, "tests/netns/send"), interface, str(count),
                             str(flows), str(rate), str(payload), str(devices)], stdout=subprocess.PIPE)


def sent(process):
    """Wait for a sender's end and give what it has sent."""
    text = process.communicate(timeout=PATIENCE)[0]
    if process.returncode != 0:
        raise AssertionError("tests/netns/send: exit status %d" % process.returncode)
    return json.loads(text)


def send(*arguments, **more):
    """Send packets and give what was sent."""
    return sent(sender(*arguments, **more))


def status(folder):
    """What `weir status` says of the probe of this folder."""
    text = subprocess.run([os.path.join(BUILD, "weir"), "status", "--json", "--run-dir", folder],
                          check=True, stdout=subprocess.PIPE, timeout=PATIENCE).stdout
    return json.loads(text)


def seen(folder, packets, every_s=0.02):
    """Wait until the probe has metered so many packets, whenever the kernel hands them over."""
    wait_until(lambda: status(folder)["counters"]["packets"] >= packets, "%d packets" % packets,
               every_s)


def flows_gone(folder):
    """Wait until all flows of the probe have ended by their timeouts."""
    wait_until(lambda: status(folder)["counters"]["flows_active"] == 0, "the end of all flows")


def listen(folder):
    """A subscriber of the flow stream that has been greeted; heard() gives what it got."""
    process = subprocess.Popen([os.path.join(BUILD, "tests/netns/listen"),
                                os.path.join(folder, "flow.sock")], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    if process.stderr.readline() != b"ready\n":
        raise AssertionError("the probe greets nobody")
    return process


def heard(process):
    """Wait for a listener's end and give its totals."""
    return json.loads(process.communicate(timeout=PATIENCE)[0])


def wire(out, into):
    """One more wire."""
    ip("link", "add", out, "type", "veth", "peer", "name", into)
    for name in (into, out):
        ip("link", "set", name, "arp", "off", "up")


def run(tests):
    """Run test functions, each with a folder of its own; prints TAP, gives the exit status."""
    print("1..%d" % len(tests), flush=True)
    failed = False
    for number, test in enumerate(tests, 1):
        title = test.__name__.replace("_", " ")
        folder = tempfile.mkdtemp(prefix="weir-netns-")
        try:
            test(folder)
            print("ok %d - %s" % (number, title), flush=True)
        except Exception as error:  # every kind of failure is one of the test
            failed = True
            print("# %s: %s" % (type(error).__name__, str(error).replace("\n", "\n# ")))
            for name in sorted(os.listdir(folder)):
                if name.endswith(".log"):
                    with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
                        for line in f.read().splitlines()[-20:]:
                            print("# %s: %s" % (name, line))
            print("not ok %d - %s" % (number, title), flush=True)
        finally:
            for daemon in Daemon.started:  # what a failure left behind
                daemon.process.kill()
                daemon.process.wait()
            Daemon.started.clear()
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0
