"""The ``browser`` run, from the gate's side: which pages are opened, and what is made of the answers.

It only adds: facts of contacts that were seen, and gaps.  That a page asked for nothing excuses nothing that reading
found.  Every page is opened by a browser of its own in an enclosure of its own, so that one that takes its browser over
can speak of itself alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeAlias

from gate.errors import EngineFailure, GateError, IsolationError, WorkerTimeout
from gate.examine.browser.pack import Pack, SiteTooLarge, pack, pack_files, place_of
from gate.examine.interface import Member
from gate.isolation import Confinement, PrivateFolder, Worker, find_program
from gate.models import EngineInfo, Gap, Item, OutboundFact, Reach, SeenFact

Answer: TypeAlias = tuple[Item, Sequence[SeenFact | Gap]]
NAME: Final = "browser"
PROGRAM: Final = "chromium"
CONTACTS: Final = 2000
"""Most contacts of one page that are kept."""
SITE_BYTES: Final = 2 << 30
"""Largest site that is served; the pages of a larger one are gaps."""
CONDITION: Final = "observed"
_URL_LENGTH: Final = 400
_HOST_LENGTH: Final = 253
_PAGES: Final = (b".html", b".htm", b".xhtml", b".xht")
_GRACE_SECONDS: Final = 20
"""How much longer the answer may take than the page."""
_CANARY_HOST: Final = "canary.example.org"
_CANARY: Final = {
    "index.html": b"""<!doctype html><title>canary</title><img src="//plain.canary.example.org/a.png">
<script>const parts = ["org", "example", "canary", "computed"]; new Image().src = "//" + parts.reverse().join(".");
</script><a href="https://link.canary.example.org/">a</a>
<form action="/"><input name="user"><input name="email" type="email"><input name="word" type="password"></form>""",
}
"""A form, as browsers ask their maker how to fill in forms."""
_CANARY_SEEN: Final = {f"plain.{_CANARY_HOST}", f"computed.{_CANARY_HOST}"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What opening one page showed: facts, and why it does not count as examined, if so.

    ``files`` are the files of its site that it read, as paths in the site's pack.
    """

    facts: tuple[OutboundFact, ...]
    problem: str = ""
    version: str = ""
    files: tuple[str, ...] = ()


class BrowserExaminer:
    """Opens at most ``pages`` pages, ``workers`` at a time, each for at most ``page_seconds``.

    Where there are more, those opened are spread evenly over all, sorted by depth and name; each other one is a gap.
    """

    name = NAME

    def __init__(self, *, pages: int, workers: int, page_seconds: float) -> None:
        self._pages = pages
        self._workers = workers
        self._page_seconds = page_seconds
        self._sandbox = True
        self._opened = 0
        self._found = 0
        self._version = ""

    def applies(self, item: Item) -> bool:
        """Say yes to pages by their names: a server tells browsers by these what is one."""
        return item.origin != "derived" and item.name.lower().endswith(_PAGES)

    def start(self) -> EngineInfo:
        """Prove that a contact that only a computed string reveals is seen, and that a link is not taken for one.

        Raises ``EngineFailure`` without Chromium, without an enclosure to run it in, or where it misses the contact.
        """
        if find_program(PROGRAM) is None:
            raise EngineFailure("examine.browser-missing", engine=NAME)
        try:
            return self._proven()
        except EngineFailure:
            # Chromium's own sandbox needs name spaces inside of the enclosure, which few containers grant.
            self._sandbox = False
            return self._proven()

    def finish(self) -> EngineInfo:
        """Prove it once more."""
        return self._proven()

    def close(self) -> None:
        """Do nothing: each page has taken what it used with it."""

    def _proven(self) -> EngineInfo:
        problem = self._canary_problem()
        if problem is not None:
            raise problem
        detail = f"sandbox={'on' if self._sandbox else 'off'}; pages={self._opened}/{self._found}"
        return EngineInfo(NAME, self._version, None, "passed", detail)

    def _canary_problem(self) -> EngineFailure | None:
        with pack_files(_CANARY) as files:
            try:
                seen = self.open_page(files, "index.html")
            except WorkerTimeout:
                return EngineFailure("examine.browser-failed", engine=NAME, problem="timeout")
            except IsolationError as error:
                return EngineFailure("examine.browser-isolation", engine=NAME, problem=str(error))
        if seen.problem:
            return EngineFailure("examine.browser-failed", engine=NAME, problem=seen.problem)
        hosts = {fact.host for fact in seen.facts}
        if not hosts >= _CANARY_SEEN:
            return EngineFailure("examine.browser-canary", engine=NAME, problem=", ".join(_CANARY_SEEN - hosts))
        if hosts != _CANARY_SEEN:
            return EngineFailure("examine.canary-false", engine=NAME)
        self._version = seen.version
        return None

    # --- the pages of a delivery ------------------------------------------------------------------------------

    def examine(self, members: Sequence[Member]) -> Iterator[Answer]:
        """Yield every page with what it asked for; those beyond the limit with a gap each."""
        pages = sorted((each.item for each in members if self.applies(each.item)), key=_order)
        chosen = {item.path for item in _spread(pages, self._pages)}
        self._found, self._opened = len(pages), len(chosen)
        limit = f"not opened: more than {self._pages} pages ([outbound] browser_pages)"
        yield from ((item, (Gap("too-many", limit),)) for item in pages if item.path not in chosen)
        sites: Mapping[str, list[Member]] = defaultdict(list)
        for each in members:
            sites[place_of(each.item.path).site].append(each)
        for site in sites.values():
            opened = [each.item for each in site if each.item.path in chosen]
            if opened:
                yield from self._examine_site(site, opened)

    def _examine_site(self, site: Sequence[Member], pages: Sequence[Item]) -> Iterator[Answer]:
        try:
            files = pack(site, limit=SITE_BYTES)
        except SiteTooLarge:
            gap = Gap("too-large", f"not opened: its site has more than {SITE_BYTES} bytes")
            yield from ((item, (gap,)) for item in pages)
            return
        with files, ThreadPoolExecutor(self._workers, thread_name_prefix=NAME) as threads:
            yield from zip(pages, threads.map(lambda item: self._look(files, item), pages), strict=True)

    def _look(self, files: Pack, item: Item) -> Sequence[SeenFact | Gap]:
        try:
            seen = self.open_page(files, place_of(item.path).path)
        except WorkerTimeout:
            return (Gap("timeout", "the page did not come to an end"),)
        except GateError as error:
            return (Gap("engine-error", str(error)[:500]),)
        gaps: list[Gap] = []
        if len(seen.facts) >= CONTACTS:
            gaps.append(Gap("too-many", f"more than {CONTACTS} contacts"))
        if seen.problem:
            gaps.append(Gap("timeout" if seen.problem == "timeout" else "engine-error", seen.problem))
        return (*seen.facts, *gaps)

    def open_page(self, files: Pack, page: str) -> Seen:
        """Open a page of a site in an enclosure of its own.

        Raises ``WorkerTimeout`` and ``IsolationError``.
        """
        with PrivateFolder(NAME) as folder:
            confinement = Confinement(
                memory_bytes=None,  # browsers reserve far more addresses than they use
                data_bytes=4 << 30,
                cpu_seconds=None,
                file_bytes=512 << 20,
                processes=1024,
                descriptors=4096,
                enclosed=str(folder.path),
            )
            options = {"program": find_program(PROGRAM), "folder": str(folder.path), "sandbox": self._sandbox}
            worker = Worker("gate.examine.browser.inside:serve", options, confinement=confinement, folder=folder)
            try:
                request = {"page": page, "index": files.index, "seconds": self._page_seconds}
                frames = worker.request(request, [files.descriptor], seconds=self._page_seconds + _GRACE_SECONDS)
                return _seen(frames)
            finally:
                worker.kill()


def _seen(frames: Iterator[object]) -> Seen:
    """Return what the answer says; a taken-over browser can say of its page whatever it likes, in this form."""
    facts: list[OutboundFact] = []
    problem, version = "no answer", ""
    files: tuple[str, ...] = ()
    for frame in frames:
        match frame:
            case {"contact": [str(url), str(host), bool(local)]} if len(facts) < CONTACTS:
                reach: Reach = "local" if local else "automatic"
                shown, name = url[:_URL_LENGTH], host[:_HOST_LENGTH]
                facts.append(OutboundFact(shown, name, reach, NAME, condition=CONDITION))
            case {"files": list(read)}:
                files = tuple(str(each) for each in read)
            case {"page": {"problem": str(told), "version": str(said)}}:
                problem, version = told[:200], said[:50]
    return Seen(tuple(facts), problem, version, files)


def _order(item: Item) -> tuple[int, str]:
    return item.path.count("/"), item.path


def _spread(pages: Sequence[Item], count: int) -> list[Item]:
    """Return at most ``count`` pages, evenly spaced, the first among them."""
    return [pages[index * len(pages) // count] for index in range(count)] if len(pages) > count else list(pages)
