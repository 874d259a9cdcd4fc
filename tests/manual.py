"""Every option that a program knows is in its manual page, and every one in the page exists."""
import os
import re
import subprocess
import sys

TOP, BUILD = os.environ.get("TOP_SRCDIR", "."), os.environ.get("TOP_BUILDDIR", "build")
PAGES = {"weir.1": (("weir", "meter"), ("weir", "run"), ("weir", "status"), ("weir", "dump")),
         "weir-probe.8": (("weir-probe",),), "weir-export.8": (("weir-export",),)}


def known(program):
    path = os.path.join(BUILD, program[0])
    out = subprocess.run([path, *program[1:], "--help"], stdout=subprocess.PIPE, check=True,
                         encoding="utf-8").stdout
    return set(re.findall(r"^ +(?:-\w, )?--([\w-]+)", out, re.M)) | \
        set(re.findall(r"^ +-(\w)\b", out, re.M))


def told(page):
    with open(os.path.join(TOP, "doc", page), encoding="utf-8") as f:
        text = f.read().split(".Sh DESCRIPTION", 1)[1]
    words = " ".join(re.findall(r"^\.(?:It|Pq)? ?(Fl .*)$", text, re.M)).split()
    return {w[1:] if w.startswith("-") else w for w in words
            if re.fullmatch(r"-[a-z-]{2,}|[a-zA-Z]", w)}


print("1..%d" % (2 * len(PAGES)))
failed = 0
for number, (page, programs) in enumerate(PAGES.items()):
    have, page_has = set().union(*map(known, programs)), told(page)
    for offset, (what, wrong) in enumerate((("tells every option", have - page_has),
                                            ("tells no other", page_has - have))):
        failed += bool(wrong)
        print("%s %d - %s %s %s" % ("not ok" if wrong else "ok", 2 * number + offset + 1, page,
                                    what, " ".join(sorted(wrong))))
sys.exit(1 if failed else 0)
