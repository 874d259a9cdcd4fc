"""What receivers are given to know the own elements by name: form, content, the enterprise number. TAP."""
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import yaml

TOP = os.environ.get("TOP_SRCDIR") or os.path.join(os.path.dirname(__file__), "..", "..")
BUILD = os.environ.get("TOP_BUILDDIR", "build")
REGISTRY = os.path.join(TOP, "collectors", "registry")
ELEMENTS = os.path.join(REGISTRY, "elements.tsv")
LUA = os.path.join(TOP, "collectors", "tshark", "weir.lua.in")
PEN = 49000
CERT = "{http://www.cert.org/ipfix}"
IANA = "{http://www.iana.org/assignments}"
MADE = {"elastic": "filebeat/weir.yaml", "goflow2": "goflow2/mapping.yaml", "ipfixcol2": "ipfixcol2/weir.xml",
        "libfixbuf": "libfixbuf/weir.xml", "nfacctd": "nfacctd/primitives.lst",
        "python-ipfix": "python-ipfix/weir.iespec", "tshark": "tshark/weir.lua"}

sys.path.insert(0, REGISTRY)
spec = importlib.util.spec_from_file_location("definitions", os.path.join(REGISTRY, "definitions.py"))
definitions = importlib.util.module_from_spec(spec)
spec.loader.exec_module(definitions)

with open(ELEMENTS, encoding="utf-8") as f:
    OWN = {int(row[0]): (row[2], row[3]) for row in (line.split("\t") for line in f if "\town\t" in line)}


def make(receiver, pen, folder):
    """the file of a receiver for an enterprise number"""
    path = os.path.join(folder, receiver)
    more = [LUA] if receiver == "tshark" else []
    subprocess.run([sys.executable, "-B", os.path.join(REGISTRY, "definitions.py"), ELEMENTS, str(pen), receiver,
                    *more, path], check=True)
    with open(path, encoding="utf-8") as f:
        return f.read()


# Each of these gives (enterprise number, element number, name, type as the receiver has it), in order.

def ipfixcol2(text):
    root = xml.etree.ElementTree.fromstring(text.encode())
    pen = int(root.find("scope/pen").text)
    return [(pen, int(e.find("id").text), e.find("name").text, e.find("dataType").text) for e in root.iter("element")]


def libfixbuf(text):
    root = xml.etree.ElementTree.fromstring(text.encode())
    return [(int(r.find(CERT + "enterpriseId").text), int(r.find(IANA + "elementId").text),
             r.find(IANA + "name").text, r.find(IANA + "dataType").text) for r in root.iter(IANA + "record")]


def goflow2(text):
    made = yaml.safe_load(text)
    types = {row["name"]: (row["index"], row["type"]) for row in made["formatter"]["protobuf"]}
    rows = []
    for row in made["ipfix"]["mapping"]:
        index, kind = types.pop(row["destination"])
        assert row["penprovided"] is True and index == row["field"]
        assert made["formatter"]["fields"].count(row["destination"]) == 1
        rows.append((row["pen"], row["field"], row["destination"], kind))
    assert not types
    return rows


def elastic(text):
    made = yaml.safe_load(text)
    assert set(made) == {PEN, 29305} and made[29305][1] == [":uint64", ":reverseOctetDeltaCount"]
    assert len(re.findall(r"^  \d+:", text, re.M)) == sum(map(len, made.values()))
    return [(PEN, number, name.lstrip(":"), kind) for number, (kind, name) in made[PEN].items()]


def nfacctd(text):
    rows = [dict(word.split("=") for word in line.split()) for line in text.splitlines() if line[0] != "!"]
    found = []
    for row in rows:
        pen, number = map(int, row["field_type"].split(":"))
        if pen != 29305:
            found.append((pen, number, row["name"], row["len"] + " " + row["semantics"]))
    return found


def python_ipfix(text):
    found = re.findall(r"^(\w+)\((\d+)/(\d+)\)<(\w+)>\[\d+\]$", text, re.M)
    assert len(found) == len(text.splitlines())
    return [(int(pen), int(number), name, kind) for name, pen, number, kind in found]


def tshark(text):
    pen = int(re.search(r"^local PEN = (\d+)$", text, re.M).group(1))
    return [(pen, int(number), name, kind)
            for number, name, kind in re.findall(r'^\t\{ (\d+), "(\w+)", "(\w+)" \},$', text, re.M)]


EXACT = {kind: kind for _, kind in OWN.values()}
TYPES = {"ipfixcol2": EXACT, "libfixbuf": EXACT, "python-ipfix": EXACT, "tshark": EXACT,
         "goflow2": {"string": "string", "unsigned8": "varint", "unsigned16": "varint", "unsigned32": "varint",
                     "unsigned64": "varint", "macAddress": "varint", "boolean": "varint",
                     "dateTimeMilliseconds": "varint", "ipv4Address": "bytes", "ipv6Address": "bytes"},
         "elastic": {"string": ":string", "unsigned8": ":uint8", "unsigned16": ":uint16", "unsigned32": ":uint32",
                     "unsigned64": ":uint64", "macAddress": ":mac_addr", "boolean": ":uint8",
                     "dateTimeMilliseconds": ":uint64", "ipv4Address": ":ip4_addr", "ipv6Address": ":ip6_addr"},
         "nfacctd": {"string": "vlen str", "unsigned8": "1 u_int", "unsigned16": "2 u_int", "unsigned32": "4 u_int",
                     "unsigned64": "8 u_int", "macAddress": "6 mac", "boolean": "1 u_int",
                     "dateTimeMilliseconds": "8 u_int", "ipv4Address": "4 ip", "ipv6Address": "16 ip"}}


def check():
    names = {"snake": definitions.snake, "plain": lambda name: name}
    yield "names are told apart by underlines", [definitions.snake(n) for n in ("deviceId", "farEndNameAge")] == [
        "device_id", "far_end_name_age"]
    with tempfile.TemporaryDirectory() as folder:
        for receiver, types in TYPES.items():
            text = make(receiver, PEN, folder)
            name_of = names["snake" if receiver in ("goflow2", "nfacctd") else "plain"]
            found = globals()[receiver.replace("-", "_")](text)
            yield receiver + " has every own element once, with its type", sorted(found) == sorted(
                (PEN, number, name_of(name), types[kind]) for number, (name, kind) in OWN.items())
            yield receiver + " is made the same again", make(receiver, PEN, folder) == text
            yield receiver + " follows the enterprise number", make(receiver, 50123, folder) == text.replace(
                str(PEN), "50123")
            built = os.path.join(BUILD, "collectors", MADE[receiver])
            with open(built, encoding="utf-8") as f:
                pen = re.search(r"WEIR_PEN (\d+)", open(os.path.join(BUILD, "config.h"), encoding="utf-8").read())
                yield receiver + " is that of this build", f.read() == make(receiver, pen.group(1), folder)
        refused = subprocess.run([sys.executable, "-B", os.path.join(REGISTRY, "definitions.py"), ELEMENTS, "1",
                                  "pigeon", os.path.join(folder, "pigeon")], stderr=subprocess.DEVNULL, check=False)
        yield "an unknown receiver is refused", refused.returncode == 2 and not os.path.exists(
            os.path.join(folder, "pigeon"))


results = list(check())
print("1..%d" % len(results))
for number, (title, good) in enumerate(results, 1):
    print("%s %d - %s" % ("ok" if good else "not ok", number, title))
sys.exit(0 if all(good for _, good in results) else 1)
