"""Containers that 7-Zip opens, made by their own writers at test time, or byte by byte where there is no writer."""

from __future__ import annotations

import functools
import plistlib
import random
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

TEXT = b"hello, reader\n" * 3
NOISE = random.Random(7).randbytes(20_000)
PATH = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
MIB = 1 << 20


def run(*argv: str | Path | bytes, folder: Path, text: bytes = b"") -> None:
    """Run a writer; what it says is shown where it fails."""
    done = subprocess.run(
        argv, cwd=folder, input=text, env={**PATH, "HOME": str(folder)}, capture_output=True, check=False
    )
    assert done.returncode == 0, (argv, done.stdout[-500:], done.stderr[-500:])


def tree(folder: Path, *, links: bool = True) -> Path:
    """Write a small tree: two files, an empty one, folders, and links where the format has them."""
    root = folder / "tree"
    (root / "sub").mkdir(parents=True)
    (root / "void").mkdir()
    (root / "a.txt").write_bytes(TEXT)
    (root / "sub" / "b.bin").write_bytes(NOISE)
    (root / "sub" / "b.bin").chmod(0o755)
    (root / "empty").write_bytes(b"")
    if links:
        (root / "link").symlink_to("a.txt")
    return root


FILES = {b"a.txt": TEXT, b"sub/b.bin": NOISE}
"""What every container of the tree has to give."""

Maker = Callable[[Path], bytes]


def _sevenzip(folder: Path) -> bytes:
    run("7zz", "a", "-snl", folder / "out.7z", ".", folder=tree(folder))
    return (folder / "out.7z").read_bytes()


def cabinet(folder: Path) -> bytes:
    tree(folder)
    run("gcab", "-c", "-z", folder / "out.cab", "a.txt", "sub/b.bin", "empty", folder=folder / "tree")
    return (folder / "out.cab").read_bytes()


def image(folder: Path, *switches: str, links: bool = True) -> bytes:
    """Return an ISO image of the tree by genisoimage."""
    root = tree(folder, links=links)
    run("genisoimage", "-quiet", *switches, "-o", folder / "out.iso", root, folder=folder)
    return (folder / "out.iso").read_bytes()


def _squashfs(folder: Path) -> bytes:
    run("mksquashfs", tree(folder), folder / "out", "-quiet", "-no-progress", folder=folder)
    return (folder / "out").read_bytes()


def _cramfs(folder: Path) -> bytes:
    run("mkfs.cramfs", tree(folder), folder / "out", folder=folder)
    return (folder / "out").read_bytes()


def _xar(folder: Path) -> bytes:
    run(
        "bsdtar", "--format", "xar", "-cf", folder / "out", "a.txt", "sub", "void", "empty", "link", folder=tree(folder)
    )
    return (folder / "out").read_bytes()


def _wim(folder: Path) -> bytes:
    run("wimlib-imagex", "capture", tree(folder), folder / "out", folder=folder)
    return (folder / "out").read_bytes()


def _arj(folder: Path) -> bytes:
    run("arj", "a", "-r", "-y", folder / "out.arj", "a.txt", "sub", "empty", folder=tree(folder, links=False))
    return (folder / "out.arj").read_bytes()


def _ext(folder: Path) -> bytes:
    with (folder / "out").open("wb") as stream:
        stream.truncate(2 * MIB)
    run("mkfs.ext4", "-q", "-d", tree(folder), folder / "out", folder=folder)
    return (folder / "out").read_bytes()


def fat(folder: Path) -> bytes:
    root = tree(folder, links=False)
    with (folder / "fat").open("wb") as stream:
        stream.truncate(MIB)
    run("mkfs.fat", folder / "fat", folder=folder)
    for name in ("a.txt", "empty", "sub"):
        run("mcopy", "-s", "-i", folder / "fat", root / name, "::/", folder=folder)
    return (folder / "fat").read_bytes()


def ntfs(folder: Path, *, stream: bytes = b"") -> bytes:
    """Return an NTFS image; ``stream`` becomes an alternate stream of a file."""
    root = tree(folder, links=False)
    with (folder / "out").open("wb") as file:
        file.truncate(3 * MIB)
    run("mkfs.ntfs", "-F", "-q", "-Q", folder / "out", folder=folder)
    run("ntfscp", folder / "out", root / "a.txt", "a.txt", folder=folder)
    run("ntfscp", folder / "out", root / "sub" / "b.bin", "sub", folder=folder)
    if stream:
        (folder / "stream").write_bytes(stream)
        run("ntfscp", "-N", "hidden", folder / "out", folder / "stream", "a.txt", folder=folder)
    return (folder / "out").read_bytes()


def _hfs(folder: Path) -> bytes:
    root = tree(folder, links=False)
    run("xorriso", "-outdev", folder / "iso", "-hfsplus", "on", "-map", root, "/", "-commit", folder=folder)
    whole = (folder / "iso").read_bytes()
    start = whole.index(b"H+\0\4") - 1024
    blocks = int.from_bytes(whole[start + 1024 + 44 : start + 1024 + 48], "big")
    size = int.from_bytes(whole[start + 1024 + 40 : start + 1024 + 44], "big")
    return whole[start : start + blocks * size]


def _udf(folder: Path) -> bytes:
    return image(folder, "-udf", "-R", links=False)


def _rpm(folder: Path) -> bytes:
    spec = "\n".join(
        (
            "Name: sample",
            "Version: 1",
            "Release: 1",
            "Summary: s",
            "License: none",
            "BuildArch: noarch",
            "%description",
            "d",
            "%install",
            "mkdir -p %{buildroot}/opt",
            f"cp {tree(folder)}/a.txt %{{buildroot}}/opt",
            "%post",
            "echo this-runs-at-installation",
            "%files",
            "/opt/a.txt",
            "",
        )
    )
    (folder / "sample.spec").write_text(spec)
    run("rpmbuild", "-bb", "--quiet", "--define", f"_topdir {folder}/top", folder / "sample.spec", folder=folder)
    return next((folder / "top").rglob("*.rpm")).read_bytes()


def installer(folder: Path, compressor: str = "lzma") -> bytes:
    """Return an installer by makensis; its data begins behind the stub."""
    tree(folder)
    script = (
        f'SetCompressor {compressor}\nOutFile "{folder}/out.exe"\nInstallDir "$PROGRAMFILES\\x"\nSection "a"\n'
        f'SetOutPath "$INSTDIR"\nFile {folder}/tree/a.txt\nSetOutPath "$INSTDIR\\sub"\n'
        f"File {folder}/tree/sub/b.bin\nSectionEnd\n"
    )
    (folder / "out.nsi").write_text(script)
    run("makensis", "-V1", folder / "out.nsi", folder=folder)
    return (folder / "out.exe").read_bytes()


def nsis(folder: Path, compressor: str = "lzma") -> bytes:
    whole = installer(folder, compressor)
    return whole[whole.index(b"\xef\xbe\xad\xdeNullsoftInst") - 4 :]


def disk(folder: Path, form: str) -> bytes:
    """Return a disk in a format of virtual machines, by qemu-img."""
    (folder / "raw").write_bytes(fat(folder))
    run("qemu-img", "convert", "-f", "raw", "-O", form, folder / "raw", folder / "disk", folder=folder)
    return (folder / "disk").read_bytes()


def mbr(folder: Path) -> bytes:
    """Return a disk with boot code, a partition table and one partition."""
    inner = fat(folder)
    table = b"\x80\0\2\0\x0c\0\0\0" + struct.pack("<LL", 64, len(inner) // 512)
    head = (b"boot code" * 9).ljust(446, b"\0") + table.ljust(64, b"\0") + b"\x55\xaa"
    return head.ljust(64 * 512, b"\0") + inner


def gpt(folder: Path, hidden: bytes = b"") -> bytes:
    """Return a disk with a GUID partition table; ``hidden`` stands between its partitions."""
    inner = fat(folder)
    first, sectors = 64, len(inner) // 512
    total = first + sectors + 64 + 33
    kind, unique = bytes(range(16)), bytes(range(16, 32))
    entry = (
        kind + unique + struct.pack("<QQQ", first, first + sectors - 1, 0) + "data".encode("utf-16-le").ljust(72, b"\0")
    )
    entries = entry.ljust(128 * 128, b"\0")

    def header(mine: int, other: int, at: int) -> bytes:
        body = struct.pack(
            "<8sLLL4xQQQQ16sQLLL",
            b"EFI PART",
            0x10000,
            92,
            0,
            mine,
            other,
            34,
            total - 34,
            bytes(16),
            at,
            128,
            128,
            zlib.crc32(entries),
        )
        return (body[:16] + struct.pack("<L", zlib.crc32(body)) + body[20:]).ljust(512, b"\0")

    protective = (
        bytes(446) + (b"\0\0\2\0\xee\xff\xff\xff" + struct.pack("<LL", 1, total - 1)).ljust(64, b"\0") + b"\x55\xaa"
    )
    front = (protective + header(1, total - 1, 2) + entries).ljust(first * 512, b"\0")
    return front + inner + hidden.ljust(64 * 512, b"\0") + entries + header(total - 1, 1, total - 33)


def lzh(*members: tuple[bytes, bytes], level: int = 0) -> bytes:
    """Return an LZH archive with stored members of header level 0 or 2."""
    parts = []
    for name, data in members:
        checksum = struct.pack("<H", _crc16(data))
        if level == 0:
            body = b"-lh0-" + struct.pack("<LLLBBB", len(data), len(data), 0, 0x20, 0, len(name)) + name + checksum
            parts.append(bytes((len(body), sum(body) & 0xFF)) + body)
        else:
            named = struct.pack("<HB", len(name) + 3, 1) + name + b"\0\0"
            size = 24 + len(named) + 0
            fixed = struct.pack("<H5sLLLBB", size, b"-lh0-", len(data), len(data), 0, 0x20, 2) + checksum + b"U"
            parts.append(fixed + named)
        parts.append(data)
    return b"".join(parts) + b"\0"


def _crc16(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value


def szdd(data: bytes) -> bytes:
    """Return data in the form of Microsoft's compress.exe: nothing but literal bytes."""
    groups = b"".join(b"\xff" + data[at : at + 8] for at in range(0, len(data), 8))
    return b"SZDD\x88\xf0\x27\x33A\0" + struct.pack("<L", len(data)) + groups


def compressed(data: bytes) -> bytes:
    """Return data in the form of compress(1): codes of nine bits, of which no more than 255 fit before they grow."""
    assert len(data) < 250
    bits = 0
    for place, byte in enumerate(data):
        bits |= byte << (9 * place)
    return b"\x1f\x9d\x90" + bits.to_bytes((9 * len(data) + 7) // 8, "little")


def dmg(data: bytes) -> bytes:
    """Return a disk image of Apple with one partition in one uncompressed run."""
    data = data.ljust(-(-len(data) // 512) * 512, b"\0")
    sectors = len(data) // 512
    value = zlib.crc32(data)
    checksum = struct.pack(">LLL", 2, 32, value).ljust(136, b"\0")
    master = struct.pack(">LLL", 2, 32, zlib.crc32(struct.pack(">L", value))).ljust(136, b"\0")
    head = struct.pack(">4sLQQQLL24x", b"mish", 1, 0, sectors, 0, 0, 0)
    runs = struct.pack(">LLQQQQ", 1, 0, 0, sectors, 0, len(data)) + struct.pack(
        ">LLQQQQ", 0xFFFFFFFF, 0, sectors, 0, len(data), 0
    )
    block = head + checksum + struct.pack(">L", 2) + runs
    plist = plistlib.dumps(
        {"resource-fork": {"blkx": [{"Attributes": "0x0050", "Data": block, "ID": "0", "Name": "whole"}]}}
    )
    koly = struct.pack(">4sLLLQQQQQLL16s", b"koly", 4, 512, 1, 0, 0, len(data), 0, 0, 1, 1, bytes(16)) + checksum
    koly += struct.pack(">QQ120x", len(data), len(plist)) + master + struct.pack(">LQ12x", 1, sectors)
    return data + plist + koly


MAKERS: dict[str, Maker] = {
    "7z": _sevenzip,
    "cab": cabinet,
    "iso": lambda folder: image(folder, "-R"),
    "udf": _udf,
    "rpm": _rpm,
    "xar": _xar,
    "squashfs": _squashfs,
    "wim": _wim,
    "lzh": lambda _: lzh((b"a.txt", TEXT), (b"sub/b.bin", NOISE)),
    "arj": _arj,
    "ext": _ext,
    "fat": fat,
    "ntfs": ntfs,
    "hfs": _hfs,
    "gpt": gpt,
    "mbr": mbr,
    "vhd": lambda folder: disk(folder, "vpc"),
    "vhdx": lambda folder: disk(folder, "vhdx"),
    "vmdk": lambda folder: disk(folder, "vmdk"),
    "vdi": lambda folder: disk(folder, "vdi"),
    "qcow": lambda folder: disk(folder, "qcow2"),
    "cramfs": _cramfs,
    "szdd": lambda _: szdd(TEXT),
    "compress": lambda _: compressed(TEXT),
    "nsis": nsis,
    "dmg": lambda folder: dmg(fat(folder)),
    "chm": lambda _: Path("/usr/share/clamav-testfiles/clam.chm").read_bytes(),
}


@functools.cache
def made(label: str) -> bytes:
    """Return the container of the sample tree with ``label``; made once in a run of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        return MAKERS[label](Path(folder))


def fresh(maker: Callable[..., bytes], *arguments: object, **more: object) -> bytes:
    """Return what a maker makes in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return maker(Path(folder), *arguments, **more)
