#!/usr/bin/env bash
# Two builds of the simulator (-O1 and -O2) must make the same decisions: same seeds, same digest.
# Usage: scripts/sim_digest.sh [FIRST-LAST]      builds below build/sim-o1 and build/sim-o2
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."

seeds=${1:-1-20000}
digests=()
for level in 1 2; do
  dir=build/sim-o$level
  cmake -S . -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-O$level" \
    -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" >/dev/null
  cmake --build "$dir" --target frontdesk_sim --parallel "${FRONTDESK_JOBS:-2}" >/dev/null
  # As many threads as the level, too: the digest must not depend on them. A broken rule is not this script's matter.
  digest=$("$dir/tests/simulation/frontdesk_sim" --seeds "$seeds" --jobs "$level" | sed -n 's/^digest //p') || true
  echo "-O$level, $level thread(s): $digest"
  digests+=("$digest")
done
[ -n "${digests[0]}" ] && [ "${digests[0]}" = "${digests[1]}" ] || {
  echo "the two builds differ: the machines or the simulator depend on something they must not" >&2
  exit 1
}
