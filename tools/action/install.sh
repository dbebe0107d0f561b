#!/usr/bin/env bash
# First step of the actions: system programs from the runner's packages, and the gate from the action's own checkout with
# every dependency held to a digest.  Says on GITHUB_OUTPUT which Python has the gate.
set -euo pipefail
# Nothing here signs or speaks to GitHub.
unset ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_RUNTIME_TOKEN GITHUB_TOKEN

refuse() { # refuse TEXT: an error of the workflow; the text holds no line break
    printf '::error title=release-gate::%s\n' "${1//%/%25}"
    exit 2
}

# --- what cannot work is said before anything is installed --------------------------------------------------------------

system="${RUNNER_OS:-$(uname -s)}"
[ "$system" = Linux ] || refuse "The actions of release-gate need a runner with Linux (runs-on: ubuntu-24.04), this one has $system. Recipients on Windows and macOS run gate verify itself."
for variable in "${!FLAG_@}"; do
    name="${variable#FLAG_}"
    case "${!variable}" in
    true | false) ;;
    *) refuse "The input ${name//_/-} is $(printf %q "${!variable}"): say true or false." ;;
    esac
done
case "${INSTALL:=true}" in
true | false) ;;
*) refuse "The input install is $(printf %q "$INSTALL"): say true or false." ;;
esac
command -v "$BASE_PYTHON" >/dev/null 2>&1 ||
    refuse "The input python is $(printf %q "$BASE_PYTHON"), which is no program here: use actions/setup-python, or name one."
# -I: modules are never looked for in the current folder, which is the work tree, nor where PYTHONPATH leads.
"$BASE_PYTHON" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    refuse "The input python is $(printf %q "$BASE_PYTHON"), and release-gate needs Python 3.11 or newer: use actions/setup-python."

# --- system programs ----------------------------------------------------------------------------------------------------

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
if [ "$INSTALL" = true ] && ! "$BASE_PYTHON" -I -c 'import ensurepip, venv' 2>/dev/null; then
    missing+=(python3-venv)
fi
if [ "${#missing[@]}" -gt 0 ]; then
    packages="${missing[*]}"
    command -v apt-get >/dev/null 2>&1 ||
        refuse "This runner lacks the programs of these Debian packages, and has no apt-get to install them: $packages. Install what they are called on this system."
    as_root=()
    if [ "$(id -u)" != 0 ]; then
        # -n: a password is never asked for, which nobody could give.
        as_root=(sudo -n)
        sudo -n true 2>/dev/null ||
            refuse "This runner lacks packages, and its user may not install them: have its administrator run apt-get install $packages"
    fi
    # Other jobs of the same machine may be installing.
    apt=(apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
    # Later releases of Debian and Ubuntu keep 7zz in a package of its own.
    "${as_root[@]}" "${apt[@]}" update -qq || echo "The lists of packages could not be brought up to date."
    if [[ " $packages " == *" 7zip "* ]] && apt-cache show 7zip-standalone >/dev/null 2>&1; then
        missing+=(7zip-standalone)
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}" ||
        refuse "These packages could not be installed: $packages. Where the runner has no network, have its administrator install them beforehand."
    # What was not here before does not run beside the gate: freshclam would fetch the whole database once more.
    for service in clamav-freshclam clamav-daemon; do
        if [[ " $packages " == *" $service "* ]] && command -v systemctl >/dev/null 2>&1; then
            "${as_root[@]}" systemctl disable --now --quiet "$service.service" ||
                echo "The service $service could not be stopped; it does not hinder."
        fi
    done
fi
programs=$SECONDS

# --- the gate -----------------------------------------------------------------------------------------------------------

# Of pip's variables only those that say where it fetches from: digests hold what comes.  Others would have it install
# elsewhere, or more than what is asked for.
while IFS= read -r variable; do
    case "$variable" in
    PIP_INDEX_URL | PIP_EXTRA_INDEX_URL | PIP_FIND_LINKS | PIP_NO_INDEX | PIP_TRUSTED_HOST | PIP_CERT | PIP_CLIENT_CERT | \
        PIP_PROXY | PIP_TIMEOUT | PIP_RETRIES | PIP_CACHE_DIR | PIP_NO_CACHE_DIR | PIP_CONFIG_FILE) ;;
    *) unset "$variable" ;;
    esac
done < <(compgen -e | grep '^PIP_' || true)

python="$BASE_PYTHON"
if [ "$INSTALL" = true ]; then
    "$BASE_PYTHON" -I -m venv --clear "$RUNNER_TEMP/release-gate"
    python="$RUNNER_TEMP/release-gate/bin/python"
    pip=("$python" -I -m pip install --quiet --disable-pip-version-check --no-deps --no-input)
    "${pip[@]}" --require-hashes --only-binary :all: --requirement "$SOURCE/tools/action/requirements.txt" ||
        refuse "The packages that the gate needs could not be installed (python $("$python" -I -c 'import platform; print(platform.python_version(), platform.machine())')). Without a network name an index or folder that holds them: PIP_INDEX_URL, or PIP_NO_INDEX=1 and PIP_FIND_LINKS."
    "${pip[@]}" --no-build-isolation --no-index "$SOURCE"
fi
"$python" -E -P -c 'import gate' 2>/dev/null ||
    refuse "The Python of the input python has no release-gate ($(printf %q "$python"), input install: $INSTALL)."
python="$("$python" -I -c 'import sys; print(sys.executable)')"
delimiter="gate-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
printf 'python<<%s\n%s\n%s\n' "$delimiter" "$python" "$delimiter" >>"$GITHUB_OUTPUT"
echo "Ready after $SECONDS s: ${#missing[@]} packages of the system installed ($programs s), the gate $([ "$INSTALL" = true ] && echo installed || echo "there already") ($((SECONDS - programs)) s)."
