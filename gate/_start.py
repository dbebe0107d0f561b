"""Where the command ``gate`` begins: whoever interrupts it while the rest is being loaded is answered as ever."""

from __future__ import annotations

import sys
from typing import Final, NoReturn

INTERRUPTED: Final = 130


def main() -> NoReturn:
    """Run the command; ends with exit code 130, and no traceback, where it is interrupted before it can say so."""
    try:
        from gate.cli.main import main as command  # noqa: PLC0415  # what takes its time, and may be interrupted

        command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
