"""``gate trust``: draft a trust file for a release that was received, and print the notice that one is checked by."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.language import Text
from gate.cli.options import format_option
from gate.cli.settings import CommandGroup, GateCommand, Settings
from gate.errors import GateError, UsageError
from gate.paths import printable
from gate.text import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.text import Language
    from gate.trusting.entries import Entry, Known
    from gate.trusting.promised import Claims

_PATH = click.Path(path_type=Path)
_TRIES = 3
_PROFILES = ("plain", "gpki-official", "shogyo-toki")
_REVOCATIONS = ("crl", "ocsp", "either")
_MOST_DAYS = 100_000


def build(text: Text) -> click.Command:
    """Return the group with ``init`` and ``sheet``."""
    group = CommandGroup("trust", text=text)
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
    others: dict[str, tuple[str, Any, str]] = {
        "countersigners": ("--countersigner", None, "HEX|SUBJECT|SHA256|TEXT"),
        "countersigner_roots": ("--countersigner-root", _PATH, "FILE"),
        "countersigner_tsa_roots": ("--countersigner-tsa-root", _PATH, "FILE"),
        "countersigner_issuers": ("--countersigner-issuer", None, "URL"),
    }
    return [
        click.Argument(["folder"], type=_PATH, metavar="FOLDER"),
        *(_many(text, name, *each) for name, each in several.items()),
        click.Option(["--trusted-root"], type=_PATH, metavar="FILE", help=text("option.trust-trusted-root")),
        click.Option(["--repository"], metavar="URL", help=text("option.trust-repository")),
        click.Option(["--profile"], type=click.Choice(_PROFILES), help=text("option.trust-profile")),
        click.Option(["--revocation"], type=click.Choice(_REVOCATIONS), help=text("option.trust-revocation")),
        click.Option(
            ["--max-crl-age-days"],
            type=click.IntRange(0, _MOST_DAYS),
            metavar="DAYS",
            help=text("option.trust-max-crl-age-days"),
        ),
        *(_many(text, name, *each) for name, each in others.items()),
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
    return [
        click.Option(["-c", "--config"], type=_PATH, metavar="FILE", help=text("option.config")),
        format_option(text, ("text", "pdf")),
        click.Option(["-o", "--output"], type=_PATH, metavar="FILE", help=text("option.output")),
    ]


# --- gate trust init --------------------------------------------------------------------------------------------


@click.pass_context
def _init(ctx: click.Context, /, folder: Path, output: Path, **given: Any) -> int:  # noqa: ANN401  # click hands options over by name
    """Return 0 where nothing that a person knows speaks against the release, 1 where it does."""
    from gate.cli.output import write_new  # noqa: PLC0415  # loaded only when the command runs
    from gate.clock import clock_from  # noqa: PLC0415  # as above
    from gate.trusting.countersigners import draft_countersigners  # noqa: PLC0415  # as above
    from gate.trusting.draft import draft  # noqa: PLC0415  # as above
    from gate.trusting.entries import Known  # noqa: PLC0415  # as above
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
        entries = [*draft(claims, known, output.parent), *draft_countersigners(claims, known, output.parent)]
        day = clock_from(os.environ)().astimezone(DAY_ZONE).date()
        shown = printable(str(folder))
        text = render_trust(entries, claims.promised, language, folder=shown, day=day)
    write_new(text.encode(), output)
    return _told(entries, output, folder, language)


def _place(output: Path) -> Path:
    """Return where a file that does not exist yet will really lie.  Raises ``UsageError`` where there is no folder."""
    try:
        return output.parent.resolve(strict=True) / output.name
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        reason = printable(getattr(error, "strerror", None) or str(error))
        raise UsageError("cli.cannot-write", path=printable(str(output)), error=reason) from error


def _asked(known: Known, claims: Claims, language: Language) -> Known:
    """Return what is known with what a person answers of kinds that the options say nothing of."""
    signers = claims.promised.signers
    if "openpgp" in signers and not known.fingerprints:
        known = _asked_of_key(known, language)
    if "x509" in signers and not known.certificates:
        known = _asked_of_certificate(known, language)
    if "keyless" in signers and not known.identities:
        known = _asked_of_identity(known, language)
    if claims.promised.countersignatures and not known.countersigners:
        known = _asked_of_countersigner(known, language)
    return known


def _asked_of_key(known: Known, language: Language) -> Known:
    from gate.trusting.draft import typed_fingerprint  # noqa: PLC0415  # as above

    known = replace(known, fingerprints=_ask("fingerprint", language, typed_fingerprint))
    return replace(known, keys=_ask_files("key", language)) if known.fingerprints and not known.keys else known


def _asked_of_certificate(known: Known, language: Language) -> Known:
    known = replace(known, certificates=_ask("certificate", language))
    if not known.certificates:
        return known
    days = known.max_crl_age_days
    return replace(
        known,
        roots=known.roots or _ask_files("root", language),
        tsa_roots=known.tsa_roots or _ask_files("tsa-root", language),
        profile=known.profile or _ask_one("profile", language, _one_of(_PROFILES)),
        revocation=known.revocation or _ask_one("revocation", language, _one_of(_REVOCATIONS)),
        max_crl_age_days=_days(_ask_one("max-crl-age-days", language, _days)) if days is None else days,
    )


def _asked_of_identity(known: Known, language: Language) -> Known:
    from gate.trusting import draft  # noqa: PLC0415  # as above

    known = replace(known, identities=_ask("identity", language, draft.typed_identity))
    if not known.identities:
        return known
    return replace(
        known,
        issuers=known.issuers or _ask("issuer", language, draft.typed_issuer),
        repository=known.repository or _ask_one("repository", language, draft.typed_repository),
    )


def _asked_of_countersigner(known: Known, language: Language) -> Known:
    from gate.trusting.countersigners import typed_countersigner  # noqa: PLC0415  # as above
    from gate.trusting.draft import typed_issuer  # noqa: PLC0415  # as above

    known = replace(known, countersigners=_ask("countersigner", language, typed_countersigner))
    kinds = [typed_countersigner(each) for each in known.countersigners]
    if "openpgp" in kinds:
        return replace(known, keys=(*known.keys, *_ask_files("countersigner-key", language)))
    if "x509" in kinds:
        return replace(
            known,
            countersigner_roots=known.countersigner_roots or _ask_files("countersigner-root", language),
            countersigner_tsa_roots=known.countersigner_tsa_roots or _ask_files("tsa-root", language),
        )
    if "keyless" in kinds and not known.countersigner_issuers:
        return replace(known, countersigner_issuers=_ask("issuer", language, typed_issuer))
    return known


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text.strip() not in words:
            raise UsageError("trust.ask-one-of", text=printable(text), words=", ".join(words))
        return text.strip()

    return check


def _days(text: str | None) -> int | None:
    """Return a number of days, None for no text.  Raises ``UsageError`` for any other."""
    if not text:
        return None
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and int(plain[:7]) <= _MOST_DAYS and len(plain) < 7):  # noqa: PLR2004  # digits of the most
        raise UsageError("trust.ask-days", text=printable(text), most=_MOST_DAYS)
    return int(plain)


def _ask_one(code: str, language: Language, check: Callable[[str], object]) -> str | None:
    return next((text.strip() for text in _ask(code, language, check)), None)


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


def _told(entries: list[Entry], output: Path, folder: Path, language: Language) -> int:
    """Say what was written, what is left to do and which command comes next; returns the exit code."""
    from gate.cli.output import say  # noqa: PLC0415  # as above

    shown = printable(str(output))
    say(render("trust.draft.written", language, {"path": shown}))
    for entry in entries:
        say(render(f"trust.draft.{_state(entry)}", language, {"section": entry.section, "file": entry.file}))
    if any(entry.contradicted for entry in entries):
        return 1
    to_do = any(entry.open for entry in entries if not entry.proposed)
    command = shlex.join(["gate", "verify", "--trust", shown, printable(str(folder))])
    say(render("trust.draft.next-open" if to_do else "trust.draft.next", language, {"command": command, "path": shown}))
    return 0


def _state(entry: Entry) -> str:
    if entry.proposed:
        return "proposed"
    if entry.contradicted:
        return "contradicted-by"
    if entry.open:
        return "unconfirmed"
    return "confirmed" if entry.role == "supplier" else "confirmed-countersigner"


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
