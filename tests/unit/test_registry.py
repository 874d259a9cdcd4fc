"""The registry of elements is sound, and its generator refuses one that is not. TAP."""
import importlib.util
import os
import subprocess
import sys
import tempfile

TOP = os.environ.get("TOP_SRCDIR") or os.path.join(os.path.dirname(__file__), "..", "..")
GENERATE = os.path.join(TOP, "collectors", "registry", "generate.py")
ELEMENTS = os.path.join(TOP, "collectors", "registry", "elements.tsv")
RECORD = os.path.join(TOP, "base", "record.h")

spec = importlib.util.spec_from_file_location("generate", GENERATE)
generate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generate)

GOOD = "4\tiana\tprotocolIdentifier\tunsigned8\tidentifier\t-\t-\tyes\tprotocol\tRFC 791"
OWN = "1101\town\tdeviceId\tunsigned32\tidentifier\t-\t0-9\tno\tdevice\t-"
FIELD = '\tF(protocol, U8, "protocolIdentifier", "", "text") \\\n'


def swap(line, index, value):
    fields = line.split("\t")
    fields[index] = value
    return "\t".join(fields)


BROKEN = [  # text, what is said of it
    ("4\tiana", "2 fields, not 10"),
    (swap(GOOD, 0, "0"), "not an element number"),
    (swap(GOOD, 0, "32768"), "not an element number"),
    (swap(GOOD, 0, "1101"), "must stay apart"),
    (swap(OWN, 0, "1100"), "own numbers are"),
    (swap(OWN, 0, "16384"), "own numbers are"),
    (swap(GOOD, 1, "acme"), "unknown enterprise 'acme'"),
    (swap(GOOD, 2, "reverseThing"), "not a name"),
    (swap(GOOD, 2, "a b"), "not a name"),
    (swap(GOOD, 3, "unsigned9"), "unknown type 'unsigned9'"),
    (swap(GOOD, 4, "counter"), "unknown semantics 'counter'"),
    (swap(GOOD, 4, "list"), "belong together"),
    (swap(swap(GOOD, 3, "string"), 4, "deltaCounter"), "a counter is an integer"),
    (swap(GOOD, 5, "parsecs"), "unknown units 'parsecs'"),
    (swap(GOOD, 6, "3-2"), "not a range"),
    (swap(GOOD, 6, "0-256"), "not a range"),
    (swap(swap(GOOD, 3, "string"), 6, "0-5"), "not a range"),
    (swap(GOOD, 7, "maybe"), "unknown reversible 'maybe'"),
    (swap(GOOD, 8, "-"), "description"),
    (swap(GOOD, 8, 'a "b"'), "description"),
    (GOOD + "\n" + swap(GOOD, 2, "other"), "number 4 is protocolIdentifier already"),
    (GOOD + "\n" + swap(GOOD, 0, "5"), "there already, as number 4"),
    (GOOD + "\n" + swap(swap(GOOD, 0, "3"), 2, "other"), "out of order"),
]
RECORDS = [
    ("", "no RECORD_FIELDS"),
    ('\tF(x, U8, "unknownThing", "", "text") \\\n', "unknownThing is not in the registry"),
    ('\tF(x, U64, "protocolIdentifier", "", "text") \\\n', "is unsigned8, not unsigned64"),
    ('\tF(x, U8, "protocolIdentifier", "deviceId6", "text") \\\n', "deviceId6 is not in"),
    ('\tF(x, ODD, "protocolIdentifier", "", "text") \\\n', "unknown kind ODD"),
    ('\tF(x, U32, "reverseDeviceId", "", "text") \\\n', "deviceId has no reverse element"),
]


def problems(elements, record=FIELD):
    r = generate.Registry(elements)
    r.check_record(record)
    return r.problems


def run(elements, *more):
    return subprocess.run([sys.executable, GENERATE, elements, RECORD] + list(more),
                          stderr=subprocess.PIPE, text=True)


def check():
    yield "what is right passes", problems(GOOD + "\n# comment\n\n" + OWN) == []
    yield "members that are not exported need no element", problems(
        GOOD, '\tF(x, U8, "-", "", "text") \\\n') == []
    for text, said in BROKEN:
        found = problems(text)
        yield "refused: " + said, any(said in p for p in found)
    for record, said in RECORDS:
        yield "refused: " + said, any(said in p for p in problems(GOOD + "\n" + OWN, record))
    with tempfile.TemporaryDirectory() as folder:
        table, reference = os.path.join(folder, "t"), os.path.join(folder, "r")
        both = ["--table", table, "--reference", reference]
        yield "the registry passes", run(ELEMENTS, "32473", *both).returncode == 0
        with open(ELEMENTS, encoding="utf-8") as f:
            count = sum(1 for line in f if line[0] not in "#\n")
        with open(table, encoding="utf-8") as f:
            yield "every element is in the table", f.read().count("{") == count
        with open(reference, encoding="utf-8") as f:
            text = f.read()
        yield "every element is in the reference", text.count("\n| ") == count + 2
        yield "the reference names the enterprise number", "enterprise number 32473" in text
        yield "29305 is no enterprise's number", run(ELEMENTS, "29305").returncode == 1
        bad = os.path.join(folder, "bad")
        with open(bad, "w", encoding="utf-8") as f:
            f.write(swap(GOOD, 3, "unsigned9") + "\n")
        new = os.path.join(folder, "new")
        result = run(bad, "32473", "--table", new)
        yield "nothing is written of a bad one", result.returncode == 1 and not os.path.exists(new)
        yield "the line is named", "line 1, protocolIdentifier" in result.stderr


results = list(check())
print("1..%d" % len(results))
for number, (title, good) in enumerate(results, 1):
    print("%s %d - %s" % ("ok" if good else "not ok", number, title.replace("#", "no.")))
sys.exit(0 if all(good for _, good in results) else 1)
