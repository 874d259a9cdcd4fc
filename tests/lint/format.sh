#!/bin/sh
# C is laid out by clang-format 14: another version would lay it out in another way.
cd "${1:-${TOP_SRCDIR:-.}}" || exit 1
echo 1..1
if ! command -v clang-format-14 >/dev/null; then
	echo "ok 1 - layout # SKIP clang-format-14 is not installed"
	exit 0
fi
if find . -name 'build*' -prune -o -path './_*' -prune -o -path './.git' -prune -o \
	-name '*.[ch]' -print0 | xargs -0 clang-format-14 --dry-run -Werror 2>&1 |
	sed 's/^/# /' | grep .; then
	echo "not ok 1 - layout"
	exit 1
fi
echo "ok 1 - layout"
