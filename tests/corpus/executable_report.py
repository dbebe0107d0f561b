"""What is counted over the corpus of executable formats, and the page that says so, with every difference."""

from __future__ import annotations

import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from tests.corpus.executable_labels import Kind, Labelled
from tests.corpus.executable_rivals import Answers


@dataclass(frozen=True, slots=True)
class Measured:
    """All files with labels, and what each identifier says of them; the gate's answers come first.

    ``malformed`` are the answers to programs for Windows with unusual headers.
    """

    files: Sequence[Labelled]
    answers: Sequence[Answers]
    malformed: Sequence[Answers] = ()

    @property
    def gate(self) -> Answers:
        """The answers of the gate's examiner."""
        return self.answers[0]

    @property
    def bytes_alone(self) -> Answers:
        """What the gate's examiner says of the bytes without name and permission."""
        return self.answers[1]

    @property
    def rivals(self) -> Sequence[Answers]:
        """Those of the others."""
        return self.answers[2:]

    def of(self, *kinds: Kind) -> list[Labelled]:
        """Return the files that are labelled so."""
        return [each for each in self.files if each.kind in kinds]

    def missed_binary(self, answers: Answers) -> list[Labelled]:
        """Return the binary programs that are not named as such."""
        return [each for each in self.of("binary") if not answers.of(each.member).binary]

    def false_binary(self, answers: Answers) -> list[Labelled]:
        """Return scripts and content that are named as binary programs."""
        return [each for each in self.of("script", "content") if answers.of(each.member).binary]

    def missed_scripts(self, answers: Answers) -> list[Labelled]:
        """Return the scripts that are not named as such."""
        return [each for each in self.of("script") if not answers.of(each.member).script]

    def false_scripts(self, answers: Answers) -> list[Labelled]:
        """Return content that is named as a script."""
        return [each for each in self.of("content") if answers.of(each.member).script]

    def binary_recall(self, answers: Answers) -> float:
        """Return the share of binary programs that is named."""
        return 1 - len(self.missed_binary(answers)) / len(self.of("binary"))

    def false_binary_rate(self, answers: Answers) -> float:
        """Return the share of all other files that is called a binary program."""
        return len(self.false_binary(answers)) / len(self.of("script", "content"))

    def script_recall(self, answers: Answers) -> float:
        """Return the share of scripts that is named."""
        return 1 - len(self.missed_scripts(answers)) / len(self.of("script"))

    def false_script_rate(self, answers: Answers) -> float:
        """Return the share of content that is called a script."""
        return len(self.false_scripts(answers)) / len(self.of("content"))


DIFFERENCES = """
## How the identifiers differ

- libmagic takes most packages that are ZIP files (wheels, many jars) for archives.  It sees no names: declarations
  (`.pyi`, `.d.ts`), sources of Cython and documents that quote code are scripts to it, and scripts without a first line
  are plain text.  Its MIME types are fewer than its descriptions.
- magika has no class for several kinds of programs (LLVM bitcode, Erlang, OCaml, boot code, option ROMs, some static
  libraries) and names the nearest that it has; message catalogues are often ELF to it, and declarations count as the
  language that they declare for.
- lief knows PE, ELF and Mach-O and nothing else: everything else is missed by design, and nothing is called wrongly.
- The gate's own misses and false alarms stand one by one below.  Without names it takes text whose first statements
  are code for a script.
"""
"""What stands behind the groups of differences."""

EXPLANATIONS = {
    "clam.pdf": "Right: the document carries a program, which the test files are about.",
    "u-boot.bin": "Right: the boot loader's image holds programs for EFI; `file` takes its first bytes for a picture.",
    "src/fonts/Makefile": "Not a script: it begins with `#!gmake`, which names no program that a system would find.",
    "imageio/v2.pyi": "Wrong: a stub that begins with the line for its encoding, as modules do.",
    "test/server.pem": "Right: a module of Python that makes the certificate which follows it.",
    "mpformats/fmt.list": "Right: Tcl, as its first line says.",
    "testxslt.xsl": "Right: a style sheet that holds a script.",
}
"""By the end of a name, why the gate says of a file what its label does not: each was looked at."""


def explained(file: Labelled) -> str:
    """Return why the gate is right or wrong about the file, where it was looked at."""
    return next((why for end, why in EXPLANATIONS.items() if file.member.name.endswith(end)), "")


_HEAD = """# Executable formats on real files

{count} files ({megabytes:.0f} MB), each content once: members of {packages} packages of PyPI (wheels for Windows, macOS
and Linux, sdists), npm and Debian (of {architectures} architectures, kernel modules, EFI programs), the packages
themselves, jars and what is in them, and files of this system. Written by `make corpus`
(tests/corpus/test_executable_corpus.py); the same files go to all identifiers in the same run, one process each.

Labels come from sources that know nothing of the gate: `readelf` and `objdump`, the metadata of packages, `file`, and
parsers of languages; tests/corpus/executable_labels.py states the rule by which they are believed. {undecided} files
are undecided by that rule and count for nobody. libmagic is the engine of `file`, from which a part of the labels
comes: on files that `file` alone labels it cannot be wrong. The gate sees names and permissions as well, the others
bytes alone; "gate, bytes alone" is without them.

Versions: {versions}.

| identifier | binary recall | missed | false binary | share | script recall | missed | false script | share | files/s |
|---|---|---|---|---|---|---|---|---|---|
"""


def written(measured: Measured) -> str:
    """Return the page."""
    packages = {each.member.package for each in measured.files if each.member.package}
    groups = {each.member.group for each in measured.files if each.member.group.startswith("debs/")}
    architectures = {group.partition("/")[2].replace("kernels", "").strip("-") or "amd64" for group in groups}
    head = _HEAD.format(
        count=len(measured.files),
        megabytes=sum(each.member.size for each in measured.files) / 1e6,
        packages=len(packages),
        architectures=len(architectures),
        undecided=len(measured.of("undecided")),
        versions=_versions(),
    )
    parts = [head, *(_row(measured, answers) for answers in measured.answers)]
    parts += [
        _malformed(measured),
        DIFFERENCES,
        _labels(measured),
        _undecided(measured),
        _formats(measured),
        _conflicts(measured),
        _gate(measured),
        _disguises(measured),
    ]
    parts += [_rival(measured, answers) for answers in measured.answers[1:]]
    return "".join(parts)


def _versions() -> str:
    tools = [
        subprocess.run([tool, "--version"], check=False, capture_output=True, text=True).stdout.partition("\n")[0]
        for tool in ("file", "readelf")
    ]
    return "; ".join((*tools, f"magika {version('magika')}", f"lief {version('lief')}"))


def _row(measured: Measured, answers: Answers) -> str:
    cells = [
        answers.name,
        f"{100 * measured.binary_recall(answers):.2f}%",
        str(len(measured.missed_binary(answers))),
        str(len(measured.false_binary(answers))),
        f"{100 * measured.false_binary_rate(answers):.3f}%",
        f"{100 * measured.script_recall(answers):.1f}%",
        str(len(measured.missed_scripts(answers))),
        str(len(measured.false_scripts(answers))),
        f"{100 * measured.false_script_rate(answers):.2f}%",
        f"{len(measured.files) / max(answers.seconds, 0.001):.0f}",
    ]
    return "| " + " | ".join(cells) + " |\n"


def _malformed(measured: Measured) -> str:
    rows = "".join(f"| {each.name} | {sum(each.binary())} | {len(each.by_path)} |\n" for each in measured.malformed)
    return (
        "\n## Programs for Windows with unusual headers\n\nMade by hand, each of them such that a loader takes it"
        f" (tests/examine/executable/malformed_pe.py).\n\n| identifier | named | of |\n|---|---|---|\n{rows}"
    )


def _undecided(measured: Measured) -> str:
    """Return what each identifier says of the files that have no label."""
    files = measured.of("undecided")
    rows = ""
    for answers in measured.answers:
        said = [answers.of(each.member) for each in files]
        binary, scripts = sum(each.binary for each in said), sum(each.script for each in said)
        rows += (
            f"| {answers.name} | {binary} | {scripts} | {sum(not (each.binary or each.script) for each in said)} |\n"
        )
    return (
        "\n## Files without a label\n\nTexts and data whose names and contents no source knows well enough.\n\n"
        f"| identifier | binary programs | scripts | neither |\n|---|---|---|---|\n{rows}"
    )


def _disguises(measured: Measured) -> str:
    """Return where the gate sees a disguise: real files have next to none, so these are false alarms or curiosities."""
    rows = "".join(
        f"| `{each.member.title}` | {_cell(word)} |\n"
        for each in measured.files
        for word in measured.gate.of(each.member).words.split(", ")
        if word.startswith("disguise: ")
    )
    return f"\n## Where the gate sees a disguise\n\n| file | gate |\n|---|---|\n{rows}"


def _labels(measured: Measured) -> str:
    counts = Counter((each.kind, each.source) for each in measured.files)
    rows = "".join(f"| {kind} | {source} | {count} |\n" for (kind, source), count in sorted(counts.items()))
    return f"\n## Labels, and where they come from\n\n| label | source | files |\n|---|---|---|\n{rows}"


def _formats(measured: Measured) -> str:
    counts = Counter((each.kind, each.format) for each in measured.of("binary", "script"))
    rows = "".join(
        f"| {kind} | {_cell(name)} | {count} |\n"
        for (kind, name), count in sorted(counts.items(), key=lambda x: (x[0][0], -x[1], x[0][1]))
    )
    return f"\n## What the programs are\n\n| label | by its source | files |\n|---|---|---|\n{rows}"


def _conflicts(measured: Measured) -> str:
    grouped: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for each in measured.files:
        for words in each.against:
            grouped[each.kind, each.source, re.sub(r"\d+", "#", words)[:36]].append(each.member.title)
    return (
        "\n## Where sources contradict each other\n\nThe label is the one that the rule gives; `undecided` counts for"
        " nobody.\n\n| label | by | against it | files | for example |\n|---|---|---|---|---|\n" + _rows(grouped)
    )


def _gate(measured: Measured) -> str:
    sections: tuple[tuple[str, Callable[[Answers], list[Labelled]]], ...] = (
        ("Binary programs that the gate does not name", measured.missed_binary),
        ("Other files that the gate calls binary programs", measured.false_binary),
        ("Scripts that the gate does not name", measured.missed_scripts),
        ("Content that the gate calls a script", measured.false_scripts),
    )
    parts = []
    for title, select in sections:
        parts.append(f"\n## {title}\n\n| file | label | by | gate | looked at |\n|---|---|---|---|---|\n")
        for each in sorted(select(measured.gate), key=lambda each: each.member.title):
            words = (each.format, each.source, measured.gate.of(each.member).words, explained(each))
            parts.append(f"| `{each.member.title}` | {' | '.join(map(_cell, words))} |\n")
    return "".join(parts)


def _rival(measured: Measured, answers: Answers) -> str:
    """Return how one identifier differs from the labels, in groups of equal reasons."""
    grouped: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for error, files in (
        ("binary missed", measured.missed_binary(answers)),
        ("false binary", measured.false_binary(answers)),
        ("script missed", measured.missed_scripts(answers)),
        ("false script", measured.false_scripts(answers)),
    ):
        for each in files:
            words = re.sub(r"\d+", "#", answers.of(each.member).words)[:28]
            grouped[error, each.format[:40], words].append(each.member.title)
    return (
        f"\n## Where {answers.name} differs from the labels\n\n| what | label | its words | files | for example |\n"
        "|---|---|---|---|---|\n" + _rows(grouped)
    )


def _rows(grouped: dict[tuple[str, str, str], list[str]]) -> str:
    lines = []
    for words, titles in sorted(grouped.items(), key=lambda item: (item[0][0], -len(item[1]), item[0])):
        examples = ", ".join(f"`{title}`" for title in sorted(titles, key=lambda title: (len(title), title))[:1])
        lines.append(f"| {' | '.join(map(_cell, words))} | {len(titles)} | {examples} |\n")
    return "".join(lines)


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")
