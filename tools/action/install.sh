#!/usr/bin/env bash
# First step of the action: system programs from the runner's packages, and the gate from the action's own checkout with
# every dependency held to a digest.  Says on GITHUB_OUTPUT which Python has the gate.
set -euo pipefail

missing=()
need() { # need PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing+=("$2")
}
need gpg gnupg
if [ "${VERIFY_ONLY:-false}" != true ]; then
    need clamd clamav-daemon
    need sigtool clamav
    need freshclam clamav-freshclam
    need 7zz 7zip
    [ -e /usr/share/fonts/truetype/bizud-gothic ] || missing+=(fonts-morisawa-bizud-gothic)
fi
ldconfig -p 2>/dev/null | grep -q 'libarchive\.so' || missing+=(libarchive13)
ldconfig -p 2>/dev/null | grep -q 'libmagic\.so' || missing+=(libmagic1)
if [ "${#missing[@]}" -gt 0 ]; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    # Later releases of Debian and Ubuntu keep 7zz in a package of its own.
    if [[ " ${missing[*]} " == *" 7zip "* ]] && apt-cache show 7zip-standalone >/dev/null 2>&1; then
        missing+=(7zip-standalone)
    fi
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

python="$BASE_PYTHON"
if [ "$INSTALL" != false ]; then
    "$BASE_PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "::error::release-gate needs Python 3.11 or newer: use actions/setup-python and the input python" >&2
        exit 2
    }
    # -I: modules are never looked for in the current folder, which is the work tree.
    "$BASE_PYTHON" -I -m venv --clear "$RUNNER_TEMP/release-gate"
    python="$RUNNER_TEMP/release-gate/bin/python"
    "$python" -I -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
        --requirement "$SOURCE/tools/action/requirements.txt"
    "$python" -I -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index "$SOURCE"
fi
python="$("$python" -I -c 'import sys; print(sys.executable)')"
delimiter="gate-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
printf 'python<<%s\n%s\n%s\n' "$delimiter" "$python" "$delimiter" >>"$GITHUB_OUTPUT"
