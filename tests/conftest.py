"""Fixtures that several parts share: the command as a process, throw-away keys, and samples built at run time."""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest


def pytest_configure() -> None:
    """Let what tests start be interrupted, also where the tests themselves run in the background of a script.

    A shell without job control has such a job ignore SIGINT, and what ignores it hands that on.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are collected: nearly all that is made then is kept, and looked at each time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Look no more for garbage in what was collected: thousands of archives are parameters of tests."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let what was set aside be collected in the end: a library tells of what is not."""
    gc.unfreeze()


def eicar() -> bytes:
    """Return the anti-virus test string (eicar.org), put together here so that no scanner stops at this file."""
    parts = (r"X5O!P%@AP[4\PZX54(P^)", "7CC)7}$", "EICAR", "-STANDARD-ANTIVIRUS-", "TEST-FILE!", "$H+H*")
    return "".join(parts).encode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive of the members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(members: Mapping[str, bytes], compression: Literal["", "gz", "bz2", "xz"] = "") -> bytes:
    """Return a tar archive of the members, compressed with ``gz``, ``bz2`` or ``xz`` where asked for."""
    buffer = io.BytesIO()
    mode: Any = f"w:{compression}"  # the overloads of typeshed do not see through the format
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@dataclass(frozen=True)
class Ran:
    """What a run of the command did."""

    status: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.stdout)
        return document

    def findings(self) -> set[tuple[str, str]]:
        return {(finding["id"], finding["path"]) for finding in self.document["findings"]}


Gate = Callable[..., Ran]


def clean_environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "TMPDIR", "COVERAGE_PROCESS_START"}}
    return {**kept, "LANG": "C.UTF-8", "HOME": "/nonexistent"}


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Run ``gate ARGUMENTS`` in the test's folder as a process of its own."""

    def run(*arguments: str | Path, cwd: Path = tmp_path, timeout: float = 300, **environment: str) -> Ran:
        command = [sys.executable, "-m", "gate", *map(str, arguments)]
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**clean_environment(), **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def gate_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gate:
    """As ``gate``, in this process: for the many cases of a rule that is also shown by the command itself."""
    from gate.cli.main import run

    def run_here(*arguments: str | Path, cwd: Path = tmp_path, **environment: str) -> Ran:
        with monkeypatch.context() as patched:
            patched.chdir(cwd)
            for name in list(os.environ):
                patched.delenv(name)
            for name, value in {**clean_environment(), **environment}.items():
                patched.setenv(name, value)
            capsys.readouterr()
            status = run([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err, shown.err
        return Ran(status, shown.out, shown.err)

    return run_here


POLICY = """
[deliverable]
name = "sample"
version = "1.0"
kind = "application"

[gate]
require = [{require}]

[malware]
database = "bundled"
"""


def policy_text(*more: str, require: str = '"26-3 3(1)③", "26-3 3(3)"') -> str:
    """Return a policy that runs on the bundled signatures, with further sections."""
    return POLICY.format(require=require) + "\n".join(more)


@dataclass(frozen=True)
class Key:
    """A throw-away OpenPGP key without passphrase."""

    home: Path
    fingerprint: str

    def public(self) -> bytes:
        return subprocess.run(
            ["gpg", "--homedir", self.home, "--batch", "--armor", "--export", self.fingerprint],
            check=True,
            capture_output=True,
        ).stdout

    def revoked(self) -> bytes:
        """Return the key with its revocation behind it; here it stays good."""
        revocation = (self.home / "openpgp-revocs.d" / f"{self.fingerprint}.rev").read_bytes()
        return self.public() + revocation.replace(b":-----BEGIN", b"-----BEGIN")

    def secret(self) -> bytes:
        """Return the key itself, as it stands in a secret of a pipeline."""
        unattended = ["--batch", "--pinentry-mode", "loopback", "--passphrase", ""]
        done = subprocess.run(
            ["gpg", "--homedir", self.home, *unattended, "--armor", "--export-secret-keys", self.fingerprint],
            check=False,
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def policy(self) -> str:
        return (
            f'[signing]\nuse = ["openpgp"]\n[signing.openpgp]\nfingerprint = "{self.fingerprint}"\n'
            f'home = "{self.home}"\n'
        )


def make_key(home: Path, name: str = "Supplier") -> Key:
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet"]
    subprocess.run(
        [
            *gpg,
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
            "--quick-generate-key",
            f"{name} <{name.lower()}@example.invalid>",
            "ed25519",
            "sign",
            "30d",
        ],
        check=True,
        capture_output=True,
    )
    listing = subprocess.run([*gpg, "--with-colons", "--list-keys"], check=True, capture_output=True, text=True).stdout
    return Key(home, next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr:")))


@pytest.fixture(scope="session")
def key() -> Iterator[Key]:
    """A supplier's key; its home is short, as GnuPG's sockets need."""
    with tempfile.TemporaryDirectory(prefix="gk-") as home:
        yield make_key(Path(home))
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


def trust_text(key: Key, folder: Path) -> Path:
    """Write the recipient's key and trust file into ``folder`` and return the trust file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "supplier.asc").write_bytes(key.public())
    trust = folder / "trust.toml"
    trust.write_text(f'require = "any"\n\n[[openpgp]]\nfingerprint = "{key.fingerprint}"\nkey = "supplier.asc"\n')
    return trust
