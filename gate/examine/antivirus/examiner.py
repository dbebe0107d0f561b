"""The examiner ``clamav``: every item goes to clamd, whatever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.data_files import data_folder
from gate.errors import UsageError
from gate.examine.antivirus.address import is_remote, parse_address
from gate.examine.antivirus.configuration import LARGEST_FILE
from gate.examine.antivirus.external import ExternalEngine
from gate.examine.antivirus.official import OFFICIAL, OfficialDatabase
from gate.examine.antivirus.private import PrivateEngine
from gate.models import Aspect, EngineInfo, Gap, Item
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gate.examine.antivirus.engine import Engine
    from gate.examine.interface import Observation, View

MADE_OF_MEMBERS = frozenset({"zip", "tar", "gzip", "bzip2", "xz", "zstd", "lzip", "lzma", "ar", "deb", "cpio"})
"""Containers, by intake's labels, of which intake accounts for every byte: as a member, hidden data or a gap."""


class ClamAVExaminer:
    """Looks for malicious programs with ClamAV (contract clause 26-3 3(1)①).

    ``address`` is ``auto`` (a private clamd, the default), ``unix:/path`` or ``tcp://host:port``; a TCP address that
    is not loopback needs ``remote_allowed``.  For the private clamd: ``database`` is a folder of databases, or None
    for the house signatures alone; ``house_signatures`` the folder of those (default: the bundled ones), ``scratch``
    where its private folder is made, ``program`` what clamd is called, ``official`` which databases are official.

    :meth:`examine` may be called from several threads at once.  :meth:`start` must be called from a thread that
    lives until :meth:`close`: the kernel ends a confined program with the thread that started it.
    Raises ``UsageError`` for an address that cannot be used.
    """

    threadsafe = True

    def __init__(
        self,
        address: str = "auto",
        *,
        database: Path | None = None,
        house_signatures: Path | None = None,
        scratch: Path | None = None,
        remote_allowed: bool = False,
        program: str = "clamd",
        official: Mapping[str, OfficialDatabase] = OFFICIAL,
    ) -> None:
        endpoint = parse_address(address)
        if endpoint is None:
            shipped = data_folder("signatures")
            house = house_signatures or shipped
            self._engine: Engine = PrivateEngine(
                database=database,
                house_signatures=house,
                bundled=house.resolve() == shipped.resolve(),
                scratch=scratch,
                program=program,
                official=official,
            )
            return
        remote = is_remote(endpoint)
        if remote and not remote_allowed:
            raise UsageError("malware.remote-clamd", address=printable(address))
        self._engine = ExternalEngine(endpoint, address, remote=remote)

    @property
    def name(self) -> str:
        """``clamav``."""
        return "clamav"

    @property
    def depends_on(self) -> frozenset[Aspect]:
        """The content alone: clamd never learns a name."""
        return frozenset({"content"})

    def applies(self, item: Item) -> bool:  # noqa: ARG002  # it applies to whatever there is
        """Every item is examined."""
        return True

    @property
    def engine(self) -> Engine:
        """The engine behind it, for those who watch its processes."""
        return self._engine

    def start(self) -> EngineInfo:
        """Start clamd and let it prove itself.  Raises ``EngineFailure``; then nothing is left running."""
        try:
            return self._engine.start()
        except BaseException:
            self._engine.close()
            raise

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield what clamd says of the item.  Empty items go to it like all others.

        A container above its hard limit is examined through its members: nothing but they and their headers is in
        those that :data:`MADE_OF_MEMBERS` names, whose readers tell of every other byte.
        """
        if view.size > LARGEST_FILE and len(view.labels) == 1 and view.labels[0] in MADE_OF_MEMBERS:
            return
        if view.size > LARGEST_FILE:
            yield Gap("too-large", detail=f"{view.size} bytes; ClamAV looks at {LARGEST_FILE} at most")
            return
        yield from self._engine.scan(view)

    def finish(self) -> EngineInfo:
        """Let clamd prove itself again.  Raises ``EngineFailure`` where it has died, complained or missed a canary."""
        return self._engine.finish()

    def close(self) -> None:
        """End clamd and remove its folder; may be called more than once."""
        self._engine.close()
