"""Every lint fails on a bad sample and passes a good one."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GOOD = {
    "base/a.h": "#pragma once\n\n/** Says what types don't: @n is below 7. */\nint a_one(int n);\n\n"
                "void a_free(int *a); /* NULL is fine */\n",
    "base/a.c": '#include "base/a.h"\n\n#include <string.h>\n\nint a_one(int n)\n{\n\tif (n > 0) {\n'
                "\t\tg_set_error(error, WEIR_ERROR, 1, \"%d\", n);\n\t\tg_free(x);\n\t\treturn 1;\n\t}\n"
                "\tif (n < -7) {\n\t\tif (n == -9) {\n\t\t\tg_propagate_error(error, e);\n\t\t} else {\n"
                "\t\t\ta_one(n);\n\t\t}\n\t\treturn 0;\n\t}\n"
                "\treturn 0; /* never exit(1) here, nor { { { { */\n}\n",
    "doc/a.1": ".Dd January 1, 2024\n.Dt A 1\n.Os\n.Sh NAME\n.Nm a\n.Nd does a thing\n",
    "tests/a.sh": "#!/bin/sh\necho \"$1\"\n",
    ".clang-format": open(os.path.join(HERE, "..", "..", ".clang-format"), encoding="utf-8").read(),
}
BODY = "int a_one(int n)\n{\n%s}\n"
BAD = [  # lint, file, text, what it says
    ("sizes.py", "base/b.c", "int a;\n" * 501, "files are short"),
    ("sizes.py", "base/b.h", "int a;\n" * 251, "files are short"),
    ("sizes.py", "base/b.c", BODY % ("\tn++;\n" * 71), "functions are short"),
    ("sizes.py", "base/b.c", "int b(int a, int b, int c, int d,\n\tint e, int f)\n{\n}\n", "parameters"),
    ("sizes.py", "base/b.c", BODY % "\tif (n) {\n\tfor (;;) {\n\tdo {\n\tif (n) {\n}}}}\n", "nesting"),
    ("includes.py", "base/b.c", '#include "probe/meter.h"\n', "only what they may"),
    ("includes.py", "probe/b.c", '#include "exporter/export.h"\n', "only what they may"),
    ("includes.py", "probe/b.c", "#include <fixbuf/public.h>\n", "libraries stay"),
    ("includes.py", "exporter/b.c", "#include <pcap/pcap.h>\n", "libraries stay"),
    ("includes.py", "base/b.c", '#include "a.h"\n', "from the top"),
    ("includes.py", "base/a.c", '#include <stdio.h>\n#include "base/a.h"\n', "its header first"),
    ("calls.py", "base/b.c", BODY % "\tsprintf(s, t);\n", "bounded"),
    ("calls.py", "base/b.c", BODY % '\tsystem("a");\n', "bounded"),
    ("calls.py", "base/b.c", BODY % "\texit(n);\n", "only main exits"),
    ("calls.py", "base/b.c", BODY % '\tg_set_error(e, Q, 1, "x");\n\tn = 2;\n\treturn n;\n', "at once"),
    ("words.py", "base/b.h", "#pragma once\n\nint b_one(int n);\n", "its comment"),
    ("words.py", "base/b.c", "/* see /home/someone/b.c */\n", "where it was made"),
    ("format.sh", "base/b.c", "int a_one(int n) { return n; }\n", "layout"),
    ("shell.sh", "tests/b.sh", "#!/bin/sh\necho $1\n", "shell scripts"),
    ("man.sh", "doc/b.1", ".Dd x\n.Dt A 1\n.Os\n.Sh NAM\n", "manual pages"),
]


def run(lint, changes):
    with tempfile.TemporaryDirectory() as top:
        for path, text in dict(GOOD, **changes).items():
            os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
            with open(os.path.join(top, path), "w", encoding="utf-8") as f:
                f.write(text)
        program = [sys.executable] if lint.endswith(".py") else ["sh"]
        done = subprocess.run(program + [os.path.join(HERE, lint), top], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
        return done.returncode, done.stdout


lints = sorted({lint for lint, _, _, _ in BAD})
print("1..%d" % (len(BAD) + len(lints)))
failed = 0
for number, (lint, path, text, says) in enumerate(
        [(lint, None, None, None) for lint in lints] + BAD, 1):
    code, out = run(lint, {path: text} if path else {})
    wrong = [s for s in out.splitlines() if s.startswith("not ok")]
    good = code == 0 and not wrong if path is None else \
        code != 0 and len(wrong) == 1 and says in wrong[0]
    title = "%s %s" % (lint, "passes a good tree" if path is None else "finds: " + says)
    skip = " # SKIP its tool is not installed" if "# SKIP" in out else ""
    failed += not good and not skip
    if not good:
        print("# " + out.replace("\n", "\n# "))
    print("%s %d - %s%s" % ("ok" if good or skip else "not ok", number, title, skip))
sys.exit(1 if failed else 0)
