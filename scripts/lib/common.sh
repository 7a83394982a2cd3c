# shellcheck shell=bash
# Shared by ./dev and the scripts it calls: where things are, and how to say what happens.
# Expects FRONTDESK_ROOT. Sourced, never run.

CACHE=${FRONTDESK_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/frontdesk}
SETUP_STAMP=$CACHE/setup.stamp
export FRONTDESK_CACHE=$CACHE

if [ -t 2 ]; then
  RED=$'\e[31m' PLAIN=$'\e[0m'
else
  RED='' PLAIN=''
fi

say() { printf '%s\n' "$*"; }
complain() { printf '%s%s%s\n' "$RED" "$*" "$PLAIN" >&2; }
die() {
  complain "dev: $*"
  exit 1
}

# One compiler takes about 1.5 GB on the heaviest files: as many jobs as cores and memory allow.
jobs_for_this_machine() {
  if [ -n "${FRONTDESK_JOBS:-}" ]; then
    printf '%s\n' "$FRONTDESK_JOBS"
    return
  fi
  local cores memory_kb by_memory
  cores=$(nproc)
  memory_kb=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  by_memory=$((memory_kb / 1500000))
  [ "$by_memory" -ge 1 ] || by_memory=1
  printf '%s\n' "$((cores < by_memory ? cores : by_memory))"
}

# Everything that decides what setup would do: a change of any of it makes the stamp stale.
setup_fingerprint() {
  (cd "$FRONTDESK_ROOT/scripts" && find packages.txt setup.sh models api_checks -type f -not -path '*/__pycache__/*' -print0) |
    LC_ALL=C sort -z | (cd "$FRONTDESK_ROOT/scripts" && xargs -0 sha256sum) | sha256sum | cut -d' ' -f1
}

setup_is_fresh() {
  [ -f "$SETUP_STAMP" ] && [ "$(cat "$SETUP_STAMP")" = "$(setup_fingerprint)" ] && no_model_is_absent &&
    [ -z "$(missing_packages)" ]
}

# Looks only for the files: setup and doctor also check what is in them.
no_model_is_absent() {
  local destination
  while read -r destination; do
    [ -e "$CACHE/$destination" ] || return 1
  done < <(awk -F '\t' '!/^#/ && $6 != "destination" { print $6 }' "$FRONTDESK_ROOT/scripts/models/catalogue.tsv")
}

# The packages of packages.txt that are not installed, one a line.
missing_packages() {
  local list=$FRONTDESK_ROOT/scripts/packages.txt entry name command
  local -A installed=()
  while read -r name; do installed[$name]=1; done < <(
    dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
  while read -r entry _; do
    case $entry in '' | '#'*) continue ;; esac
    name=${entry%%\?*}
    command=''
    [ "$entry" = "$name" ] || command=${entry#*\?}
    [ -n "${installed[$name]:-}" ] && continue
    [ -n "$command" ] && command -v "$command" >/dev/null && continue
    printf '%s\n' "$name"
  done <"$list"
}

# The C++ sources of the repository, tracked or new, one a line.
cpp_sources() {
  git -C "$FRONTDESK_ROOT" -c safe.directory="*" ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' | while read -r file; do
    [ -f "$FRONTDESK_ROOT/$file" ] && printf '%s\n' "$file"
  done
  return 0
}
