"""Signature files that a recipient names one by one, and what lies beside them.

The end of a file's name says which back end it is for.  A signature of a statement has that statement beside it under
the same name without that end, or holds it (a bundle); any other is of the artifact itself.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from gate.errors import UsageError, VerificationError
from gate.paths import escape_name, printable
from gate.record import layout
from gate.verification.folder import ReleaseFolder
from gate.verification.statement import MOST_BYTES
from gate.verification.validation import read_validation
from gate.x509.checker import MAX_MATERIAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gate.verification.validation import KeptFile

MOST: Final = 100
"""Signature files beyond this are refused: three back ends with three statements each are nine."""
_BACK_ENDS: Final = ((".sigstore.json", "keyless"), (".sigstore", "keyless"), (".asc", "openpgp"), (".p7s", "x509"))
_STATEMENT: Final = b".intoto.json"
_VALIDATION: Final = "validation"
_SIGNATURES: Final = "signatures"


@dataclass(frozen=True, slots=True)
class Given:
    """A signature file: the back end that it is for, and the name of the statement beside it, empty where it has none.

    ``shown`` is its path as it was given, escaped like an item path.
    """

    shown: str
    back_end: str
    folder: ReleaseFolder
    name: bytes
    statement: bytes

    @contextlib.contextmanager
    def opened(self) -> Iterator[int]:
        """Open the file for the length of a ``with`` block; yields its descriptor."""
        with contextlib.ExitStack() as closing:
            with _named(self.shown):
                descriptor = closing.enter_context(self.folder.opened(self.name))
            yield descriptor

    def read_statement(self) -> bytes:
        """Return the bytes of the statement beside it."""
        with _named(self.signs):
            return self.folder.read(self.statement, MOST_BYTES)

    @property
    def signs(self) -> str:
        """The path of the statement beside it, as messages show it; its own where the statement is in it."""
        folder, slash, _ = self.shown.rpartition("/")
        return f"{folder}{slash}{escape_name(self.statement)}" if self.statement else self.shown


class GivenFiles:
    """All signature files that were named, each folder opened once; close it, or use it as a context manager.

    Raises ``UsageError`` where one is of no known form, is not there, or there are too many.
    """

    complete = False
    """What stock tools need beside a signature may be missing (:class:`gate.verification.claims.Surroundings`)."""

    def __init__(self, paths: Sequence[Path]) -> None:
        if len(paths) > MOST:
            raise UsageError("verify.too-many-signatures", limit=MOST)
        self._closing = contextlib.ExitStack()
        self._folders: dict[Path, ReleaseFolder] = {}
        try:
            self.files = tuple(self._given(path) for path in paths)
        except BaseException:
            self._closing.close()
            raise
        self._by_path = {layout.on_disk(given.shown): given for given in self.files}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _given(self, path: Path) -> Given:
        shown = printable(os.fsencode(path))
        try:
            place = path.resolve(strict=True)
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
            raise UsageError("verify.no-signature-file", path=shown) from error
        name = os.fsencode(place.name)
        for suffix, back_end in _BACK_ENDS:
            signed = name.removesuffix(suffix.encode())
            if signed != name:
                statement = signed if signed.endswith(_STATEMENT) and back_end != "keyless" else b""
                raw = os.fsencode(path).replace(os.fsencode(os.sep), b"/")
                return Given(escape_name(raw), back_end, self._opened(place.parent), name, statement)
        raise UsageError("verify.signature-form", path=shown)

    def _opened(self, folder: Path) -> ReleaseFolder:
        if folder not in self._folders:
            self._folders[folder] = self._closing.enter_context(ReleaseFolder(folder))
        return self._folders[folder]

    def read(self, path: bytes, limit: int) -> bytes:
        """Return the bytes of the timestamp beside a signature; see :class:`gate.verification.claims.Surroundings`."""
        given = self._by_path[path.removesuffix(layout.STAMP_SUFFIX.encode())]
        return given.folder.read(given.name + layout.STAMP_SUFFIX.encode(), limit)

    def validation(self) -> tuple[KeptFile, ...]:
        """Return the validation material that lies beside certificates' signatures, each file once.

        For signatures of artifacts in a release it lies one folder higher.  Raises as
        :func:`gate.verification.validation.read_validation`.
        """
        kept: dict[str, KeptFile] = {}
        for folder in {given.folder.path for given in self.files if given.back_end == "x509"}:
            found = read_validation(self._opened(folder), _VALIDATION)
            if not found and folder.name == _SIGNATURES:
                found = read_validation(self._opened(folder.parent), _VALIDATION)
            kept.update({each.path: each for each in found})
        if sum(len(each.raw) for each in kept.values()) > MAX_MATERIAL:
            raise VerificationError("validation-too-much", _VALIDATION)
        return tuple(kept.values())


@contextlib.contextmanager
def _named(shown: str) -> Iterator[None]:
    """Let refusals name a file by the path that the recipient gave."""
    try:
        yield
    except VerificationError as error:
        arguments = {key: value for key, value in error.arguments.items() if key != "path"}
        raise VerificationError(error.reason, shown, **arguments) from error
