"""Write the manual pages, ``man/gate.1`` and ``man/ja/gate.1``, from the texts that ``--help`` prints (groff_man(7)).

``python tools/manual.py`` writes, ``--check`` only says whether the files are current (exit 1 if not).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from gate import __version__
from gate.cli.helping import Context, speaking
from gate.cli.language import texts
from gate.cli.main import COMMANDS, LazyGroup
from gate.cli.settings import global_options
from gate.reports.breaking import units
from gate.text import LANGUAGES, Language, message_ids, render

ROOT: Final = Path(__file__).parents[1]
PAGES: Final[dict[Language, Path]] = {"en": ROOT / "man" / "gate.1", "ja": ROOT / "man" / "ja" / "gate.1"}
DATE: Final = "2026-11-26"
"""The day that the pages name: of the last change of what is not generated."""
EXIT_CODES: Final = (0, 1, 2, 3, 70, 130)
FILES: Final = ("gate.toml", "trust.toml", "database", "release")
VARIABLES: Final = (
    "LC_ALL, LC_MESSAGES, LANG",
    "NO_COLOR, CLICOLOR, CLICOLOR_FORCE",
    "CI, TERM",
    "TMPDIR",
    "XDG_DATA_HOME",
    "SOURCE_DATE_EPOCH",
    "GATE_FONTS",
    "GATE_DB_PROXY",
)
_SPECIAL: Final = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}


def said(name: str, language: Language) -> str:
    """Return a text of the pages."""
    return render(f"man.{name}", language)


def roff(text: str) -> str:
    r"""Return text of one line of which roff takes nothing for a request or an escape.

    ``\:`` stands where a line of Japanese may end: there are no blanks to break it at.
    """
    pieces = (re.sub(r"[\\\-'`^~]", lambda match: _SPECIAL[match[0]], unit) for unit in units(" ".join(text.split())))
    escaped = re.sub(r"(?:\\:)? (?:\\:)?", " ", r"\:".join(pieces))
    return rf"\&{escaped}" if escaped.startswith((".", r"\(aq")) else escaped


def quoted(text: str) -> str:
    """Return text as one argument of a macro."""
    escaped = roff(text).replace('"', r"\(dq")
    return f'"{escaped}"'


def page(language: Language) -> str:
    """Return the manual page in a language."""
    group = LazyGroup(language)
    with speaking(language):
        lines = [
            r".\" Written by tools/manual.py from the message catalogue.",
            f'.TH GATE 1 {DATE} "release\\-gate {__version__}" {quoted(said("manual", language))}',
            *((".ad l", ".nh") if language == "ja" else ()),
            *_section("name", language),
            rf"gate \- {roff(said('purpose', language))}",
            *_section("synopsis", language),
            ".B gate",
            f"[{_italic(said('options', language))}] {_italic(said('command', language))} [{_italic('ARGS')}]",
            *_section("description", language),
            roff(group.help or ""),
            *_section("commands", language),
        ]
        for name, command in _commands(group):
            lines += _command(name, command, language)
        lines += [*_section("global", language), *_options(global_options(texts(language)))]
    lines += [*_listed("exit", map(str, EXIT_CODES), language), *_listed("files", FILES, language)]
    lines += _listed("environment", VARIABLES, language)
    lines += [*_section("see-also", language), roff(said("see-also.text", language))]
    return "\n".join(lines) + "\n"


def _section(name: str, language: Language) -> list[str]:
    return [f".SH {quoted(said(f'section.{name}', language))}"]


def _commands(group: LazyGroup) -> Iterator[tuple[str, click.Command]]:
    context = Context(group, info_name="gate")
    for name in COMMANDS:
        command = group.get_command(context, name)
        if command is None:
            raise LookupError(name)
        yield name, command
        for inner, each in getattr(command, "commands", {}).items():
            yield f"{name} {inner}", each


def _command(name: str, command: click.Command, language: Language) -> Iterator[str]:
    """Yield the part of one command: how it is called, what it does, its own options."""
    context = Context(command, info_name=f"gate {name}")
    yield f".SS {quoted(f'gate {name}')}"
    yield rf"\fBgate {roff(name)}\fR {roff(' '.join(command.collect_usage_pieces(context)))}"
    yield ".PP"
    yield roff(command.help or "")
    of_all = {option.name for option in global_options(texts(language))}
    yield from _options([parameter for parameter in command.params if parameter.name not in of_all])


def _options(parameters: list[click.Parameter]) -> Iterator[str]:
    for parameter in parameters:
        context = Context(click.Command("gate"))
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None:
            yield from (".TP", rf"\fB{roff(record[0])}\fR", roff(record[1]))


def _listed(section: str, names: Iterator[str] | tuple[str, ...], language: Language) -> Iterator[str]:
    yield from _section(section, language)
    for name in names:
        code = f"{section}.{re.split('[, ]', name)[0].lower().replace('_', '-')}"
        label = render(f"man.{code}.name", language) if f"man.{code}.name" in message_ids("man") else name
        yield from (".TP", rf"\fB{roff(label)}\fR", roff(said(code, language)))


def _italic(text: str) -> str:
    return rf"\fI{roff(text)}\fR"


def stale_pages() -> list[tuple[Path, str]]:
    """Return the pages that are not current, with what they should hold."""
    wanted = [(PAGES[language], page(language)) for language in LANGUAGES]
    return [(path, text) for path, text in wanted if not path.exists() or path.read_text("utf-8") != text]


def main() -> int:
    """Write or check both pages."""
    check, stale = "--check" in sys.argv, stale_pages()
    for path, text in stale:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        print("stale" if check else "written", path.relative_to(ROOT))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
