#!/bin/sh
# Install the system programs that are missing: `system-packages.sh demo` those that the gate itself and its demo run,
# `test` also those of the tests, `corpus` also those of the measurements.  Installs with apt-get as root or by sudo;
# elsewhere it says what is missing.
set -eu

purpose=${1:-test}
case "$purpose" in
demo | test | corpus) ;;
*)
    echo "usage: $0 [demo|test|corpus]" >&2
    exit 2
    ;;
esac
missing=""
need() { # need PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"
}

# The gate: ClamAV's daemon, GnuPG, 7-Zip, a Japanese font for papers; the demo also builds a package with a compiler.
need clamd clamav-daemon
need sigtool clamav
need freshclam clamav-freshclam
need gpg gnupg
need gpgv gpgv
need 7zz 7zip
need git git
need cc gcc
ldconfig -p 2>/dev/null | grep -q libarchive.so || missing="$missing libarchive13"
ldconfig -p 2>/dev/null | grep -q libmagic.so || missing="$missing libmagic1"
[ -d /usr/share/fonts/truetype/bizud-gothic ] || missing="$missing fonts-morisawa-bizud-gothic"
[ -e /usr/include/stdlib.h ] || missing="$missing libc6-dev"
python=${PYTHON:-python3}
"$python" -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
"$python" -c 'import sysconfig, pathlib, sys; sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").exists())' ||
    missing="$missing python3-dev"

if [ "$purpose" != demo ]; then
    # Writers of the formats that the tests read, rivals that they compare with, what they look at results with.
    need bsdtar libarchive-tools
    need genisoimage genisoimage
    need xorriso xorriso
    need mksquashfs squashfs-tools
    need mkfs.ext4 e2fsprogs
    need mkfs.fat dosfstools
    need mcopy mtools
    need arj arj
    need osslsigncode osslsigncode
    need openssl openssl
    need zstd zstd
    need brotli brotli
    need lz4 lz4
    need lzip lzip
    need lzop lzop
    need cpio cpio
    need ar binutils
    need wimlib-imagex wimtools
    need makensis nsis
    need rpm rpm
    need rpmbuild rpm
    need gcab gcab
    need mkfs.ntfs ntfs-3g
    need qemu-img qemu-utils
    need zip zip
    need unzip unzip
    need rsync rsync
    need shellcheck shellcheck
    need unshare util-linux
    need ip iproute2
    need chromium chromium
    need npm npm
    need jar default-jdk-headless
    need pdftotext poppler-utils
    need softhsm2-util softhsm2
    need zsh zsh
    need fish fish
    need mandoc mandoc
    [ -d /usr/share/clamav-testfiles ] || missing="$missing clamav-testfiles"
fi
if [ "$purpose" = corpus ]; then
    need lintian lintian
    need buildah buildah
    need mmdebstrap mmdebstrap
fi

[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing programs of these Debian packages:$missing. Install their equivalents for this system." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    echo "Missing Debian packages. Install them with: sudo apt-get install$missing" >&2
    exit 1
fi
echo "Installing Debian packages:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
case "$missing " in
*" 7zip "*)
    # Later releases of Debian keep 7zz in a package of its own.
    if apt-cache show 7zip-standalone >/dev/null 2>&1; then missing="$missing 7zip-standalone"; fi
    ;;
esac
# shellcheck disable=SC2086  # a list of package names
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
