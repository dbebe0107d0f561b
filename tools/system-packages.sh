#!/bin/sh
# Install the system programs that the gate, its demo and its tests run: ClamAV's daemon and sigtool, GnuPG, 7-Zip,
# writers of the archive formats that the tests read,
# a Japanese font for papers, a C compiler and Python's headers and venv module.  Installs with apt-get as root or by sudo; elsewhere it says what is missing.
set -eu

missing=""
need() { # need PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"
}
need clamd clamav-daemon
need sigtool clamav
need freshclam clamav-freshclam
need gpg gnupg
need gpgv gpgv
need cc gcc
need 7zz 7zip
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
need buildah buildah
need mmdebstrap mmdebstrap
need rsync rsync
need shellcheck shellcheck
need unshare util-linux
need ip iproute2
need chromium chromium
need lintian lintian
need git git
need npm npm
need jar default-jdk-headless
need pdftotext poppler-utils
need softhsm2-util softhsm2
need zsh zsh
need fish fish
need mandoc mandoc
ldconfig -p 2>/dev/null | grep -q libarchive.so || missing="$missing libarchive13"
ldconfig -p 2>/dev/null | grep -q libmagic.so || missing="$missing libmagic1"
[ -d /usr/share/fonts/truetype/bizud-gothic ] || missing="$missing fonts-morisawa-bizud-gothic"
[ -d /usr/share/clamav-testfiles ] || missing="$missing clamav-testfiles"
[ -e /usr/include/stdlib.h ] || missing="$missing libc6-dev"
python=${PYTHON:-python3}
"$python" -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
"$python" -c 'import sysconfig, pathlib, sys; sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").exists())' ||
    missing="$missing python3-dev"

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
