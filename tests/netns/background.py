"""The daemons in the background, and where their lines go: syslog, the journal, standard error."""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile

import home
from daemons import ends_well, equal, exported
from sink import Sink

SYSLOG = "/dev/log"
JOURNAL = "/run/systemd/journal/socket"
FACILITY_DAEMON = 3
ERROR, NOTICE, INFO = 3, 5, 6  # priorities as in syslog.h


def own_folders():
    """In a mount namespace: /dev and /run that hold what the daemons use and nothing of the system's
    loggers."""
    with tempfile.TemporaryDirectory() as new:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", new], check=True)
        for name in ("null", "urandom", "zero"):
            with open(os.path.join(new, name), "w", encoding="ascii"):
                pass
            subprocess.run(["mount", "--bind", "/dev/" + name, os.path.join(new, name)], check=True)
        subprocess.run(["mount", "--move", new, "/dev"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    os.makedirs(os.path.dirname(JOURNAL))


class Logger:
    """Takes datagrams as a log daemon does."""

    def __init__(self, path):
        self.path = path
        self.lines = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(path)
        os.chmod(path, 0o666)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        os.unlink(self.path)

    def take(self):
        try:
            while True:
                self.lines.append(self.socket.recv(65536).decode())
        except BlockingIOError:
            pass
        return self.lines

    def wait(self, pattern):
        """Wait for a line and give what matched."""
        home.wait_until(lambda: any(re.search(pattern, line, re.S) for line in self.take()), pattern)
        return next(m for m in (re.search(pattern, line, re.S) for line in self.lines) if m)


class Background:
    """A daemon that has put itself into the background; ended if need be when the test ends."""

    def __init__(self, folder, program, *arguments):
        self.folder, self.program = folder, program
        subprocess.run([os.path.join(home.BUILD, program), "--run-dir", folder,
                        *arguments], check=True, stdin=subprocess.DEVNULL, timeout=home.PATIENCE)
        with open(os.path.join(folder, program + ".pid"), encoding="ascii") as f:
            self.pid = int(f.read())

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind and not self.ended():
            os.kill(self.pid, signal.SIGKILL)

    def ended(self):
        try:
            with open("/proc/%d/stat" % self.pid, encoding="ascii") as f:
                return f.read().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            return True

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        home.wait_until(self.ended, "the end of " + self.program)


def syslog_line(priority, daemon, text):
    """A line of RFC 3164 as local syslog daemons take it."""
    return r"^<%d>\w{3} [ \d]\d [\d:]{8} %s\[%d\]: %s" % (
        FACILITY_DAEMON << 3 | priority, daemon.program, daemon.pid, text)


def journal_entry(entry):
    return dict(line.split("=", 1) for line in entry.splitlines())


def programs_are_at_work_when_the_shell_goes_on(folder):
    sink = Sink("udp")
    with Logger(SYSLOG) as log, \
            Background(folder, "weir-probe", "-i", "in") as probe, \
            Background(folder, "weir-export", "-o", sink.uri, "--log-level", "info") as export:
        log.wait(r"weir-export\[%d\]: export: connected to weir-probe" % export.pid)
        sent = home.send(100, 10)
        probe.end()
        export.end()
        exported(sink, [sent])
    status = subprocess.run([os.path.join(home.BUILD, "weir-probe"), "-i", "nowhere", "--run-dir",
                             folder], stderr=subprocess.DEVNULL, timeout=home.PATIENCE, check=False)
    equal(status.returncode, 1, "exit status of one that cannot start")


def lines_go_to_syslog_with_facility_priority_and_name(folder):
    path = os.path.join(folder, "probe.json")
    with open(path, "w", encoding="ascii") as f:
        f.write('{"interfaces": ["in"], "log-level": "info"}')
    with Logger(SYSLOG) as log, Background(folder, "weir-probe", "--config", path) as probe:
        log.wait(syslog_line(NOTICE, probe, "start: version "))
        log.wait(syslog_line(INFO, probe, "start: at work"))
        with open(path, "w", encoding="ascii") as f:
            f.write("x")
        os.kill(probe.pid, signal.SIGHUP)
        log.wait(syslog_line(ERROR, probe, "probe: configuration not reloaded: "))
        probe.end()
        log.wait(syslog_line(INFO, probe, "probe: signal 15: ending"))


def a_syslog_daemon_that_comes_late_or_again_gets_the_next_line(folder):
    path = os.path.join(folder, "probe.json")
    with open(path, "w", encoding="ascii") as f:
        f.write('{"interfaces": ["in"]}')
    with Background(folder, "weir-probe", "--config", path) as probe:
        for _ in range(2):
            with Logger(SYSLOG) as log:
                os.kill(probe.pid, signal.SIGHUP)
                log.wait(syslog_line(NOTICE, probe, "probe: configuration reloaded"))
        probe.end()


def lines_go_to_the_journal_with_their_fields(folder):
    with Logger(JOURNAL) as log, \
            Background(folder, "weir-probe", "-i", "in", "--log", "journal", "--log-level",
                       "info") as probe:
        log.wait("signal|at work")
        probe.end()
        log.wait("MESSAGE=probe: signal 15: ending")
        entries = [journal_entry(line) for line in log.lines]
    version = next(e for e in entries if e["MESSAGE"].startswith("start: version "))
    equal({name: version[name] for name in ("PRIORITY", "SYSLOG_IDENTIFIER", "WEIR_AREA")},
          {"PRIORITY": "5", "SYSLOG_IDENTIFIER": "weir-probe", "WEIR_AREA": "start"}, "fields")
    equal(next(e["PRIORITY"] for e in entries if "at work" in e["MESSAGE"]), "6", "priority")


def a_journal_behind_standard_error_gets_entries(folder):
    """Under a service manager standard error is a stream to the journal, which says so. The first
    entry comes when the program has lost its rights."""
    path = os.path.join(folder, "probe.json")
    with open(path, "w", encoding="ascii") as f:
        f.write('{"interfaces": ["in"], "log-level": "error"}')
    ours, theirs = socket.socketpair()
    status = os.fstat(theirs.fileno())
    environment = dict(os.environ, JOURNAL_STREAM="%d:%d" % (status.st_dev, status.st_ino))
    with Logger(JOURNAL) as log:
        probe = subprocess.Popen([os.path.join(home.BUILD, "weir-probe"), "--foreground",
                                  "--config", path, "--run-dir", folder], stderr=theirs,
                                 env=environment)
        theirs.close()
        try:
            home.wait_until(lambda: os.path.exists(os.path.join(folder, "flow.sock")), "the probe")
            home.status(folder)
            with open(path, "w", encoding="ascii") as f:
                f.write("x")
            probe.send_signal(signal.SIGHUP)
            log.wait("^PRIORITY=3\nSYSLOG_IDENTIFIER=weir-probe\nWEIR_AREA=probe\n"
                     "MESSAGE=probe: configuration not reloaded: ")
            probe.terminate()
            equal(probe.wait(home.PATIENCE), 0, "exit status")
        finally:
            probe.kill()
            probe.wait()
    equal(len(log.lines), 1, "entries")
    # A build that counts lines says by itself that it may not write what it counted.
    lines = [line for line in ours.makefile("rb") if not line.startswith(b"profiling:")]
    equal(lines, [], "lines on standard error")
    ours.close()


def another_standard_error_gets_lines(folder):
    """JOURNAL_STREAM is inherited by who redirects standard error, too."""
    os.environ["JOURNAL_STREAM"] = "1:1"
    try:
        with Logger(JOURNAL) as log:
            probe = home.probe(folder)
            ends_well(probe)
            equal(log.take(), [], "entries of the journal")
    finally:
        del os.environ["JOURNAL_STREAM"]


if __name__ == "__main__":
    home.enter("--mount")
    own_folders()
    sys.exit(home.run([
        programs_are_at_work_when_the_shell_goes_on,
        lines_go_to_syslog_with_facility_priority_and_name,
        a_syslog_daemon_that_comes_late_or_again_gets_the_next_line,
        lines_go_to_the_journal_with_their_fields,
        a_journal_behind_standard_error_gets_entries,
        another_standard_error_gets_lines,
    ]))
