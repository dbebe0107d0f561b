"""The one form in which the gate takes an OpenPGP signature: bytes to bytes, without any cryptography.

An armored block exactly as GnuPG writes it, which holds exactly one signature packet over a binary document (RFC 4880
5.2.1, type 0x00) with a digest that is still sound.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Literal

_SOUND_DIGESTS = frozenset({8, 9, 10, 12, 14})
"""SHA-256, SHA-384, SHA-512, SHA3-256, SHA3-512 (RFC 9580, 9.5)."""
_NUMBERS = {1: 1, 3: 1, 17: 2, 19: 2, 22: 2}
"""How many numbers with a length before each (MPI) make up a signature: RSA, DSA, ECDSA, EdDSA."""
_OCTETS = {27: 64, 28: 114}
"""How many bytes make up a signature: Ed25519, Ed448 (RFC 9580)."""
_COUNTED_IN_BITS = frozenset({1, 2, 3, 16, 17, 20})
"""Algorithms whose keys are as strong as they are long: RSA, Elgamal, DSA; those on curves are short and strong."""
_FEWEST_BITS = 2048
"""As for certificates: the CRYPTREC Ciphers List has no shorter ones, nor has NIST SP 800-131A."""
_ARMOR_HEAD = b"-----BEGIN PGP SIGNATURE-----\n\n"
_ARMOR_TAIL = b"-----END PGP SIGNATURE-----\n"


def armor(packet: bytes) -> bytes:
    """Return a signature in ASCII armor, as GnuPG writes it (RFC 4880 6.2), without header lines."""
    encoded = base64.b64encode(packet)
    lines = b"".join(encoded[start : start + 64] + b"\n" for start in range(0, len(encoded), 64))
    checksum = base64.b64encode(crc24(packet).to_bytes(3, "big"))
    return _ARMOR_HEAD + lines + b"=" + checksum + b"\n" + _ARMOR_TAIL


def dearmor(text: bytes) -> bytes:
    """Return the packets in an armored signature; header lines such as ``Version:`` may stand in it.

    Raises ``ValueError`` where it is not one armored block.
    """
    match = re.fullmatch(
        rb"-----BEGIN PGP SIGNATURE-----\r?\n(?:[!-9;-~]+: [^\r\n]*\r?\n)*\r?\n"
        rb"((?:[A-Za-z0-9+/=]+\r?\n)+)=([A-Za-z0-9+/]{4})\r?\n-----END PGP SIGNATURE-----\r?\n?",
        text,
    )
    if match is None:
        raise ValueError("armor")
    try:
        packet = base64.b64decode(re.sub(rb"\r?\n", b"", match[1]), validate=True)
        checksum = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise ValueError("base64") from error
    if crc24(packet).to_bytes(3, "big") != checksum:
        raise ValueError("checksum")
    return packet


def crc24(data: bytes) -> int:
    """Return the checksum of RFC 4880 6.1."""
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc


def is_sound_key(algorithm: int, bits: int) -> bool:
    """Say whether a key is long enough for its algorithm (RFC 9580, 9.1)."""
    return algorithm not in _COUNTED_IN_BITS or bits >= _FEWEST_BITS


def form_of(signature: bytes) -> Literal["good", "malformed", "weak"]:
    """Say whether a signature file has the one form that is accepted, without any cryptography.

    The armor must be the one that encodes its content, so that no byte of the file can be changed unnoticed.
    """
    try:
        packet = dearmor(signature)
    except ValueError:
        return "malformed"
    body = _only_signature(packet)
    if armor(packet) != signature or body is None or len(body) < 6:  # noqa: PLR2004  # the fixed fields of 5.2.3
        return "malformed"
    version, kind, _, digest = body[:4]
    if version not in {4, 5, 6} or kind != 0:
        return "malformed"
    if version != 6 and not _ends_with_its_value(body):  # noqa: PLR2004  # which has lengths of another size (RFC 9580)
        return "malformed"
    return "good" if digest in _SOUND_DIGESTS else "weak"


def _ends_with_its_value(body: bytes) -> bool:
    """Say whether nothing stands behind the value of a signature (RFC 4880 5.2.3; RFC 9580 5.2.3.3 to 5.2.3.6).

    GnuPG passes over what does, so that anybody could add it.  Of algorithms that are not known here GnuPG decides.
    """
    place = 4
    for _ in ("hashed", "unhashed"):
        place += 2 + int.from_bytes(body[place : place + 2], "big")
    place += 2  # the first bytes of the digest
    algorithm = body[2]
    for _ in range(_NUMBERS.get(algorithm, 0)):
        place += 2 + (int.from_bytes(body[place : place + 2], "big") + 7) // 8
    place += _OCTETS.get(algorithm, 0)
    return place == len(body) if algorithm in {**_NUMBERS, **_OCTETS} else place <= len(body)


def _only_signature(packets: bytes) -> bytes | None:
    """Return the body of the one signature packet that makes up ``packets``, or None (RFC 4880 4.2)."""
    for tag, size in ((0x88, 1), (0x89, 2), (0xC2, 1)):
        head = packets[1 : 1 + size]
        body = packets[1 + size :]
        if packets[:1] == bytes([tag]) and len(head) == size and int.from_bytes(head, "big") == len(body):
            # In the new form one byte of length reaches only up to 191.
            return body if tag != 0xC2 or len(body) <= 191 else None  # noqa: PLR2004
    if packets[:1] == b"\xc2" and len(packets) > 2 and 192 <= packets[1] < 224:  # noqa: PLR2004  # 4.2.2.2
        body = packets[3:]
        return body if ((packets[1] - 192) << 8) + packets[2] + 192 == len(body) else None
    return None
