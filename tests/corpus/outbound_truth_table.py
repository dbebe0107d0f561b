"""The table of reading held against running: what is counted, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gate.models import Reach
from tests.corpus.outbound_pages import FOUND, Package, Page

Pair = tuple[str, str, str]
"""Package, page, host."""
HEAD = """# Outbound: reading held against running

{packages} packages of the npm registry with pages in them, {pages} pages (at most {each} of a package, spread over
all), each opened in Chromium {chromium} by the method of `--browser` without any network, so that what would have
followed an answer is not seen: misses and over-reports are counted against a lower bound. {again} pages that take a
well-known library from another server were opened a second time with the same library out of its npm package in its
place, and what they then asked for counts as well. A page is held against the files of its package that it read while
it was opened. lintian {lintian} ran on the same files, packed with dpkg-deb. Written by
`tests/corpus/test_outbound_ground_truth.py`.

Aims: automatic precision 1.0, recall of all found reaches together at least 0.99, code far more precise than 0.74.

Nobody clicks, chooses or types on these pages: `conditional` is what reading says to wait for such a thing, so that its
low share of hosts that were asked for is what is to be expected, and no measure of how often it is wrong.

"""


@dataclass(frozen=True)
class Score:
    """Pairs named, and how many of these, and of all that were asked for, were asked for."""

    named: int
    right: int
    asked: int

    @property
    def precision(self) -> float:
        """The share of what was named that was asked for; 1 where nothing was named."""
        return self.right / self.named if self.named else 1.0

    @property
    def recall(self) -> float:
        """The share of what was asked for that was named."""
        return self.right / self.asked if self.asked else 1.0


def pages_of(packages: Iterable[Package]) -> list[Page]:
    """Return all opened pages."""
    return [page for package in packages for page in package.pages]


def whole_pages(packages: Iterable[Package]) -> list[Page]:
    """Return the pages all of whose scripts came, so that these could do what they do."""
    return [page for page in pages_of(packages) if page.whole]


def surely(page: Page) -> frozenset[str]:
    """Return the hosts that a page is said to contact, be it under a condition: all that a policy rejects."""
    return page.found("automatic", "conditional", "code")


def when_opened(page: Page) -> frozenset[str]:
    """Return the hosts that a page is said to contact when it is opened."""
    return page.found("automatic", "code")


def asked(pages: Iterable[Page]) -> set[Pair]:
    """Return the pairs that were asked for."""
    return {(page.package, page.path, host) for page in pages for host in page.asked}


def named(pages: Iterable[Page], hosts: Callable[[Page], Iterable[str]]) -> set[Pair]:
    """Return the pairs that a way of reading names."""
    return {(page.package, page.path, host) for page in pages for host in hosts(page) if host}


def score(pages: Sequence[Page], hosts: Callable[[Page], Iterable[str]]) -> Score:
    """Hold a way of reading against what was asked for."""
    truth, said = asked(pages), named(pages, hosts)
    return Score(len(said), len(said & truth), len(truth))


def only(reach: Reach) -> Callable[[Page], frozenset[str]]:
    """Return the hosts of a page that are reached in one way and in no surer one."""
    surer = FOUND_BY_SURENESS[: FOUND_BY_SURENESS.index(reach)]
    return lambda page: page.found(reach) - page.found(*surer)


FOUND_BY_SURENESS: tuple[Reach, ...] = ("automatic", "code", "conditional", "tracker", "string")


def by_lintian(breaches: Mapping[str, set[str]]) -> Callable[[Page], set[str]]:
    """Return the hosts that lintian names in the files of a page."""
    return lambda page: {host for path in page.files for host in breaches.get(f"{page.package}/{path}", set()) if host}


def table(packages: Sequence[Package], breaches: Mapping[str, set[str]], why: Mapping[tuple[str, str], str]) -> str:
    """Return everything below the head."""
    pages = pages_of(packages)
    truth = asked(pages)
    lines = [f"{len(truth)} (page, host) pairs, {len({host for _, _, host in truth})} hosts.", ""]
    lines += ["| read as | pairs named | asked for | precision | recall, with those above |", "|---|---|---|---|---|"]
    for index, reach in enumerate(FOUND_BY_SURENESS):
        alone = score(pages, only(reach))
        together = score(pages, _up_to(index))
        precision = f"{alone.precision:.3f}" if alone.named else "–"
        lines.append(f"| {reach} | {alone.named} | {alone.right} | {precision} | {together.recall:.3f} |")
    for title, some in (("all pages", pages), ("pages that got all their scripts", whole_pages(packages))):
        for kinds, hosts in (("automatic and code", when_opened), ("automatic, conditional and code", surely)):
            sure = score(some, hosts)
            about = f"{kinds} together, {title} ({len(some)})"
            shares = f"{sure.precision:.3f} | {sure.recall:.3f} (alone)"
            lines.append(f"| {about} | {sure.named} | {sure.right} | {shares} |")
    rival = score(pages, by_lintian(breaches))
    lines.append(f"| lintian | {rival.named} | {rival.right} | {rival.precision:.3f} | {rival.recall:.3f} (alone) |")
    lines += ["", "## By package", ""]
    lines += [
        "| package | pages | unfinished | pairs | automatic | + code | + conditional, tracker | + string | lintian |"
    ]
    lines += ["|---|---|---|---|---|---|---|---|---|"]
    lines += [_row(package, breaches) for package in packages]
    lines += _explained("Missed", missed(packages), why, "every host that was asked for is named")
    for reach in ("automatic", "code"):
        lines += _explained(f"Named as {reach} and not asked for", over(packages, reach), why, "none")
    return "\n".join(lines) + "\n"


def missed(packages: Sequence[Package]) -> set[Pair]:
    """Return the pairs that were asked for and that reading names in no file that the page read."""
    pages = pages_of(packages)
    return asked(pages) - named(pages, lambda page: page.found(*FOUND))


def over(packages: Sequence[Package], reach: Reach) -> set[Pair]:
    """Return the pairs that are named with a reach, and no surer one, and that were not asked for."""
    pages = pages_of(packages)
    return named(pages, only(reach)) - asked(pages)


def _up_to(index: int) -> Callable[[Page], frozenset[str]]:
    return lambda page: page.found(*FOUND_BY_SURENESS[: index + 1])


def _row(package: Package, breaches: Mapping[str, set[str]]) -> str:
    pages = package.pages
    scores = [score(pages, _up_to(index)) for index in (0, 1, 3, 4)]
    rival = score(pages, by_lintian(breaches))
    cells = [f"{each.right}/{each.named}" for each in (*scores, rival)]
    name = f"{package.name} {package.version}"
    return f"| {name} | {len(pages)} | {len(package.failed)} | {scores[0].asked} | {' | '.join(cells)} |"


def _explained(title: str, pairs: set[Pair], why: Mapping[tuple[str, str], str], none: str) -> list[str]:
    """Return a list of pairs by package and host, with the explanation of each."""
    places: dict[tuple[str, str], list[str]] = {}
    for package, page, host in sorted(pairs):
        places.setdefault((package, host), []).append(page)
    told = [
        f"- `{package}`: `{host}` ({len(pages)} pages, `{pages[0]}`). {why.get((package, host), '')}".rstrip()
        for (package, host), pages in places.items()
    ]
    return ["", f"## {title}", "", *(told or [none])]
