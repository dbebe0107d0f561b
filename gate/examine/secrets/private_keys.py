"""Private keys in text: PEM of every kind (RFC 7468, RFC 1421), OpenSSH, OpenPGP (RFC 9580, 6) and PuTTY.

Whether a block is a key is decided by reading it, not by its first line: documents and test suites are full of lines
that only look like one.  A key that a passphrase protects is told as such.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key

from gate._armor import crc24
from gate.examine.secrets.found import Found, Rule
from gate.models import SecretKind

MOST_BYTES: Final = 64 << 10
"""Longest key in text."""
FEWEST_LETTERS: Final = 200
"""Of base64 in something that is cut short or spoilt and still tells of a key."""
_BEGIN: Final = re.compile(rb"-----BEGIN (?P<label>(?:[A-Z0-9]{1,10} ){0,3}PRIVATE KEY(?: BLOCK)?)-----")
_NOT_BASE64: Final = re.compile(rb"\\[nrt]|[^A-Za-z0-9+/=]")
"""What stands between the lines of a key in source code: escapes, quotes, plus signs do not, as base64 has them."""
_JOINT: Final = re.compile(rb"[\"'`]\s*[+.,]?\s*\\?\s*[\"'`]")
"""Between two string literals that are put together."""
_HEADER: Final = re.compile(rb"^[A-Za-z-]{3,20}: [^\n]{0,200}$", re.MULTILINE)
_DASHES: Final = b"-----"
_ENCODED_FIRST: Final = b"LS0tLS1CRUdJTi"
"""How base64 of ``-----BEGIN `` begins."""
_ENCODED: Final = re.compile(
    _ENCODED_FIRST + rb"[A-Za-z0-9+/]{0,90000}(?:[ \t\r\n]{1,60}[A-Za-z0-9+/]{1,1000}){0,1200}={0,2}"
)
_BLANKS: Final = re.compile(rb"\s+")
_OPENSSH: Final = b"openssh-key-v1\0"
_PUTTY_FIRST: Final = b"PuTTY-User-Key-File-"
_PUTTY: Final = re.compile(
    _PUTTY_FIRST + rb"[23]: [a-z0-9-]{3,40}\r?\nEncryption: (?P<encryption>[a-z0-9-]{1,20})\r?\n"
)
_PUTTY_PRIVATE: Final = re.compile(rb"Private-Lines: [0-9]{1,3}\r?\n(?:[A-Za-z0-9+/=]{1,64}\r?\n){1,200}")
_PUTTY_BYTES: Final = 16 << 10
_SECRET_KEY_TAGS: Final = {5, 7}
"""Packets of a secret key and secret subkey (RFC 9580, 5)."""
_GPG_CHECKSUM: Final = 5


def _pem(data: bytes) -> Iterator[Found]:
    for begin in _BEGIN.finditer(data):
        end = b"-----END " + begin["label"] + b"-----"
        stop = data.find(_DASHES, begin.end(), begin.end() + MOST_BYTES)
        if stop < 0 or not data.startswith(end, stop):
            continue  # a first line alone: in documents, and in programs that read keys
        found = _in_block(begin["label"], data[begin.end() : stop])
        if found is not None:
            kind, certain = found
            yield Found(kind, begin.start(), stop + len(end) - begin.start(), certain)


def _in_block(label: bytes, body: bytes) -> tuple[SecretKind, bool] | None:
    """Return what stands in a block, and whether that is proven; None where it is no key."""
    if label.endswith(b"BLOCK"):
        return ("pgp-private-key", True) if _is_openpgp(body) else None
    protected = b"ENCRYPTED" in label or b"ENCRYPTED" in body[:400]
    letters = _NOT_BASE64.sub(b"", _JOINT.sub(b"", _HEADER.sub(b"", body)))
    der = _decoded(letters)
    if der.startswith(_OPENSSH):
        cipher = der[len(_OPENSSH) :]
        return ("openssh-private-key", True) if cipher.startswith(b"\0\0\0\4none") else ("protected-private-key", False)
    if protected:
        return ("protected-private-key", False) if len(letters) >= FEWEST_LETTERS else None
    if is_private_key(der):
        return "private-key", True
    return ("private-key", False) if len(letters) >= FEWEST_LETTERS else None


def is_private_key(der: bytes) -> bool:
    """Say whether bytes are a private key in DER: PKCS #8, PKCS #1, SEC 1 or DSA, without a passphrase."""
    try:
        load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except UnsupportedAlgorithm:
        return True  # a key, of an algorithm that is not known here
    except (ValueError, TypeError):
        return False
    return True


def _decoded(letters: bytes) -> bytes:
    bare = letters.partition(b"=")[0]
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4))
    except binascii.Error:
        return b""


def _is_openpgp(body: bytes) -> bool:
    """Say whether an armored block holds a secret key, by its checksum and first packet (RFC 9580, 6.1 and 4.2)."""
    lines = [line.strip() for line in _HEADER.sub(b"", body.replace(b"\r", b"")).split(b"\n")]
    content = _decoded(b"".join(line for line in lines if not line.startswith(b"=")))
    sums = [line[1:] for line in lines if line.startswith(b"=") and len(line) == _GPG_CHECKSUM]
    if not content or not content[0] & 0x80:
        return False
    tag = content[0] & 0x3F if content[0] & 0x40 else (content[0] & 0x3C) >> 2
    return tag in _SECRET_KEY_TAGS and (not sums or _decoded(sums[0]) == crc24(content).to_bytes(3, "big"))


def _putty(data: bytes) -> Iterator[Found]:
    for found in _PUTTY.finditer(data):
        following = data.find(_PUTTY_FIRST, found.end(), found.end() + _PUTTY_BYTES)
        limit = following if following >= 0 else found.end() + _PUTTY_BYTES
        private = data.find(b"Private-Lines: ", found.end(), limit)
        lines = _PUTTY_PRIVATE.match(data, private) if private >= 0 else None
        if lines is not None:
            plain = found["encryption"] == b"none"
            kind: SecretKind = "putty-private-key" if plain else "protected-private-key"
            yield Found(kind, found.start(), lines.end() - found.start(), plain)


def _encoded(data: bytes) -> Iterator[Found]:
    """Yield keys whose whole PEM text is in base64 once more, as in secrets of Kubernetes and variables of CI."""
    for found in _ENCODED.finditer(data):
        text = _decoded(_BLANKS.sub(b"", found[0]))
        for kind, certain in dict.fromkeys((each.kind, each.certain) for each in _pem(text)):
            yield Found(kind, found.start(), len(found[0]), certain)


RULES: Final = (
    Rule((b"PRIVATE KEY",), _pem),
    Rule((_PUTTY_FIRST,), _putty),
    Rule((_ENCODED_FIRST,), _encoded),
)
