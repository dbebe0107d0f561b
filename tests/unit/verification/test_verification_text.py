"""What a recipient reads: the verdict first, then who, when and how, and at every ending what to do next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len

from gate.errors import NotTold, VerificationError
from gate.reports.topics import refusals
from gate.reports.verification import render_verification
from gate.text import Language, render
from gate.verification import Verification
from gate.verification.result import UncheckedSignature, VerifiedSignature
from tests.unit.release_kit import Keys, make_world

LANGUAGES: tuple[Language, ...] = ("en", "ja")


@pytest.fixture(scope="module")
def verification(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Verification:
    return make_world(tmp_path_factory.mktemp("text"), keys).verify()


def text_of(outcome: Verification | VerificationError, language: Language = "en", **options: Any) -> str:
    return render_verification(outcome, language=language, colour=False, **options)


def test_each_signer_is_named_once_with_all_that_they_signed(verification: Verification, keys: Keys) -> None:
    text = text_of(verification)
    assert text.count(keys.supplier) == 1
    assert f"  OpenPGP key: {keys.supplier}: valid, times by the signer's own clock\n    20" in text
    assert all(f" JST  {each.file}\n" in text for each in verification.signatures)


def test_signers_are_told_apart(verification: Verification) -> None:
    """By kind, name, who found out the name, and whose word the times are; an unknown kind stays as it is."""
    given = [
        VerifiedSignature("keyless", "a", "2026-03-09T12:00:00Z", "log", "1", "x", "valid", "https://one.example"),
        VerifiedSignature("keyless", "a", "2026-03-09T12:00:00Z", "log", "2", "x", "valid", "https://two.example"),
        VerifiedSignature("x509", "CN=a", "2026-03-09T12:00:00Z", "timestamp", "3", "x", "valid"),
        VerifiedSignature("pqc\x1b", "b", "2026-03-09T12:00:00Z", "signer", "4", "x", "valid"),
        VerifiedSignature("keyless", "a", "2026-03-09T13:00:00Z", "log", "5", "x", "valid", "https://one.example"),
    ]
    lines = text_of(replace(verification, signatures=tuple(given))).splitlines()
    at = lines.index("Signatures")
    assert lines[at + 1 : at + 10] == [
        "  sigstore identity: a (by https://one.example): valid, times by the transparency log",
        "    2026-03-09 21:00:00 JST  1",
        "    2026-03-09 22:00:00 JST  5",
        "  sigstore identity: a (by https://two.example): valid, times by the transparency log",
        "    2026-03-09 21:00:00 JST  2",
        "  certificate: CN=a: valid, times by a time-stamping authority",
        "    2026-03-09 21:00:00 JST  3",
        "  pqc%1B: b: valid, times by the signer's own clock",
        "    2026-03-09 21:00:00 JST  4",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [60, 80, None])
def test_whatever_is_left_open_says_what_to_do(
    verification: Verification, language: Language, width: int | None
) -> None:
    unchecked = UncheckedSignature("x509", "gate/record.intoto.json.p7s")
    text = text_of(replace(verification, unchecked=(unchecked,), sample=True), language, width=width)
    lines = text.splitlines()
    assert lines[0] == render("report.verified", language)
    assert lines[1].startswith(render("report.sample", language)[:12])
    assert "[[x509]]" in text
    assert "gate trust init" in " ".join(text.split())
    assert "gate report" in " ".join(text.split())
    # Digests and paths stay whole, alone on their line.
    assert all(cell_len(line) <= (width or 1000) for line in lines if len(line.split()) > 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_exceptions_there_is_nothing_to_read(verification: Verification, language: Language) -> None:
    assert "gate report" in text_of(verification, language)
    assert "gate report" not in text_of(replace(verification, exceptions=0), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_what_and_then_what_to_do(language: Language) -> None:
    for refusal in (VerificationError("changed", "payload/app.bin"), NotTold("no-record", "app.bin")):
        verdict, what, why, advice = text_of(refusal, language).splitlines()
        assert verdict == render("report.not-told" if refusal.exit_code == 3 else "report.not-verified", language)
        assert what == f"verify/{refusal.reason}  {refusal.path}"
        assert why.startswith("  ")
        assert advice == f"  {render('report.do', language)}: {refusal.advice(language)}"


def test_statuses_and_verdicts_are_in_the_readers_words() -> None:
    clause = VerificationError("clause", "gate/record.intoto.json", clause="26-3 3(2)", status="not-confirmed")
    assert "（状況: 未確認）" in text_of(clause, "ja")
    assert "not-confirmed" not in text_of(clause, "ja")
    assert "not confirmed" in text_of(clause)
    verdict = VerificationError("not-approved", "gate/record.intoto.json", verdict="rejected")
    assert "rejected" not in text_of(verdict, "ja")
    # A word that this version does not know, or none, stays as it is.
    for odd in ("-", "another"):
        assert f"状況: {odd}）" in text_of(VerificationError("clause", "x", clause="26-3 3(2)", status=odd), "ja")


def test_nothing_but_a_signature_is_called_authentic() -> None:
    """Demands of the trust file are held against the record before the folder is looked at."""
    for reason in refusals():
        for language in LANGUAGES:
            advice = render(f"verify.{reason.removeprefix('verify/')}.advice", language, _Any(any=""))
            assert "authentic" not in advice
            assert "真正な" not in advice


class _Any(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return key
