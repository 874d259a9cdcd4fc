"""Every public function is explained; the tree speaks of itself alone."""
import re
import tree

FOREIGN = re.compile(r"(?<![\w.])/(home|root|Users|work)/\w|registry\.npmjs|deb\.debian\.org|pypi\.org"
                     r"|\b(issue|ticket|PR|MR) #\d|\b(TODO|FIXME|XXX)\b(?!_)", re.I)
rules = {"every prototype has its comment": [], "nothing speaks of where it was made": []}


def undocumented(text):
    """Prototypes without a comment above or behind; prototypes without a blank line between them
    share the first one's, and *_free() explains itself."""
    known = False
    for m in re.finditer(r"/\*.*?\*/|^[a-z][^\n#;{}]*\([^;{}]*;|^\n|^#[^\n]*\n|^[^\n]*\{.*?^\}", text,
                         re.M | re.S):
        s = m.group(0)
        if s.startswith("/*"):
            known = True
        elif re.match(r"[a-z]", s) and "{" not in s and not s.startswith(("typedef", "static_assert")):
            behind = re.match(r"[ \t]*/\*", text[m.end():])
            if not known and not behind and "_free(" not in s:
                yield m.start(), re.search(r"(\w+)\(", s).group(1)
        else:
            known = False


for path, text in tree.files(r"\.h$"):
    for at, name in undocumented(text) if not path.startswith("tests/") else ():
        rules["every prototype has its comment"].append(
            "%s:%d: %s" % (path, tree.line(text, at), name))
for path, text in tree.files(r"\.([chm]|py|sh|md|mk|ac|am|json|tsv|yang|[158])$|^(bootstrap|\.ci/run)$"):
    for m in FOREIGN.finditer(text) if not path.startswith("tests/lint/") else ():
        rules["nothing speaks of where it was made"].append(
            "%s:%d: %s" % (path, tree.line(text, m.start()), m.group(0)))
tree.report(rules)
