#!/bin/bash
# The outside judge: every capture of the kit, metered in every profile, must give a file that
# keeps the rules of IPFIX and adds up to what an independent reader finds in the capture. TAP.
#
#	kit.sh [KIT]	folder of the judge; default $KIT, else ../shared/kit beside the project
#	kit.sh --one CAPTURE WORK	(itself, for one capture)
#
# Needs build/weir ($TOP_BUILDDIR) and python3. Two at a time.
set -uo pipefail
top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
profiles=(basic biflow full)

# Print what is wrong with one capture in one profile and with more options; nothing when all is well.
judge()
{
	local capture=$1 profile=$2 work=$3 options=("${@:4}") base flags
	base=$work/$(basename "$capture").$profile
	case $profile/${capture##*/} in
	biflow/*) flags=(--times 1) ;; # has the flags of the first direction alone, see exporter/profile.c
	*) flags=(--times 1 --flags) ;;
	esac
	# On the air the way back has MACs of its own, which only flows of one direction know.
	[[ $capture == */link-radiotap* && ${#options[@]} == 0 ]] || flags+=(--macs)
	"$WEIR" meter -r "$capture" -o "file:$base.ipfix" --profile "$profile" "${options[@]}" >"$base.log" 2>&1 </dev/null ||
		{ echo "weir meter ended with $?"; tail -n 3 "$base.log"; return; }
	python3 "$KIT/ipfixlint.py" --json "$base.jsonl" "$base.ipfix" >"$base.lint" 2>&1 ||
		{ echo "ipfixlint:"; head -n 12 "$base.lint"; return; }
	grep -q '^ok: .* 0 errors' "$base.lint" || { head -n 12 "$base.lint"; return; }
	python3 "$KIT/compare.py" "${flags[@]}" "$work/$(basename "$capture").json" "$base.jsonl" \
		>"$base.compare" 2>&1
	case $? in
	0) ;;
	2) grep -q '"flows": \[\]' "$work/$(basename "$capture").json" || cat "$base.compare" ;;
	*) head -n 12 "$base.compare" ;;
	esac
	rm -f "$base.ipfix" "$base.jsonl"
}

one()
{
	local capture=$1 work=$2
	python3 "$KIT/truth.py" "$capture" >"$work/$(basename "$capture").json" 2>/dev/null
	for profile in "${profiles[@]}"; do
		{
			judge "$capture" "$profile" "$work"
			judge "$capture" "$profile" "$work" --uniflow --reports all
		} >"$work/$(basename "$capture").$profile.wrong" 2>&1
	done
}

if [[ ${1-} == --one ]]; then
	one "$2" "$3"
	exit 0
fi
export WEIR=${TOP_BUILDDIR:-$top/build}/weir
export KIT=${1:-${KIT:-$top/../shared/kit}}
if [[ ! -d $KIT/pcaps ]]; then
	if [[ -n ${CI-} ]]; then
		printf '1..1\nnot ok 1 - the judge is in %s\n' "$KIT"
		exit 1
	fi
	echo "1..0 # SKIP no judge in $KIT"
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mapfile -t captures < <(find "$KIT/pcaps" -name '*.pcap*' | sort)
printf '%s\0' "${captures[@]}" | xargs -0 -P 2 -I '{}' bash "$0" --one '{}' "$work"
echo "1..$((${#captures[@]} * ${#profiles[@]}))"
number=0
status=0
for capture in "${captures[@]}"; do
	for profile in "${profiles[@]}"; do
		number=$((number + 1))
		wrong=$work/$(basename "$capture").$profile.wrong
		title="$(basename "$capture") in profile $profile"
		if [[ -e $wrong && ! -s $wrong ]]; then
			echo "ok $number - $title"
		else
			sed 's/^/# /' "$wrong"
			echo "not ok $number - $title"
			status=1
		fi
	done
done
exit $status
