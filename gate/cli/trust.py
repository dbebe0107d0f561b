"""``gate trust``: draft a trust file for a release that was received, and print the notice that one is checked by."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.language import Text
from gate.cli.settings import GateCommand, Settings
from gate.errors import GateError, UsageError
from gate.paths import printable
from gate.text import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.text import Language
    from gate.trusting.draft import Entry, Known
    from gate.trusting.promised import Claims

_PATH = click.Path(path_type=Path)
_TRIES = 3


def build(text: Text) -> click.Command:
    """Return the group with ``init`` and ``sheet``."""
    group = click.Group("trust", help=text("trust.help"), short_help=text("trust.short"))
    group.add_command(GateCommand("trust.init", text=text, params=_init_options(text), callback=_init), "init")
    group.add_command(GateCommand("trust.sheet", text=text, params=_sheet_options(text), callback=_sheet), "sheet")
    return group


def _init_options(text: Text) -> list[click.Parameter]:
    several: dict[str, tuple[str, Any, str]] = {
        "fingerprints": ("--fingerprint", None, "HEX"),
        "keys": ("--key", _PATH, "FILE"),
        "certificates": ("--certificate", None, "SUBJECT|SHA256"),
        "roots": ("--root", _PATH, "FILE"),
        "tsa_roots": ("--tsa-root", _PATH, "FILE"),
        "identities": ("--identity", None, "TEXT"),
        "issuers": ("--issuer", None, "URL"),
    }
    return [
        click.Argument(["folder"], type=_PATH, metavar="FOLDER"),
        *(_many(text, name, *each) for name, each in several.items()),
        click.Option(["--trusted-root"], type=_PATH, metavar="FILE", help=text("option.trust-trusted-root")),
        click.Option(
            ["-o", "--output"],
            type=_PATH,
            default=Path("trust.toml"),
            show_default=True,
            metavar="FILE",
            help=text("option.trust-output"),
        ),
    ]


def _many(text: Text, name: str, option: str, kind: click.Path | None, shown: str) -> click.Option:
    return click.Option([option, name], type=kind, multiple=True, metavar=shown, help=text(f"option.trust{option[1:]}"))


def _sheet_options(text: Text) -> list[click.Parameter]:
    forms = click.Choice(("text", "pdf"))
    return [
        click.Option(["-c", "--config"], type=_PATH, metavar="FILE", help=text("option.config")),
        click.Option(["--format", "form"], type=forms, default="text", show_default=True, help=text("option.format")),
        click.Option(["-o", "--output"], type=_PATH, metavar="FILE", help=text("option.output")),
    ]


# --- gate trust init --------------------------------------------------------------------------------------------


@click.pass_context
def _init(ctx: click.Context, /, folder: Path, output: Path, **given: Any) -> int:  # noqa: ANN401  # click hands options over by name
    """Return 0 where nothing that a person knows speaks against the release, 1 where it does."""
    from gate.cli.output import write_new  # noqa: PLC0415  # loaded only when the command runs
    from gate.clock import clock_from  # noqa: PLC0415  # as above
    from gate.trusting.draft import Known, draft  # noqa: PLC0415  # as above
    from gate.trusting.promised import Claims  # noqa: PLC0415  # as above
    from gate.trusting.writing import render_trust  # noqa: PLC0415  # as above
    from gate.verification.trust import DAY_ZONE  # noqa: PLC0415  # as above

    language = ctx.ensure_object(Settings).language
    if os.path.lexists(output):
        raise UsageError("cli.init.exists", path=printable(str(output)))
    with Claims(folder) as claims:
        if claims.release.holds(_place(output)):
            raise UsageError("trust.draft-inside", path=printable(str(output)))
        known = Known(**given)
        if sys.stdin.isatty():
            known = _asked(known, claims, language)
        entries = draft(claims, known, output.parent)
        day = clock_from(os.environ)().astimezone(DAY_ZONE).date()
        shown = printable(str(folder))
        text = render_trust(entries, claims.promised.deliverable, language, folder=shown, day=day)
    write_new(text.encode(), output)
    return _told(entries, output, language)


def _place(output: Path) -> Path:
    """Return where a file that does not exist yet will really lie.  Raises ``UsageError`` where there is no folder."""
    try:
        return output.parent.resolve(strict=True) / output.name
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        reason = printable(getattr(error, "strerror", None) or str(error))
        raise UsageError("cli.cannot-write", path=printable(str(output)), error=reason) from error


def _asked(known: Known, claims: Claims, language: Language) -> Known:
    """Return what is known with what a person answers of kinds that the options say nothing of."""
    from gate.trusting import draft  # noqa: PLC0415  # as above

    signers = claims.promised.signers
    if "openpgp" in signers and not known.fingerprints:
        known = replace(known, fingerprints=_ask("fingerprint", language, draft.typed_fingerprint))
        if known.fingerprints and not known.keys:
            known = replace(known, keys=_ask_files("key", language))
    if "x509" in signers and not known.certificates:
        known = replace(known, certificates=_ask("certificate", language))
        if known.certificates:
            known = replace(
                known,
                roots=known.roots or _ask_files("root", language),
                tsa_roots=known.tsa_roots or _ask_files("tsa-root", language),
            )
    if "keyless" in signers and not known.identities:
        known = replace(known, identities=_ask("identity", language, draft.typed_identity))
        if known.identities and not known.issuers:
            known = replace(known, issuers=_ask("issuer", language, draft.typed_issuer))
    return known


def _ask(code: str, language: Language, check: Callable[[str], object] = str) -> tuple[str, ...]:
    """Return what a person types, nothing where that is empty; what cannot be right is asked for again."""
    for attempt in range(1, _TRIES + 1):
        text: str = click.prompt(render(f"trust.ask.{code}", language), default="", show_default=False, err=True)
        try:
            if text:
                check(text)
        except GateError as error:
            if attempt == _TRIES:
                raise
            from gate.cli.output import say  # noqa: PLC0415  # as above

            say(error.message(language))
        else:
            break
    return (text,) if text else ()


def _ask_files(code: str, language: Language) -> tuple[Path, ...]:
    return tuple(map(Path, _ask(code, language)))


def _told(entries: list[Entry], output: Path, language: Language) -> int:
    """Say what was written and what is left to do; returns the exit code."""
    from gate.cli.output import say  # noqa: PLC0415  # as above

    say(render("trust.draft.written", language, {"path": printable(str(output))}))
    for entry in entries:
        state = "contradicted-by" if entry.contradicted else "unconfirmed" if entry.open else "confirmed"
        say(render(f"trust.draft.{state}", language, {"section": entry.section}))
    return 1 if any(entry.contradicted for entry in entries) else 0


# --- gate trust sheet -------------------------------------------------------------------------------------------


@click.pass_context
def _sheet(ctx: click.Context, /, config: Path | None, form: str, output: Path | None) -> int:
    from gate.cli.options import DEFAULT_POLICY  # noqa: PLC0415  # as above
    from gate.cli.output import write_answer  # noqa: PLC0415  # as above
    from gate.clock import clock_from  # noqa: PLC0415  # as above
    from gate.policy import load_policy  # noqa: PLC0415  # as above
    from gate.reports.papers.notice import compose_notice  # noqa: PLC0415  # as above
    from gate.reports.papers.plain import render_paper_text  # noqa: PLC0415  # as above
    from gate.trusting.notice import notices_of  # noqa: PLC0415  # as above

    settings = ctx.ensure_object(Settings)
    if form == "pdf" and output is None and sys.stdout.isatty():
        raise UsageError("cli.pdf-terminal")
    loaded = load_policy(config or (DEFAULT_POLICY if DEFAULT_POLICY.exists() else None))
    created = clock_from(os.environ)()
    paper = compose_notice(notices_of(loaded), loaded.policy, settings.language, created=created)
    if form == "text":
        data = render_paper_text(paper).encode()
    else:
        from gate.reports.pdf import render_pdf  # noqa: PLC0415  # takes longer to load than most papers to write
        from gate.reports.pdf_fonts import find_fonts  # noqa: PLC0415  # as above

        data = render_pdf(paper, find_fonts(os.environ), created=created, most=1)
    write_answer(data, output)
    return 0
