"""weir-probe and weir-export on a wire of their own: nothing is lost, or it is counted."""
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time

import home
from sink import NOT_SENT, Sink, Totals

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import certificates  # noqa: E402  (it stands one folder up)


def equal(got, wanted, what):
    if got != wanted:
        raise AssertionError("%s: %s, not %s" % (what, got, wanted))


def at_most(got, limit, what):
    print("# %s: %s (limit %s)" % (what, got, limit))
    if got > limit:
        raise AssertionError("%s: %s, more than %s" % (what, got, limit))


def ends_well(daemon, number=signal.SIGTERM):
    status, seconds = daemon.end(number)
    print("# %s ended after %.2f s" % (os.path.basename(daemon.log_path), seconds))
    equal(status, 0, "exit status")


def exported(sink, sent):
    totals = sink.close()
    equal(totals.packets, sum(s["packets"] for s in sent), "packets")
    equal(totals.octets, sum(s["octets"] for s in sent), "octets")
    return totals


def all_packets_arrive_over_udp(folder):
    sink = Sink("udp")
    probe = home.probe(folder)
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    sent = home.send(5000, 100)
    ends_well(probe)
    ends_well(export)
    totals = exported(sink, [sent])
    equal(totals.records, 100, "records")
    equal(totals.reasons, {4: 100}, "reasons")


def all_packets_arrive_over_tcp_in_every_profile(folder):
    sinks = [Sink("tcp") for _ in range(3)]
    outputs = []
    for sink, profile in zip(sinks, ("basic", "biflow", "full")):
        outputs += ["-o", "%s?profile=%s" % (sink.uri, profile)]
    probe = home.probe(folder)
    export = home.export(folder, *outputs)
    home.connected(export)
    sent = home.send(5000, 1000)
    ends_well(probe)
    ends_well(export)
    for sink in sinks:
        equal(exported(sink, [sent]).records, 1000, "records")


def a_silent_wire_delays_no_end(folder):
    sink = Sink("udp")
    probe = home.probe(folder, "--idle", "3600", "--active", "3600")
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    sent = home.send(100, 100)
    home.seen(folder, 100)
    ends_well(probe)
    ends_well(export)
    equal(exported(sink, [sent]).records, 100, "records")


def a_killed_probe_is_found_again(folder):
    sink = Sink("udp")
    probe = home.probe(folder, "--idle", "0.2")
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    first = home.send(500, 50)
    home.wait_until(lambda: sink.totals.packets == 500, "the first packets")
    equal(probe.end(signal.SIGKILL)[0], -signal.SIGKILL, "exit status")
    probe = home.probe(folder)
    home.connected(export, 2)
    second = home.send(700, 50)
    ends_well(probe)
    ends_well(export)
    exported(sink, [first, second])


def what_a_stopped_exporter_misses_is_counted(folder):
    """The stream overflows while the exporter does not run: sent = exported + told as lost."""
    sink = Sink("tcp")
    probe = home.probe(folder, "--max-flows", "512", "--no-names", "--ring-octets", "67108864")
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    export.process.send_signal(signal.SIGSTOP)
    sent = home.send(60000, 60000, rate=100000)
    export.process.send_signal(signal.SIGCONT)
    ends_well(probe)
    ends_well(export)
    totals = sink.close()
    lost = [re.search(r"in all (\d+) records, (\d+) packets, (\d+) octets", line)
            for line in export.log().splitlines() if "in all" in line][-1]
    print("# exported %d packets, %s lost on the stream" % (totals.packets, lost.group(2)))
    equal(totals.packets + int(lost.group(2)), sent["packets"], "packets exported and lost")
    equal(totals.octets + int(lost.group(3)), sent["octets"], "octets exported and lost")
    equal([totals.not_sent.get(name) for name in NOT_SENT.values()],
          [int(number) for number in lost.groups()], "losses that the last report tells")
    if int(lost.group(2)) == 0:
        raise AssertionError("the test lost nothing, so it shows nothing")


def the_daemons_report_what_a_file_reports(folder):
    """Keys, interfaces, devices and statistics come over the stream."""
    path = os.path.join(folder, "out.ipfix")
    probe = home.probe(folder, "--home", "in")
    export = home.export(folder, "-o", "file:%s?profile=basic&reports=all" % path)
    home.connected(export)
    home.send(400, 20)
    ends_well(probe)
    ends_well(export)
    out = subprocess.run([os.path.join(home.BUILD, "weir"), "dump", path], check=True,
                         stdout=subprocess.PIPE, encoding="utf-8").stdout
    told = {}
    for line in out.splitlines():
        record = json.loads(line)
        if "scope" in record:
            told.setdefault((record["scope"][0], tuple(record["rec"])[-1]), []).append(record["rec"])
    named = [r for r in told["ingressInterface", "interfaceHomeSide"] if r["interfaceName"] == "in"]
    equal(named[-1]["interfaceHomeSide"], True, "the home's side")
    equal(len({r["templateId"] for r in told["templateId", "flowKeyIndicator"]}), 2, "templates with a key")
    equal(len(told["deviceId", "deviceLastSeen"]) > 0, True, "devices")
    equal(told["observationDomainId", "observedFlowTotalCount"][-1]["observedFlowTotalCount"] >= 20, True,
          "flows observed")
    equal(told["exportingProcessId", "observationTimeMilliseconds#2"][-1]["notSentFlowTotalCount"], 0, "losses")


def what_nobody_hears_is_counted(folder):
    probe = home.probe(folder, "--max-flows", "64")
    home.send(2000, 1000)
    listen = home.listen(folder)
    ends_well(probe)
    totals = home.heard(listen)
    equal(totals["bye"], 2, "goodbye")
    equal(totals["packets"] + totals["unheard_packets"], 2000, "packets heard and unheard")


def a_new_configuration_loses_no_packet(folder):
    sink = Sink("udp")
    path = os.path.join(folder, "probe.json")
    with open(path, "w", encoding="ascii") as f:
        f.write('{"interfaces": ["in"], "idle-timeout-s": 3600}')
    probe = home.Daemon(folder, "weir-probe", "--config", path)
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    sender = home.sender(2000000, 100, rate=4000)

    def every_flow_is_met():
        home.seen(folder, home.status(folder)["counters"]["packets"] + 200)
    for idle, answer in (("7200", "configuration reloaded"), ("1800", "reloaded(?s:.*) reloaded"),
                         ("x", "not reloaded: %s:1: " % re.escape(path))):
        every_flow_is_met()
        with open(path, "w", encoding="ascii") as f:
            f.write('{"interfaces": ["in"], "idle-timeout-s": %s}' % idle)
        probe.process.send_signal(signal.SIGHUP)
        probe.wait_log(answer)
    equal(probe.log().count("configuration reloaded"), 2, "reloads")
    sender.terminate()
    sent = home.sent(sender)
    ends_well(probe)
    ends_well(export)
    totals = exported(sink, [sent])
    equal(totals.records, 300, "records: three meters saw each flow")
    equal(totals.reasons, {4: 300}, "reasons")


def caches_go_to_destinations_of_their_own(folder):
    """Every cache sees every packet; a reload changes keys and names without losing one."""
    flows, pairs, late = Sink("udp"), Sink("tcp"), Sink("udp")
    path = os.path.join(folder, "probe.json")

    def configure(*caches):
        with open(path, "w", encoding="ascii") as f:
            home.json.dump({"interfaces": ["in"], "log-level": "info", "caches": caches}, f)
    by_pair = {"name": "pairs", "key": ["src", "dst"], "active": 600, "max-flows": 500}
    configure("flows", by_pair)
    probe = home.Daemon(folder, "weir-probe", "--config", path)
    probe.wait_log("start: at work")
    export = home.export(folder, "-o", flows.uri, "-o", pairs.uri + "?cache=pairs&domain=2",
                         "-o", late.uri + "?cache=late")
    export.wait_log("option cache=late: there is no such cache; there are 'flows' and 'pairs'")
    equal([(c["name"], c["key"], c["flows_max"]) for c in home.status(folder)["caches"]],
          [("flows", "5tuple", 65536), ("pairs", "src,dst", 500)], "caches told")
    first = home.send(1000, 200)
    home.seen(folder, 1000)
    configure(by_pair, "late", "flows")
    probe.process.send_signal(signal.SIGHUP)
    probe.wait_log("configuration reloaded")
    second = home.send(500, 100)
    ends_well(probe)
    ends_well(export)
    by_flow = flows.close()  # the first cache: flows, then pairs
    equal(by_flow.packets, first["packets"] + second["packets"], "packets of the default")
    equal(exported(pairs, [first, second]).packets, 1500, "packets of the named cache")
    equal(exported(late, [second]).records, 100, "records of a cache that came later")


def the_home_is_an_interface_or_a_prefix(folder):
    path = os.path.join(folder, "probe.json")

    def configure(value):
        with open(path, "w", encoding="ascii") as f:
            home.json.dump({"interfaces": ["in"], "home": [value]}, f)
    configure("in")
    probe = home.Daemon(folder, "weir-probe", "--config", path)
    probe.wait_log("version")
    home.wait_until(lambda: os.path.exists(os.path.join(folder, "flow.sock")), "the socket")
    listen = home.listen(folder)
    for packets, value, pattern in ((100, "10.0.0.0/8", "reloaded"),
                                    (200, "nonsense", "not reloaded: .*nonsense")):
        home.send(100, 10)
        home.seen(folder, packets)
        configure(value)
        probe.process.send_signal(signal.SIGHUP)
        probe.wait_log(pattern)
    ends_well(probe)
    totals = home.heard(listen)
    equal(totals["packets"], 200, "packets")
    equal(totals["devices"], 2, "devices: the same one for the old home and for the new")
    probe = home.Daemon(folder, "weir-probe", "-i", "in", "--home", "nowhere")
    equal(probe.process.wait(home.PATIENCE), 2, "exit status")
    probe.wait_log("nowhere")


def a_selection_is_told_with_its_counters_and_changes_with_the_configuration(folder):
    path = os.path.join(folder, "probe.json")

    def configure(**settings):
        with open(path, "w", encoding="ascii") as f:
            home.json.dump({"interfaces": ["in"], **settings}, f)

    def selectors():
        return [(s["selector"], s["observed_packets"], s["selected_packets"])
                for s in home.status(folder)["selectors"]]
    configure(select="match:proto=17+count:1/9")
    probe = home.Daemon(folder, "weir-probe", "--config", path)
    probe.wait_log("version")
    home.wait_until(lambda: os.path.exists(os.path.join(folder, "flow.sock")), "the socket")
    listen = home.listen(folder)
    home.send(200, 10)
    home.seen(folder, 200)
    equal(selectors(), [(1, 200, 200), (2, 200, 20)], "selectors")
    configure(select="prob:0.5x")
    probe.process.send_signal(signal.SIGHUP)
    probe.wait_log("not reloaded: .*prob:0.5x")
    equal(len(selectors()), 2, "selectors as before")
    configure(select="count:2/2")
    probe.process.send_signal(signal.SIGHUP)
    probe.wait_log("configuration reloaded")
    home.send(100, 10)
    home.seen(folder, 300)
    ((number, observed, selected),) = selectors()
    equal((observed, selected), (100, 50), "counters of another selector")
    equal(number > 2, True, "which has another number")
    ends_well(probe)
    totals = home.heard(listen)
    equal(totals["packets"], 70, "packets in flows")


def a_newcomer_takes_no_device_from_others(folder):
    probe = home.probe(folder)
    first = home.listen(folder)
    home.send(100, 10)
    home.seen(folder, 100)
    second = home.listen(folder)
    equal(len(home.status(folder)["devices"]), 1, "devices")
    ends_well(probe)
    equal(home.heard(first)["devices"], 1, "devices told to the first")
    if home.heard(second)["devices"] == 0:
        raise AssertionError("no device told to the second")


def destinations_come_and_go(folder):
    sinks = [Sink("udp") for _ in range(3)]
    path = os.path.join(folder, "export.json")

    def configure(*uris):
        with open(path, "w", encoding="ascii") as f:
            home.json.dump({"destinations": uris}, f)
    configure(sinks[0].uri, sinks[1].uri)
    probe = home.probe(folder, "--idle", "0.2")
    export = home.export(folder, "--config", path)
    home.connected(export)
    home.send(100, 10)
    home.wait_until(lambda: sinks[1].totals.packets == 100, "the first packets")
    home.wait_until(lambda: sinks[0].totals.packets == 100, "the first packets")
    configure(sinks[1].uri, sinks[2].uri)
    export.process.send_signal(signal.SIGHUP)
    export.wait_log("configuration reloaded")
    home.send(50, 10)
    configure(sinks[1].uri, "nonsense")
    export.process.send_signal(signal.SIGHUP)
    export.wait_log("not reloaded: .*nonsense")
    ends_well(probe)
    ends_well(export)
    equal([s.close().packets for s in sinks], [100, 150, 50], "packets of each")


def secure_sink(folder):
    certificates.authority(folder, "ca")
    certificates.certificate(folder, "collector", "ca")
    certificates.certificate(folder, "exporter", "ca", "DNS:exporter.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "collector.pem"), os.path.join(folder, "collector.key"))
    context.load_verify_locations(os.path.join(folder, "ca.pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    sink = Sink("tcp", secure=context)
    sink.uri = sink.uri.replace("tcp:", "tls:") + certificates.options(folder)
    return sink


def all_packets_arrive_over_tls_and_certificates_are_renewed(folder):
    """With the rights and the system calls that are left."""
    sink = secure_sink(folder)
    probe = home.probe(folder, "--idle", "0.2")
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    first = home.send(5000, 100)
    home.wait_until(lambda: sink.totals.packets == 5000, "the first packets")
    export.process.send_signal(signal.SIGHUP)
    export.wait_log("configuration reloaded")
    equal(sink.sessions, 1, "sessions after a reload without new files")
    certificates.certificate(folder, "exporter", "ca", "DNS:exporter.example")
    export.process.send_signal(signal.SIGHUP)
    export.wait_log("certificates were renewed")
    home.wait_until(lambda: sink.sessions == 2, "the second session")
    second = home.send(5000, 100)
    ends_well(probe)
    ends_well(export)
    exported(sink, [first, second])


def all_packets_arrive_over_dtls(folder):
    certificates.authority(folder, "ca")
    for name in ("collector", "exporter"):
        certificates.certificate(folder, name, "ca")
    path = os.path.join(folder, "received")
    with open(path, "wb") as out:
        collector = subprocess.Popen(
            certificates.server(folder, "-dtls1_2", 4740, "collector", "-naccept", "1"),
            stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL)
    home.wait_until(lambda: ":1284 " in open("/proc/net/udp", encoding="ascii").read(), "the collector")
    probe = home.probe(folder, "--idle", "0.2")
    export = home.export(folder, "-o", "dtls:127.0.0.1" + certificates.options(folder))
    home.connected(export)
    sent = home.send(2000, 50, rate=2000)
    ends_well(probe)
    ends_well(export)
    collector.wait(home.PATIENCE)
    totals = Totals()
    with open(path, "rb") as f:
        data = f.read()
    while data:
        octets = int.from_bytes(data[2:4], "big")
        totals.message(data[:octets])
        data = data[octets:]
    equal(totals.packets, sent["packets"], "packets")
    equal(totals.octets, sent["octets"], "octets")


def the_state_of_destinations_is_told(folder):
    sink = Sink("tcp")
    spool = os.path.join(folder, "spool")
    away = "tcp:127.0.0.1:9?spool=%s&flush=0" % spool
    probe = home.probe(folder, "--idle", "0.2")
    export = home.export(folder, "-o", sink.uri + "?flush=0", "-o", away)
    home.connected(export)

    def ask(*arguments):
        return subprocess.run([os.path.join(home.BUILD, "weir"), "export", "status", "--run-dir",
                               folder, *arguments], check=True, stdout=subprocess.PIPE,
                              timeout=home.PATIENCE).stdout.decode()

    def rows():
        return {row["name"]: row for row in json.loads(ask("--json"))["destinations"]}
    home.send(500, 50)
    home.wait_until(lambda: rows()[away]["records"] == 50 and rows()[away]["queued_octets"] == 0,
                    "all records")
    up, waiting = rows()[sink.uri + "?flush=0"], rows()[away]
    equal([up["state"], up["sent_flow_records"], up["last_error"]], ["up", 50, None], "the one")
    equal(waiting["state"], "waiting", "the other")
    if waiting["spooled_messages"] == 0 or "refused" not in waiting["last_error"]:
        raise AssertionError(waiting)
    text = ask()
    for part in (away, "spool: ", "last error: cannot connect to 127.0.0.1 port 9"):
        if part not in text:
            raise AssertionError("'%s' is not in %s" % (part, text))
    ends_well(probe)
    ends_well(export)
    sink.close()
    equal(subprocess.run([os.path.join(home.BUILD, "weir"), "export", "status", "--run-dir", folder],
                         stderr=subprocess.DEVNULL, check=False).returncode, 1, "without an exporter")


def no_rights_are_left(folder):
    sink = Sink("udp")
    probe = home.probe(folder)
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    for daemon in (probe, export):
        for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
            equal(int(daemon.status(name), 16), 0, name)
        equal(daemon.status("NoNewPrivs"), "1", "NoNewPrivs")
        if "not restricted" not in daemon.log():  # sanitizers, or no libseccomp
            equal(daemon.status("Seccomp"), "2", "Seccomp")
    ends_well(probe)
    ends_well(export)
    sink.close()


def another_user_takes_over(folder):
    os.chmod(folder, 0o711)
    sink = Sink("udp")
    probe = home.probe(folder, "--user", "nobody")
    export = home.export(folder, "--user", "nobody", "-o", sink.uri)
    home.connected(export)
    for daemon in (probe, export):
        if daemon.status("Uid") == "0":
            raise AssertionError("still root")
    sent = home.send(100, 10)
    ends_well(probe)
    ends_well(export)
    exported(sink, [sent])


def waiting_costs_next_to_nothing(folder):
    """On a silent wire with 50 devices known; figures for two programs together."""
    sink = Sink("udp")
    probe = home.probe(folder, "--idle", "0.5")
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    home.send(500, 500, devices=50)
    home.wait_until(lambda: sink.totals.packets == 500, "all packets")
    equal(len(home.status(folder)["devices"]), 50, "devices")
    seconds = 10
    wakeups = probe.wakeups() + export.wakeups()
    cpu_s = probe.cpu_s() + export.cpu_s()
    time.sleep(seconds)  # nothing is waited for: this is what is measured
    at_most((probe.wakeups() + export.wakeups() - wakeups) / seconds, 10, "wake-ups a second")
    at_most(round(probe.cpu_s() + export.cpu_s() - cpu_s, 4), 0.02, "CPU seconds")
    if "not restricted" not in probe.log():
        at_most(sum(int(d.status("VmRSS")) for d in (probe, export)), 16384, "resident KiB")
    ends_well(probe)
    ends_well(export)
    sink.close()


def an_interface_that_went_down_comes_back(folder):
    sink = Sink("udp")
    probe = home.probe(folder)
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    first = home.send(100, 10)
    home.seen(folder, 100)
    home.ip("link", "set", "in", "down")
    home.status(folder)  # answered in turn, so the probe has been told that the interface is down
    home.ip("link", "set", "in", "up")
    second = home.send(50, 10)
    ends_well(probe)
    ends_well(export)
    exported(sink, [first, second])


def an_interface_that_is_gone_ends_the_probe_with_everything_sent(folder):
    home.wire("out3", "in3")
    sink = Sink("udp")
    probe = home.Daemon(folder, "weir-probe", "-i", "in3", "--log-level", "info")
    export = home.export(folder, "-o", sink.uri)
    home.connected(export)
    home.send(50, 10, interface="out3")
    home.seen(folder, 50)
    home.ip("link", "del", "out3")
    equal(probe.process.wait(home.PATIENCE), 1, "exit status")
    export.wait_log("the probe has ended")
    ends_well(export)
    equal(sink.close().packets, 50, "packets")


def a_pipe_that_is_silent_delays_no_end(folder):
    path = os.path.join(os.environ.get("TOP_SRCDIR", "."), "tests", "data", "home.pcap")
    with open(path, "rb") as f:
        capture = f.read()
    sink = Sink("udp")
    export = home.export(folder, "-o", sink.uri)
    probe = home.Daemon(folder, "weir-probe", "-r", "-", "--log-level", "info",
                        stdin=subprocess.PIPE)
    probe.process.stdin.write(capture)  # and no end of it
    probe.process.stdin.flush()
    home.connected(export)
    home.seen(folder, 339)  # frames, of which 315 are IP
    ends_well(probe)
    ends_well(export)
    equal(sink.close().packets, 315, "packets")


def several_interfaces_are_told_apart(folder):
    home.wire("out2", "in2")
    probe = home.probe(folder, "-i", "in2", "--key", "5tuple,if")
    listen = home.listen(folder)
    home.send(100, 10)
    home.send(50, 10, interface="out2")
    ends_well(probe)
    totals = home.heard(listen)
    equal(totals["interfaces"], 2, "interfaces")
    equal(totals["packets"], 150, "packets")
    equal(totals["records"], 20, "records")
    home.ip("link", "del", "out2")


if __name__ == "__main__":
    home.enter()
    sys.exit(home.run([
        all_packets_arrive_over_udp,
        all_packets_arrive_over_tcp_in_every_profile,
        a_silent_wire_delays_no_end,
        a_killed_probe_is_found_again,
        what_a_stopped_exporter_misses_is_counted,
        the_daemons_report_what_a_file_reports,
        what_nobody_hears_is_counted,
        a_new_configuration_loses_no_packet,
        caches_go_to_destinations_of_their_own,
        the_home_is_an_interface_or_a_prefix,
        a_selection_is_told_with_its_counters_and_changes_with_the_configuration,
        a_newcomer_takes_no_device_from_others,
        destinations_come_and_go,
        all_packets_arrive_over_tls_and_certificates_are_renewed,
        all_packets_arrive_over_dtls,
        the_state_of_destinations_is_told,
        no_rights_are_left,
        another_user_takes_over,
        waiting_costs_next_to_nothing,
        an_interface_that_went_down_comes_back,
        an_interface_that_is_gone_ends_the_probe_with_everything_sent,
        a_pipe_that_is_silent_delays_no_end,
        several_interfaces_are_told_apart,
    ]))
