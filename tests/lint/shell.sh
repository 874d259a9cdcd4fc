#!/bin/sh
# Shell scripts are checked by shellcheck.
cd "${1:-${TOP_SRCDIR:-.}}" || exit 1
echo 1..1
if ! command -v shellcheck >/dev/null; then
	echo "ok 1 - shell scripts # SKIP shellcheck is not installed"
	exit 0
fi
set --
for f in bootstrap .ci/run $(find . -name 'build*' -prune -o -path './_*' -prune -o \
	-path './.git' -prune -o -name '*.sh' -print); do
	if test -f "$f"; then
		set -- "$@" "$f"
	fi
done
if ! shellcheck -x "$@" >&2; then
	echo "not ok 1 - shell scripts"
	exit 1
fi
echo "ok 1 - shell scripts"
