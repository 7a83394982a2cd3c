#!/usr/bin/env bash
# ./dev fmt: formats every C++ source in place.
set -euo pipefail
. "$FRONTDESK_ROOT/scripts/lib/common.sh"
cd "$FRONTDESK_ROOT"
mapfile -t files < <(cpp_sources)
clang-format -i "${files[@]}"
say "formatted ${#files[@]} files"
