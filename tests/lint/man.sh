#!/bin/sh
# Manual pages are free of warnings.
cd "${1:-${TOP_SRCDIR:-.}}" || exit 1
echo 1..1
if ! command -v mandoc >/dev/null; then
	echo "ok 1 - manual pages # SKIP mandoc is not installed"
	exit 0
fi
# Pages of this project are not installed where the lint runs.
if mandoc -Tlint -Wstyle doc/*.[1-8] 2>&1 | grep -v 'referenced manual not found\|mandoc\.db' |
	sed 's/^/# /' | grep .; then
	echo "not ok 1 - manual pages"
	exit 1
fi
echo "ok 1 - manual pages"
