"""Tokens of services, by the forms that their makers publish; a checksum or structure proves those that have one.

GitHub and npm tokens end in the CRC-32 of the rest in base 62 (GitHub, "Behind GitHub's new authentication token
formats"); tokens of PyPI are macaroons (version 2).  The others are told as suspected.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import string
import zlib
from collections.abc import Iterator
from typing import Final

from gate.examine.secrets.found import Found, Rule, is_random
from gate.models import SecretKind

_BASE_62: Final = (string.digits + string.ascii_uppercase + string.ascii_lowercase).encode()
_CHECKSUM: Final = 6
_GITHUB: Final = re.compile(rb"(?<![A-Za-z0-9_])gh[pousr]_(?P<body>[A-Za-z0-9]{36})(?![A-Za-z0-9_])")
_NPM: Final = re.compile(rb"(?<![A-Za-z0-9_])npm_(?P<body>[A-Za-z0-9]{36})(?![A-Za-z0-9_])")
_PYPI: Final = re.compile(rb"(?<![A-Za-z0-9_-])pypi-(?P<body>AgE[A-Za-z0-9_-]{60,1000})")
_MACAROON_END: Final = b"\x00\x00\x06\x20"
"""Before the signature, 32 bytes, which ends a macaroon (libmacaroons, version 2: end of caveats, field 6)."""
_MACAROON_SIGNATURE: Final = 32
_AWS_ID: Final = re.compile(rb"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])")
_AWS_SECRET: Final = re.compile(rb"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_AWS_NEAR: Final = 300
"""Bytes within which id and secret of an access key stand together."""
_AZURE_STORAGE: Final = re.compile(rb"AccountKey=(?P<key>[A-Za-z0-9+/]{86}==)")
_AZURE_BUS: Final = re.compile(rb"SharedAccessKey=(?P<key>[A-Za-z0-9+/]{43}=)")
_DEVELOPMENT: Final = b"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq"
"""The key of every storage emulator, which Microsoft publishes."""
_JWT: Final = re.compile(
    rb"(?<![A-Za-z0-9_.-])(?P<head>eyJ[A-Za-z0-9_-]{10,500})\.(?P<body>eyJ[A-Za-z0-9_-]{10,4000})\."
    rb"[A-Za-z0-9_-]{20,1000}(?![A-Za-z0-9_.-])"
)
_SAMPLE_SUBJECT: Final = "1234567890"
"""Of the token that every text about JWT shows."""

_OTHERS: Final[tuple[tuple[SecretKind, bytes, re.Pattern[bytes]], ...]] = (
    ("github-token", b"github_pat_", re.compile(rb"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9])")),
    ("gitlab-token", b"glpat-", re.compile(rb"(?<![A-Za-z0-9_-])glpat-[A-Za-z0-9_-]{20}(?![A-Za-z0-9_-])")),
    ("google-api-key", b"AIza", re.compile(rb"(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")),
    ("slack-token", b"xox", re.compile(rb"(?<![A-Za-z0-9])xox[abeoprs]-[0-9]{8,14}-[A-Za-z0-9-]{20,200}")),
    ("slack-webhook", b"hooks.slack.com", re.compile(
        rb"hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/(?P<secret>[A-Za-z0-9]{20,30})")),
    ("stripe-key", b"k_live_", re.compile(rb"(?<![A-Za-z0-9_])[sr]k_live_[A-Za-z0-9]{24,120}(?![A-Za-z0-9])")),
    ("sendgrid-key", b"SG.", re.compile(rb"(?<![A-Za-z0-9_.-])SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![\w.-])")),
    ("openai-key", b"T3BlbkFJ", re.compile(
        rb"(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{16,100}T3BlbkFJ[A-Za-z0-9_-]{16,100}")),
    ("azure-client-secret", b"Q~", re.compile(
        rb"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}(?![\w~.-])")),
)  # fmt: skip  # one service a line
"""Kind, mark and form."""


def _with_checksum(kind: SecretKind, form: re.Pattern[bytes], data: bytes) -> Iterator[Found]:
    """Yield tokens whose checksum holds; one whose does not is none."""
    for found in form.finditer(data):
        if has_checksum(found["body"]):
            yield Found(kind, found.start(), len(found[0]), certain=True)


def has_checksum(body: bytes) -> bool:
    """Say whether the last characters are the CRC-32 of those before, in base 62."""
    return base_62(zlib.crc32(body[:-_CHECKSUM])) == body[-_CHECKSUM:]


def base_62(number: int) -> bytes:
    """Return a number in base 62, digits first, then capitals, in six characters."""
    digits = bytearray()
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_BASE_62))
        digits.append(_BASE_62[digit])
    return bytes(reversed(digits))


def _github(data: bytes) -> Iterator[Found]:
    yield from _with_checksum("github-token", _GITHUB, data)


def _npm(data: bytes) -> Iterator[Found]:
    yield from _with_checksum("npm-token", _NPM, data)


def _pypi(data: bytes) -> Iterator[Found]:
    for found in _PYPI.finditer(data):
        body = found["body"]
        macaroon = _decoded(body)
        if b"pypi.org" in macaroon[:20]:
            end = macaroon[-_MACAROON_SIGNATURE - len(_MACAROON_END) : -_MACAROON_SIGNATURE]
            yield Found("pypi-token", found.start(), len(found[0]), end == _MACAROON_END)


def _decoded(text: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""


def _aws(data: bytes) -> Iterator[Found]:
    for found in _AWS_ID.finditer(data):
        if not is_random(found[0]) or found[0].endswith(b"EXAMPLE"):
            continue
        near = data[max(0, found.start() - _AWS_NEAR) : found.end() + _AWS_NEAR]
        both = any(is_random(secret[0]) and _is_mixed(secret[0]) for secret in _AWS_SECRET.finditer(near))
        yield Found("aws-access-key", found.start(), len(found[0]), both)


def _is_mixed(text: bytes) -> bool:
    """Say whether capitals, small letters and digits are there: a hexadecimal digest has not all of them."""
    return not text.islower() and not text.isupper() and any(byte in b"0123456789" for byte in text)


def _azure(data: bytes) -> Iterator[Found]:
    for form in (_AZURE_STORAGE, _AZURE_BUS):
        for found in form.finditer(data):
            key = found["key"]
            if is_random(key) and not key.startswith(_DEVELOPMENT):
                yield Found("azure-key", found.start("key"), len(key), certain=True)


def _jwt(data: bytes) -> Iterator[Found]:
    for found in _JWT.finditer(data):
        head, body = _object(found["head"]), _object(found["body"])
        if "alg" in head and head["alg"] != "none" and body and str(body.get("sub")) != _SAMPLE_SUBJECT:
            yield Found("json-web-token", found.start(), len(found[0]), certain=False)


def _object(text: bytes) -> dict[str, object]:
    try:
        value = json.loads(_decoded(text))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _other(kind: SecretKind, mark: bytes, form: re.Pattern[bytes]) -> Rule:
    def find(data: bytes) -> Iterator[Found]:
        for found in form.finditer(data):
            group = "secret" if form.groups else 0
            if is_random(found[0].partition(mark)[2] or found[0]):
                yield Found(kind, found.start(group), len(found[group]), certain=False)

    return Rule((mark,), find)


RULES: Final = (
    Rule((b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), _github),
    Rule((b"npm_",), _npm),
    Rule((b"pypi-AgE",), _pypi),
    Rule((b"AKIA", b"ASIA"), _aws),
    Rule((b"AccountKey=", b"SharedAccessKey="), _azure),
    Rule((b"eyJ",), _jwt),
    *(_other(*other) for other in _OTHERS),
)
