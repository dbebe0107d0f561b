"""``gate report FOLDER``: what is shown again is what the record binds, and what does not hold together is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest

from gate.errors import UsageError, VerificationError
from gate.record.canonical import canonical
from gate.rendering import read_release
from tests.unit.release_kit import inputs_in, make_release, policy_in

if TYPE_CHECKING:
    from pathlib import Path

    from gate.deliver import Delivered


class Signer:
    """Signs with a stand-in: whose signatures a folder carries is not asked here."""

    backend, suffix, signer = "openpgp", ".asc", "F" * 40
    signs_artifacts, irrevocable, services = True, False, ()

    def ready(self) -> None:
        """Be ready."""

    def begin(self) -> None:
        """Have nothing to begin."""

    def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
        del file, statement
        return b"signature\n"

    def close(self) -> None:
        """Have nothing to close."""


@pytest.fixture
def delivered(tmp_path: Path) -> Delivered:
    return make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [Signer()], policy_in(tmp_path))


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what the record says."""
    file = folder / "gate" / "record.intoto.json"
    statement = json.loads(file.read_bytes())
    change(statement["predicate"])
    file.write_bytes(canonical(statement))


def bind(folder: Path, path: str, data: bytes) -> None:
    """Put a file into the folder and its digest into the record, as only a forger with the supplier's key could."""
    (folder / path).write_bytes(data)
    rewrite(folder, lambda predicate: predicate["files"].update({path: hashlib.sha256(data).hexdigest()}))


def test_a_release_is_judged_again_and_keeps_its_number_and_promises(delivered: Delivered) -> None:
    shown = read_release(delivered.folder)
    assert shown.promised == delivered.signatures
    result = (delivered.folder / "gate" / "result.json").read_bytes()
    assert shown.number == f"RG-20260110-{hashlib.sha256(result).hexdigest()[:16]}"
    assert shown.policy.sha256 == hashlib.sha256(shown.policy.raw).hexdigest()
    # The record of this test claims a verdict that its facts do not bear out: most engines never ran.
    assert shown.judgement.verdict != "approved"
    assert shown.differs


@pytest.mark.parametrize("stated", ["nonsense", "9999-12-31T23:59:59Z", ""])
@pytest.mark.parametrize("which", ["record", "facts"])
def test_times_that_are_none_are_refused(delivered: Delivered, which: str, stated: str) -> None:
    if which == "record":
        rewrite(delivered.folder, lambda predicate: predicate.update(created=stated))
    else:
        facts = json.loads((delivered.folder / "gate" / "facts.json").read_bytes())
        bind(delivered.folder, "gate/facts.json", canonical({**facts, "finished": stated}))
        rewrite(delivered.folder, lambda predicate: predicate.update(finished=stated))
    with pytest.raises(VerificationError) as caught:
        read_release(delivered.folder)
    assert caught.value.reason == "record-inconsistent"


TAMPERING: Mapping[str, tuple[Callable[[Path], object], str, str]] = {
    "a bound file changed": (
        lambda folder: (folder / "gate" / "result.json").write_bytes(b"{}"), "changed", "gate/result.json"),
    "a report changed": (
        lambda folder: (folder / "gate" / "report.ja.html").write_bytes(b""), "changed", "gate/report.ja.html"),
    "the sums changed": (
        lambda folder: (folder / "gate" / "SHA256SUMS").write_bytes(b""), "changed", "gate/SHA256SUMS"),
    "a bound file gone": (
        lambda folder: (folder / "gate" / "facts.json").unlink(), "missing", "gate/facts.json"),
    "facts not bound": (
        lambda folder: rewrite(folder, lambda predicate: predicate["files"].pop("gate/facts.json")),
        "missing", "gate/facts.json"),
    "facts that are none": (
        lambda folder: bind(folder, "gate/facts.json", b"{}"), "facts-malformed", "gate/facts.json"),
    "another policy than the record names": (
        lambda folder: bind(folder, "gate/gate.toml", b"[gate]\n"), "changed", "gate/gate.toml"),
    "a paper that the policy does not name": (
        lambda folder: rewrite(folder, lambda predicate: predicate["evidence"].append({
            "clause": "26-3(1)", "kind": "other", "file": "gate/evidence/x", "sha256": "a" * 64, "tool": None,
            "date": "2026-11-01", "by": "x"})), "record-", "gate/record.intoto.json"),
    "no record": (
        lambda folder: (folder / "gate" / "record.intoto.json").unlink(), "missing", "gate/record.intoto.json"),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERING)
def test_what_does_not_hold_together_is_not_shown(delivered: Delivered, how: str) -> None:
    tamper, reason, path = TAMPERING[how]
    tamper(delivered.folder)
    with pytest.raises(VerificationError) as caught:
        read_release(delivered.folder)
    assert caught.value.reason.startswith(reason)
    assert caught.value.path == path


def test_what_is_no_folder_is_an_error_of_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_release(tmp_path / "nothing")
