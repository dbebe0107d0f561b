"""Write what a command answers: to standard output or a file, whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from gate.errors import UsageError
from gate.paths import printable


def write_answer(data: bytes, file: Path | None) -> None:
    """Write ``data`` to ``file``, replacing it in one step, or to standard output where it is None.

    Raises ``UsageError`` where the file cannot be written.
    """
    if file is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError("cli.cannot-write", path=printable(str(file)), error=error.strerror or str(error)) from error
