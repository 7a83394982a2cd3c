#!/usr/bin/env bash
# ./dev doctor: what on this machine would keep Frontdesk from building or running. One line a
# check: ok, note (works, but) or PROBLEM with its remedy. Exits non-zero if there is a problem.
set -euo pipefail
. "$FRONTDESK_ROOT/scripts/lib/common.sh"
problems=0

ok() { printf 'ok       %-18s %s\n' "$1" "$2"; }
note() { printf 'note     %-18s %s\n' "$1" "$2"; }
problem() {
  printf '%sPROBLEM%s  %-18s %s\n' "$RED" "$PLAIN" "$1" "$2"
  problems=$((problems + 1))
}

check_packages() {
  local missing
  missing=$(missing_packages | tr '\n' ' ')
  if [ -z "$missing" ]; then
    ok "packages" "every Debian package is installed"
  else
    problem "packages" "missing: ${missing}- run ./dev setup"
  fi
}

check_models() {
  local report
  if report=$(python3 "$FRONTDESK_ROOT/scripts/models/fetch_models.py" --check 2>&1); then
    ok "models" "complete and undamaged in $CACHE ($(du -sh "$CACHE" | cut -f1))"
  else
    problem "models" "incomplete in $CACHE: run ./dev setup"
    printf '%s\n' "$report" | sed 's/^/         /'
  fi
}

# Optional, and from no registry that setup may use.
check_turn_model() {
  if [ -f "${FRONTDESK_MODELS:-$CACHE/models}/smart-turn/smart-turn-v3.onnx" ]; then
    ok "turn detection" "smart-turn model installed"
  else
    note "turn detection" "no model: pauses are judged by words and melody (optional: smart-turn/smart-turn-v3.onnx)"
  fi
}

# in_use PROTOCOL PORT: true if some socket of this machine holds the port.
in_use() {
  local hex state='[0-9A-F]{2}'
  hex=$(printf '%04X' "$2")
  [ "$1" = udp ] || state='0A' # listening
  cat "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null | grep -Eq "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:[0-9A-F]{4} $state "
}

check_port() {
  local protocol=$1 port=$2 purpose=$3
  if in_use "$protocol" "$port"; then
    note "$protocol port $port" "in use: fine if that is Frontdesk; if not, stop it or choose another port for $purpose"
  else
    ok "$protocol port $port" "free ($purpose)"
  fi
}

check_disk() {
  local folder free_mb
  folder=$FRONTDESK_ROOT
  free_mb=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
  if [ "$free_mb" -ge 4000 ]; then
    ok "disk" "$((free_mb / 1000)) GB free"
  else
    problem "disk" "$free_mb MB free in $folder: a build needs 3 GB and the models 400 MB"
  fi
}

check_cpu() {
  local cores
  cores=$(nproc)
  if [ "$cores" -ge 2 ]; then
    ok "processor" "$cores cores; local voices need about one core for each 5 to 7 calls at once"
  else
    note "processor" "1 core: one call at a time with local voices"
  fi
}

check_memory() {
  local available_mb
  available_mb=$(awk '/^MemAvailable:/ { print int($2 / 1000) }' /proc/meminfo)
  if [ "$available_mb" -ge 2000 ]; then
    ok "memory" "$((available_mb / 1000)) GB available"
  else
    problem "memory" "$available_mb MB available: running needs 1 GB, building 2 GB"
  fi
}

check_compiler() {
  local major
  major=$(g++ -dumpversion 2>/dev/null | cut -d. -f1) || true
  if [ "${major:-0}" -ge 12 ]; then
    ok "compiler" "g++ $major"
  else
    problem "compiler" "g++ 12 or later is needed: run ./dev setup on Debian 12"
  fi
}

check_packages
check_models
check_turn_model
check_compiler
check_cpu
check_memory
check_disk
check_port udp 5060 "calls"
check_port tcp 5060 "calls over TCP"
check_port tcp 8080 "the API and console"
[ "$problems" = 0 ] || exit 1
