#!/bin/bash
# Lines that the tests run: 85 of 100 of everything, 95 of the parsers, the flow table and the
# encoder. Builds into build-cov. TAP; needs gcovr.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

mkdir -p build-cov
[[ -e build-cov/config.status ]] || (cd build-cov && ../configure -q --enable-gcov CFLAGS="-O0 -g")
find build-cov -name '*.gcda' -delete
make -s -C build-cov -j"$(nproc)" check >build-cov/check.log 2>&1 ||
	{ grep -E '^(FAIL|ERROR)|error:' build-cov/check.log; echo "Bail out! make check failed"; exit 1; }
gcovr -r . build-cov --exclude 'tests/' --exclude 'build.*' --gcov-ignore-parse-errors \
	--json-summary build-cov/coverage.json >/dev/null 2>build-cov/gcovr.log
python3 - build-cov/coverage.json <<'PYTHON'
import json
import re
import sys

GROUPS = (("everything", r".", 85),
          ("what parses, keeps flows and knows names", r"^probe/(?!daemon|main|probe_options|live_pcap|link_loss)", 95),
          ("what encodes", r"^exporter/(encod|template|plan|fixbuf|registry)", 95))
with open(sys.argv[1], encoding="utf-8") as f:
    files = json.load(f)["files"]
for f in sorted(files, key=lambda f: f["filename"]):
    print("# %5.1f %% of %4d lines  %s" % (f["line_percent"] or 0, f["line_total"], f["filename"]))
print("1..%d" % len(GROUPS))
failed = 0
for number, (title, pattern, bar) in enumerate(GROUPS, 1):
    group = [f for f in files if re.search(pattern, f["filename"])]
    total = sum(f["line_total"] for f in group)
    percent = 100 * sum(f["line_covered"] for f in group) / total if total else 0
    failed += percent < bar
    print("%s %d - %s: %.1f %% of %d lines, %d wanted" % (
        "not ok" if percent < bar else "ok", number, title, percent, total, bar))
sys.exit(1 if failed else 0)
PYTHON
