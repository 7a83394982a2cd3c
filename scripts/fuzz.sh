#!/usr/bin/env bash
# ./dev fuzz [target] [seconds] [--save]: one parser, or each, fed with anything for so long (default 10 s each); --save
# writes how often each was to bench/fuzz.json. Inputs found
# useful stay in build/fuzz/corpus; one that breaks something is left in build/fuzz/findings: keep it, with the repair,
# in tests/data/fuzz/TARGET.
set -euo pipefail
. "$FRONTDESK_ROOT/scripts/lib/common.sh"
cd "$FRONTDESK_ROOT"

save=0 arguments=()
for argument in "$@"; do
  if [ "$argument" = --save ]; then save=1; else arguments+=("$argument"); fi
done
target=${arguments[0]:-all} seconds=${arguments[1]:-10}
case $target in [0-9]*) seconds=$target target=all ;; esac
command -v clang++ >/dev/null || die "the fuzzers need clang: apt-get install clang"
[ build/fuzz/build.ninja -nt CMakePresets.json ] || cmake --preset fuzz >/dev/null || die "configuring failed: see above"
names=()
for seeds in tests/data/fuzz/*/; do
  name=$(basename "$seeds")
  [ "$target" = all ] || [ "$target" = "$name" ] && names+=("$name")
done
[ ${#names[@]} -gt 0 ] || die "there is no target '$target'; there are: $(ls tests/data/fuzz | tr '\n' ' ')"
cmake --build build/fuzz --parallel "$(jobs_for_this_machine)" --target "${names[@]/#/fuzz_}" || die "the build failed: see above"

mkdir -p build/fuzz/findings
broken=0 saved="" total=0
for name in "${names[@]}"; do
  corpus=build/fuzz/corpus/$name log=build/fuzz/$name.log
  mkdir -p "$corpus"
  if build/fuzz/tests/fuzz/fuzz_"$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 \
    -print_final_stats=1 -artifact_prefix=build/fuzz/findings/"$name"- "$corpus" "tests/data/fuzz/$name" >"$log" 2>&1; then
    verdict=ok
  else
    verdict="BROKEN: see $log and build/fuzz/findings"
    broken=1
  fi
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  printf '%-18s %12s executions  %s\n' "$name" "$executions" "$verdict"
  findings=$(find build/fuzz/findings -name "$name-*" | wc -l)
  total=$((total + ${executions:-0}))
  saved+="    \"$name\": {\"executions\": ${executions:-0}, \"findings\": $findings},"$'\n'
done
printf '%-18s %12s executions\n' total "$total"
if [ $save = 1 ]; then
  printf '{\n  "seconds_each": %s,\n  "executions": %s,\n  "targets": {\n%s\n  }\n}\n' \
    "$seconds" "$total" "${saved%,*}" >bench/fuzz.json
fi
exit $broken
