#!/usr/bin/env bash
# ./dev bench [name]: runs scripts/bench/<name>, or every one. Each prints its figures and the
# machine they were measured on, and exits non-zero if it could not measure.
set -euo pipefail
. "$FRONTDESK_ROOT/scripts/lib/common.sh"
cd "$FRONTDESK_ROOT"

benches() { find scripts/bench -maxdepth 1 -type f -executable 2>/dev/null | LC_ALL=C sort; }

"$FRONTDESK_ROOT/dev" build  # what is measured is what is there

wanted=${1:-}
found=0
while read -r bench; do
  name=$(basename "$bench")
  name=${name%.*}
  [ -z "$wanted" ] || [ "$wanted" = "$name" ] || continue
  found=$((found + 1))
  say "== $name"
  "$bench" "${@:2}" </dev/null
done < <(benches)

[ "$found" -gt 0 ] || die "no benchmark${wanted:+ named $wanted}. There are: $(benches | xargs -r -n 1 basename | tr '\n' ' ')"
