"""The recipient's report for a terminal: verdict first, then what was proved, by whom, and what holds today."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from gate.errors import VerificationError
from gate.reports.clause_rows import clause_rows
from gate.reports.escaping import terminal
from gate.reports.rejudged import rejudged_part
from gate.text import Language, has_message, render
from gate.verification.trust import DAY_ZONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.verification import Verification
    from gate.verification.result import Countersignature, VerifiedSignature
    from gate.verification.times import Examined
    from gate.verification.today import Today

_ESCAPES: Final = {"verified": "\033[1;32m", "not-verified": "\033[1;31m", "not-told": "\033[1;35m"}
_KINDS: Final = {0: "verified", 1: "not-verified", 3: "not-told"}
"""The words at the top, by the exit code: they never say more than it does."""
_HANGING: Final = 4
_LEAST_COLUMNS: Final = 20


def render_verification(
    outcome: Verification | VerificationError, *, language: Language, colour: bool, width: int | None = None
) -> str:
    """Return the report of a verification or of its refusal in the given language.

    Lines are broken to ``width`` columns; where that is None, as in a log, each stays whole.
    """
    lines = _refusal(outcome, language) if isinstance(outcome, VerificationError) else _success(outcome, language)
    kind = _kind(outcome)
    head = render(f"report.{kind}", language)
    shown = [f"{_ESCAPES[kind]}{head}\033[0m" if colour else head]
    for line in map(terminal, lines):
        parts = [line] if width is None else _broken(line, max(width, _LEAST_COLUMNS))
        is_heading = colour and not line.startswith(" ")
        shown += [f"\033[1m{part}\033[0m" for part in parts] if is_heading else parts
    return "\n".join(shown) + "\n"


def _kind(outcome: Verification | VerificationError) -> str:
    return _KINDS[outcome.exit_code]


def _broken(line: str, width: int) -> Iterator[str]:
    """Yield the lines of a line: the first keeps its indent, the others hang below it."""
    from gate.reports.breaking import wrapped  # noqa: PLC0415  # a log needs none of what it loads

    text = line.lstrip(" ")
    indent = " " * min(len(line) - len(text), width // 4)
    room = width - len(indent)
    first = next(wrapped(text, room, whole=True), "")
    yield indent + first
    for rest in wrapped(text[len(first) :].lstrip(" "), room - _HANGING, whole=True):
        yield " " * _HANGING + indent + rest


def _refusal(refusal: VerificationError, language: Language) -> list[str]:
    place = f"  {refusal.path}" if refusal.path else ""
    return [
        f"verify/{refusal.reason.removeprefix('verify/')}{place}",
        f"  {_message(refusal, language)}",
        f"  {render('report.do', language)}: {refusal.advice(language)}",
    ]


def _message(refusal: VerificationError, language: Language) -> str:
    """Return what a refusal says, with statuses and verdicts in the words that papers have for them."""
    labels = {"status": "clause.status", "verdict": "clause.verdict"}
    said = {
        name: render(f"{labels[name]}.{value}", language)
        for name, value in refusal.arguments.items()
        if name in labels and has_message(f"{labels[name]}.{value}")
    }
    return render(refusal.code, language, {**refusal.arguments, **said})


def _success(verification: Verification, language: Language) -> Iterator[str]:
    if verification.unmet:
        yield from _refusal(verification.unmet, language)
    if verification.scope != "release":
        yield render(f"report.scope.{verification.scope}", language)
    yield from _not_checked(verification.not_checked, language)
    if verification.sample:
        yield render("report.sample", language)
    yield from _deliverable(verification, language)
    yield from _examined(verification.examined, language)
    yield from (f"  {artifact.name}  sha256 {artifact.sha256}" for artifact in verification.artifacts)
    if verification.exceptions:
        yield "  " + render("report.exceptions-rested-on", language, {"count": verification.exceptions})
    yield render("report.signatures", language)
    yield from _signatures(verification.signatures, language)
    for each in verification.unchecked:
        about = {"file": terminal(each.file), "backend": _back_end(each.backend, language), "section": each.backend}
        yield "  " + render("report.unchecked", language, about)
    yield from _countersignatures(verification.countersignatures, language)
    if verification.clauses:
        yield render("report.record-clauses", language)
        yield from clause_rows(verification.clauses, language, verification.article_map)
    if verification.today is not None:
        yield from _today(verification.today, language)
    if verification.rejudged is not None:
        yield from rejudged_part(verification.rejudged, language, verification.article_map)


def _not_checked(names: Iterable[str], language: Language) -> Iterator[str]:
    """Yield what a verification of less than a release leaves open; keys of the trust file as they are written."""
    for name in names:
        code = f"report.not-checked.{name}"
        text = render(code, language) if has_message(code) else name
        yield "  " + render("report.not-checked", language, {"what": text})


def _deliverable(verification: Verification, language: Language) -> Iterator[str]:
    if verification.deliverable is not None:
        about = {
            "name": terminal(verification.deliverable.name),
            "version": terminal(verification.deliverable.version),
            **_signing_time(verification, language),
        }
        yield render("report.check-expected", language)
        yield "  " + render("report.deliverable", language, about)


def _signing_time(verification: Verification, language: Language) -> dict[str, str]:
    """Return when it was signed and whose word that is: the record's signatures where there is one, else the first."""
    first = min(verification.signatures, key=lambda each: each.time)
    time, source = first.time, first.time_source
    if verification.examined is not None:
        time, source = verification.examined.signed, verification.examined.time_source
    return {"time": local_time(time), "time_source": render(f"report.time-source.{source}", language)}


def _examined(told: Examined | None, language: Language) -> Iterator[str]:
    """Yield when was examined; whoever signs can say that it was at any time before, so that the days are told."""
    if told is not None:
        code = "report.examined-before" if told.days > 1 else "report.examined"
        yield "  " + render(code, language, {"time": local_time(told.finished), "days": told.days})


def local_time(text: str) -> str:
    """Return a moment in RFC 3339 as clocks in Japan show it, to the second; what is none stays as it is."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(DAY_ZONE):%Y-%m-%d %H:%M:%S} JST"
    except (ValueError, OverflowError):
        return text


def _signatures(signatures: Iterable[VerifiedSignature | Countersignature], language: Language) -> Iterator[str]:
    """Yield each signer once, whose word the times are, and below each file that they have signed, with its time."""
    groups: dict[tuple[str | None, ...], list[VerifiedSignature | Countersignature]] = {}
    for each in signatures:
        groups.setdefault((each.backend, each.signer, each.issuer, each.time_source), []).append(each)
    for found in groups.values():
        first = found[0]
        about = {
            "backend": _back_end(first.backend, language),
            "signer": _signer(first, language),
            "time_source": render(f"report.time-source.{first.time_source}", language),
            "status": render(f"report.signature-status.{first.status}", language),
        }
        yield "  " + render("report.signature", language, about)
        yield from (f"    {local_time(each.time)}  {each.file}" for each in found)
        # Both are RFC 3339 in UTC, to the second: they compare as texts.
        for known in dict.fromkeys(each.revocation_known for each in found if "" < each.revocation_known < each.time):
            yield render("report.revocation-before", language, {"known": local_time(known)})


def _back_end(name: str, language: Language) -> str:
    """Return what persons call a back end; one that this version does not know stays as it is."""
    code = f"report.backend.{name}"
    return render(code, language) if has_message(code) else terminal(name)


def _countersignatures(told: Sequence[Countersignature], language: Language) -> Iterator[str]:
    if told:
        yield render("report.countersignatures", language)
    yield from _signatures((each for each in told if each.status == "valid"), language)
    for each in told:
        if each.status != "valid":
            about = {"file": each.file, "backend": _back_end(each.backend, language)}
            yield "  " + render("report.countersignature-unchecked", language, about)


def _signer(signature: VerifiedSignature | Countersignature, language: Language) -> str:
    if not signature.issuer:
        return signature.signer
    return render("report.signed-by", language, {"signer": signature.signer, "issuer": signature.issuer})


def _today(today: Today, language: Language) -> Iterator[str]:
    yield render("report.today", language, {"day": today.day})
    if not today.expired:
        yield "  " + render("report.today.holds", language)
    for each in today.expired:
        about = {"section": each.section, "id": each.id, "expires": each.expires}
        yield "  " + render("report.today.expired", language, about)
