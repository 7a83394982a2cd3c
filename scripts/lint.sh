#!/usr/bin/env bash
# ./dev lint [--all | file...]: clang-format on every C++ source, then clang-tidy on the sources
# that differ from the last commit (or on all, or on the files named).
set -euo pipefail
. "$FRONTDESK_ROOT/scripts/lib/common.sh"
cd "$FRONTDESK_ROOT"
LINT_DIR=build/lint

check_format() {
  local files bad
  mapfile -t files < <(cpp_sources)
  bad=$(clang-format --dry-run -Werror --ferror-limit=1 "${files[@]}" 2>&1 | sed -n 's/:[0-9]*:[0-9]*: error: .*//p' | sort -u)
  [ -z "$bad" ] || die "badly formatted (run ./dev fmt):
$bad"
  say "clang-format: ${#files[@]} files in order"
}

# The compile commands of a tree without precompiled headers: clang cannot read gcc's.
configure() {
  cmake -S . -B "$LINT_DIR" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >"$LINT_DIR.log" ||
    die "configuring for clang-tidy failed: see $LINT_DIR.log"
}

changed_sources() {
  { git diff --name-only HEAD -- 'src/*.cpp' && git ls-files --others --exclude-standard -- 'src/*.cpp'; } | sort -u
}

check_tidy() {
  local files=()
  case ${1:-} in
    --all) mapfile -t files < <(cpp_sources | grep '^src/.*\.cpp$') ;;
    '')
      while read -r file; do [ -f "$file" ] && files+=("$file"); done < <(changed_sources)
      ;;
    *) files=("$@") ;;
  esac
  if [ "${#files[@]}" = 0 ]; then
    say "clang-tidy: no source changed since the last commit (./dev lint --all checks every one)"
    return
  fi
  mkdir -p build
  configure
  say "clang-tidy: ${#files[@]} files"
  printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(jobs_for_this_machine)" \
    clang-tidy --quiet --warnings-as-errors='*' -p "$LINT_DIR" --extra-arg=-include --extra-arg="$FRONTDESK_ROOT/cmake/pch.hpp" \
    --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-ignored-optimization-argument \
    --extra-arg=-Wno-unused-command-line-argument ||
    die "clang-tidy found something: see above"
  say "clang-tidy: nothing found"
}

# Both, so that one run tells everything.
status=0
(check_format) || status=1
(check_tidy "$@") || status=1
exit "$status"
