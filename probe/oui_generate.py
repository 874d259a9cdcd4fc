#!/usr/bin/env python3
"""Compile the IEEE's address block registries into the table that probe/oui.c includes.

    oui_generate.py OUI_CSV > oui_table.inc

Beside oui.csv (24-bit blocks), its folder's mam.csv (28 bits), oui36.csv and iab.csv (36 bits) are
read where they exist. Blocks without a maker (private, or divided into smaller blocks) are left
out. The output depends on the input alone.
"""
import csv
import os
import sys

NAME_OCTETS_MAX = 127
UNNAMED = {"", "private", "ieee registration authority"}


def name_clean(text):
    """One line of printable text, cut on a character boundary."""
    text = "".join(c if c.isprintable() else " " for c in text)
    text = " ".join(text.split())
    if text.lower() in UNNAMED:
        return ""
    return text.encode("utf-8")[:NAME_OCTETS_MAX].decode("utf-8", "ignore")


def blocks_read(path, digits):
    """Blocks of so many hexadecimal digits: {prefix: name}. The first of two equal ones counts."""
    blocks = {}
    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            prefix = row["Assignment"].strip().lower()
            name = name_clean(row["Organization Name"])
            if len(prefix) != digits:
                sys.exit(f"{path}: '{prefix}' is not a block of {digits} digits")
            int(prefix, 16)
            if name and prefix not in blocks:
                blocks[prefix] = name
    return blocks


def literal(text):
    out = ""
    for octet in text.encode("utf-8"):
        plain = 32 <= octet < 127 and octet not in b'"\\?'
        out += chr(octet) if plain else f"\\{octet:03o}"
    return f'\t"{out}\\0"'


def blocks_write(bits, blocks, numbers):
    octets = (bits + 7) // 8
    rows = [(prefix.ljust(octets * 2, "0"), numbers[blocks[prefix]]) for prefix in sorted(blocks)]
    rows = rows or [("0" * octets * 2, 0)]  # C has no empty arrays; name 0 is ""
    print(f"static const uint8_t oui_prefix_{bits}[][{octets}] = {{")
    for prefix, _ in rows:
        print("\t{" + ", ".join("0x" + prefix[i:i + 2] for i in range(0, octets * 2, 2)) + "},")
    print("};")
    print(f"static const uint16_t oui_name_{bits}[] = {{")
    for _, number in rows:
        print(f"\t{number},")
    print("};")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = sys.argv[1]
    folder = os.path.dirname(path)
    tables = {24: blocks_read(path, 6), 28: {}, 36: {}}
    for name, bits, digits in (("mam.csv", 28, 7), ("oui36.csv", 36, 9), ("iab.csv", 36, 9)):
        sibling = os.path.join(folder, name)
        if os.path.exists(sibling):
            for prefix, maker in blocks_read(sibling, digits).items():
                tables[bits].setdefault(prefix, maker)
    names = [""] + sorted({name for blocks in tables.values() for name in blocks.values()})
    numbers = {name: number for number, name in enumerate(names)}
    if len(names) > 65536:
        sys.exit(f"{path}: {len(names)} names are more than 16 bits can number")
    print("/* Made by oui_generate.py; do not edit. */")
    for bits, blocks in tables.items():
        blocks_write(bits, blocks, numbers)
    print("static const char oui_names[] =")
    print("\n".join(literal(name) for name in names) + ";")
    print("static const uint32_t oui_name_at[] = {")
    at = 0
    for name in names:
        print(f"\t{at},")
        at += len(name.encode("utf-8")) + 1
    print("};")


main()
