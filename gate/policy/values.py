"""The kinds of value in ``gate.toml`` and their checks; what fails names a catalogue code of the domain ``policy``."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from publicsuffixlist import PSLFILE, PublicSuffixList
from pydantic import AfterValidator, Field, StrictInt, StringConstraints
from pydantic.types import Strict
from pydantic_core import PydanticCustomError

from gate.paths import GlobError, check_glob
from gate.policy.clauses import CLAUSES, OUT_OF_SCOPE

SHA256_PATTERN: Final = "^[0-9a-f]{64}$"
MOST_SCORE: Final = 100
"""Of a suspicion that an engine weighs."""
IDENTIFIER_PATTERN: Final = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
FORMAT_PATTERN: Final = "^[a-z0-9][a-z0-9-]{0,63}$"
_HOST: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")
_HOST_LENGTH: Final = 253
_FEWEST_LETTERS: Final = 2
"""Of words that are looked for on a page: a comma or one letter stands on every one."""
_LISTED: Final = re.compile(r"[,、，;；・/／]|\band\b|及び|並びに")
_URL: Final = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[^/:?#@]+)(?::[0-9]{1,5})?/.*", re.DOTALL)


def problem(code: str, **arguments: str | int) -> PydanticCustomError:
    """Return the exception by which a check of this package fails: a catalogue code and its arguments."""
    return PydanticCustomError(code, code, arguments)


def _text(value: str) -> str:
    if not any(unicodedata.category(character)[0] in "LNPS" for character in value):
        raise problem("policy.empty-text")
    return value


def listed(text: str) -> tuple[str, ...]:
    """Return the entries of a text that lists things: what commas, slashes and words for "and" part."""
    return tuple(part.strip() for part in _LISTED.split(text) if _has_letters(part, 1))


def _words(value: str) -> str:
    if not _has_letters(value, _FEWEST_LETTERS):
        raise problem("policy.words")
    return value


def _list(value: str) -> str:
    entries = listed(value)
    if not entries or not all(_has_letters(entry, _FEWEST_LETTERS) for entry in entries):
        raise problem("policy.words")
    return value


def _has_letters(text: str, fewest: int) -> bool:
    return sum(unicodedata.category(character)[0] in "LN" for character in text) >= fewest


def _glob(value: str) -> str:
    try:
        check_glob(value)
    except GlobError as error:
        raise problem(error.code) from error
    return value


def names_something(glob: str) -> bool:
    """Say whether a glob is more than wildcards, which name whatever there is."""
    return bool(glob.translate({ord(mark): None for mark in "*?/!."}))


def _host_pattern(value: str) -> str:
    name = value.removeprefix("*.")
    if len(name) > _HOST_LENGTH or not _HOST.fullmatch(name):
        raise problem("policy.host")
    if name != value and ("." not in name or _is_address(name) or _is_public_suffix(name)):
        raise problem("policy.host-wildcard")
    return value


def _is_public_suffix(name: str) -> bool:
    """Say whether strangers register names below a name (publicsuffix.org): directly, as below ``go.jp``, or deeper.

    ``windows.net`` is nobody's registry, and every customer of a cloud has a name below ``blob.core.windows.net``.
    """
    return _suffixes().is_public(name) or name in _above_suffixes()


@lru_cache(maxsize=1)
def _above_suffixes() -> frozenset[str]:
    """Return the names that have a public suffix somewhere below them."""
    rules = (line.split()[0] for line in Path(PSLFILE).read_text("utf-8").splitlines() if line.strip())
    labels = [rule.lstrip("!").removeprefix("*.").split(".") for rule in rules if not rule.startswith("//")]
    return frozenset(".".join(parts[start:]) for parts in labels for start in range(1, len(parts)))


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _score(value: int) -> int:
    if value > MOST_SCORE:
        raise problem("policy.score", most=MOST_SCORE)
    return value


def _clause(value: str) -> str:
    if value not in CLAUSES:
        raise problem("policy.clause-unknown", clauses=", ".join(CLAUSES))
    return value


def _sentence(value: str) -> str:
    known = (*CLAUSES, *OUT_OF_SCOPE)
    if value not in known:
        raise problem("policy.clause-unknown", clauses=", ".join(known))
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:  # what zoneinfo raises for names that it does not know
        raise problem("policy.timezone") from error
    return value


def _identifier(value: str) -> str:
    if value == "own":  # what stands in the record where a host is the recipient's own
        raise problem("policy.id-reserved")
    return value


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values):
        raise problem("policy.repeated")
    return values


def _fingerprint(value: str) -> str:
    compact = value.replace(" ", "").upper()
    if not re.fullmatch(r"[0-9A-F]{40}|[0-9A-F]{64}", compact):
        raise problem("policy.fingerprint")
    return compact


def _clamd(value: str) -> str:
    if value == "auto" or (value.startswith("unix:/") and value != "unix:/"):
        return value
    try:
        parts = urlsplit(value)
        host, port, rest = parts.hostname, parts.port, value != f"tcp://{parts.netloc}" or "@" in parts.netloc
    except ValueError as error:
        raise problem("policy.clamd") from error
    if not host or not port or rest:
        raise problem("policy.clamd")
    return value


def is_remote(clamd: str) -> bool:
    """Say whether an address of clamd (checked before) leads beyond this machine."""
    if not clamd.startswith("tcp://"):
        return False
    host = urlsplit(clamd).hostname or ""
    if host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def url_pattern_host(pattern: str) -> str:
    """Return the host that a URL pattern names; raises where it is not ``scheme://host/…``."""
    match = _URL.fullmatch(pattern)
    if match is None:
        raise problem("policy.url")
    return match["host"]


Text: TypeAlias = Annotated[str, AfterValidator(_text)]
Words: TypeAlias = Annotated[str, AfterValidator(_words)]
WordList: TypeAlias = Annotated[str, AfterValidator(_list)]
Texts: TypeAlias = Annotated[tuple[Text, ...], Field(min_length=1)]
Day: TypeAlias = Annotated[date, Strict()]
Count: TypeAlias = Annotated[StrictInt, Field(ge=1)]
Score: TypeAlias = Annotated[Count, AfterValidator(_score)]
Glob: TypeAlias = Annotated[str, AfterValidator(_glob)]
Globs: TypeAlias = Annotated[tuple[Glob, ...], Field(min_length=1), AfterValidator(_distinct)]
Sha256: TypeAlias = Annotated[str, StringConstraints(pattern=SHA256_PATTERN)]
Sha256s: TypeAlias = Annotated[tuple[Sha256, ...], Field(min_length=1), AfterValidator(_distinct)]
FormatName: TypeAlias = Annotated[str, StringConstraints(pattern=FORMAT_PATTERN)]
FormatNames: TypeAlias = Annotated[tuple[FormatName, ...], Field(min_length=1), AfterValidator(_distinct)]
Host: TypeAlias = Annotated[str, AfterValidator(_host_pattern)]
Hosts: TypeAlias = Annotated[tuple[Host, ...], AfterValidator(_distinct)]
ClauseId: TypeAlias = Annotated[str, AfterValidator(_clause)]
SentenceId: TypeAlias = Annotated[str, AfterValidator(_sentence)]
Clauses: TypeAlias = Annotated[tuple[ClauseId, ...], AfterValidator(_distinct)]
Timezone: TypeAlias = Annotated[str, AfterValidator(_timezone)]
Identifier: TypeAlias = Annotated[str, StringConstraints(pattern=IDENTIFIER_PATTERN), AfterValidator(_identifier)]
Fingerprint: TypeAlias = Annotated[str, AfterValidator(_fingerprint)]
Clamd: TypeAlias = Annotated[str, AfterValidator(_clamd)]
