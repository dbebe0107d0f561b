"""``trust.toml``: whose signatures a recipient accepts, and what else a release must be to be the one expected.

Every key acts; unknown ones are refused.  Keys are read when the file is loaded, and must lie outside of what they are
to prove.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from gate.errors import EngineFailure, TrustError
from gate.keyless.checker import TrustedInstance, public_root
from gate.keyless.identities import Accepted, check_identity, check_issuer, check_repository
from gate.openpgp import PublicKey, normal_fingerprint
from gate.paths import GlobError, check_glob, printable
from gate.policy.inside import way_of
from gate.policy.places import Places
from gate.record import layout
from gate.verification.signers import Role, TrustedSigners  # pydantic, as below
from gate.x509.checker import Revocation, TrustedSigner  # pydantic reads annotations when the module is loaded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

DAY_ZONE = timezone(timedelta(hours=9), "Asia/Tokyo")
"""Where a day in ``signed_after`` begins; a date with time and offset says it exactly."""
MOST_BYTES = 1 << 20
"""A trust file or key file beyond this is refused."""


def _fingerprint(value: object) -> object:
    return normal_fingerprint(value) if isinstance(value, str) else value


def _finding_glob(value: object) -> object:
    if isinstance(value, str):
        try:
            check_glob(value)
        except GlobError as error:
            raise ValueError(value) from error
    return value


Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
DottedVersion: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9}){0,9}$")]
Count: TypeAlias = Annotated[int, Field(ge=0, le=100_000)]
Sha256: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TrustedOpenPgp(_Table):
    """``[[openpgp]]``: a primary key by its fingerprint, learnt by another way than the release, and its key file."""

    fingerprint: Annotated[
        str, BeforeValidator(_fingerprint), Field(json_schema_extra={"pattern": "^[0-9A-Fa-f ]{40,}$"})
    ]
    key: Text
    role: Role = "supplier"
    unconfirmed: bool = False


class TrustedKeyless(_Table):
    """``[[keyless]]``: a signer by identity and issuer, and the sigstore instance that may vouch for it.

    ``identity`` is compared exactly, or where it ends in ``*`` by what stands before.  ``trusted_root`` is a file;
    absent means the public instance, by its root inside the installed library.  ``repository`` is the URL of the
    repository for which the workflow has to have run; absent means the one that the identity lies in: a workflow that
    others may call has one identity for all of them.
    """

    identity: Annotated[str, AfterValidator(check_identity)]
    issuer: Annotated[str, AfterValidator(check_issuer)]
    repository: Annotated[str, AfterValidator(check_repository)] | None = None
    trusted_root: Text | None = None
    role: Role = "supplier"
    unconfirmed: bool = False


class TrustedX509(_Table):
    """``[[x509]]``: a signer by subject or key, the roots above it, and by what it is known not to be revoked.

    ``subject`` is a full RFC 4514 name, ``spki_sha256`` the digest of the public key; where both stand, both must fit.
    ``crls`` stand in the place of the lists that came with a release; ``max_crl_age_days`` is how old a list or
    answer may have been when the signature was made.  ``revocation`` absent means: lists for ``gpki-official``, OCSP
    for ``shogyo-toki``, either for ``plain``.
    """

    roots: Annotated[list[Text], Field(min_length=1)]
    subject: Text | None = None
    spki_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    profile: Literal["plain", "gpki-official", "shogyo-toki"] = "plain"
    tsa_roots: Annotated[list[Text], Field(min_length=1)]
    revocation: Literal["crl", "ocsp", "either"] | None = None
    crls: list[Text] = []
    max_crl_age_days: Count | None = None
    role: Role = "supplier"
    unconfirmed: bool = False


_BY_PROFILE: dict[str, Revocation] = {"plain": "either", "gpki-official": "crl", "shogyo-toki": "ocsp"}
_MOST_LIST = 8 << 20
"""A revocation list beyond this is refused; those of large authorities have some megabytes."""


class RecordExpectations(_Table):
    """``[record]``: what the record must say; what is absent is not compared.

    ``signed_after`` is compared with the time that the signature claims, ``max_database_age_days`` counts from the
    malware database's date to the examination, ``allow_exceptions`` are globs over finding ids, where a justified
    executable counts as ``executable/justified`` and a declared destination as ``outbound/declared``.  ``previous`` is
    the digest of the record that the recipient accepted last: the record must be of a release compared with that one.
    ``repository`` is compared exactly with that of the commit in the record; where the record names no commit, with the
    one that the build system claimed.
    ``countersigned`` demands a valid signature of the record by a countersigner.
    """

    deliverable: Text | None = None
    version: Text | None = None
    minimum_version: DottedVersion | None = None
    contract: Text | None = None
    recipient: Text | None = None
    signed_after: date | AwareDatetime | None = None
    max_age_days: Count | None = None
    clauses: Annotated[list[Text], Field(strict=True)] = []
    policy_sha256: Sha256 | None = None
    previous: Sha256 | None = None
    repository: Text | None = None
    allow_exceptions: list[Annotated[str, BeforeValidator(_finding_glob)]] | None = None
    max_database_age_days: Count | None = None
    countersigned: bool = False


class TrustFile(_Table):
    """A whole ``trust.toml``."""

    require: Literal["any", "all"] | Annotated[int, Field(ge=1)] = "any"
    openpgp: list[TrustedOpenPgp] = []
    x509: list[TrustedX509] = []
    keyless: list[TrustedKeyless] = []
    record: RecordExpectations = RecordExpectations()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust(TrustedSigners):
    """A trust file with the keys that it names: those of suppliers, and of countersigners.

    ``files`` are where it and they lie, and each link on the way there: who can put a link somewhere chooses the key.
    """

    require: Literal["any", "all"] | int
    countersigners: TrustedSigners
    record: RecordExpectations
    files: tuple[Path, ...]


def load_trust(path: Path) -> Trust:
    """Read a trust file and the key files that it names (relative to its own folder).

    Raises ``TrustError`` where it cannot be read, holds unknown keys or entries that nobody confirmed, or names a
    key file that cannot be read.
    """
    shown = printable(str(path))
    raw = _read(path, shown)
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TrustError("trust.not-toml", path=shown, error=printable(str(error))) from error
    source = _Source(shown, Places(raw.decode("utf-8")))
    try:
        file = TrustFile.model_validate(table)
    except ValidationError as error:
        raise _problem(error, source) from error
    return _with_keys(file, path, source)


@dataclass(frozen=True, slots=True)
class _Source:
    """The file as messages name it, with the lines of its keys."""

    shown: str
    places: Places

    def refuse(self, code: str, place: Sequence[str | int], **arguments: str | int) -> TrustError:
        return TrustError(code, path=self.shown, line=self.places.line(place), key=_key_text(place), **arguments)


def _key_text(place: Sequence[str | int]) -> str:
    """Return a key as a person would point at it: ``openpgp 2.key``."""
    text = ""
    for part in place:
        text += f" {part + 1}" if isinstance(part, int) else f".{printable(part)}" if text else printable(part)
    return text


def _read(path: Path, shown: str, limit: int = MOST_BYTES) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise TrustError("trust.unreadable", path=shown, error=reason) from error
    if len(raw) > limit:
        raise TrustError("trust.too-large", path=shown, limit=limit)
    return raw


def _problem(error: ValidationError, source: _Source) -> TrustError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    # Where a value may be one of several kinds, the names of the kinds stand in the place too.
    place = [part for part in first["loc"] if isinstance(part, int) or part in _KEYS or first["type"] == _UNKNOWN]
    if first["type"] == _UNKNOWN:
        return source.refuse("trust.unknown-key", place)
    return source.refuse("trust.missing-key" if first["type"] == "missing" else "trust.bad-value", place)


_UNKNOWN = "extra_forbidden"
_KEYS = {
    *TrustFile.model_fields,
    *TrustedOpenPgp.model_fields,
    *TrustedX509.model_fields,
    *TrustedKeyless.model_fields,
    *RecordExpectations.model_fields,
}


def _with_keys(file: TrustFile, path: Path, source: _Source) -> Trust:
    for section in layout.SUFFIXES:
        for number, entry in enumerate(getattr(file, section)):
            if entry.unconfirmed:
                raise source.refuse("trust.unconfirmed", (section, number, "unconfirmed"))
    files = [path]
    parts: dict[Role, dict[str, Any]] = {
        role: {
            "openpgp": tuple(_openpgp_keys(file.openpgp, role, path.parent, source, files)),
            "x509": tuple(_certificate_holders(file.x509, role, path.parent, source, files)),
            "keyless": tuple(_instances(file.keyless, role, path.parent, source, files)),
            "x509_numbers": tuple(number for number, entry in enumerate(file.x509, 1) if entry.role == role),
        }
        for role in get_args(Role)
    }
    trust = Trust(
        **parts["supplier"],
        countersigners=TrustedSigners(**parts["countersigner"]),
        require=file.require,
        record=file.record,
        files=tuple(dict.fromkeys(place for named in files for place in (*way_of(named), named.resolve()))),
    )
    if not trust.back_ends:
        raise source.refuse("trust.nobody", ())
    if file.record.countersigned and not trust.countersigners.back_ends:
        raise source.refuse("trust.no-countersigner", ("record", "countersigned"))
    if isinstance(file.require, int) and file.require > len(trust.back_ends):
        raise source.refuse("trust.require", ("require",), require=file.require, named=len(trust.back_ends))
    return trust


def _openpgp_keys(
    entries: Sequence[TrustedOpenPgp], role: Role, folder: Path, source: _Source, files: list[Path]
) -> Iterator[PublicKey]:
    """Yield the keys of the entries of a role, adding their files to ``files``."""
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        if entry.role != role:
            continue
        if entry.fingerprint in seen:
            raise source.refuse("trust.repeated", ("openpgp", number, "fingerprint"))
        seen.add(entry.fingerprint)
        files.append(folder / entry.key)
        yield PublicKey(entry.fingerprint, _read(files[-1], printable(str(files[-1]))))


def _certificate_holders(
    entries: Sequence[TrustedX509], role: Role, folder: Path, source: _Source, files: list[Path]
) -> Iterator[TrustedSigner]:
    """Yield whom each entry of a role is about, adding the files of its roots and lists to ``files``."""

    def read(names: Sequence[str], limit: int = MOST_BYTES) -> tuple[bytes, ...]:
        paths = [folder / name for name in names]
        files.extend(paths)
        return tuple(_read(path, printable(str(path)), limit) for path in paths)

    for number, entry in enumerate(entries):
        if entry.role != role:
            continue
        if entry.subject is None and entry.spki_sha256 is None:
            raise source.refuse("trust.x509-nobody", ("x509", number))
        if entry in entries[:number]:
            raise source.refuse("trust.repeated", ("x509", number))
        revocation = entry.revocation or _BY_PROFILE[entry.profile]
        if entry.profile == "gpki-official" and revocation != "crl":
            raise source.refuse("trust.x509-gpki", ("x509", number, "revocation"))
        yield TrustedSigner(
            roots=read(entry.roots),
            tsa_roots=read(entry.tsa_roots),
            subject=entry.subject,
            spki_sha256=entry.spki_sha256,
            profile=entry.profile,
            revocation=revocation,
            crls=read(entry.crls, _MOST_LIST),
            most_days=entry.max_crl_age_days,
        )


def _instances(
    entries: Sequence[TrustedKeyless], role: Role, folder: Path, source: _Source, files: list[Path]
) -> Iterator[TrustedInstance]:
    """Yield each instance with the signers of a role that it may vouch for, adding the files of roots to ``files``."""
    accepted: dict[str | None, list[Accepted]] = {}
    for number, entry in enumerate(entries):
        if entry.role != role:
            continue
        signer = Accepted(entry.identity, entry.issuer, entry.repository)
        if signer in accepted.setdefault(entry.trusted_root, []):
            raise source.refuse("trust.repeated", ("keyless", number, "identity"))
        accepted[entry.trusted_root].append(signer)
    for named, signers in accepted.items():
        if named is not None:
            files.append(folder / named)
        raw = _packaged_root() if named is None else _read(files[-1], printable(str(files[-1])))
        yield TrustedInstance(raw, tuple(signers))


def _packaged_root() -> bytes:
    """Return the root of the public instance inside the installed library, never one from a cache."""
    try:
        return public_root()
    except ImportError as error:
        raise EngineFailure("verify.no-sigstore") from error
