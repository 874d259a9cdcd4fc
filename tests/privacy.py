"""What a destination is not to know is not in what it gets: the raw octets of files and streams are
searched for every address, MAC address and name of the bundled home's devices, in each option."""
import ipaddress
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading

TOP = os.environ.get("TOP_SRCDIR", ".")
BUILD = os.environ.get("TOP_BUILDDIR", ".")
HOME = os.path.join(TOP, "tests", "data", "home.pcap")
VENDOR = 9  # a name that is only the vendor's, which is not personal
KEY = "00112233445566778899aabbccddeeff" * 2


class Device:
    """What the unfiltered export tells of a device, as it would stand in IPFIX."""

    def __init__(self, row):
        self.id = row["deviceId"]
        self.mac = row["deviceMacAddress"]
        self.names = {row["deviceName"].encode()} - {b""}
        if row["deviceNameSource"] == VENDOR:
            self.names = set()
        self.addresses = set()

    @property
    def mac_octets(self):
        return bytes.fromhex(self.mac.replace(":", ""))

    def secrets(self):
        return self.names | self.addresses | {self.mac_octets}


def meter(*outputs):
    arguments = [argument for output in outputs for argument in ("-o", output)]
    result = subprocess.run([os.path.join(BUILD, "weir"), "meter", "-r", HOME, *arguments],
                            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, check=False)
    if result.returncode != 0:
        raise AssertionError(result.stderr.decode())


def export(options):
    """The octets of a file with all that there is, but for @options."""
    path = os.path.join(folder, "out.ipfix")
    meter("file:%s?profile=full&reports=all%s" % (path, options))
    with open(path, "rb") as f:
        return f.read()


def stream(options):
    """The same of a stream over TCP."""
    listener = socket.create_server(("127.0.0.1", 0))
    got = []

    def take():
        peer, _ = listener.accept()
        while data := peer.recv(65536):
            got.append(data)
        peer.close()
    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    meter("tcp:127.0.0.1:%d?profile=full&reports=all%s" % (listener.getsockname()[1], options))
    thread.join(60)
    listener.close()
    return b"".join(got)


def rows(octets):
    path = os.path.join(folder, "rows.ipfix")
    with open(path, "wb") as f:
        f.write(octets)
    text = subprocess.run([os.path.join(BUILD, "weir"), "dump", path], check=True,
                          stdout=subprocess.PIPE).stdout
    return [json.loads(line)["rec"] for line in text.splitlines()]


def learn(octets):
    """The home's devices by number; far ends' names, and those of the local flows among them."""
    found = {}
    table = rows(octets)
    for row in table:
        if "deviceLastSeen" in row:
            found[row["deviceId"]] = Device(row)
    for row in table:
        for element in ("deviceIPv4Address", "deviceIPv6Address"):
            if element in row and row["deviceId"] in found and "templateId" not in row:
                found[row["deviceId"]].addresses.add(ipaddress.ip_address(row[element]).packed)
        if "flowId" in row and row["deviceId"] in found and row["deviceNameSource"] != VENDOR:
            found[row["deviceId"]].names |= {row["deviceName"].encode()} - {b""}
    names = {row[e].encode() for row in table if "flowId" in row for e in ("farEndName", "farEndNode")
             if row[e]}
    return found, names


def contains(octets, secrets):
    return sorted(repr(secret) for secret in secrets if secret in octets)


def nothing_of(octets, secrets):
    there = contains(octets, secrets)
    if there:
        raise AssertionError("told: " + ", ".join(there))


def every_device(attribute):
    return {value for device in devices.values() for value in attribute(device)}


def names_of(device):
    return device.names


def macs_of(device):
    return {device.mac_octets}


def addresses_of(device):
    return device.addresses


def the_search_finds_what_is_there():
    for attribute in (names_of, macs_of, addresses_of):
        wanted = every_device(attribute)
        if not wanted or len(contains(plain, wanted)) != len(wanted):
            raise AssertionError("of %s only %s" % (wanted, contains(plain, wanted)))
    if len(far_names) < 5 or len(contains(plain, far_names)) != len(far_names):
        raise AssertionError("of the far ends' names only %s" % contains(plain, far_names))


def a_new_collector_gets_numbers_and_no_names():
    octets = stream("")
    nothing_of(octets, every_device(names_of))
    if {r["deviceId"] for r in rows(octets) if "flowId" in r} - {0} != set(devices) & \
            {r["deviceId"] for r in rows(plain) if "flowId" in r}:
        raise AssertionError("devices are missing")
    if len(contains(stream("&names=keep"), every_device(names_of))) != len(every_device(names_of)):
        raise AssertionError("names=keep keeps no names")


def names_go():
    for way in ("drop", "hash"):
        nothing_of(export("&names=" + way), every_device(names_of))


def far_names_go():
    for way in ("drop", "hash"):
        nothing_of(export("&far-names=" + way), far_names - every_device(names_of))


def mac_addresses_go():
    for way in ("drop", "hash"):
        octets = export("&macs=" + way)
        nothing_of(octets, every_device(macs_of))
        inside = {
            bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:] for mac in every_device(macs_of)}
        nothing_of(octets, inside)


def addresses_go():
    for way in ("home", "all"):
        nothing_of(export("&addresses=" + way), every_device(addresses_of))


def a_device_that_is_left_out_is_not_there():
    tried = 0
    for device in devices.values():
        if device.names and device.addresses:
            others = set()
            for other in devices.values():
                if other is not device:
                    others |= other.secrets()
            for who in (str(device.id), device.mac):
                nothing_of(export("&except=" + who), device.secrets() - others)
                tried += 1
    if tried < 4:
        raise AssertionError("only %d tried" % tried)


def only_the_devices_of_a_list_are_there():
    for device in devices.values():
        if not device.names:
            continue
        octets = export("&only=%d" % device.id)
        gateway = {mac for d in devices.values() if not d.names for mac in d.secrets()}
        for other in devices.values():
            if other is not device:
                nothing_of(octets, other.secrets() - device.secrets() - gateway)
        if not contains(octets, macs_of(device)):
            raise AssertionError("device %d is not there either" % device.id)


def what_was_changed_is_declared():
    told = {(r["informationElementId"], r["anonymizationTechnique"], r["anonymizationFlags"])
            for r in rows(export("&addresses=home&macs=drop&times=60&ports=coarse"))
            if "anonymizationTechnique" in r}
    wanted = {(8, 6, 5), (12, 6, 5), (27, 6, 5), (28, 6, 5), (56, 2, 0), (80, 2, 0), (152, 2, 0),
              (153, 2, 0), (7, 3, 0), (11, 3, 0)}
    if not wanted <= told:
        raise AssertionError("not declared: %s" % sorted(wanted - told))
    if any("anonymizationTechnique" in r for r in rows(plain)):
        raise AssertionError("declared without a reason")


def seen(octets):
    """What is told of flows, but for their numbers, which are new in each life."""
    return [{name: value for name, value in row.items() if name != "flowId"}
            for row in rows(octets) if "flowId" in row]


def a_key_makes_two_exports_comparable():
    path = os.path.join(folder, "key")
    with open(path, "w", encoding="ascii") as f:
        f.write(KEY)
    options = "&addresses=all&names=hash&macs=hash&privacy-key=" + path
    if seen(export(options)) != seen(export(options)):
        raise AssertionError("one key, two results")
    if seen(export(options)) == seen(export(options.split("&privacy-key")[0])):
        raise AssertionError("no key, the same result")


def what_makes_no_sense_is_refused():
    for option, reason in (("names=maybe", "it must be one of keep, hash, drop"),
                           ("only=anna", "is neither the number nor the MAC address"),
                           ("privacy-key=/no/such", "No such file"),
                           ("addresses=some", "it must be one of keep, home, all")):
        try:
            export("&" + option)
        except AssertionError as error:
            if reason not in str(error) or option.split("=")[0] not in str(error).replace(
                    "key file", "privacy-key"):
                raise
        else:
            raise AssertionError("%s was taken" % option)


TESTS = [the_search_finds_what_is_there, a_new_collector_gets_numbers_and_no_names, names_go,
         far_names_go, mac_addresses_go, addresses_go, a_device_that_is_left_out_is_not_there,
         only_the_devices_of_a_list_are_there, what_was_changed_is_declared,
         a_key_makes_two_exports_comparable, what_makes_no_sense_is_refused]

with tempfile.TemporaryDirectory(prefix="weir-privacy-") as folder:
    plain = export("")
    devices, far_names = learn(plain)
    failed = 0
    print("1..%d" % len(TESTS))
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print("ok %d - %s" % (number, test.__name__.replace("_", " ")), flush=True)
        except Exception as error:  # every kind of failure is one of the test
            failed = 1
            print("# %s: %s" % (type(error).__name__, str(error).replace("\n", "\n# ")))
            print("not ok %d - %s" % (number, test.__name__.replace("_", " ")), flush=True)
sys.exit(failed)
