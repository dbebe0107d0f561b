"""Whole containers: broken off, encrypted, split, two in one, behind a picture or a program, images of containers."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping

from tests.unpack import sevenzip_kit
from tests.unpack.hostile import made_with
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.hostile.nested import zipped
from tests.unpack.hostile.whole import Whole, a_file, gives
from tests.unpack.hostile.zip_writer import archive, plain

HARMLESS = b"nothing to see here\n" * 40


def noise(count: int, seed: bytes = b"seed") -> bytes:
    """Return bytes that do not compress."""
    blocks = (hashlib.sha256(seed + b"%d" % number).digest() for number in range(count // 32 + 1))
    return b"".join(blocks)[:count]


def kinds() -> Iterator[Whole]:
    """Yield each format with a payload in it, broken off, and with a payload behind its end."""
    for kind, make in made_with.KINDS.items():
        yield Whole(
            f"container-{kind}-payload",
            f"a payload in a {kind} container",
            a_file(make, PAYLOAD),
            frozenset(),
            reached="*",
            honest=True,
            twin=a_file(make, HARMLESS),
        )
        yield Whole(
            f"container-{kind}-cut",
            f"a {kind} container that breaks off half-way",
            a_file(_cut, make),
            gives("gap/intake-corrupt@*"),
        )
        yield Whole(
            f"container-{kind}-trailing",
            f"a zip file with a payload behind the end of a {kind} container",
            a_file(_with_trailing, make),
            gives("container/hidden-data@*"),
            reached="*",
        )


def images_cut() -> Iterator[Whole]:
    """Yield images of disks and packages of every kind that breaks off."""
    # A .Z stream says nowhere how long it is: its first half is a whole one (compress(1)).
    for label in sorted(set(sevenzip_kit.MAKERS) - set(made_with.KINDS) - {"compress"}):
        yield Whole(
            f"image-cut-{label}",
            f"a sample of {label} that breaks off half-way",
            a_file(_half_of_sample, label),
            gives("gap/intake-corrupt@*"),
            twin=a_file(sevenzip_kit.made, label),
        )


def _half_of_sample(label: str) -> bytes:
    return _half(sevenzip_kit.made(label))


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _cut(make: Callable[[bytes], bytes]) -> bytes:
    return _half(make(noise(30_000)))


def _with_trailing(make: Callable[[bytes], bytes]) -> bytes:
    return make(HARMLESS) + zipped({"p": PAYLOAD})


def _joined(front: Callable[[], bytes], back: Callable[[], bytes]) -> bytes:
    return front() + back()


def encrypted() -> Iterator[Whole]:
    """Yield what can only be opened with a password."""
    secret = "-psecret"
    for name, why, make in (
        ("7z", "a 7z archive with encrypted content", lambda: made_with.sevenzip(PAYLOAD, secret)),
        ("7z-names", "a 7z archive with encrypted names", lambda: made_with.sevenzip(PAYLOAD, secret, "-mhe=on")),
        ("zip", "a zip file in the old encryption", lambda: made_with.sevenzip(PAYLOAD, secret, kind="zip")),
        (
            "zip-aes",
            "a zip file encrypted with AES",
            lambda: made_with.sevenzip(PAYLOAD, secret, "-mem=AES256", kind="zip"),
        ),
        ("rar-names", "a rar archive with encrypted names", made_with.rar_encrypted),
        ("pdf", "a PDF with an attachment, encrypted", lambda: made_with.pdf(PAYLOAD, "secret")),
        (
            "inside",
            "an encrypted archive in an honest one",
            lambda: zipped({"a/b.7z": made_with.sevenzip(PAYLOAD, secret), "readme.txt": HARMLESS}),
        ),
    ):
        yield Whole(f"encrypted-{name}", why, a_file(make), gives("gap/intake-encrypted@*"))


def split() -> Iterator[Whole]:
    """Yield single volumes of archives in several."""
    yield Whole(
        "split-7z",
        "the first volume of a 7z archive",
        a_file(lambda: made_with.with_program(noise(60_000), "7zz", "a", "-v20k", "made.7z", "in", made="made.7z.001")),
        gives("gap/intake-corrupt@*"),
    )
    yield Whole(
        "split-cab",
        "a cabinet that goes on in another one",
        a_file(_continued_cab),
        gives("gap/intake-unsupported@*"),
    )
    yield Whole(
        "split-zip",
        "the last volume of a zip file",
        a_file(
            lambda: made_with.with_program(noise(200_000), "zip", "-s", "64k", "-r", "made.zip", "in", made="made.zip")
        ),
        gives("gap/intake-unsupported@*"),
    )


def _continued_cab() -> bytes:
    """Return a cabinet whose header names a next cabinet and whose file goes on there."""
    data = noise(2000)
    name, following = b"payload.bin\0", b"next.cab\0disk 2\0"
    first_file = 36 + len(following) + 8
    start = first_file + 16 + len(name)
    size = start + 8 + len(data)
    head = struct.pack("<4sLLLLLBBHHHHH", b"MSCF", 0, size, 0, first_file, 0, 3, 1, 1, 1, 2, 1, 0)
    folder = struct.pack("<LHH", start, 1, 0)
    entry = struct.pack("<LLHHHH", 2 * len(data), 0, 0xFFFE, 0x5A21, 0, 0x20) + name
    return head + following + folder + entry + struct.pack("<LHH", 0, len(data), len(data)) + data


# --- two in one ------------------------------------------------------------------------------------------------


def program() -> bytes:
    """Return a small program for Windows (PE), with one section."""
    head = b"MZ".ljust(60, b"\0") + struct.pack("<L", 64)
    coff = b"PE\0\0" + struct.pack("<HHLLLHH", 0x8664, 1, 0, 0, 0, 240, 0x22)
    optional = struct.pack("<HBBLLLLLQLL", 0x20B, 14, 0, 512, 0, 0, 4096, 4096, 0x140000000, 4096, 512)
    optional += struct.pack("<HHHHHHLLLLHH", 6, 0, 0, 0, 6, 0, 0, 8192, 512, 0, 3, 0)
    optional += struct.pack("<QQQQLL", 1 << 20, 4096, 1 << 20, 4096, 0, 16) + bytes(128)
    section = b".text\0\0\0" + struct.pack("<LLLLLLHHL", 512, 4096, 512, 512, 0, 0, 0, 0, 0x60000020)
    return (head + coff + optional + section).ljust(512, b"\0") + b"\xc3".ljust(512, b"\xcc")


def picture() -> bytes:
    """Return a PNG of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def gif() -> bytes:
    """Return a GIF of one pixel."""
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def jpeg() -> bytes:
    """Return the frame of a JPEG."""
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"


def polyglots() -> Iterator[Whole]:
    """Yield files that are one thing for one reader and another for the next."""
    inner = {
        "zip": lambda: zipped({"payload.exe": PAYLOAD}),
        "7z": lambda: made_with.sevenzip(PAYLOAD),
        "rar": lambda: made_with.rar(PAYLOAD),
    }
    hosts: dict[str, tuple[str, Callable[[], bytes]]] = {
        "program": ("a program", program),
        "png": ("a picture", picture),
        "gif": ("a picture", gif),
        "jpeg": ("a picture", jpeg),
        "pdf": ("a PDF", lambda: made_with.pdf(HARMLESS)),
        "html": ("a web page", lambda: b"<!DOCTYPE html><html><body>hello</body></html>\n"),
        "gz": ("a gzip file", lambda: gzip.compress(HARMLESS)),
    }
    for host, (what, front) in hosts.items():
        for kind, back in inner.items():
            # Installers carry an archive behind the program by design: it is opened, and nothing is wrong with it.
            installer = host == "program" and kind != "zip"
            yield Whole(
                f"polyglot-{host}-{kind}",
                f"{what} with a {kind} archive behind it",
                a_file(_joined, front, back),
                frozenset() if installer else gives("container/hidden-data@*"),
                reached="*",
                twin=a_file(front) if kind == "zip" else None,
                honest=installer,
            )
    yield Whole(
        "polyglot-zip-in-front-of-pdf",
        "a zip file whose first member begins as a PDF, within the bytes that viewers search",
        a_file(lambda: archive([plain(b"a.txt", made_with.pdf(PAYLOAD)), plain(b"b.txt")])),
        frozenset(),
        reached="!/a.txt!/" + made_with.NAME,
        honest=True,
        twin=a_file(lambda: archive([plain(b"a.txt", made_with.pdf(HARMLESS)), plain(b"b.txt")])),
    )
    yield Whole(
        "polyglot-tar-zip",
        "a zip file behind the end of a tar file",
        a_file(lambda: tarred({"a.txt": HARMLESS}) + zipped({"payload.exe": PAYLOAD})),
        gives("container/hidden-data@*", "container/ambiguous"),
        reached="*",
    )
    yield Whole(
        "polyglot-tar-of-zip",
        "a member of a tar file that is a zip file only from the start of the tar file on",
        a_file(_tar_and_zip),
        gives("gap/intake-corrupt@!/readme.txt"),
        reached="!/readme.txt!/payload.exe",
    )
    yield Whole(
        "polyglot-iso-zip",
        "a zip file in the first 32 KiB of a disc image, which the file system leaves free",
        a_file(_zip_and_iso),
        gives("container/ambiguous"),
        reached="*",
        twin=a_file(lambda: made_with.KINDS["iso"](HARMLESS)),
    )
    yield Whole(
        "polyglot-program-inside",
        "a program with a zip file behind it, in a tar.gz",
        a_file(lambda: gzip.compress(tarred({"setup.exe": program() + zipped({"payload.exe": PAYLOAD})}))),
        gives("container/hidden-data@*"),
        reached="!/setup.exe!/payload.exe",
    )


def _tar_and_zip() -> bytes:
    """Return a tar file with one member, which is a zip file that begins at the start of the tar file."""
    inner = archive([plain(b"payload.exe", PAYLOAD, 8)], prefix=bytes(512))
    return tarred({"readme.txt": inner[512:]})


def _zip_and_iso() -> bytes:
    """Return a disc image that begins with a zip file."""
    front = zipped({"payload.exe": PAYLOAD})
    return front + made_with.KINDS["iso"](HARMLESS)[len(front) :]


# --- images of containers --------------------------------------------------------------------------------------


def tarred(members: Mapping[str, bytes]) -> bytes:
    """Return a tar file of the members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def docker_save(*layers: Mapping[str, bytes]) -> bytes:
    """Return what ``docker save`` writes for an image with these layers."""
    made = {f"{index:064x}/layer.tar": tarred(layer) for index, layer in enumerate(layers)}
    digests = [f"sha256:{hashlib.sha256(data).hexdigest()}" for data in made.values()]
    config = _as_json({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": digests}})
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = _as_json([{"Config": name, "RepoTags": ["app:1"], "Layers": list(made)}])
    return tarred({**made, name: config, "manifest.json": manifest})


def oci_layout(*layers: Mapping[str, bytes]) -> bytes:
    """Return an OCI image layout in a tar file (OCI image-spec 1.0, image-layout.md)."""
    blobs: dict[str, bytes] = {}

    def add(data: bytes, kind: str) -> dict[str, object]:
        digest = hashlib.sha256(data).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    made = [add(gzip.compress(tarred(layer), mtime=0), "layer.v1.tar+gzip") for layer in layers]
    config = add(_as_json({"architecture": "amd64", "os": "linux"}), "config.v1+json")
    manifest = add(_as_json({"schemaVersion": 2, "config": config, "layers": made}), "manifest.v1+json")
    index = _as_json({"schemaVersion": 2, "manifests": [manifest]})
    return tarred({"oci-layout": _as_json({"imageLayoutVersion": "1.0.0"}), "index.json": index, **blobs})


LAYERS: tuple[Mapping[str, bytes], ...] = (
    {"etc/motd": HARMLESS, "usr/bin/tool": PAYLOAD},
    {"usr/bin/.wh.tool": b"", "etc/.wh..wh..opq": b"", "etc/motd": HARMLESS},
)
"""A payload in the first layer, which the second one makes vanish from the image."""
CLEAN: tuple[Mapping[str, bytes], ...] = ({"etc/motd": HARMLESS, "usr/bin/tool": HARMLESS}, LAYERS[1])


def _layer_digest() -> str:
    return hashlib.sha256(gzip.compress(tarred(LAYERS[0]), mtime=0)).hexdigest()


def images() -> Iterator[Whole]:
    """Yield images of containers with a payload that the running container would not show."""
    yield Whole(
        "image-docker-whiteout",
        "a docker save archive with a payload in a layer that a later layer deletes",
        a_file(lambda: docker_save(*LAYERS)),
        frozenset(),
        reached=f"!/{0:064x}/layer.tar!/usr/bin/tool",
        honest=True,
        twin=a_file(lambda: docker_save(*CLEAN)),
    )
    yield Whole(
        "image-oci-whiteout",
        "an OCI image layout with a payload in a layer that a later layer deletes",
        a_file(lambda: oci_layout(*LAYERS)),
        frozenset(),
        reached=f"!/blobs/sha256/{_layer_digest()}!/usr/bin/tool",
        honest=True,
        twin=a_file(lambda: oci_layout(*CLEAN)),
    )
    yield Whole(
        "image-oci-orphan",
        "an OCI image layout with a layer that no manifest names",
        a_file(_with_orphan),
        frozenset(),
        reached="*",
        honest=True,
    )
    yield Whole(
        "image-layer-cut",
        "an image with a layer that breaks off",
        a_file(lambda: tarred({"layer.tar.gz": _half(gzip.compress(tarred({"a": noise(50_000)})))})),
        gives("gap/intake-corrupt@*"),
    )


def _with_orphan() -> bytes:
    image = oci_layout(*CLEAN)
    extra = gzip.compress(tarred({"hidden": PAYLOAD}), mtime=0)
    with tarfile.open(fileobj=io.BytesIO(image)) as opened:
        members = {entry.name: stream.read() for entry in opened if (stream := opened.extractfile(entry))}
    return tarred({**members, f"blobs/sha256/{hashlib.sha256(extra).hexdigest()}": extra})


WHOLE = [*kinds(), *images_cut(), *encrypted(), *split(), *polyglots(), *images()]
