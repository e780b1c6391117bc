# Shared by the scripts of this repository: `source "$(dirname "$0")/lib/common.sh"`.
#
# Everything that is installed lives outside the checkout in the cache folder, so a clean clone does
# not pay twice: python/ (a private CPython where the host has none), dev-HASH/ and live-HASH/
# (virtualenvs named after a hash of their inputs; dev and live-VERSION are links to the newest).
#
#   ensure_dev              sets DEV_PYTHON, the Python of tests, linters, simulator and benchmark
#   ensure_live             sets LIVE_BIN, the bin/ folder of a real Home Assistant (LIVE_VERSION)
#   ensure_system PKG...    installs missing programs as root on Debian, else says what to install
#   ensure_browser          exports CHROMIUM and NODE_FOLDER for the *.mjs of demo and tests
#   cache_dir               prints the cache folder
#   say, step, die          messages; die ends the script with code 1
#   run WHAT CMD...         runs a long command quietly, shows the end of its output if it fails
#
# shellcheck shell=bash

REPO_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly REPO_ROOT
# The release that live runs use; newer than the one the pytest plugin knows.
readonly LIVE_VERSION=${LIVE_VERSION:-2026.11.0}
# Home Assistant's own minimum for both releases.
readonly PYTHON_MINIMUM="3.14.2"
readonly PLAYWRIGHT=playwright-core@1.65.1
readonly AXE=axe-core@4.14.1
# Raise when the way the virtualenvs are made changes, so that everybody gets new ones.
readonly SETUP_VERSION=1

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

cache_dir() {
  printf '%s\n' "${VICTRON_OPENEVSE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/victron-openevse}"
}

CACHE=$(cache_dir)
mkdir -p "$CACHE"

run() {
  local what=$1 log
  shift
  log=$(mktemp)
  step "$what"
  if ! "$@" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    die "failed: $what"
  fi
  rm -f "$log"
}

# Runs a function in a subshell, one at a time across all checkouts that share the cache.
locked() {
  (
    if command -v flock >/dev/null; then
      exec 9>"$CACHE/lock"
      flock 9
    fi
    "$@"
  ) || exit 1
}

# ---------------------------------------------------------------- programs of the system

on_debian() { [ -r /etc/debian_version ] && command -v apt-get >/dev/null; }

find_command() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" >/dev/null; }

apt_install() {
  [ -n "${APT_UPDATED:-}" ] || run "apt-get update" apt-get update -q
  APT_UPDATED=yes
  run "apt-get install $*" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "$@"
}

# Each argument is a package, or PACKAGE:COMMAND where the program has another name.
ensure_system() {
  local item missing=()
  for item in "$@"; do
    find_command "${item#*:}" || missing+=("${item%%:*}")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  if on_debian; then
    [ "$(id -u)" -eq 0 ] || die "missing: ${missing[*]}. Try: sudo apt-get install ${missing[*]}"
    apt_install "${missing[@]}"
  elif [ "$(uname -s)" = Darwin ]; then
    die "missing: ${missing[*]}. Try: brew install ${missing[*]}"
  else
    die "missing: ${missing[*]}. Install them with the package manager of this system."
  fi
}

# Exports CHROMIUM and NODE_FOLDER, where the browser's remote control is; needs network once.
ensure_browser() {
  ensure_system chromium nodejs:node npm
  export NODE_FOLDER=$CACHE/browser
  if [ ! -d "$NODE_FOLDER/node_modules/playwright-core" ] ||
    [ ! -d "$NODE_FOLDER/node_modules/axe-core" ]; then
    mkdir -p "$NODE_FOLDER"
    run "$PLAYWRIGHT $AXE" npm install --prefix "$NODE_FOLDER" --no-fund --no-audit \
      "$PLAYWRIGHT" "$AXE"
  fi
  CHROMIUM=$(command -v chromium)
  export CHROMIUM
}

# ---------------------------------------------------------------- uv and Python

# Sets UV: the one on PATH, or one installed by pip into the cache.
ensure_uv() {
  UV=$(command -v uv || true)
  [ -z "$UV" ] || return 0
  UV=$CACHE/uv/bin/uv
  [ ! -x "$UV" ] || return 0
  find_command python3 || ensure_system python3
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    if on_debian && [ "$(id -u)" -eq 0 ]; then
      apt_install python3-venv
    else
      die "python3 has no ensurepip; install uv or python3-venv"
    fi
  fi
  rm -rf "$CACHE/uv"
  run "uv from pip into $CACHE/uv" install_uv
}

install_uv() {
  python3 -m venv "$CACHE/uv" && "$CACHE/uv/bin/pip" install -q --disable-pip-version-check uv
}

# Prints the real path of a Python if it is new enough.
accept_python() {
  "$1" -c "import sys
minimum = tuple(int(part) for part in '$PYTHON_MINIMUM'.split('.'))
if not minimum <= sys.version_info[:3] < (3, 15):
    raise SystemExit(1)
print(sys.executable)" 2>/dev/null
}

python_from_path() {
  accept_python python3.14 || accept_python python3
}

python_from_cache() {
  accept_python "$CACHE/python/debian/usr/bin/python3.14"
}

python_from_uv() {
  export UV_PYTHON_INSTALL_DIR=$CACHE/python/uv
  # One try: where the download is impossible the next way should not have to wait for it.
  UV_HTTP_RETRIES=0 "$UV" python install --no-bin ">=$PYTHON_MINIMUM,<3.15" >&2 || return 1
  accept_python "$("$UV" python find --managed-python ">=$PYTHON_MINIMUM,<3.15")"
}

python_from_debian() {
  on_debian || return 1
  "$REPO_ROOT/scripts/lib/python314" "$UV" "$CACHE/python/debian" >&2 || return 1
  python_from_cache
}

# Sets PYTHON and says where it came from; needs UV.
ensure_python() {
  local way
  for way in path cache uv debian; do
    [ "$way" != uv ] || step "no Python >= $PYTHON_MINIMUM on PATH; asking uv for one"
    [ "$way" != debian ] || step "uv could not; trying Debian testing's packages, in the cache only"
    if PYTHON=$("python_from_$way" 2>"$CACHE/python-$way.log"); then
      say "Python: $PYTHON (from $way)"
      return 0
    fi
  done
  cat "$CACHE"/python-{uv,debian}.log >&2
  die "no Python >= $PYTHON_MINIMUM. Install Python 3.14 (python.org, pyenv, your distribution)" \
    "so that python3.14 is on PATH, and run this again."
}

# Extensions built from source with the relocated Debian Python look for pyconfig.h one level up.
with_headers() {
  local prefix
  prefix=$("$PYTHON" -c 'import sys; print(sys.base_prefix)')
  CPATH="${CPATH:+$CPATH:}$prefix/include" "$@"
}

# ---------------------------------------------------------------- virtualenvs

hash_of() { { printf '%s\n' "$SETUP_VERSION" "$1" && cat "${@:2}"; } | cksum | cut -d' ' -f1; }

venv_works() { [ -e "$1/.complete" ] && "$1/bin/python" -c '' 2>/dev/null; }

# Makes virtualenv $2 with function $3; then links it as $1 and drops all but the one before.
make_venv() {
  local link=$1 venv=$2 fill=$3 before old
  ! venv_works "$venv" || return 0
  ensure_uv
  ensure_python
  rm -rf "$venv"
  run "virtualenv $venv" "$UV" venv -q --python "$PYTHON" "$venv"
  "$fill" "$venv"
  : >"$venv/.complete"
  before=$(readlink "$link" || true)
  for old in "$link"-*; do
    case $(basename "$old") in
      "$(basename "$venv")" | "$before") ;;
      *) [ ! -e "$old/pyvenv.cfg" ] || rm -rf "$old" ;;
    esac
  done
}

link_venv() {
  [ "$(readlink "$1" || true)" = "$(basename "$2")" ] || ln -sfn "$(basename "$2")" "$1"
}

ensure_dev() {
  local venv
  venv=$CACHE/dev-$(hash_of dev "$REPO_ROOT/requirements_test.txt")
  locked make_venv "$CACHE/dev" "$venv" fill_dev
  link_venv "$CACHE/dev" "$venv"
  # shellcheck disable=SC2034  # for the scripts that source this file
  DEV_PYTHON=$venv/bin/python
}

fill_dev() {
  run "requirements_test.txt (about 600 MB)" with_headers "$UV" pip install -q \
    --compile-bytecode --python "$1/bin/python" -r "$REPO_ROOT/requirements_test.txt"
}

own_requirements() {
  grep '"requirements"' "$REPO_ROOT/custom_components/victron_openevse/manifest.json"
}

ensure_live() {
  local venv
  venv=$CACHE/live-$LIVE_VERSION-$(hash_of "$LIVE_VERSION $(own_requirements)" \
    "$REPO_ROOT/scripts/lib/live_requirements.py")
  locked make_venv "$CACHE/live-$LIVE_VERSION" "$venv" fill_live
  link_venv "$CACHE/live-$LIVE_VERSION" "$venv"
  # shellcheck disable=SC2034  # for the scripts that source this file
  LIVE_BIN=$venv/bin
}

# Home Assistant itself, then what the integrations of a demo need, so that it can start offline.
fill_live() {
  local python=$1/bin/python
  ensure_system g++ # two of the requirements come as source
  run "Home Assistant $LIVE_VERSION" "$UV" pip install -q --python "$python" \
    "homeassistant==$LIVE_VERSION"
  run "what its integrations ask for" "$python" -W ignore \
    "$REPO_ROOT/scripts/lib/live_requirements.py" "$1/requirements.txt" "$1/constraints.txt"
  run "their packages (about 500 MB)" with_headers "$UV" pip install -q --compile-bytecode \
    --python "$python" -c "$1/constraints.txt" -r "$1/requirements.txt"
}
