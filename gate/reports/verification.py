"""The recipient's report for a terminal: verdict first, then what was proved and by whom."""

from __future__ import annotations

from gate.errors import VerificationError
from gate.policy.clauses import CLAUSES, OUT_OF_SCOPE, clause_printed, status_label
from gate.reports.escaping import terminal
from gate.text import Language, render
from gate.verification import Verification
from gate.verification.result import VerifiedSignature

_ESCAPES = {"verified": "\033[1;32m", "not-verified": "\033[1;31m"}


def render_verification(outcome: Verification | VerificationError, *, language: Language, colour: bool) -> str:
    """Return the report of a verification or of its refusal in the given language."""
    lines = _refusal(outcome, language) if isinstance(outcome, VerificationError) else _success(outcome, language)
    kind = "not-verified" if isinstance(outcome, VerificationError) else "verified"
    head = render(f"report.{kind}", language)
    shown = [f"{_ESCAPES[kind]}{head}\033[0m" if colour else head, *map(terminal, lines)]
    return "\n".join(shown) + "\n"


def _refusal(refusal: VerificationError, language: Language) -> list[str]:
    place = f"  {refusal.path}" if refusal.path else ""
    return [
        f"verify/{refusal.reason.removeprefix('verify/')}{place}",
        f"  {refusal.message(language)}",
        f"  {render('report.do', language)}: {refusal.advice(language)}",
    ]


def _clause(clause: str, language: Language) -> str:
    return clause_printed(clause, language) if clause in {*CLAUSES, *OUT_OF_SCOPE} else terminal(clause)


def _signer(signature: VerifiedSignature, language: Language) -> str:
    if not signature.issuer:
        return signature.signer
    return render("report.signed-by", language, {"signer": signature.signer, "issuer": signature.issuer})


def _success(verification: Verification, language: Language) -> list[str]:
    lines = []
    if verification.sample:
        lines.append(render("report.sample", language))
    if verification.deliverable is not None:
        lines += [
            render("report.check-expected", language),
            "  "
            + render(
                "report.deliverable",
                language,
                {
                    "name": terminal(verification.deliverable.name),
                    "version": terminal(verification.deliverable.version),
                    "time": verification.created,
                },
            ),
        ]
    lines += [f"  {artifact.name}  sha256 {artifact.sha256}" for artifact in verification.artifacts]
    lines.append(render("report.signatures", language))
    for signature in verification.signatures:
        lines.append(
            "  "
            + render(
                "report.signature",
                language,
                {
                    "file": signature.file,
                    "backend": signature.backend,
                    "signer": _signer(signature, language),
                    "time": signature.time,
                    "time_source": render(f"report.time-source.{signature.time_source}", language),
                    "status": signature.status,
                },
            )
        )
        # Both are RFC 3339 in UTC, to the second: they compare as texts.
        if signature.revocation_known and signature.revocation_known < signature.time:
            lines.append(render("report.revocation-before", language, {"known": signature.revocation_known}))
    lines += [
        "  " + render("report.unchecked", language, {"file": terminal(each.file), "backend": terminal(each.backend)})
        for each in verification.unchecked
    ]
    lines.append(render("report.record-clauses", language))
    # A record is signed, but by whom the recipient has yet to judge: ids of clauses unknown here are shown as they are.
    lines += [
        f"  {_clause(clause.id, language)}  {status_label(clause.status, language)}"
        for clause in verification.clauses
        if clause.status != "out-of-scope"
    ]
    return lines
