"""Files that are a secret as a whole, by their form, and files whose purpose is to hold passwords, by their name."""

from __future__ import annotations

import base64
import binascii
import json
import re
import struct
from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.serialization import pkcs12

from gate.examine.secrets.found import Found
from gate.examine.secrets.private_keys import is_private_key

MOST_BYTES: Final = 8 << 20
"""Largest file that is looked at as a whole."""
_MOST_DER: Final = 64 << 10
_JAVA_STORE: Final = b"\xfe\xed\xfe\xed"
_PKCS12: Final = re.compile(rb"\x30[\x80-\x84][\x00-\xff]{0,4}?\x02\x01\x03\x30", re.DOTALL)
"""How a PFX begins: a sequence, version 3, a content (RFC 7292, 4)."""
_KNOWN_PASSWORDS: Final = (None, b"", b"changeit", b"password", b"notasecret")
"""Words that protect nothing: everybody tries them first."""
_VARIABLE: Final = re.compile(rb"\$\{?[A-Za-z_]|%[A-Za-z_]+%|<[^>]*>|\*{3,}|\{\{")
_NPMRC: Final = re.compile(
    rb"^[^\n#;]{0,300}(?:_authToken|_auth|_password)\s*=\s*(?P<value>[^\s#;]{8,1000})", re.MULTILINE
)
_PYPIRC: Final = re.compile(rb"^\s*password\s*[:=]\s*(?P<value>[^\s#]{4,1000})", re.MULTILINE)
_NETRC: Final = re.compile(rb"(?:^|\s)password\s+(?P<value>[^\s#]{4,1000})")
_CREDENTIALS: Final = re.compile(
    rb"^[a-z]{3,6}://[^\s:/@]{1,200}:(?P<value>[^\s@/]{4,1000})@[^\s@]{3,200}$", re.MULTILINE
)
_NAMED: Final = {
    b".npmrc": _NPMRC,
    b".pypirc": _PYPIRC,
    b".netrc": _NETRC,
    b"_netrc": _NETRC,
    b".git-credentials": _CREDENTIALS,
}
_DOCKER: Final = frozenset({b".dockercfg", b".dockerconfigjson", b"config.json"})


def secrets_of_file(data: bytes, name: bytes) -> Iterator[Found]:
    """Yield what a whole file of these bytes and this name (its raw last component) is or holds."""
    yield from _binary(data)
    form = _NAMED.get(name.lower())
    if form is not None:
        for found in form.finditer(data):
            if not _VARIABLE.search(found["value"]):
                yield Found("stored-password", found.start("value"), len(found["value"]), certain=True)
    if name.lower() in _DOCKER and b'"auth"' in data:
        yield from _docker(data)


def _binary(data: bytes) -> Iterator[Found]:
    if data.startswith(_JAVA_STORE):
        if _has_key_entry(data):
            yield Found("key-store", 0, len(data), certain=False)
    elif data.startswith(b"\x30"):
        if len(data) <= _MOST_DER and is_private_key(data):
            yield Found("private-key", 0, len(data), certain=True)
        elif _PKCS12.match(data):
            yield from _pkcs12(data)


def _pkcs12(data: bytes) -> Iterator[Found]:
    """Open a store with passwords that protect nothing; where none does, what is in it cannot be told."""
    for password in _KNOWN_PASSWORDS:
        try:
            key, _, _ = pkcs12.load_key_and_certificates(data, password)
        except Exception:  # noqa: BLE001, S112  # the library has no common error for wrong passwords and odd content
            continue
        if key is not None:
            yield Found("key-store", 0, len(data), certain=True)
        return
    yield Found("key-store", 0, len(data), certain=False)


def _has_key_entry(data: bytes) -> bool:
    """Say whether a Java key store (JKS, versions 1 and 2; big-endian) has an entry of a private key, tag 1.

    A store that cannot be read to its end is taken for one that has.
    """
    try:
        version, count = struct.unpack_from(">II", data, 4)
        position = 12
        for _ in range(min(count, 10_000)):
            (tag,) = struct.unpack_from(">I", data, position)
            if tag != 2:  # noqa: PLR2004  # a trusted certificate
                return True
            position = _after_text(data, position + 4) + 8  # alias, and time
            if version > 1:
                position = _after_text(data, position)
            (length,) = struct.unpack_from(">I", data, position)
            position += 4 + length
    except struct.error:
        return True
    return False


def _after_text(data: bytes, position: int) -> int:
    (length,) = struct.unpack_from(">H", data, position)
    return position + 2 + int(length)


def _docker(data: bytes) -> Iterator[Found]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return
    auths = content.get("auths", content) if isinstance(content, dict) else {}
    for entry in auths.values() if isinstance(auths, dict) else ():
        value = entry.get("auth") if isinstance(entry, dict) else None
        if isinstance(value, str) and _is_user_and_password(value):
            start = data.find(value.encode())
            yield Found("stored-password", max(start, 0), len(value), certain=True)


def _is_user_and_password(value: str) -> bool:
    try:
        user, colon, password = base64.b64decode(value, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return bool(user and colon and password)
