"""Methods of zip beyond those of the standard library, and entries that a password opens."""

from __future__ import annotations

import hashlib
import hmac
import os
import random
import struct
import subprocess
import tracemalloc
import zlib
from pathlib import Path

import inflate64
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from gate.intake.readers import zip_encryption
from gate.intake.readers.interface import Decrypted, Options, Source
from gate.intake.readers.zip import read
from tests.unpack.case_kit import hold
from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.streams import compressed
from tests.unpack.hostile.zip_writer import Entry, Fields, archive, deflate, deflate64, extra_field, plain
from tests.unpack.hostile.zips import CASES
from tests.unpack.reader_kit import Reading, read_bytes, read_file
from tests.unpack.test_readers_in_a_worker import frames_of, worker_for

PASSWORD = b"correct horse"
OPEN = Options(password=PASSWORD)
TEXT = b"an honest text\n" * 3000
NOISE = random.Random(3).randbytes(300_000)  # a fixed seed, no secret
FILES = {"text.txt": TEXT, "noise.bin": NOISE, "zeros.bin": bytes(2_000_000), "empty": b"", "folder/one": b"1"}
METHODS = ["Copy", "Deflate", "Deflate64", "BZip2", "LZMA", "xz"]
ENCRYPTIONS = ["ZipCrypto", "AES128", "AES192", "AES256"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name, content in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
    return root


def packed(tree: Path, target: Path, *switches: str) -> Path:
    subprocess.run(
        ["7zz", "a", "-tzip", "-bso0", *switches, str(target), "."], cwd=tree, check=True, capture_output=True
    )
    return target


def agrees(reading: Reading) -> bool:
    return reading.files == {name.encode(): hashlib.sha256(content).hexdigest() for name, content in FILES.items()}


@pytest.mark.parametrize("method", METHODS)
def test_methods_of_7zz(method: str, tree: Path, tmp_path: Path) -> None:
    reading = read_file(packed(tree, tmp_path / "a.zip", f"-mm={method}"), "zip")
    assert reading.all_troubles == []
    assert agrees(reading)


@pytest.mark.parametrize("encryption", ENCRYPTIONS)
@pytest.mark.parametrize("method", METHODS)
def test_a_password_opens_what_7zz_encrypts(encryption: str, method: str, tree: Path, tmp_path: Path) -> None:
    switches = (f"-p{PASSWORD.decode()}", f"-mem={encryption}", f"-mm={method}")
    target = packed(tree, tmp_path / "a.zip", *switches)
    reading = read_file(target, "zip", OPEN)
    assert reading.all_troubles == []
    assert agrees(reading)
    for password, detail in ((None, "encrypted"), (b"another", "wrong password")):
        shut = read_file(target, "zip", Options(password=password))
        # One of 256 wrong passwords passes the check of the old encryption: a fixed one may, with these checksums.
        assert shut.gives == {"encrypted"}
        assert all(told.startswith(detail) for told in shut.details)
        assert not set(shut.files.values()) & {hashlib.sha256(TEXT).hexdigest(), hashlib.sha256(NOISE).hexdigest()}


def test_the_password_of_info_zip(tree: Path, tmp_path: Path) -> None:
    subprocess.run(
        ["zip", "-qr", "-P", PASSWORD.decode(), str(tmp_path / "a.zip"), "."], cwd=tree, check=True, capture_output=True
    )
    assert agrees(read_file(tmp_path / "a.zip", "zip", OPEN))


def decrypted(data: bytes, options: Options) -> bool:
    """Say whether the reader tells that the password was the right one."""
    descriptor = os.memfd_create("container")
    try:
        os.write(descriptor, data)
        return any(isinstance(event, Decrypted) for event in read(Source(descriptor), options))
    finally:
        os.close(descriptor)


def aes(content: bytes, *, version: int = 2, method: int = 0, crc: int | None = None, code: bytes = b"") -> Entry:
    """Return an entry in AES-256, with the authentication code ``code`` where given."""
    salt = bytes(range(16))
    keys = hashlib.pbkdf2_hmac("sha1", PASSWORD, salt, 1000, 66)
    data = deflate(content) if method == 8 else content
    counters = b"".join(number.to_bytes(16, "little") for number in range(1, len(data) // 16 + 2))
    stream = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor().update(counters)  # noqa: S305  # the format's
    hidden = bytes(a ^ b for a, b in zip(data, stream, strict=False))
    code = code or hmac.new(keys[32:64], hidden, "sha1").digest()[:10]
    extra = extra_field(0x9901, struct.pack("<H2sBH", version, b"AE", 3, method))
    checksum = crc if crc is not None else zlib.crc32(content) if version == 1 else 0
    return Entry(Fields(b"a", 99, 1, crc=checksum, extra=extra), content, salt + keys[64:] + hidden + code)


def old(content: bytes, *, descriptor: bool = False, check: int | None = None) -> Entry:
    """Return an entry in the traditional encryption, whose check is of the time where it has a descriptor."""
    first = check if check is not None else 0 if descriptor else zlib.crc32(content) >> 24
    keys = [0x12345678, 0x23456789, 0x34567890]

    def step(byte: int) -> None:
        keys[0] = zlib.crc32(bytes([byte]), keys[0] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = zlib.crc32(bytes([keys[1] >> 24]), keys[2] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    for byte in PASSWORD:
        step(byte)
    hidden = bytearray()
    for byte in b"any eleven!" + bytes([first]) + content:
        low = (keys[2] | 2) & 0xFFFF
        hidden.append(byte ^ (low * (low ^ 1) >> 8 & 0xFF))
        step(byte)
    fields = Fields(b"a", 0, 9 if descriptor else 1)
    sizes = struct.pack("<LLL", zlib.crc32(content), len(hidden), len(content)) if descriptor else b""
    return Entry(fields, content, bytes(hidden), descriptor=sizes)


@pytest.mark.parametrize(
    "entry",
    [aes(TEXT), aes(TEXT, version=1), aes(TEXT, method=8), aes(b""), old(TEXT), old(TEXT, descriptor=True), old(b"")],
    ids=["ae-2", "ae-1", "deflated", "nothing", "old", "old-late", "old-nothing"],
)
def test_entries_written_by_hand_open(entry: Entry) -> None:
    data = archive([entry])
    reading = read_bytes(data, "zip", OPEN)
    assert reading.all_troubles == []
    assert bytes(reading.named(b"a").content) == entry.content
    assert decrypted(data, OPEN)
    assert not decrypted(data, Options())
    assert not decrypted(archive([plain()]), OPEN)


@pytest.mark.parametrize(
    ("entry", "gives", "detail"),
    [
        (aes(TEXT, code=b"?" * 10), "corrupt", "authentication code"),
        (aes(TEXT, version=1, crc=7), "corrupt", "crc mismatch"),
        (aes(TEXT, method=98), "unsupported", "PPMd"),
        (Entry(Fields(b"a", 99, 1), b"x", b"?" * 30), "encrypted", "AES field"),
        (
            Entry(Fields(b"a", 99, 1, extra=extra_field(0x9901, b"\2\0AE\3\0\0")), b"x", b"?" * 20),
            "corrupt",
            "truncated encryption header",
        ),
        (Entry(Fields(b"a", flags=1), b"x", b"?" * 7), "corrupt", "truncated encryption header"),
        (Entry(Fields(b"a", flags=0x41), b"x", b"?" * 40), "encrypted", "a way that is not read"),
        (old(TEXT, check=zlib.crc32(TEXT) >> 24 ^ 1), "encrypted", "wrong password"),
        (
            Entry(Fields(b"a", flags=1, crc=zlib.crc32(TEXT)), TEXT, old(TEXT).packed[:-1] + b"?"),
            "encrypted",
            "or damaged",
        ),
    ],
    ids=["code", "crc", "method", "field", "aes-cut", "old-cut", "strong", "check", "damage"],
)
def test_what_a_password_does_not_open(entry: Entry, gives: str, detail: str) -> None:
    data = archive([entry])
    reading = read_bytes(data, "zip", OPEN)
    assert gives in reading.gives
    assert any(detail in told for told in reading.details), reading.details
    assert not decrypted(data, OPEN)


def test_a_payload_behind_an_encrypted_stream_is_told() -> None:
    whole = aes(TEXT, method=8)
    tail = b"tail of the entry"
    longer = aes(TEXT + tail).packed
    hidden_stream = bytes(a ^ b for a, b in zip(longer[18:-10], TEXT + tail, strict=True))
    stored = deflate(TEXT) + tail
    cipher = bytes(a ^ b for a, b in zip(stored, hidden_stream, strict=False))
    keys = hashlib.pbkdf2_hmac("sha1", PASSWORD, bytes(range(16)), 1000, 66)
    code = hmac.new(keys[32:64], cipher, "sha1").digest()[:10]
    entry = Entry(whole.central, TEXT, whole.packed[:18] + cipher + code)
    reading = read_bytes(archive([entry]), "zip", OPEN)
    assert reading.gives == {"hidden-data"}
    assert bytes(reading.named(b"a").content) == TEXT


def test_the_old_encryption_is_read_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_encryption, "OLD_BYTES", 2 * len(TEXT))
    entries = [old(TEXT), old(TEXT), old(TEXT)]
    data = archive([Entry(Fields(b"%d" % n, 0, 1), TEXT, entry.packed) for n, entry in enumerate(entries)])
    reading = read_bytes(data, "zip", OPEN)
    assert [trouble.reason for trouble in reading.named(b"2").troubles] == ["too-large"]
    assert bytes(reading.named(b"1").content) == TEXT


def test_zstd_and_deflate64_by_hand() -> None:
    for method, coded in ((93, compressed("zstd", TEXT)), (9, deflate64(TEXT)), (9, deflate64(b""))):
        content = TEXT if len(coded) > 20 else b""
        reading = read_bytes(archive([Entry(Fields(b"a", method), content, coded)]), "zip")
        assert reading.all_troubles == []
        assert bytes(reading.named(b"a").content) == content


def test_deflate64_with_a_late_size_in_an_archive_without_a_directory() -> None:
    """The end of such a stream is known by decoding alone: to the byte, or the descriptor would not be found."""
    content = TEXT + NOISE
    coded = deflate64(content)
    local = Fields(b"a", 9, 8, crc=0, compressed=0, size=0)
    sizes = b"PK\7\x08" + struct.pack("<LLL", zlib.crc32(content), len(coded), len(content))
    first = Entry(Fields(b"a", 9, 8), content, coded, local=local, descriptor=sizes)
    reading = read_bytes(first.local_record() + plain(b"b", PAYLOAD).local_record(), "zip")
    assert bytes(reading.named(b"a").content) == content
    assert bytes(reading.named(b"b").content) == PAYLOAD


def test_a_deflate64_bomb_stays_small_in_memory() -> None:
    coder = inflate64.Deflater()
    coded = b"".join(coder.deflate(bytes(1 << 20)) for _ in range(64)) + coder.flush()
    data = archive([Entry(Fields(b"a", 9, size=64 << 20, crc=zlib.crc32(bytes(64 << 20))), b"", coded)])
    assert len(data) < 1 << 20
    tracemalloc.start()
    try:
        reading = read_bytes(data, "zip")
        assert tracemalloc.get_traced_memory()[1] < 48 << 20  # one step and its copies, not the content
    finally:
        tracemalloc.stop()
    assert reading.all_troubles == []
    assert reading.named(b"a").size == 64 << 20


def test_damaged_deflate64_never_crashes() -> None:
    coded = deflate64(TEXT + NOISE[:20_000])
    for number in range(400):
        dice = random.Random(number)  # a fixed seed, no secret
        broken = bytearray(coded)
        for _ in range(dice.randint(1, 6)):
            broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
        content = TEXT + NOISE[:20_000]
        reading = read_bytes(archive([Entry(Fields(b"a", 9), content, bytes(broken))]), "zip", most=16 << 20)
        assert reading.gives or bytes(reading.named(b"a").content) == content


@pytest.mark.parametrize(
    "case", [case for case in CASES if "method" in case.name or "aes" in case.name], ids=lambda case: case.name
)
def test_hostile_methods(case: Case) -> None:
    hold(case)


def test_in_a_worker() -> None:
    worker = worker_for("zip")
    entries = [
        Entry(Fields(b"64", 9), NOISE, deflate64(NOISE)),
        Entry(Fields(b"zstd", 93), NOISE, compressed("zstd", NOISE)),
        aes(NOISE),
        Entry(Fields(b"old", 0, 1), TEXT, old(TEXT).packed),
    ]
    descriptor = os.memfd_create("container")
    try:
        os.write(descriptor, archive(entries))
        frames = list(frames_of(worker, "zip", descriptor, password=PASSWORD))
    finally:
        os.close(descriptor)
        worker.close()
    assert [frame for frame in frames if frame[0] == "t"] == []
    assert sum(len(frame[1]) for frame in frames if frame[0] == "d") == 3 * len(NOISE) + len(TEXT)
    assert frames.count(["k"]) == 2
