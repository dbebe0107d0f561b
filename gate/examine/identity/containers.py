"""Which of the names that libmagic gives say that a file holds other files: the one table of them.

A pattern fits a description from its beginning.  The names are those of libmagic 5.44, seen on files that the
programs of each format made, or listed by its database (``file --list``).  Names that rest on two bytes which occur
by chance have a check beside them or are left out; so do those of ``_BY_CHANCE``, which real files have met.

Left out on purpose: what keeps one document in parts (fonts, pictures, sound and video, databases), and signatures
and keys of OpenPGP.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, TypeAlias

from gate.examine.identity import checks

Reason: TypeAlias = Literal["unsupported", "encrypted"]
Check: TypeAlias = Callable[[bytes, int], bool]


class Container(NamedTuple):
    """A family of containers.

    ``names`` are regular expressions for the start of libmagic's description.  A file without any control character
    can only be one that has ``marks``: one of these bytes stands at the start of such a text.  Of the others the magic
    may be a word of a text.  ``check`` has to agree.
    """

    family: str
    names: tuple[str, ...]
    reason: Reason = "unsupported"
    marks: tuple[bytes, ...] = ()
    check: Check | None = None


class Told(NamedTuple):
    """A container that libmagic named: the family, the whole description, and the reason of the gap."""

    family: str
    description: str
    reason: Reason


_BY_CHANCE = (
    "AIN|ARC|ARC\\+|ARJ|Arhangel|CDC Codec|DitPack|Dzip|HIT|HYP|Logitech Compress|NSQ|PAK|PPMN|QuArk|SBX|Sky|TTComp"
    "|Terse|X1|YAC"
)
"""Archives of DOS times whose magic is one or two bytes, or small numbers: random data and tables of numbers were
named so in measurements, and nothing beside the magic tells them apart."""

CONTAINERS: tuple[Container, ...] = (
    Container("zlib stream", ("zlib compressed data",), check=checks.inflates),
    Container("compress stream", ("compress'd data",), check=checks.is_compress),
    Container("ARC archive", ("(?:ARC|PAK) archive data",), check=checks.is_arc),
    Container("dar archive", ("dar archive",), check=checks.is_dar),
    Container("JFFS2 image", ("Linux (?:old )?jffs2 filesystem",), check=checks.is_jffs2),
    Container("Minix image", ("Minix filesystem",), check=checks.is_minix),
    Container("HFS image", ("Macintosh HFS data",), check=checks.is_hfs),
    Container("MacBinary file", ("MacBinary",), check=checks.is_macbinary),
    Container("disk with a boot sector", ("DOS/MBR boot sector",), check=checks.is_disk),
    Container("disk of Apple", ("Apple Driver Map",), check=checks.is_apple_disk),
    Container(
        "OpenPGP message",
        (
            "GPG symmetrically encrypted data",
            "[GP]GP encrypted data",
            "PGP symmetric key encrypted data",
            "PGP \\w+ encrypted session key",
        ),
        "encrypted",
        check=checks.is_openpgp_message,
    ),
    Container(
        "encrypted data",
        (
            "PGP message",
            "openssl enc'd data",
            "Ansible Vault",
            "Vim encrypted file",
            "mcrypt 2",
            "LUKS encrypted file",
            "Dovecot encrypted message",
            "Chiasmus Encrypted data",
            "Keepass password database",
        ),
        "encrypted",
        (b"-----BEGIN PGP MESSAGE", b"U2FsdGVkX1", b"$ANSIBLE_VAULT", b"VimCrypt~"),
    ),
    Container("file of AES Crypt", ("AES encrypted data",), "encrypted"),
    Container(
        "archive in text",
        (
            "shell archive",
            "Software Tools format archive",
            "btoa'd",
            "binscii",
            "pkg Datastream",
            "WARC Archive",
            "Internet Archive File",
            "Android Backup",
            "PHP phar archive",
            "Unison archive format",
        ),
        marks=(
            b"shell archive",
            b"-h- ",
            b"xbtoa",
            b"FiLeStArT",
            b"# PaCkAgE DaTaStReAm",
            b"WARC/",
            b"filedesc://",
            b"ANDROID BACKUP",
            b"__HALT_COMPILER",
            b"Unison archive",
        ),
    ),
    Container(
        "history of version control",
        ("Git pack,", "Git bundle", "Mercurial (?:changeset )?bundle", "Subversion dumpfile", "Bazaar Bundle"),
        marks=(b" git bundle", b"SVN-fs-dump-format", b"# Bazaar revision bundle"),
    ),
    Container(
        "program that unpacks itself",
        (
            "(?:PE32|MS-DOS|COM|LE|NE|LX|ELF)\\b.*\\bself-extracting (?:archive|executable)",
            "(?:POSIX|Bourne|a /)[^\"']*\\bself-executable archive",
            "[^\\\\\"']*\\bscript\\b[^\\\\\"']*\\bexecutable \\(binary data\\)",
            "ARS-Sfx archive|PMarc SFX archive",
        ),
    ),
    Container(
        "archive",
        (
            f"(?!(?:{_BY_CHANCE}) archive)(?:[\\w+./'()-]+,? ){{1,5}}archive [dD]ata\\b",
            "(?:current ar|thin|MIPS|Alpha|System V Release 1 ar) archive",
            "archive \\(big format\\)",
            "(?:POSIX |GNU )?tar archive|ASCII cpio archive",
            "(?:LyNX|JAM|EET|Softlib|MoPaQ \\(MPQ\\)|PackDir|RISC OS|PAQ9A|Synology|Electron ASAR|xar) archive",
            "(?:xfsdump|Windows NTbackup|Sony PlayStation) archive|GTA archive \\(IMG\\)|FreeArc archive <",
            "(?:LHA|ARC) archive \\(c64\\)",
            "(?:LZX|FTCOMP|Apple QuickTime) compressed archive",
            "StuffIt (?:Archive|Deluxe)|NuFile archive|KGB Archiver file|PowerISO Direct-Access-Archive",
            "Zip archive, with extra|Mozilla archive omni.ja|MS Windows special zipped file",
            "InstallShield (?:Z|Cabinet|archive)|WarpIN Installer|Foxit add-on",
            "Windows imaging \\(WIM\\) image|Personal NetWare Packed File",
        ),
    ),
    Container(
        "package",
        (
            "RPM v|Delta RPM|Debian binary package|part of multipart Debian package|Android package \\(APK\\)",
            "Gentoo binary package|Gentoo GLEP 78|Newton package|Symbian installation file|Microsoft Xbox 360 package",
        ),
    ),
    Container(
        "compressed stream",
        (
            "(?:bzip2?|bzip3|XZ|LZ4|lzop|lzip|LRZIP|rzip|Zstandard|qpress|UCL|DACT|BWC|pcxLib) compressed\\b",
            "Amiga xpkf.library compressed|ORA FASTQ compressed|CAZIP compressed file|AFX compressed file",
            "Mozilla lz4 compressed|Blocked GNU Zip Format|JAR compressed with pack200|snappy framed data",
            "lzfse (?:encoded|compressed)|Power Packer|ISO Zipped file|FuseCompress|EDI LZSS|ZPAQ (?:file|stream)",
            "SCO compress -H|frozen file 1.0",
        ),
    ),
    Container(
        "file system image",
        (
            "BTRFS Filesystem|SGI XFS filesystem|XFS filesystem metadump|F2FS filesystem|EROFS filesystem",
            "JFS2 filesystem|ReiserFS V|UBI image|UBIfs image|HAMMER2? filesystem|ReFS filesystem|romfs filesystem",
            "Linux Compressed ROM File System|Squashfs filesystem|Unix Fast File system|LFS filesystem|AFS Dump",
            "Oracle (?:Clustered Filesystem|ASM Volume)|Files-11 On-Disk|SCO UnixWare BFS|BE/OS BFS1|FATX filesystem",
            'ISO 9660 CD-ROM filesystem|High Sierra CD-ROM|3DO "Opera" file system|Apple File System \\(APFS\\)',
            "LVM[12] |Linux Software RAID|ZFS snapshot|Nintendo Switch partition filesystem|LVM Snapshot",
            "GFS[12] Filesystem",
        ),
    ),
    Container(
        "image of a disk",
        (
            "QEMU Q|VMware\\d? disk image|VirtualBox Disk Image|Microsoft Disk Image|Bochs (?:Sparse )?disk image",
            "User-Mode-Linux's Copy-On-Write|MAME CHD|CSO v\\d disk image|Compressed ISO CD|Nero CD image",
            "GPT partition|SGI disk label|NeXT version \\d disklabel|Hercules (?:compressed )?CKD|EWF/Expert Witness",
            "ntfsclone image|floppy image data \\((?!IBM)|Apple \\]\\[ (?:2IMG )?Disk Image",
            "disk image data \\(YAZE\\)|PartImage",
            "SunPC 4.0 Hard Disk|Norton Utilities disc image|Compaq/HP RILOE floppy|DOS Emulator image",
            "Rigid Disk Block",
        ),
    ),
    Container(
        "backup",
        (
            "(?:new|old)-fs dump file \\((?!16-bit)|Acronis True Image|Bacula volume|OpenVMS backup",
            "Parity Archive Volume|AIX backup/restore|dump format, ",
        ),
    ),
    Container(
        "difference between files",
        ("VCDIFF binary diff|bsdiff\\(1\\) patch|XDelta binary patch|rdiff network-delta data|Delta ISO data",),
    ),
    Container("store of mail", ("Microsoft Outlook\\b|MS Outlook Express",)),
    Container("forked file", ("AppleSingle encoded",)),
)

_TABLE = tuple((re.compile("|".join(f"(?:{name})" for name in each.names)), each) for each in CONTAINERS)
_MARKS = re.compile(b"|".join(re.escape(mark) for each in CONTAINERS for mark in each.marks))
_MARKED_WITHIN = 4096
_SILENT = "data"
_LOOKED_AT = 400
"""Characters of a description that patterns see; what they look for comes early."""
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
"""Bytes that stand in no text, whatever its encoding, as libmagic tells text."""


def is_text(head: bytes) -> bool:
    """Say whether the bytes can be text."""
    return _CONTROL.search(head) is None


def may_be_container(head: bytes) -> bool:
    """Say whether libmagic has to be asked: of anything but a text without a mark of the containers in text."""
    return not is_text(head) or _MARKS.search(head, 0, _MARKED_WITHIN) is not None


def told_of(descriptions: Iterable[str], head: bytes, size: int) -> list[Told]:
    """Return what of libmagic's ``descriptions`` says that the file is a container, each family once.

    ``head`` is the start of the file and ``size`` its whole size.
    """
    told: dict[str, Told] = {}
    for description in descriptions:
        container = None if description == _SILENT else container_of(description)
        if container is None or (not container.marks and is_text(head)):
            continue
        if container.check is None or container.check(head, size):
            told.setdefault(container.family, Told(container.family, description, container.reason))
    return list(told.values())


def container_of(description: str) -> Container | None:
    """Return the family of containers that a description of libmagic's speaks of."""
    for pattern, container in _TABLE:
        if pattern.match(description[:_LOOKED_AT]):
            return container
    return None
