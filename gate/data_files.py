"""Where the data folders are that the gate brings along: signatures and rules.

In a source tree they stand at its top level; a wheel holds them inside the package.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

from gate.errors import EngineFailure

DataFolder = Literal["signatures", "yara-rules"]


def data_folder(name: DataFolder) -> Path:
    """Return the folder of one kind of data, of the installed package or else of the source tree.

    Raises ``EngineFailure`` where neither has it: the installation is damaged.
    """
    package = Path(str(files("gate")))
    for candidate in (package / "data" / name, package.parent / name):
        if candidate.is_dir():
            return candidate
    raise EngineFailure("malware.data-folder-missing", name=name)
