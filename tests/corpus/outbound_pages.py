"""Pages of published packages, read and opened: what each file says by reading, and what each page asked for.

Packages are those of ``outbound_pages.toml``, fetched by ``npm pack`` into ``GATE_CORPUS`` (or a temporary folder).
A page is held against the files that it read while it was opened, no others: what stands elsewhere in its package is
no statement about it.

What a script does that lies on another server cannot be seen without any network.  Pages that take a well-known one
from there are opened a second time with the same script of its package in its place (``supplied`` in the list): what
they then ask for counts as well.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gate.errors import GateError
from gate.examine.browser.examiner import BrowserExaminer, Seen
from gate.examine.browser.pack import Pack, pack
from gate.examine.interface import Member, View
from gate.examine.outbound.examiner import OutboundExaminer
from gate.models import Item, OutboundFact, Reach

_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
NAMES: dict[str, str] = _LISTS["packages"]
SUPPLIED: dict[str, str] = _LISTS["supplied"]
_PLACE = "supplied-scripts"
"""Where the scripts that take the place of others lie in a site."""
PAGES_OF_A_PACKAGE = 3
PAGE_SECONDS = 90
_SCRIPTS = ("script[", "import", "importmap", "link[rel=modulepreload")
_PAGES = (".html", ".htm", ".xhtml")
FOUND: tuple[Reach, ...] = ("automatic", "conditional", "code", "string", "tracker")
"""What counts as found: reading says that the host is, or may be, contacted."""
_ASPECTS = OutboundExaminer.depends_on


@dataclass(frozen=True)
class Page:
    """One page: hosts that it asked for, and by reach those that reading names in the files that it read."""

    package: str
    path: str
    asked: frozenset[str]
    read: Mapping[Reach, frozenset[str]]
    files: tuple[str, ...]
    whole: bool
    """Whether all scripts came that the page wanted: none lies on another server without one in its place."""
    completed: bool = False
    """Whether it was opened a second time with scripts in the place of those on other servers."""

    def found(self, *reaches: Reach) -> frozenset[str]:
        """Return the hosts that reading names with any of the reaches."""
        return frozenset().union(*(self.read.get(reach, frozenset()) for reach in reaches))

    @property
    def missed(self) -> frozenset[str]:
        """Hosts that were asked for and that reading does not name as a contact or a string."""
        return self.asked - self.found(*FOUND)


@dataclass(frozen=True)
class Package:
    """A package with its opened pages; ``failed`` are pages that did not come to an end."""

    name: str
    version: str
    pages: tuple[Page, ...]
    failed: tuple[str, ...]
    contents: Mapping[str, bytes]
    """What the opened pages read."""
    elsewhere: frozenset[str]
    """Where a page has a host that was missed: what reading names in files that no opened page read."""


def _packed(folder: Path, name: str, version: str) -> Path:
    file = folder / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    if not file.exists():
        command = ["npm", "pack", "--silent", f"{name}@{version}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return file


def _supplied(folder: Path) -> dict[str, bytes]:
    """Return the scripts that take the place of others, by the URL of these."""
    found = {}
    for url, told in SUPPLIED.items():
        package, path = told.split()
        name, _, version = package.rpartition("@")
        found[url] = _files(_packed(folder, name, version))[path]
    return found


@dataclass(frozen=True)
class Corpus:
    """Name, version and archive of each package, and the scripts that take the place of others, by their URLs."""

    archives: list[tuple[str, str, Path]]
    supplied: Mapping[str, bytes]


@contextlib.contextmanager
def corpus() -> Iterator[Corpus]:
    """Give the packages."""
    kept = os.environ.get("GATE_CORPUS")
    with contextlib.ExitStack() as stack:
        base = Path(kept) if kept else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pages-")))
        folder = base / "npm-pages"
        folder.mkdir(parents=True, exist_ok=True)
        yield Corpus([(*each, _packed(folder, *each)) for each in NAMES.items()], _supplied(folder))


def looked_at(
    browser: BrowserExaminer, name: str, version: str, archive: Path, supplied: Mapping[str, bytes], workers: int
) -> Package:
    """Open pages of a package, spread over all that it has, and read all its files."""
    files = _files(archive)
    chosen = _spread(sorted(path for path in files if path.lower().endswith(_PAGES)))
    seen = _all_opened(browser, files, chosen, workers)
    changed = {path: content for path in seen if (content := _with_scripts(files[path], supplied)) != files[path]}
    scripts = {f"{_PLACE}/{number}.js": content for number, content in enumerate(supplied.values())}
    again = _all_opened(browser, {**files, **scripts, **changed}, list(changed), workers) if changed else {}
    read = {path: _read_by(seen[path], again.get(path), files) for path in seen}
    facts = {path: _facts(path, files[path]) for path in sorted(set().union(*read.values()))}
    pages = tuple(
        Page(
            name,
            path,
            _hosts(each.facts) | (_hosts(again[path].facts) if path in again else frozenset()),
            _by_reach(facts, read[path]),
            read[path],
            _is_whole({**facts, path: _facts(path, changed.get(path, files[path]))}, again.get(path, each)),
            path in again,
        )
        for path, each in seen.items()
    )
    rest = {path: content for path, content in files.items() if path not in facts}
    elsewhere = _elsewhere(rest) if any(page.missed for page in pages) else frozenset[str]()
    failed = tuple(path for path in chosen if path not in seen)
    return Package(name, version, pages, failed, {path: files[path] for path in facts}, elsewhere)


def _all_opened(
    browser: BrowserExaminer, files: Mapping[str, bytes], pages: Sequence[str], workers: int
) -> dict[str, Seen]:
    """Return what was seen of pages of a site, without those that did not come to an end."""
    members = [_member(path, content) for path, content in files.items()]
    with pack(members, limit=1 << 30) as packed, ThreadPoolExecutor(workers) as threads:
        opened = dict(zip(pages, threads.map(lambda path: _opened(browser, packed, path), pages), strict=True))
    return {path: each for path, each in opened.items() if each is not None and not each.problem}


def _with_scripts(page: bytes, supplied: Mapping[str, bytes]) -> bytes:
    """Return a page with the scripts that it takes from other servers in its own site."""
    for number, url in enumerate(supplied):
        for quote in (b'"', b"'"):
            written = quote + url.encode() + quote
            page = page.replace(written, quote + f"/{_PLACE}/{number}.js".encode() + quote)
    return page


def _read_by(first: Seen, second: Seen | None, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the files of a package that a page read, when it was opened once or twice."""
    read = [*first.files, *(second.files if second is not None else ())]
    return tuple(dict.fromkeys(path for path in read if path in files))


def _files(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as opened:
        return {
            member.name.partition("/")[2]: stream.read()
            for member in opened
            if member.isfile() and (stream := opened.extractfile(member)) is not None
        }


def _member(path: str, content: bytes) -> Member:
    @contextlib.contextmanager
    def opened() -> Iterator[int]:
        with tempfile.TemporaryFile() as stream:
            stream.write(content)
            stream.flush()
            yield stream.fileno()

    return Member(Item(f"site/{path}", "", len(content), path.rpartition("/")[2].encode()), opened)


def _spread(pages: Sequence[str]) -> list[str]:
    count = PAGES_OF_A_PACKAGE
    return [pages[index * len(pages) // count] for index in range(count)] if len(pages) > count else list(pages)


def _opened(browser: BrowserExaminer, packed: Pack, path: str) -> Seen | None:
    try:
        return browser.open_page(packed, path)
    except GateError:
        return None


def _facts(path: str, content: bytes) -> list[OutboundFact]:
    item = _member(path, content)
    with item.opened() as descriptor:
        found = OutboundExaminer().examine(View.of(item.item, descriptor, _ASPECTS))
        return [fact for fact in found if isinstance(fact, OutboundFact) and fact.host]


def _elsewhere(files: Mapping[str, bytes]) -> frozenset[str]:
    named = (fact for path, content in files.items() for fact in _facts(path, content))
    return frozenset(fact.host for fact in named if fact.reach in FOUND)


def _is_whole(facts: Mapping[str, Sequence[OutboundFact]], seen: Seen) -> bool:
    asked = _hosts(seen.facts)
    named = (fact for path in seen.files for fact in facts.get(path, ()))
    return not any(fact.host in asked and fact.via.startswith(_SCRIPTS) for fact in named)


def _hosts(facts: Sequence[OutboundFact]) -> frozenset[str]:
    return frozenset(fact.host for fact in facts if fact.reach == "automatic")


def _by_reach(facts: Mapping[str, Sequence[OutboundFact]], files: Sequence[str]) -> dict[Reach, frozenset[str]]:
    found: dict[Reach, set[str]] = {}
    for path in files:
        for fact in facts.get(path, ()):
            found.setdefault(fact.reach, set()).add(fact.host)
    return {reach: frozenset(hosts) for reach, hosts in found.items()}
