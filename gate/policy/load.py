"""Reading a policy file and what it names from disk."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate.errors import PolicyError
from gate.paths import printable
from gate.policy.checks import Found
from gate.policy.default import DEFAULT_POLICY
from gate.policy.parse import ParsedPolicy, parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedReader

    from gate.policy.model import Policy
    from gate.policy.places import KeyPath

MOST_BYTES: Final = 1 << 20
"""A policy file beyond this is refused."""
_READ: Final = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_NONBLOCK", "O_BINARY"))
"""How files are opened; not every system that a recipient may use has all of these."""


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy as it was read: its values, the exact bytes and their SHA-256, and where what it names lies.

    ``path`` is the file as messages and documents show it, ``source`` where it lies; both are None for the built-in
    default.  ``files`` are the papers that the policy names, which are kept with a release; ``folders`` are what must
    never be: rule folders, the GnuPG home, the engine's socket.  ``rule_folders`` are those of
    ``malware.yara_rules`` without "bundled".
    """

    policy: Policy
    path: str | None
    sha256: str
    raw: bytes
    files: tuple[Path, ...]
    agreement_sha256: str
    source: Path | None = None
    rule_folders: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    signing_files: Mapping[str, Path] = field(default_factory=dict)
    """By key or table of ``[signing]``: the file beside ``source`` that it stands in (``--signing-config``)."""

    def signing_base(self, table: str) -> Path:
        """Return the folder that paths in a table of ``[signing]`` are relative to."""
        file = self.signing_files.get(table, self.source)
        return file.parent if file else Path()

    @property
    def agreed(self) -> bool:
        """Whether this is, in content, the policy that ``[agreement]`` says the other party agreed to."""
        agreement = self.policy.agreement
        return agreement is not None and agreement.policy_sha256 == self.agreement_sha256


def load_policy(path: Path | None) -> LoadedPolicy:
    """Read a policy file, or return the built-in default for None.

    Raises ``PolicyError`` where it cannot be read or used, or where a file that it names is missing or is not the one
    whose digest it gives; all problems are told together, each with its line.
    """
    if path is None:
        raw = DEFAULT_POLICY.encode()
        parsed = parse_policy(raw, "gate.toml")
        return LoadedPolicy(parsed.policy, None, _sha256(raw), raw, (), parsed.agreement_sha256)
    name = printable(str(path))
    raw = read_policy_file(path, name)
    parsed = parse_policy(raw, name)
    named = _Named(parsed, path.parent)
    policy = named.looked_at()
    return LoadedPolicy(
        policy,
        name,
        _sha256(raw),
        raw,
        tuple(named.files),
        parsed.agreement_sha256,
        path,
        tuple(named.rule_folders),
        (*named.rule_folders, *never_delivered(policy, path.parent)),
    )


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _open_regular(path: Path) -> BufferedReader:
    """Open a regular file; anything else raises ``OSError``, and a pipe or device is not waited for."""
    descriptor = os.open(path, _READ)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file")


def read_policy_file(path: Path, name: str) -> bytes:
    """Return the bytes of a policy file, which messages call ``name``.  Raises ``PolicyError``."""
    try:
        with _open_regular(path) as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise PolicyError("policy.unreadable", path=name, error=error.strerror or str(error)) from error
    if len(raw) > MOST_BYTES:
        raise PolicyError("policy.too-large", path=name, limit=MOST_BYTES >> 20)
    return raw


def never_delivered(policy: Policy, base: Path) -> Iterator[Path]:
    """Yield what keys, secrets and sockets lie in that a policy in the folder ``base`` names."""
    if policy.signing.openpgp and (home := policy.signing.openpgp.home_folder(base)):
        yield home
    yield from (base / name for name in _of_signing(policy) if name)
    if policy.malware.clamd.startswith("unix:"):
        yield Path(policy.malware.clamd.removeprefix("unix:"))
    for source in policy.archive_passwords.values():
        if source.file:
            yield base / source.file
    for signer in policy.source.signer if policy.source else ():
        yield base / signer.key


def _of_signing(policy: Policy) -> Iterator[str | None]:
    """Yield what keys, tokens and secrets lie in, the code that reaches a token, and what says who signs and where."""
    signing = policy.signing
    if signing.x509:
        yield from (signing.x509.pkcs12, signing.x509.key, signing.x509.certificate)
        yield from (*signing.x509.chain, *signing.x509.crls)
        if signing.x509.pkcs11:
            yield signing.x509.pkcs11.module
        if signing.x509.passphrase.startswith("file:"):
            yield signing.x509.passphrase.removeprefix("file:")
    if signing.keyless:
        yield from (signing.keyless.trust_config, signing.keyless.token_file)


class _Named:
    """The papers and folders that a policy names, each looked at once."""

    def __init__(self, parsed: ParsedPolicy, base: Path) -> None:
        self._parsed = parsed
        self._base = base
        self._found: list[Found] = []
        self.files: list[Path] = []
        self.rule_folders: list[Path] = []

    def looked_at(self) -> Policy:
        """Return the policy with the digests of its papers filled in; raises with all that is wrong of them."""
        policy = self._parsed.policy
        specification = policy.specification
        if specification is not None and specification.file is not None:
            digest = self._digest(specification.file, specification.sha256, ("specification", "file"))
            specification = specification.model_copy(update={"sha256": digest})
        evidence = [
            paper.model_copy(update={"sha256": self._digest(paper.file, paper.sha256, ("evidence", number, "file"))})
            for number, paper in enumerate(policy.evidence)
        ]
        for number, name in enumerate(policy.malware.yara_rules):
            if name != "bundled":
                self._rule_folder(name, ("malware", "yara_rules", number))
        if self._found:
            raise self._parsed.refuse(self._found)
        return policy.model_copy(update={"specification": specification, "evidence": tuple(evidence)})

    def _digest(self, name: str, expected: str | None, key: KeyPath) -> str | None:
        """Return the SHA-256 of a paper, or None where there is something wrong with it."""
        try:
            path = self._base / name
            with _open_regular(path) as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            self._found.append(Found("policy.file-unreadable", key, {"file": printable(name), "error": reason}))
            return None
        self.files.append(path)
        if expected not in {None, digest}:
            self._found.append(Found("policy.file-digest", key, {"file": printable(name), "sha256": digest}))
        return digest

    def _rule_folder(self, name: str, key: KeyPath) -> None:
        folder = self._base / name
        if "\0" in name or not folder.is_dir():
            self._found.append(Found("policy.not-a-folder", key, {"folder": printable(name)}))
        self.rule_folders.append(folder)
