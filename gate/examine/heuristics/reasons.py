"""The one table of reasons and their weights, and how several of them become a score.

A reason's weight is the score that it gives alone: how far an analyst should doubt an item that shows nothing else,
from 1 to 100.  Two kinds of reason exist:

* a *sign* counts by itself;
* *support* is so common in harmless programs that it counts only beside a sign, and alone makes no detection.

Several weigh together as independent doubts do: ``100 * (1 - (1 - w1/100) * (1 - w2/100) * …)``, rounded.  A reason
counts once for an item, however often it is seen.

Texts of a reason are ``heuristics.reason.<code>`` in the catalogue; ``docs/heuristics.md`` shows this table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Literal, NamedTuple

from gate.models import DetectionFact
from gate.paths import printable

Role = Literal["sign", "support"]
NAME_PREFIX = "Gate.Heuristics."
DETAIL_LENGTH = 1500
"""Longest ``detail`` of a detection, in characters."""
EVIDENCE_LENGTH = 80
"""Longest evidence for one reason, in characters."""
_WORD_BREAKS = str.maketrans({" ": "_", "[": "(", "]": ")", "\t": "_"})


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that raises doubt.  ``shape`` names the detection where this is the weightiest reason."""

    code: str
    weight: int
    shape: str
    role: Role = "sign"


class Seen(NamedTuple):
    """A reason seen in an item, and in short what shows it: a section's name, an address, a function."""

    code: str
    evidence: str = ""


_TABLE = (
    # Programs for Windows
    Reason("pe-signature-mismatch", 90, "TamperedSignature"),
    Reason("pe-signature-beyond", 70, "TamperedSignature"),
    Reason("pe-signature-unreadable", 45, "TamperedSignature"),
    Reason("pe-signature-trailing", 50, "TamperedSignature"),
    Reason("pe-signature-stuffed", 25, "TamperedSignature"),
    Reason("pe-writable-executable", 60, "WritableCode"),
    Reason("pe-entry-writable", 30, "EntryPoint"),
    Reason("pe-entry-outside", 60, "EntryPoint"),
    Reason("pe-entry-header", 65, "EntryPoint"),
    Reason("pe-entry-not-code", 60, "EntryPoint"),
    Reason("pe-entry-last-section", 35, "EntryPoint"),
    Reason("pe-header-far", 60, "Header"),
    Reason("pe-packer-name", 50, "Packed"),
    Reason("pe-packer-shape", 60, "Packed"),
    Reason("pe-code-entropy", 35, "Packed"),
    Reason("pe-overlay-entropy", 60, "Overlay"),
    Reason("pe-overlay-script-engine", 40, "Overlay"),
    Reason("pe-overlay-container", 10, "Overlay", "support"),
    Reason("pe-imports-injection", 45, "Injection"),
    Reason("pe-imports-hollowing", 60, "Injection"),
    Reason("pe-imports-keylogging", 35, "KeyLogging"),
    Reason("pe-imports-few", 40, "HiddenImports"),
    Reason("pe-imports-hashed", 60, "HiddenImports"),
    Reason("pe-imports-ordinal", 25, "HiddenImports"),
    Reason("pe-imports-debugger", 10, "AntiAnalysis", "support"),
    Reason("pe-tls-callbacks", 10, "AntiAnalysis", "support"),
    Reason("pe-checksum-mismatch", 10, "Header", "support"),
    Reason("pe-timestamp-impossible", 10, "Header", "support"),
    Reason("pe-section-name-odd", 10, "Header", "support"),
    # Programs for Linux and Unix
    Reason("elf-writable-executable", 60, "WritableCode"),
    Reason("elf-stack-executable", 10, "WritableCode", "support"),
    Reason("elf-entry-outside", 60, "EntryPoint"),
    Reason("elf-entry-writable", 35, "EntryPoint"),
    Reason("elf-entry-not-text", 45, "EntryPoint"),
    Reason("elf-packer-upx", 60, "Packed"),
    Reason("elf-sections-missing-entropy", 50, "Packed"),
    Reason("elf-code-entropy", 35, "Packed"),
    Reason("elf-constructor-outside", 60, "Constructor"),
    Reason("elf-interpreter-writable", 70, "Loader"),
    Reason("elf-interpreter-unknown", 30, "Loader"),
    Reason("elf-search-path-writable", 45, "Loader"),
    Reason("elf-search-path-relative", 25, "Loader"),
    Reason("elf-needed-writable", 65, "Loader"),
    Reason("elf-needed-path", 20, "Loader"),
    Reason("elf-audit-library", 45, "Loader"),
    Reason("elf-hooks-library-calls", 45, "Hooks"),
    Reason("elf-ifunc-outside", 65, "Ifunc"),
    Reason("elf-ifunc-hooks", 50, "Ifunc"),
    Reason("elf-segment-added", 60, "Infected"),
    Reason("elf-note-segment-missing", 10, "Infected", "support"),
    # Programs for macOS
    Reason("macho-signature-mismatch", 75, "TamperedSignature"),
    Reason("macho-signature-missing", 30, "TamperedSignature"),
    Reason("macho-writable-executable", 60, "WritableCode"),
    Reason("macho-entry-outside", 60, "EntryPoint"),
    Reason("macho-encrypted", 50, "Packed"),
    Reason("macho-packer-name", 60, "Packed"),
    Reason("macho-code-entropy", 35, "Packed"),
    Reason("macho-library-writable", 65, "Loader"),
    Reason("macho-search-path-writable", 45, "Loader"),
    Reason("macho-library-relative", 15, "Loader"),
    # Scripts and encoded data in text
    Reason("script-decode-run", 65, "DecodeAndRun"),
    Reason("script-decode-run-near", 60, "DecodeAndRun"),
    Reason("script-decode-run-variable", 35, "DecodeAndRun"),
    Reason("script-encoded-command", 65, "DecodeAndRun"),
    Reason("script-packed", 30, "DecodeAndRun"),
    Reason("text-hidden-program", 60, "HiddenProgram"),
    Reason("text-hidden-script", 60, "HiddenProgram"),
    Reason("text-nested-encoding", 35, "HiddenProgram"),
    Reason("text-mostly-encoded", 15, "HiddenProgram", "support"),
    Reason("binary-hidden-program", 55, "HiddenProgram"),
    Reason("xor-hidden-program", 80, "HiddenProgram"),
    # Bytecode
    Reason("bytecode-python", 5, "Bytecode"),
    Reason("bytecode-python-sourceless", 20, "Bytecode"),
    Reason("bytecode-python-unchecked", 30, "Bytecode"),
    Reason("bytecode-python-decode-run", 50, "DecodeAndRun"),
    Reason("bytecode-javascript", 20, "Bytecode"),
    # Names
    Reason("name-disguised", 50, "Disguised"),
    Reason("name-double-extension", 65, "Disguised"),
    Reason("name-direction", 70, "Disguised"),
    Reason("name-padded", 65, "Disguised"),
)
REASONS: dict[str, Reason] = {reason.code: reason for reason in _TABLE}
"""Every reason, by its code."""


def counted(seen: Iterable[Seen]) -> list[Seen]:
    """Return what counts: each reason once with its first evidence, the weightiest first; none without a sign."""
    unique: dict[str, Seen] = {}
    for each in seen:
        unique.setdefault(each.code, each)
    if all(REASONS[code].role == "support" for code in unique):
        return []
    return sorted(unique.values(), key=_order)


def _order(seen: Seen) -> tuple[bool, int, str]:
    reason = REASONS[seen.code]
    return reason.role == "support", -reason.weight, reason.code


def score(codes: Iterable[str]) -> int:
    """Return the score of reasons together, 0 for none and else 1 to 100; see the module for the rule."""
    doubt = 1 - prod(1 - REASONS[code].weight / 100 for code in set(codes))
    return round(100 * doubt)


def detection(seen: Iterable[Seen]) -> DetectionFact | None:
    """Return the one detection for all that was seen in an item, or None where nothing counts.

    Its ``detail`` is ``code=weight`` or ``code=weight[evidence]``, parted by blanks, in the order of weight; what
    does not fit is counted at the end, and in the score.
    """
    reasons = counted(seen)
    if not reasons:
        return None
    shape = REASONS[reasons[0].code].shape
    total = score(each.code for each in reasons)
    return DetectionFact("heuristics", NAME_PREFIX + shape, "suspected", _detail(reasons), total)


def _detail(reasons: list[Seen]) -> str:
    words: list[str] = []
    length = 0
    for number, each in enumerate(reasons):
        word = f"{each.code}={REASONS[each.code].weight}{_shown(each.evidence)}"
        length += len(word) + 1
        if length > DETAIL_LENGTH - len(" more=00"):
            words.append(f"more={len(reasons) - number}")
            break
        words.append(word)
    return " ".join(words)


def _shown(evidence: str) -> str:
    if not evidence:
        return ""
    text = printable(evidence)
    text = text if len(text) <= EVIDENCE_LENGTH else text[: EVIDENCE_LENGTH - 1] + "…"
    return f"[{text.translate(_WORD_BREAKS)}]"


def codes_of(detail: str) -> list[str]:
    """Return the codes of the reasons in the ``detail`` of a detection, for whoever shows their texts."""
    codes = (word.partition("=")[0] for word in detail.split(" "))
    return [code for code in codes if code in REASONS]
