#!/usr/bin/env bash
# ./dev setup: Debian packages, then the models. Installs only what is missing, asks nothing, and
# says plainly what it could not do. A second run takes seconds.
set -euo pipefail
. "$FRONTDESK_ROOT/scripts/lib/common.sh"
export DEBIAN_FRONTEND=noninteractive
APT_OPTIONS=(-y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)

# Prints the words that make a command run as administrator; fails if there is no way.
administrator() {
  if [ "$(id -u)" = 0 ]; then
    printf 'env\n'
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    printf 'sudo\n'
  else
    return 1
  fi
}

install_packages() {
  local missing as
  mapfile -t missing < <(missing_packages)
  if [ "${#missing[@]}" = 0 ]; then
    say "[1/4] Debian packages ... all installed"
    return
  fi
  say "[1/4] Debian packages ... ${#missing[@]} to install: ${missing[*]}"
  command -v apt-get >/dev/null ||
    die "this system has no apt-get: Frontdesk is built on Debian 12. Install the equivalents of: ${missing[*]}"
  as=$(administrator) || die "not root, and sudo is not usable without a password here. Ask an administrator to run:
  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}
then run ./dev setup again."
  "$as" apt-get update -q || complain "apt-get update failed: trying with the package lists this machine has"
  "$as" env DEBIAN_FRONTEND=noninteractive apt-get install "${APT_OPTIONS[@]}" "${missing[@]}" ||
    die "apt-get could not install all of: ${missing[*]}
See its message above. These names are Debian 12's: on another release some do not exist."
}

check_node() {
  local major
  major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) || die "node does not run: reinstall nodejs"
  npm --version >/dev/null || die "npm does not run: reinstall it (Debian's package is called npm)"
  say "[2/4] Node and npm ... node $major, npm $(npm --version)"
}

fetch_models() {
  say "[3/4] Models and ONNX Runtime ... in $CACHE"
  mkdir -p "$CACHE" || die "cannot write to $CACHE: set FRONTDESK_CACHE to a folder that can hold 400 MB"
  python3 "$FRONTDESK_ROOT/scripts/models/fetch_models.py" || die "the models are not complete: see the lines above"
}

# What judges the API document and live answers against it; only tests run it. Its scripts are not: they measure usage.
fetch_api_checks() {
  local pins=$FRONTDESK_ROOT/scripts/api_checks into=$CACHE/api-checks
  if cmp -s "$pins/package-lock.json" "$into/package-lock.json" && [ -x "$into/node_modules/.bin/prism" ]; then
    say "[4/4] Checks of the API document ... installed"
    return
  fi
  say "[4/4] Checks of the API document ... to install, 90 MB"
  rm -rf "$into.new"
  mkdir -p "$into.new"
  cp "$pins/package.json" "$pins/package-lock.json" "$into.new/"
  (cd "$into.new" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
    die "npm could not install the checks of the API document: see its message above"
  rm -rf "$into"
  mv "$into.new" "$into"
}

install_packages
check_node
fetch_models
fetch_api_checks
setup_fingerprint >"$SETUP_STAMP"
say "Ready. Next: ./dev run"
