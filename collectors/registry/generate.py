"""Make the program's element table and the readers' reference from elements.tsv.

    generate.py ELEMENTS.tsv RECORD.h PEN --table elements.inc --reference elements.md

Fails, and writes nothing, if the registry contradicts itself or RECORD.h: every problem is one line
on standard error.
"""
import argparse
import re
import sys
from collections import namedtuple

TYPES = """octetArray unsigned8 unsigned16 unsigned32 unsigned64 signed8 signed16 signed32 signed64
float32 float64 boolean macAddress string dateTimeSeconds dateTimeMilliseconds dateTimeMicroseconds
dateTimeNanoseconds ipv4Address ipv6Address basicList subTemplateList subTemplateMultiList""".split()
SEMANTICS = """default quantity totalCounter deltaCounter identifier flags list snmpCounter
snmpGauge""".split()
UNITS = """- bits octets packets flows seconds milliseconds microseconds nanoseconds words messages
hops entries frames ports inferred""".split()
OWN_FIRST = 1101  # above every IANA number in use, and so above every reverse element's
OWN_LAST = 0x3fff  # the bit above marks reverse elements of the same enterprise in some libraries
REVERSE = 29305

# What a member of the record may be exported as, the IPv4 element first and then IPv6's. Integers
# may be shorter than their element (RFC 7011 section 6.2).
KINDS = {"TIME": ["dateTimeMilliseconds"] * 2, "BOOL": ["boolean"] * 2, "MAC": ["macAddress"] * 2,
         "ADDR": ["ipv4Address", "ipv6Address"], "TEXT": ["string"] * 2, "FLAGS": ["unsigned16"] * 2,
         "OCTETS": ["octetArray"] * 2,
         "U8": ["unsigned(8|16|32|64)"] * 2, "U16": ["unsigned(16|32|64)"] * 2,
         "U32": ["unsigned(32|64)"] * 2, "U64": ["unsigned64"] * 2}

Element = namedtuple("Element", "id enterprise name type semantics units range reversible"
                                " description reference")


class Registry:
    def __init__(self, text):
        self.elements, self.problems = [], []
        for number, line in enumerate(text.splitlines(), 1):
            if line and not line.startswith("#"):
                self.add(number, line.split("\t"))
        self.check_duplicates()

    def problem(self, where, what):
        self.problems.append("%s: %s" % (where, what))

    def add(self, number, fields):
        where = "line %d" % number
        if len(fields) != len(Element._fields):
            self.problem(where, "%d fields, not %d" % (len(fields), len(Element._fields)))
            return
        e = Element(*fields)
        if not re.fullmatch(r"[1-9]\d{0,4}", e.id) or int(e.id) > 0x7fff:
            self.problem(where, "'%s' is not an element number" % e.id)
            return
        e = e._replace(id=int(e.id))
        self.check(where + ", " + e.name, e)
        self.elements.append(e)

    def check(self, where, e):
        for what, value, known in (("enterprise", e.enterprise, ("iana", "own")),
                                   ("type", e.type, TYPES), ("semantics", e.semantics, SEMANTICS),
                                   ("units", e.units, UNITS), ("reversible", e.reversible, ("yes", "no"))):
            if value not in known:
                self.problem(where, "unknown %s '%s'" % (what, value))
        if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9]*", e.name) or e.name.startswith("reverse"):
            self.problem(where, "not a name for an element")
        if not e.description.strip("- ") or re.search(r'["\\\0-\x1f|]', e.description):
            self.problem(where, "the description is missing or has characters that need escapes")
        if e.enterprise == "own" and not OWN_FIRST <= e.id <= OWN_LAST:
            self.problem(where, "own numbers are %d to %d" % (OWN_FIRST, OWN_LAST))
        if e.enterprise == "iana" and e.id >= OWN_FIRST:
            self.problem(where, "own numbers begin at %d and must stay apart" % OWN_FIRST)
        number = e.type.startswith(("unsigned", "signed"))
        if e.range != "-" and (not number or bounds(e) is None):
            self.problem(where, "'%s' is not a range of %s" % (e.range, e.type))
        if e.semantics in ("totalCounter", "deltaCounter") and not number:
            self.problem(where, "a counter is an integer")  # RFC 5610 section 3.10
        if (e.semantics == "list") != e.type.endswith("List"):
            self.problem(where, "semantics list and the list types belong together")

    def check_duplicates(self):
        numbers, names, last = {}, {}, None
        for e in self.elements:
            key = (e.enterprise, e.id)
            if key in numbers:
                self.problem(e.name, "number %d is %s already" % (e.id, numbers[key]))
            if e.name in names:
                self.problem(e.name, "there already, as number %d" % names[e.name])
            if last and key < last:
                self.problem(e.name, "out of order")
            numbers[key], names[e.name], last = e.name, e.id, key

    def check_record(self, header):
        by_name = {e.name: e for e in self.elements}
        rows = re.findall(r'^\tF\((\w+), (\w+), "([^"]*)", "([^"]*)",', header, re.M)
        if not rows:
            self.problem("record", "no RECORD_FIELDS found")
        for member, kind, name, name6 in rows:
            names = [] if name == "-" else [n for n in (name, name6) if n]
            for n, want in zip(names, KINDS.get(kind, [])):
                self.check_member(member, n, want, by_name)
            if kind not in KINDS:
                self.problem(member, "unknown kind " + kind)

    def check_member(self, member, name, want, by_name):
        e = by_name.get(name)
        if e is None and name.startswith("reverse"):
            e = by_name.get(name[7:8].lower() + name[8:])
            if e and (e.reversible != "yes" or e.enterprise != "iana"):
                self.problem(member, "%s has no reverse element" % e.name)
        if e is None:
            self.problem(member, "%s is not in the registry" % name)
        elif not re.fullmatch(want, e.type):
            self.problem(member, "%s is %s, not %s" % (name, e.type, want))


def bounds(e):
    """(smallest, largest) of the range column, or None if it is no range of the type"""
    m = re.fullmatch(r"(\d+)-(\d+)", e.range)
    if not m:
        return None
    low, high = int(m.group(1)), int(m.group(2))
    bits = int(re.sub(r"\D", "", e.type) or 0)
    return (low, high) if low < high < 1 << bits else None


def table(elements):
    """rows of struct element, sorted by enterprise and number"""
    for e in elements:
        low, high = bounds(e) or (0, 0)
        yield '{%s, %d, %d, %d, %d, %s, %du, %du, "%s",\n\t"%s"},\n' % (
            "0" if e.enterprise == "iana" else "WEIR_PEN", e.id, TYPES.index(e.type),
            SEMANTICS.index(e.semantics), UNITS.index(e.units),
            "true" if e.reversible == "yes" else "false", low, high, e.name, e.description)


def reference(elements, pen):
    yield "# Information elements\n\nMade from collectors/registry/elements.tsv.\n"
    for title, enterprise in (("Own elements, enterprise number %s" % pen, "own"),
                              ("IANA's elements that Weir knows", "iana")):
        yield "\n## %s\n\n| number | name | type | semantics | units | meaning | reference |\n" % title
        yield "|---:|---|---|---|---|---|---|\n"
        for e in elements:
            if e.enterprise == enterprise:
                unit = "" if e.units == "-" else e.units
                text = e.description + ("" if e.range == "-" else " (%s)" % e.range)
                source = "" if e.reference == "-" else e.reference
                yield "| %d | %s | %s | %s | %s | %s | %s |\n" % (
                    e.id, e.name, e.type, e.semantics, unit, text, source)


def main(argv):
    p = argparse.ArgumentParser()
    p.add_argument("elements")
    p.add_argument("record")
    p.add_argument("pen", type=int)
    p.add_argument("--table")
    p.add_argument("--reference")
    o = p.parse_args(argv)
    with open(o.elements, encoding="utf-8") as f:
        r = Registry(f.read())
    with open(o.record, encoding="utf-8") as f:
        r.check_record(f.read())
    if not 0 < o.pen < 1 << 32 or o.pen == REVERSE:
        r.problem("enterprise number %d" % o.pen, "not one of an enterprise")
    for problem in r.problems:
        print("%s: %s" % (o.elements, problem), file=sys.stderr)
    if r.problems:
        return 1
    for path, lines in ((o.table, table(r.elements)), (o.reference, reference(r.elements, o.pen))):
        if path:
            with open(path, "w", encoding="utf-8") as f:
                f.write("".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
