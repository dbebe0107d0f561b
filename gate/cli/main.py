"""The command ``gate``: find the subcommand, run it, turn errors into messages and exit codes.

Exit codes never depend on the output format: 0 yes, 1 no, 2 wrong usage or configuration, 3 could not tell,
70 a bug in the gate, 130 interrupted.
"""

from __future__ import annotations

import errno
import importlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click
from rich.cells import cell_len

from gate import __version__
from gate.cli.helping import speaking
from gate.cli.language import language_of, texts
from gate.cli.output import fitted, leave_standard_output, open_standard_streams, say
from gate.cli.settings import Group, Settings, global_options
from gate.errors import GateError
from gate.paths import printable
from gate.reports.escaping import terminal_lines
from gate.text import Language, render

COMMANDS = (
    "init",
    "check",
    "justify",
    "outbound",
    "release",
    "sign",
    "verify",
    "countersign",
    "trust",
    "report",
    "doctor",
    "explain",
    "db",
    "completion",
)
BUG = 70
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
INTERRUPTED = 130


class LazyGroup(Group):
    """Subcommands that are imported only when they are run or asked for help, so that ``--help`` is instant."""

    def __init__(self, language: Language) -> None:
        text = texts(language)
        super().__init__(
            "gate",
            help=text("help"),
            params=global_options(text),
            callback=lambda **_: None,
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        self.params.append(
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                help=text("option.version"),
                callback=_print_version,
            )
        )
        self._language: Language = language
        self._text = text

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which a person needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and build one subcommand."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"gate.cli.{cmd_name}")
        command: click.Command = module.build(self._text)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand; ``help`` and ``version``, which people try, are understood as the options."""
        if args[0] == "help":
            args = [*args[1:], "--help"]
        if args[0] in {"--help", "version"} and not ctx.resilient_parsing:
            click.echo(ctx.get_help() if args[0] == "--help" else _version())
            ctx.exit()
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands without importing any of them."""
        del ctx
        rows = [(name, self._text(f"{name}.short")) for name in COMMANDS]
        with formatter.section(self._text("commands")):
            formatter.write_dl(rows)


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # click's signature
    if wanted:
        click.echo(_version())
        ctx.exit()


def _version() -> str:
    return f"gate {__version__}"


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code; errors go to standard error as a message with advice."""
    language = language_of(arguments, os.environ)
    with speaking(language):
        return _run(arguments, language)


def _run(arguments: Sequence[str], language: Language) -> int:
    settings = Settings(language=language)
    try:
        result = LazyGroup(language).main(list(arguments), prog_name="gate", standalone_mode=False, obj=settings)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help(), err=True)
        return 2
    except click.ClickException as error:
        _complain(error.format_message(), _usage_advice(error, language), language, settings)
        return 2
    except GateError as error:
        _complain(error.message(language), error.advice(language), language, settings)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say(render("cli.interrupted", language))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone: nothing more can be said, and the answer did not arrive.
        leave_standard_output()
        return 3
    except Exception as error:  # noqa: BLE001  # the last boundary: a bug is named as one, with its own exit code
        return _unforeseen(error, language, settings)
    return result if isinstance(result, int) else 0


def _unforeseen(error: Exception, language: Language, settings: Settings) -> int:
    """Say what lies behind an error that nobody has caught, and return the exit code: what lacks here, or a bug."""
    if package := _lacking_package(error):
        message = render("cli.no-package", language, {"package": package})
        _complain(message, render("cli.no-package.advice", language), language, settings)
        return 3
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        leave_standard_output()  # what is left of an answer, perhaps, will not be written either
        message = render("cli.no-room", language, {"error": printable(error.strerror or "")})
        _complain(message, render("cli.no-answer.advice", language), language, settings)
        return 3
    message = render("cli.bug", language, {"kind": type(error).__name__, "text": ascii(str(error))[:500]})
    _complain(message, render("cli.bug.advice", language), language, settings)
    if settings.verbose:
        traceback.print_exception(error)
    return BUG


def _lacking_package(error: Exception) -> str:
    """Return the name of a package of others that is not installed, or nothing where the error is another."""
    name = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    return "" if name == "gate" else name


def _usage_advice(error: click.ClickException, language: Language) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "gate"
    return render("cli.usage.advice", language, {"command": command})


def _complain(message: str, advice: str, language: Language, settings: Settings) -> None:
    label = render("cli.error", language)
    text = fitted(terminal_lines(message), cell_len(label) + 2)
    click.echo(click.style(f"{label}: ", fg="red", bold=True) + text, err=True, color=settings.colour(sys.stderr))
    say(advice)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main() -> NoReturn:
    """Entry point of the command ``gate``."""
    # A pipeline stops its jobs with SIGTERM: clean up as for Ctrl-C.
    signal.signal(signal.SIGTERM, _interrupt)
    open_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a code page cannot say (Windows, into a file or pipe) must not end an answer half-way.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
