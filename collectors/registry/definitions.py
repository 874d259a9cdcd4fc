"""Make what a receiver needs to know the own elements by name, from elements.tsv.

    definitions.py ELEMENTS.tsv PEN RECEIVER [TEMPLATE] OUT

RECEIVER is one of RECEIVERS below. TEMPLATE, for those that take one, is a file in which @PEN@ and
@ELEMENTS@ are replaced. The same input gives the same octets.
"""
import re
import sys
from xml.sax.saxutils import escape

import generate

LENGTHS = {"unsigned8": 1, "unsigned16": 2, "unsigned32": 4, "unsigned64": 8, "signed8": 1, "signed16": 2,
           "signed32": 4, "signed64": 8, "float32": 4, "float64": 8, "boolean": 1, "macAddress": 6,
           "dateTimeSeconds": 4, "dateTimeMilliseconds": 8, "dateTimeMicroseconds": 8,
           "dateTimeNanoseconds": 8, "ipv4Address": 4, "ipv6Address": 16}  # the others vary
MADE = "made from collectors/registry/elements.tsv"


def snake(name):
    """deviceMacAddress as device_mac_address"""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def ipfixcol2(elements, pen):
    """libfds's XML; the element's description has no place in it, so it stands in a comment"""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<!-- %s -->\n<ipfix-elements>\n' % MADE
    yield "\t<scope>\n\t\t<pen>%d</pen>\n\t\t<name>weir</name>\n" % pen
    yield '\t\t<biflow mode="none"></biflow>\n\t</scope>\n'
    for e in elements:
        yield "\t<!-- %s -->\n\t<element>\n" % escape(e.description)
        yield "\t\t<id>%d</id>\n\t\t<name>%s</name>\n" % (e.id, e.name)
        yield "\t\t<dataType>%s</dataType>\n" % e.type
        yield "\t\t<dataSemantics>%s</dataSemantics>\n" % e.semantics
        yield "\t\t<units>%s</units>\n" % ("none" if e.units == "-" else e.units)
        yield "\t\t<status>current</status>\n\t</element>\n"
    yield "</ipfix-elements>\n"


def libfixbuf(elements, pen):
    """the form of IANA's registry, with libfixbuf's additions"""
    yield "<?xml version='1.0' encoding='UTF-8'?>\n<!-- %s -->\n" % MADE
    yield '<registry id="weir" xmlns="http://www.iana.org/assignments"' \
          ' xmlns:cert="http://www.cert.org/ipfix">\n'
    yield '<registry id="weir-information-elements">\n'
    for e in elements:
        yield "\t<record>\n\t\t<name>%s</name>\n\t\t<dataType>%s</dataType>\n" % (e.name, e.type)
        yield "\t\t<dataTypeSemantics>%s</dataTypeSemantics>\n" % e.semantics
        if e.units != "-":
            yield "\t\t<units>%s</units>\n" % e.units
        if e.range != "-":
            yield "\t\t<range>%s</range>\n" % e.range
        yield "\t\t<cert:enterpriseId>%d</cert:enterpriseId>\n\t\t<elementId>%d</elementId>\n" % (pen, e.id)
        yield "\t\t<description><paragraph>%s</paragraph></description>\n" % escape(e.description)
        yield "\t\t<status>current</status>\n\t</record>\n"
    yield "</registry>\n</registry>\n"


GOFLOW2_TYPES = {"string": "string", "octetArray": "bytes", "ipv4Address": "bytes", "ipv6Address": "bytes"}
GOFLOW2_RENDER = {"string": "string", "macAddress": "mac", "ipv4Address": "ip", "ipv6Address": "ip"}
GOFLOW2_FIELDS = """type time_received_ns sequence_num sampler_address time_flow_start_ns time_flow_end_ns
bytes packets src_addr dst_addr etype proto src_port dst_port in_if out_if src_mac dst_mac src_vlan ip_tos
tcp_flags icmp_type icmp_code""".split()


def goflow2(elements, pen):
    """a mapping file: each element becomes a field of the protobuf message under its own number"""
    yield "# %s\nformatter:\n  fields:\n" % MADE.capitalize()
    for name in GOFLOW2_FIELDS + [snake(e.name) for e in elements]:
        yield "    - %s\n" % name
    yield "  protobuf:\n"
    for e in elements:
        yield "    - {name: %s, index: %d, type: %s}\n" % (snake(e.name), e.id, GOFLOW2_TYPES.get(e.type, "varint"))
    yield "  render:\n"
    for e in elements:
        if e.type in GOFLOW2_RENDER:
            yield "    %s: %s\n" % (snake(e.name), GOFLOW2_RENDER[e.type])
    yield "ipfix:\n  mapping:\n"
    for e in elements:
        yield "    - {field: %d, penprovided: true, pen: %d, destination: %s}\n" % (e.id, pen, snake(e.name))


ELASTIC = {"macAddress": "mac_addr", "ipv4Address": "ip4_addr", "ipv6Address": "ip6_addr", "string": "string",
           "boolean": "uint8", "float32": "float", "float64": "double", "octetArray": "octetarray",
           "dateTimeSeconds": "uint32", "dateTimeMilliseconds": "uint64", "dateTimeMicroseconds": "uint64",
           "dateTimeNanoseconds": "uint64"}


def elastic_type(e):
    if e.type.endswith("List"):
        return "skip"
    return ELASTIC.get(e.type) or e.type.replace("unsigned", "uint").replace("signed", "int")


def elastic(elements, pen):
    """Logstash's netflow codec, whose form Filebeat reads too. Reverse elements (RFC 5103) are in it,
    since an unknown enterprise makes the codec drop a whole template."""
    yield "# %s\n---\n%d:\n" % (MADE.capitalize(), pen)
    for e in elements:
        if e.enterprise == "own":
            yield "  %d:\n  - :%s\n" % (e.id, elastic_type(e))
            yield "" if elastic_type(e) == "skip" else "  - :%s\n" % e.name
    yield "%d:\n" % generate.REVERSE
    for e in elements:
        if e.enterprise == "iana" and e.reversible == "yes" and elastic_type(e) != "skip":
            yield "  %d:\n  - :%s\n  - :reverse%s\n" % (e.id, elastic_type(e), e.name[0].upper() + e.name[1:])


def nfacctd(elements, pen):
    """pmacct's primitives; those of 29305 are what RFC 5103 calls the reverse of IANA's"""
    yield "! %s\n" % MADE.capitalize()
    for e in elements:
        semantics = {"string": "str", "macAddress": "mac", "ipv4Address": "ip", "ipv6Address": "ip"}.get(e.type, "u_int")
        if e.type not in LENGTHS and e.type != "string":
            semantics = "raw"
        yield "name=%s field_type=%d:%d len=%s semantics=%s\n" % (
            snake(e.name), pen, e.id, LENGTHS.get(e.type, "vlen"), semantics)
    for name, number in (("reverse_octets", 1), ("reverse_packets", 2)):
        yield "name=%s field_type=%d:%d len=8 semantics=u_int\n" % (name, generate.REVERSE, number)


def nfacctd_names(elements, pen):
    """what "aggregate" can name"""
    yield ", ".join([snake(e.name) for e in elements] + ["reverse_octets", "reverse_packets"]) + "\n"


def python_ipfix(elements, pen):
    """one specification a line, nothing else is allowed"""
    for e in elements:
        yield "%s(%d/%d)<%s>[%s]\n" % (e.name, pen, e.id, e.type, LENGTHS.get(e.type, 65535))


def tshark(elements, pen):
    """rows of a table in Lua"""
    for e in elements:
        yield '\t{ %d, "%s", "%s" },\n' % (e.id, e.name, e.type)


RECEIVERS = {"elastic": elastic, "goflow2": goflow2, "ipfixcol2": ipfixcol2, "libfixbuf": libfixbuf,
             "nfacctd": nfacctd, "nfacctd-names": nfacctd_names, "python-ipfix": python_ipfix, "tshark": tshark}


def main(argv):
    if len(argv) not in (4, 5) or argv[2] not in RECEIVERS or not argv[1].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    with open(argv[0], encoding="utf-8") as f:
        registry = generate.Registry(f.read())
    for problem in registry.problems:
        print("%s: %s" % (argv[0], problem), file=sys.stderr)
    if registry.problems:
        return 1
    pen = int(argv[1])
    wanted = [e for e in registry.elements if e.enterprise == "own" or argv[2] == "elastic"]
    text = "".join(RECEIVERS[argv[2]](wanted, pen))
    if len(argv) == 5:
        with open(argv[3], encoding="utf-8") as f:
            text = f.read().replace("@PEN@", str(pen)).replace("@ELEMENTS@\n", text)
    with open(argv[-1], "w", encoding="utf-8") as f:
        f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
