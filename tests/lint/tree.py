"""What the lints share: the files of the tree, C without comments and strings, TAP."""
import os
import re
import sys

SKIP = re.compile(r"^(build.*|_.*|\.(?!ci$).*|autom4te\.cache|corpus|data)$")


def root():
    if len(sys.argv) > 1:
        return sys.argv[1]
    return os.environ.get("TOP_SRCDIR") or os.path.join(os.path.dirname(__file__), "..", "..")


def files(pattern):
    """Yield (path from the top, text) of each file whose name matches, in order."""
    top = root()
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(d for d in folders if not SKIP.match(d))
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), top)
            if re.search(pattern, path):
                with open(os.path.join(top, path), encoding="utf-8", errors="replace") as f:
                    yield path, f.read()


def code(text):
    """C with comments and the insides of literals blanked; line numbers stay."""
    def blank(m):
        s = m.group(0)
        if s[0] in "\"'":
            return s[0] + " " * (len(s) - 2) + s[0]
        return re.sub(r"[^\n]", " ", s)
    literal = r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    return re.sub(literal, blank, text, flags=re.S)


def line(text, offset):
    return text.count("\n", 0, offset) + 1


def report(rules):
    """rules: title -> list of findings. Prints TAP and exits."""
    print("1..%d" % len(rules))
    for number, (title, findings) in enumerate(rules.items(), 1):
        for finding in findings:
            print("# " + finding)
        print("%s %d - %s" % ("not ok" if findings else "ok", number, title))
    sys.exit(1 if any(rules.values()) else 0)
