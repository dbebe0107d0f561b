"""What independent tools say of many files at once: ``file``, ``readelf``, ``objdump``, and parsers of languages.

None of them knows anything of the gate's own table.
"""

from __future__ import annotations

import ast
import re
import subprocess
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tree_sitter
import tree_sitter_javascript
import tree_sitter_typescript

from tests.corpus.executable_files import Member

_BATCH = 400
_PARSED = 400_000
"""Longest text, in bytes, that a parser is given; of longer ones the extension is believed."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the tools say of one file: the words of ``file``, its MIME type, and the formats of binutils or ``""``."""

    description: str
    mime: str
    readelf: str
    objdump: str


def opinions_of(members: Sequence[Member]) -> dict[Path, Opinions]:
    """Ask all tools of all files."""
    paths = [member.path for member in members]
    descriptions, mimes = _file(paths), _file(paths, "--mime-type")
    readelf, objdump = dict(_readelf(paths)), dict(_objdump(paths))
    return {
        path: Opinions(descriptions[path], mimes[path], readelf.get(path, ""), objdump.get(path, "")) for path in paths
    }


def _batches(paths: Sequence[Path]) -> Iterator[Sequence[Path]]:
    for start in range(0, len(paths), _BATCH):
        yield paths[start : start + _BATCH]


def _file(paths: Sequence[Path], *options: str) -> dict[Path, str]:
    found: dict[Path, str] = {}
    for batch in _batches(paths):
        command = ["file", "--print0", "--print0", *options, *map(str, batch)]
        words = subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8", "replace").split("\0")
        found.update(zip(map(Path, words[0:-1:2]), (word.strip() for word in words[1::2]), strict=True))
    return found


def _readelf(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Yield the files whose ELF header ``readelf`` reads, with type and machine."""
    for batch in _batches(paths):
        command = ["readelf", "--wide", "--file-header", *map(str, batch)]
        answer = subprocess.run(command, check=False, capture_output=True).stdout.decode("utf-8", "replace")
        for part in answer.split("\nFile: ")[1:] if not answer.startswith("File: ") else answer.split("File: ")[1:]:
            machine = re.search(r"^  Machine:\s+(.+)$", part, re.MULTILINE)
            kind = re.search(r"^  Type:\s+(.+)$", part, re.MULTILINE)
            if machine and kind:
                yield Path(part.partition("\n")[0].strip()), f"{kind[1].split()[0]} {machine[1].strip()}"


def _objdump(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Yield the files in an object format that ``objdump`` reads whole enough to describe."""
    for batch in _batches(paths):
        command = ["objdump", "--file-headers", *map(str, batch)]
        answer = subprocess.run(command, check=False, capture_output=True).stdout.decode("utf-8", "replace")
        for found in re.finditer(r"^(/[^\n:]+):\s+file format (\S+)$", answer, re.MULTILINE):
            yield Path(found[1]), found[2]
        for found in re.finditer(r"^In archive (/[^\n:]+):$", answer, re.MULTILINE):
            yield Path(found[1]), "archive"


# --- languages ------------------------------------------------------------------------------------------------

_JAVASCRIPT = tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))
_TYPESCRIPT = tree_sitter.Parser(tree_sitter.Language(tree_sitter_typescript.language_typescript()))
_TSX = tree_sitter.Parser(tree_sitter.Language(tree_sitter_typescript.language_tsx()))


def _python(data: bytes) -> bool | None:
    """Say whether the file does anything: one without statements does not; what is no Python 3 is not decided."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return any(not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)) for each in tree.body)


def _with(parser: tree_sitter.Parser) -> Callable[[bytes], bool | None]:
    def parsed(data: bytes) -> bool | None:
        root = parser.parse(data).root_node
        return None if root.has_error else any(child.type != "comment" for child in root.named_children)

    return parsed


def _shell(data: bytes) -> bool | None:
    checked = subprocess.run(["bash", "-n"], input=data, check=False, capture_output=True)
    lines = (line.strip() for line in data.splitlines())
    return any(line and not line.startswith(b"#") for line in lines) if checked.returncode == 0 else None


def _having(pattern: str, comment: bytes) -> Callable[[bytes], bool | None]:
    """Return a check for languages without a parser at hand: words of the language outside of whole-line comments."""
    words = re.compile(pattern.encode(), re.MULTILINE | re.IGNORECASE)

    def checked(data: bytes) -> bool | None:
        text = data.replace(b"\0", b"")  # UTF-16 too
        code = b"\n".join(line for line in text.splitlines() if not line.strip().startswith(comment))
        return bool(words.search(code)) or None

    return checked


_PERL = _having(r"^\s*(?:use|my|our|sub|package|require|print)\b", b"#")
_POWERSHELL = _having(r"\$\w+\s*=|^\s*(?:param|function|if|import-module)\b|\b(?:write|get|set|new)-\w+", b"#")
_BATCH_WORDS = _having(r"^\s*@?(?:echo|set|if|call|goto|for|start|cd|exit|setlocal|\"?%)", b"::")
_LANGUAGES: dict[str, Callable[[bytes], bool | None]] = {
    ".py": _python,
    ".pyw": _python,
    ".js": _with(_JAVASCRIPT),
    ".mjs": _with(_JAVASCRIPT),
    ".cjs": _with(_JAVASCRIPT),
    ".jsx": _with(_JAVASCRIPT),
    ".ts": _with(_TYPESCRIPT),
    ".mts": _with(_TYPESCRIPT),
    ".cts": _with(_TYPESCRIPT),
    ".tsx": _with(_TSX),
    ".sh": _shell,
    ".bash": _shell,
    ".pl": _PERL,
    ".pm": _PERL,
    ".cgi": _PERL,
    ".rb": _having(r"^\s*(?:require|def|module|class|puts|begin|if)\b", b"#"),
    ".php": _having(r"<\?(?:php|=)", b"//"),
    ".ps1": _POWERSHELL,
    ".psm1": _POWERSHELL,
    ".bat": _BATCH_WORDS,
    ".cmd": _BATCH_WORDS,
    ".vbs": _having(r"^\s*(?:dim|set|function|sub|option|wscript|const|on error)\b", b"'"),
    ".wsf": _having(r"<script\b", b"'"),
    ".hta": _having(r"<script\b", b"'"),
    ".tcl": _having(r"^\s*(?:proc|set|package|namespace|if|puts)\b", b"#"),
    ".lua": _having(r"^\s*(?:local|function|return|require|if|for)\b", b"--"),
    ".r": _having(r"<-|^\s*(?:library|function|if|for|require)\b", b"#"),
    ".awk": _having(r"\{", b"#"),
    ".fish": _having(r"^\s*(?:set|function|if|end|complete)\b", b"#"),
    ".zsh": _having(r"^\s*(?:local|if|function|autoload|alias|compdef)\b|=", b"#"),
    ".csh": _having(r"^\s*(?:set|setenv|if|alias|unset)\b", b"#"),
    ".asp": _having(r"<%|<script\b", b"'"),
    ".sct": _having(r"<script\b", b"'"),
    ".gemspec": _having(r"\bSpec(?:ification)?\.new\b", b"#"),
    ".podspec": _having(r"\bSpec(?:ification)?\.new\b", b"#"),
    ".coffee": _having(r"->|=", b"#"),
}
SCRIPT_SUFFIXES = frozenset(_LANGUAGES)
TEXT_TYPES = ("text/", "application/javascript", "application/json", "application/x-ndjson", "application/csv")


def is_program_text(suffix: str, path: Path, size: int) -> bool | None:
    """Say whether a text with a script's extension is a program: True, False where it does nothing, else None."""
    return True if size > _PARSED else _LANGUAGES[suffix](path.read_bytes())
