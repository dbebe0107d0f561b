"""What is examined, and what examiners yield that is no fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from gate.models.vocabulary import DOCUMENT_CONFIG, GapReason  # pydantic reads annotations when the module is loaded


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file or folder given on the command line.

    ``path`` is its item path, ``sha256`` the digest of the file or of the file list of a folder, ``size`` the
    bytes of the file or the sum over the folder, ``items`` how many items were found at any depth in it.
    """

    path: str
    kind: Literal["file", "folder"]
    sha256: str
    size: int
    items: int


@dataclass(frozen=True, slots=True)
class Item:
    """One file at any depth inside an artifact.

    ``path`` is the item path (see ``gate.paths``), ``name`` the raw bytes of the last component as the container
    or file system holds them, ``mode`` the permission bits where the container records any, ``labels`` all that
    content identification says of it, in the order of ``gate.intake.identify``.
    """

    path: str
    sha256: str
    size: int
    name: bytes
    mode: int | None = None
    labels: tuple[str, ...] = ()
    depth: int = 0
    origin: Literal["file", "member", "derived"] = "file"


@dataclass(frozen=True, slots=True)
class Gap:
    """An item, or a part of one, that could not be examined, with the reason."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    reason: GapReason
    detail: str = ""
    examiner: str = ""
    path: str = ""
    sha256: str = ""


ENGINE_NOT_STARTED: Final = "the engine did not start"
"""The detail of the gaps of an examiner whose engine did not start: one for each item, and one cause."""


@dataclass(frozen=True, slots=True)
class Derived:
    """Bytes that an examiner uncovered in an item (a decoded blob, an embedded program).

    They become an item of their own, ``<item>!/!<name>``, under the same budget.
    """

    name: str
    data: bytes
