"""Write what a command answers: to standard output or a file, whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import click

from gate.errors import EngineFailure, UsageError
from gate.paths import printable
from gate.reports.escaping import inert_in_logs, terminal_lines

_NARROWEST = 20


def say(text: str) -> None:
    """Write lines for a person to standard error; whatever stands in them, they are only text there.

    On a terminal they are wrapped; a path or command in them is never broken, so that it can be copied.
    """
    click.echo(fitted(terminal_lines(text)), err=True)


def fitted(lines: str, taken: int = 0) -> str:
    """Return lines wrapped to the terminal that standard error is, or as they are; ``taken`` columns are in use."""
    if not sys.stderr.isatty():
        return lines
    width = max(shutil.get_terminal_size().columns, _NARROWEST)
    filled = "\n".join(_broken(line, width, 0 if number else taken) for number, line in enumerate(lines.split("\n")))
    return inert_in_logs(filled)


def _broken(line: str, width: int, taken: int) -> str:
    from gate.reports.breaking import wrapped  # noqa: PLC0415  # nothing in a pipeline needs it

    text = line.lstrip(" ")
    indent = " " * (len(line) - len(text))
    room = max(width - len(indent), _NARROWEST)
    return "\n".join(indent + part for part in wrapped("x" * taken + text, room, whole=True))[taken:]


def write_answer(data: bytes, file: Path | None) -> None:
    """Write ``data`` to ``file``, replacing it in one step, or to standard output where it is None.

    What is no regular file (a pipe, ``/dev/null``) is written to as it is: nothing can take its place.
    Raises ``UsageError`` where the file cannot be written, ``EngineFailure`` where standard output cannot, and
    ``BrokenPipeError`` where nobody reads that any more.
    """
    if file is None:
        _write_out(data)
        return
    try:
        real = file.resolve()
        if real.exists() and not real.is_file():
            real.write_bytes(data)
        else:
            _replace(real, data)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError("cli.cannot-write", path=printable(str(file)), error=printable(reason)) from error


def _write_out(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        leave_standard_output()
        raise EngineFailure("cli.no-answer", error=printable(error.strerror or str(error))) from error


def leave_standard_output() -> None:
    """Let nothing be written to standard output any more, nor what is left of an answer when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def open_standard_streams() -> None:
    """Open what the caller has closed: the next file to be opened would else be what is written to."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def write_new(data: bytes, file: Path) -> None:
    """Write ``data`` to a file that does not exist yet, whole or not at all.

    Raises ``UsageError`` where something has that name by now, or it cannot be written.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".gate-", dir=file.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
            Path(temporary).chmod(0o644)
            file.hardlink_to(temporary)
        finally:
            Path(temporary).unlink()
    except FileExistsError as error:
        raise UsageError("cli.init.exists", path=printable(str(file))) from error
    except OSError as error:
        reason = printable(error.strerror or str(error))
        raise UsageError("cli.cannot-write", path=printable(str(file)), error=reason) from error


def _replace(file: Path, data: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=".gate-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
