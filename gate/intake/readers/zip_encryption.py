"""Encrypted entries of zip files, opened with a password.

The traditional encryption (APPNOTE 6.1) and that of WinZip with AES ("AES Encryption Information", versions AE-1 and
AE-2), the two that writers other than PKWARE's use.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Callable
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from gate.intake.readers.decoders import FEED, Damaged, Region
from gate.intake.readers.interface import Source
from gate.intake.readers.zip_records import EXTRA_AES, extra_fields

OLD_BYTES = 64 << 20
"""Most bytes of one container in the traditional encryption that are read: in Python about 2 MB/s."""
_OLD_HEADER = 12
_AES_FIELD = struct.Struct("<H2sBH")
_AES_KEYS = {1: 16, 2: 24, 3: 32}
_AES_BLOCK = 16
_AES_ROUNDS = 1000
_AES_CHECK = 2
_AES_CODE = 10
_AES_VENDOR = b"AE"
_AES_WITH_CHECKSUM, _AES_WITHOUT_CHECKSUM = 1, 2
_WRONG = "wrong password"
_MULTIPLIER = 134775813


class Key:
    """The password of one container, if there is one, and how much may still be read of what is slow to open."""

    def __init__(self, password: bytes | None) -> None:
        self.password = password
        self._left = OLD_BYTES

    def spend(self, count: int) -> None:
        """Count bytes in the traditional encryption; raises :class:`Damaged` beyond ``OLD_BYTES``."""
        self._left -= count
        if self._left < 0:
            raise Damaged(f"more than {OLD_BYTES >> 20} MiB in the traditional encryption", "too-large")


class AesField(NamedTuple):
    """The extra field 0x9901: what an entry with method 99 is made of."""

    version: int
    strength: int
    method: int


def aes_field(extra: bytes) -> AesField | None:
    """Return the AES field among extra fields, or None where there is none that is well-formed."""
    data = next((data for kind, data in extra_fields(extra) if kind == EXTRA_AES), b"")
    if len(data) != _AES_FIELD.size:
        return None
    version, vendor, strength, method = _AES_FIELD.unpack(data)
    if vendor != _AES_VENDOR or strength not in _AES_KEYS:
        return None
    if version not in {_AES_WITH_CHECKSUM, _AES_WITHOUT_CHECKSUM}:
        return None
    return AesField(version, strength, method)


def has_checksum(field: AesField) -> bool:
    """Say whether the checksum of the headers is that of the data (AE-1) and not zero (AE-2)."""
    return field.version == _AES_WITH_CHECKSUM


# --- the traditional encryption -------------------------------------------------------------------------------


def _checksum_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)  # noqa: PLW2901  # the value is shifted bit by bit
        table.append(value)
    return tuple(table)


_CHECKSUMS = _checksum_table()
_STREAM = bytes(((value | 2) * ((value | 2) ^ 1) >> 8) & 0xFF for value in range(1 << 16))
"""The byte that the low half of the third key gives."""


class _OldCipher:
    """The stream cipher of PKZIP; keeps its keys between calls."""

    def __init__(self, password: bytes) -> None:
        self._keys = (0x12345678, 0x23456789, 0x34567890)
        for byte in password:
            first, second, third = self._keys
            first = _CHECKSUMS[(first ^ byte) & 0xFF] ^ first >> 8
            second = ((second + (first & 0xFF)) * _MULTIPLIER + 1) & 0xFFFFFFFF
            self._keys = (first, second, _CHECKSUMS[(third ^ second >> 24) & 0xFF] ^ third >> 8)

    def decrypt(self, data: bytes) -> bytes:
        """Return what ``data``, the next bytes of the stream, stands for."""
        first, second, third = self._keys
        table, stream = _CHECKSUMS, _STREAM
        output = bytearray()
        append = output.append
        for byte in data:
            plain = byte ^ stream[third & 0xFFFF]
            first = table[(first ^ plain) & 0xFF] ^ first >> 8
            second = ((second + (first & 0xFF)) * _MULTIPLIER + 1) & 0xFFFFFFFF
            third = table[(third ^ second >> 24) & 0xFF] ^ third >> 8
            append(plain)
        self._keys = (first, second, third)
        return bytes(output)


class Opened(Region):
    """A region of an encrypted entry that reads as what it stands for."""

    damage_means_wrong_password = False

    def finish(self) -> None:
        """Check what can only be checked at the end; raises :class:`Damaged`."""


class _OldRegion(Opened):
    # One of 256 wrong passwords passes the check of the header, and is noticed by its damage only.
    damage_means_wrong_password = True

    def __init__(self, source: Source, start: int, stop: int, key: Key, expected: frozenset[int]) -> None:
        super().__init__(source, start, stop)
        self._key = key
        self._expected = expected
        self._cipher = _OldCipher(key.password or b"")
        header = self._cipher.decrypt(super().take(_OLD_HEADER))
        if len(header) < _OLD_HEADER:
            raise Damaged("truncated encryption header")
        if header[-1] not in expected:
            raise Damaged(_WRONG, "encrypted")

    def again(self) -> Region:
        return _OldRegion(self._source, self._start, self.stop, self._key, self._expected)

    def take(self, size: int) -> bytes:
        block = super().take(min(size, FEED))
        self._key.spend(len(block))
        return self._cipher.decrypt(block)


def open_old(source: Source, start: int, stop: int, key: Key, expected: frozenset[int]) -> Opened:
    """Return the data of an entry in the traditional encryption; the last byte of its header is one of ``expected``.

    Raises :class:`Damaged` with reason ``encrypted`` where the password is not the right one.
    """
    return _OldRegion(source, start, stop, key, expected)


# --- AES ------------------------------------------------------------------------------------------------------


class _AesRegion(Opened):
    def __init__(self, source: Source, start: int, stop: int, key: Key, size: int) -> None:
        salt_stop = start + size // 2
        begin = salt_stop + _AES_CHECK
        if begin + _AES_CODE > stop:
            raise Damaged("truncated encryption header")
        super().__init__(source, begin, stop - _AES_CODE)
        self._again: Callable[[], Region] = lambda: _AesRegion(source, start, stop, key, size)
        head = source.read_at(start, begin - start)
        keys = hashlib.pbkdf2_hmac("sha1", key.password or b"", head[:-_AES_CHECK], _AES_ROUNDS, 2 * size + _AES_CHECK)
        if not hmac.compare_digest(keys[2 * size :], head[-_AES_CHECK:]):
            raise Damaged(_WRONG, "encrypted")
        # The format fixes the mode: a counter that grows from its first byte on, which no library offers, so that
        # its blocks are counted here and encrypted one by one.
        self._encryptor = Cipher(algorithms.AES(keys[:size]), modes.ECB()).encryptor()  # noqa: S305  # see above
        self._code = hmac.new(keys[size : 2 * size], digestmod="sha1")
        self._counter = 1
        self._stream = b""
        self._taken = begin

    def again(self) -> Region:
        return self._again()

    def take(self, size: int) -> bytes:
        block = super().take(size)
        self._taken = self.position
        self._code.update(block)
        missing = len(block) - len(self._stream)
        if missing > 0:
            count = -(-missing // _AES_BLOCK)
            numbers = range(self._counter, self._counter + count)
            self._stream += self._encryptor.update(
                b"".join(number.to_bytes(_AES_BLOCK, "little") for number in numbers)
            )
            self._counter += count
        mask, self._stream = self._stream[: len(block)], self._stream[len(block) :]
        mixed = int.from_bytes(block, "little") ^ int.from_bytes(mask, "little")
        return mixed.to_bytes(len(block), "little")

    def finish(self) -> None:
        """Compare the authentication code, which covers all the bytes of the entry."""
        for block in Region(self._source, self._taken, self.stop).blocks():
            self._code.update(block)
        if not hmac.compare_digest(self._code.digest()[:_AES_CODE], self._source.read_at(self.stop, _AES_CODE)):
            raise Damaged("authentication code differs")


def open_aes(source: Source, start: int, stop: int, key: Key, field: AesField) -> Opened:
    """Return the data of an entry in AES.

    Raises :class:`Damaged` with reason ``encrypted`` where the password is not the right one.
    """
    return _AesRegion(source, start, stop, key, _AES_KEYS[field.strength])


def expected_checks(crc: int | None, time: int, *, late: bool) -> frozenset[int]:
    """Return what the last byte of the traditional header may be.

    It is the first byte of the checksum; where the checksum comes ``late``, most writers take the time instead.
    """
    checks = {crc >> 24} if crc is not None else set()
    return frozenset(checks | {time >> 8} if late or crc is None else checks)
