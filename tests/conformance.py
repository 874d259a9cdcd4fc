"""doc/conformance.md names nothing that is not there: every test it points to exists, and every
rule of the list is in it once."""
import os
import re
import sys

TOP = os.environ.get("TOP_SRCDIR", ".")
RULES = 113


def read(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as f:
        return f.read()


def exists(name):
    if re.fullmatch(r"test_\w+/\w+", name):
        file, test = name.split("/")
        path = os.path.join("tests", "unit", file + ".c")
        return os.path.exists(os.path.join(TOP, path)) and \
            re.search(r"\b%s\b" % test, read(path)) is not None
    if name.startswith("tests/"):
        return os.path.exists(os.path.join(TOP, name))
    return not name.startswith("test_")


def numbers(cell):
    for part in cell.split(","):
        first, _, last = part.strip().partition("-")
        yield from range(int(first), int(last or first) + 1)


text = read("doc", "conformance.md")
rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.splitlines() if re.match(r"\| \d", line)]
missing = [name for name in re.findall(r"`([^`]+)`", text) if not exists(name)]
rules = {number for row in rows for number in numbers(row[0])}
states = {row[3] for row in rows} - {"holds", "partly", "not yet", "n/a"}
bare = [row[0] for row in rows if row[3] == "holds" and not row[4]]
checks = [("what is named exists", missing), ("every rule is there", sorted(set(range(1, RULES + 1)) - rules)),
          ("every state is one", sorted(states)), ("what holds says by what", bare)]
print("1..%d" % len(checks))
failed = 0
for number, (title, wrong) in enumerate(checks, 1):
    for item in wrong:
        print("# %s" % item)
    print("%sok %d - %s" % ("not " if wrong else "", number, title))
    failed = failed or bool(wrong)
sys.exit(1 if failed else 0)
