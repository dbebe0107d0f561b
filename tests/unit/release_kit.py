"""What tests of signing, delivering and verifying share: throw-away GnuPG homes, judgements by hand, small releases."""
# keyword arguments are handed on to constructors of many types

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import textwrap
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gate.archiving import Archive, ArchiveForm
from gate.deliver import Delivered, deliver
from gate.errors import VerificationError
from gate.models import (
    Artifact,
    Clause,
    Coverage,
    DatabaseInfo,
    EngineInfo,
    Examination,
    ExecutableFact,
    Finding,
    ItemFact,
    JudgedExecutable,
    Judgement,
    Verdict,
)
from gate.policy.load import LoadedPolicy, load_policy
from gate.record import layout
from gate.signing.openpgp import OpenPgpSigner
from gate.staging import Staging
from gate.verification import Trust, Verification, load_trust, verify_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gate.record.statement import PromisedSignature

POLICY = """\
[deliverable]
name = "見本アプリ"
version = "1.4.0"
kind = "application"
contract = "契約-7"
recipient = "経済産業省"
delivered_on = 2026-12-01

[[suppress]]
id = "packer"
finding = "malware/suspected"
path = "app.bin"
reason = "自社製の圧縮形式"
approved_by = "山田"
role = "責任者"
party = "乙"
approved_on = 2026-11-01
expires = 2027-03-31
"""


@dataclass
class Home:
    """A throw-away GnuPG home under a short path."""

    folder: Path

    def gpg(self, *arguments: str, data: bytes | None = None) -> bytes:
        done = subprocess.run(
            ["gpg", "--homedir", self.folder, "--batch", "--no-tty", "--pinentry-mode", "loopback", *arguments],
            input=data,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout

    def make(self, name: str, *, expire: str = "never", passphrase: str = "", algorithm: str = "ed25519",
             usage: str = "sign", when: str | None = None) -> str:  # fmt: skip
        """Make a key and return its fingerprint; ``when`` is an ISO time at which it is made."""
        clock = ["--faked-system-time", when] if when else []
        self.gpg(*clock, "--passphrase", passphrase, "--quick-generate-key", name, algorithm, usage, expire)
        return self.fingerprints(f"={name}")[0]

    def fingerprints(self, key: str) -> list[str]:
        """Return primary and subkey fingerprints of a key."""
        listed = self.gpg("--with-colons", "--list-keys", key).decode(errors="replace").splitlines()
        return [line.split(":")[9] for line in listed if line.startswith("fpr")]

    def export(self, fingerprint: str) -> bytes:
        return self.gpg("--armor", "--export", fingerprint)

    def sign(self, fingerprint: str, data: bytes, *options: str) -> bytes:
        """Sign as any user of gpg would, without the gate."""
        return self.gpg(*options, "--local-user", fingerprint, "--armor", "--detach-sign", data=data)

    def agent_runs(self) -> bool:
        """Say whether an agent serves this home."""
        listed = subprocess.run(
            ["gpgconf", "--homedir", self.folder, "--list-dirs", "agent-socket"], capture_output=True, check=True
        )
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(listed.stdout.strip()) == 0

    def stop_agent(self) -> None:
        """End the agent, which knows the passphrases of keys that it has seen, and wait until it has gone."""
        subprocess.run(["gpgconf", "--homedir", self.folder, "--kill", "all"], check=True)
        self.wait_for_no_agent()

    def wait_for_no_agent(self) -> None:
        """Raise where the agent is still there after some seconds."""
        deadline = time.monotonic() + 5
        while self.agent_runs():
            assert time.monotonic() < deadline, "the agent stays"
            time.sleep(0.02)

    def revoke(self, fingerprint: str) -> None:
        certificate = (self.folder / "openpgp-revocs.d" / f"{fingerprint}.rev").read_text()
        self.gpg("--import", data=certificate.replace(":-----BEGIN", "-----BEGIN").encode())


@contextlib.contextmanager
def gnupg_home() -> Iterator[Home]:
    """Yield an empty home; its agent is gone and it is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="gk-", dir="/tmp"))  # a socket's path must be short
    try:
        yield Home(folder)
    finally:
        subprocess.run(["gpgconf", "--homedir", folder, "--kill", "all"], check=False)
        for _ in range(50):
            shutil.rmtree(folder, ignore_errors=True)  # the agent removes its sockets meanwhile
            if not folder.exists():
                break


@dataclass
class Keys:
    """A home with the keys that most tests need, made once."""

    home: Home
    supplier: str
    other: str
    """Another key with the same user id as the supplier's."""


@pytest.fixture(scope="session")
def keys() -> Iterator[Keys]:
    with gnupg_home() as home:
        supplier = home.make("Supplier <release@example.org>")
        home.gpg("--passphrase", "", "--yes", "--quick-generate-key", "Supplier <release@example.org>", "ed25519",
                 "sign", "never")  # fmt: skip
        (other,) = set(home.fingerprints("=Supplier <release@example.org>")) - {supplier}
        yield Keys(home, supplier, other)


@contextlib.contextmanager
def signer_of(home: Home, fingerprint: str, **options: Any) -> Iterator[OpenPgpSigner]:
    """Yield a signer; an agent of the test's own keeps the home's agent alive."""
    signer = OpenPgpSigner(fingerprint, home=home.folder, **options)
    try:
        yield signer
    finally:
        signer.close()


def reports(number: str, created: datetime, promised: Sequence[PromisedSignature]) -> dict[str, bytes]:
    """Return a stand-in for the reports of a release, which take longer to make than all else in it."""
    text = f"{number} {created.isoformat()} {len(promised)}"
    return {layout.REPORT_JA: f"<!DOCTYPE html><title>{text}</title>".encode()}


# --- judgements by hand ---------------------------------------------------------------------------------------


def examination_of(staging: Staging, **changes: Any) -> Examination:
    """Return what a run over the staged copies could have seen."""
    artifacts = tuple(
        Artifact(staged.name, staged.kind, staged.sha256, staged.size, max(1, len(staged.entries)))
        for staged in staging.staged
    )
    database = DatabaseInfo("official", "27800", "2026-01-10T08:00:00Z", 9, "b" * 64)
    values: dict[str, Any] = {
        "artifacts": artifacts,
        "facts": tuple(ItemFact(size=each.size, path=each.path, sha256=each.sha256) for each in artifacts),
        "gaps": (),
        "engines": (EngineInfo("clamav", "1.4.3", database, "passed"),),
        "problems": (),
        "coverage": (Coverage("clamav", len(artifacts), 0, 0),),
        "started": "2026-01-10T10:00:00Z",
        "finished": "2026-01-10T10:05:00Z",
    }
    return Examination(**{**values, **changes})


def judgement(verdict: Verdict = "approved", **changes: Any) -> Judgement:
    """Return a judgement with one set-aside finding and one justified executable."""
    executable = ExecutableFact("native", "elf", "x86-64", path="app.bin", sha256="c" * 64)
    values: dict[str, Any] = {
        "verdict": verdict,
        "findings": (
            Finding("malware/suspected", "reject", "26-3 3(1)①", "Looks like a packer.", "app.bin", "c" * 64,
                    {"name": "packed"}, "packer"),
            Finding("link/symbolic", "note", "", "A link.", "site/latest"),
        ),
        "clauses": (
            Clause("26-3 3(1)①", "confirmed-with-exceptions", "One exception.", "clause.x", exceptions=1),
            Clause("26-3 3(2)", "not-confirmed", "No examiner.", "clause.y"),
        ),
        "executables": (JudgedExecutable(executable, None),),
        "outbound": (),
    }  # fmt: skip
    return Judgement(**{**values, **changes})


def policy_in(folder: Path, text: str = POLICY) -> LoadedPolicy:
    """Write a gate.toml and load it."""
    path = folder / "gate.toml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return load_policy(path)


# --- small releases -------------------------------------------------------------------------------------------


def inputs_in(folder: Path) -> list[Path]:
    """Write two artifacts: a file and a folder with links, an empty folder, a program and hostile names."""
    folder.mkdir(parents=True, exist_ok=True)
    binary = folder / "app.bin"
    binary.write_bytes(bytes(range(256)) * 40)
    binary.chmod(0o755)
    site = folder / "site"
    (site / "css").mkdir(parents=True)
    (site / "empty").mkdir()
    (site / "index.html").write_text("<p>こんにちは</p>", encoding="utf-8")
    (site / "css" / "a b.css").write_text("p { color: red }")
    (site / "run.sh").write_text("#!/bin/sh\n")
    (site / "run.sh").chmod(0o750)
    (site / "odd!%\\\n").write_text("odd")
    (site / "latest").symlink_to("index.html")
    return [binary, site]


def make_release(
    out: Path,
    inputs: Sequence[Path],
    signers: Sequence[Any],
    loaded: LoadedPolicy,
    *,
    judged: Judgement | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    archive: ArchiveForm | None = None,
    **changes: Any,
) -> Delivered:
    """Stage, "examine" and deliver."""
    with Staging(out, inputs) as staging:
        return deliver(
            staging,
            examination_of(staging, **changes),
            judged or judgement(),
            loaded,
            signers,
            clock=clock,
            reports=reports,
            archive=Archive(out, archive) if archive else None,
        )


@dataclass
class World:
    """A finished release beside the recipient's trust file."""

    out: Path
    trust_file: Path
    inputs: list[Path] = field(default_factory=list)

    @property
    def trust(self) -> Trust:
        return load_trust(self.trust_file)

    def verify(self, *, now: datetime | None = None, **more: Any) -> Verification:
        return verify_release(self.out, self.trust, now=now or datetime.now(UTC), **more)

    def reason(self, *, now: datetime | None = None, **more: Any) -> tuple[str, str]:
        """Return id and path of the refusal; its texts can be rendered in both languages."""
        with pytest.raises(VerificationError) as caught:
            self.verify(now=now, **more)
        for language in ("en", "ja"):
            assert caught.value.message(language)
            assert caught.value.advice(language)
        return caught.value.reason, caught.value.path


def write_trust(folder: Path, home: Home, fingerprint: str, record: str = "", require: str = '"any"') -> Path:
    """Write a recipient's trust file with the key file beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "supplier.asc").write_bytes(home.export(fingerprint))
    path = folder / "trust.toml"
    path.write_text(
        f'require = {require}\n[[openpgp]]\nfingerprint = "{fingerprint}"\nkey = "supplier.asc"\n[record]\n{record}\n',
        encoding="utf-8",
    )
    return path


def make_world(folder: Path, keys: Keys, **changes: Any) -> World:
    """Deliver the two artifacts, signed by the supplier, and write the recipient's trust file."""
    inputs = inputs_in(folder / "in")
    loaded = policy_in(folder)
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(folder / "out", inputs, [signer], loaded, **changes)
    return World(folder / "out", write_trust(folder / "recipient", keys.home, keys.supplier), inputs)
