# Shared by the scripts beside it: makes everything they need, and nothing twice.
# A script sources it, which leaves it in the checkout, then calls the prepare_… functions below.
set -eu
cd "$(dirname "$0")/.."

PYTHON=.venv/bin/python

prepare_runtime() {
    ensure_python
    ensure_venv
    ensure_requirements runtime requirements.txt
    ensure_translations
}

prepare_tools() {
    ensure_python
    ensure_venv
    ensure_requirements tools requirements.txt requirements-dev.txt
    ensure_translations
}

# The scripts of the till are tried without a browser, too.
prepare_checks() {
    prepare_tools
    has_program node || install_packages nodejs
}

prepare_tests() {
    ensure_test_packages
    prepare_tools
}

# say LINE…
say() {
    printf '%s\n' "$@" >&2
}

# stop LINE…
stop() {
    say "$@"
    exit 1
}

# --- The system ---------------------------------------------------------------

# Leaves in $python an interpreter that is new enough: the checkout's own, once there is one.
ensure_python() {
    if has_sound_venv; then
        python=$PYTHON
        return 0
    fi
    find_python || install_packages python3 python3-venv
    find_python || stop "需要 Python 3.11 或更新的版本。 / Python 3.11 or newer is needed."
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_packages python3-venv
    fi
}

find_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            return 0
        fi
    done
    return 1
}

ensure_test_packages() {
    missing=
    has_program chromium || missing="$missing chromium"
    has_chinese_font || missing="$missing fonts-wqy-microhei"
    has_postgresql || missing="$missing postgresql"
    has_library libatomic.so.1 || missing="$missing libatomic1"
    if [ -n "$missing" ]; then
        # shellcheck disable=SC2086  # a list of words
        install_packages $missing
    fi
}

has_program() {
    command -v "$1" >/dev/null 2>&1
}

has_chinese_font() {
    [ -n "$(fc-list :lang=zh 2>/dev/null)" ]
}

has_postgresql() {
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || has_program initdb
}

has_library() {
    PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q "$1"
}

install_packages() {
    has_program apt-get || stop "请先安装 / Please install first: $*"
    as_root=$(root_prefix) || stop \
        "缺少系统软件包，请先运行： / System packages are missing, please run first:" \
        "  apt-get update && apt-get install $*"
    say "正在安装系统软件包 / Installing system packages: $*"
    log=$(mktemp)
    # Old lists name versions that mirrors no longer hold. A failed update may still leave good lists.
    $as_root apt-get -q update >"$log" 2>&1 || true
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 \
        install --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        stop "系统软件包没有装上，请查看上面的说明。 / System packages could not be installed, see above."
    fi
    rm -f "$log"
}

# Prints what has to stand before a command that needs root; fails where there is no way to be root.
root_prefix() {
    if [ "$(id -u)" -eq 0 ]; then
        return 0
    fi
    has_program sudo || return 1
    # Without a terminal nobody could type a password.
    [ -t 0 ] || sudo -n true 2>/dev/null || return 1
    echo sudo
}

# --- The checkout -------------------------------------------------------------

ensure_venv() {
    if ! has_sound_venv; then
        rm -rf .venv
        "$python" -m venv .venv
    fi
}

# A virtual environment holds the path it was made at: a moved checkout needs a new one.
has_sound_venv() {
    grep -qF " $(pwd -P)/.venv" .venv/pyvenv.cfg 2>/dev/null && "$PYTHON" -c '' 2>/dev/null
}

# ensure_requirements NAME LOCK…: installs the locks, unless these very files are what was installed last.
ensure_requirements() {
    name=$1
    shift
    wanted=$(cksum "$@")
    if [ "$(cat ".venv/installed-$name" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    say "正在安装 Python 软件包（只在第一次或有更新时）… / Installing Python packages (first time or after an update)…"
    options=
    for lock in "$@"; do
        options="$options -r $lock"
    done
    # shellcheck disable=SC2086  # a list of words
    PIP_DISABLE_PIP_VERSION_CHECK=1 "$PYTHON" -m pip install -qq --require-hashes $options || stop \
        "Python 软件包没有装上。网络较慢时，可用 PIP_INDEX_URL 指定就近的镜像后再试。" \
        "/ Python packages could not be installed. On a slow network set PIP_INDEX_URL to a mirror nearby and try again."
    echo "$wanted" >".venv/installed-$name"
}

# Git keeps the .po files people edit; pages read the .mo files made of them.
ensure_translations() {
    for source in translations/*/LC_MESSAGES/messages.po; do
        compiled=${source%.po}.mo
        if [ -f "$source" ] && { [ ! -f "$compiled" ] || [ "$source" -nt "$compiled" ]; }; then
            "$PYTHON" -m babel.messages.frontend --quiet compile --input-file "$source" --output-file "$compiled"
        fi
    done
}

# --- The server ---------------------------------------------------------------

# Workers are forked from a process that has imported the application already, and share what it takes.
SERVING='
import sys
from importlib import import_module

from granian.cli import entrypoint

import_module(sys.argv[-1].partition(":")[0])
entrypoint()
'

# serve APPLICATION: becomes the server on PORT. Workers of one thread each: threads of one worker would
# wait for each other at every call of the database's driver, and take twice the time for the same work.
serve() {
    # glibc otherwise keeps what hashing a password takes, 20 MB, for the rest of the worker's life.
    export MALLOC_MMAP_THRESHOLD_=1048576
    if [ -n "${METRICS_TOKEN:-}" ] && [ -z "${PROMETHEUS_MULTIPROC_DIR:-}" ]; then
        # Where workers count together; of this run only.
        PROMETHEUS_MULTIPROC_DIR=$(mktemp -d)
        export PROMETHEUS_MULTIPROC_DIR
    fi
    exec "$PYTHON" -c "$SERVING" --interface wsgi --host 127.0.0.1 --port "$PORT" \
        --workers "${WORKERS:-2}" --blocking-threads 1 --respawn-failed-workers --workers-kill-timeout 10s \
        --log-level warning "$1"
}
