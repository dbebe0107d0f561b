"""Hold CHANGELOG.md to its form (Keep a Changelog 1.1.0) and to what states the version, ``gate/__init__.py``.

``--check``    entries that are not released belong to a version above the newest one released; where there are none,
               the version is the newest one released.
``--released`` what is about to be published is in the log: nothing is unreleased, and the newest is this version.
``--cut DAY``  name what is unreleased after this version, and begin anew.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNRELEASED = "## [Unreleased]\n"
CHANGES = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_HEADING = re.compile(r"## \[(?P<version>[0-9]+\.[0-9]+\.[0-9]+)\] - (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})")
_VERSION = re.compile(r'^__version__ = "([0-9]+\.[0-9]+\.[0-9]+)"$', re.MULTILINE)


class ChangelogError(Exception):
    """The changelog is not in its form, or does not say what the version says."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version in the log and the day on which it was released."""

    version: str
    day: date


@dataclass(frozen=True, slots=True)
class Log:
    """The changelog: whether something is unreleased, and what was released, newest first."""

    unreleased: bool
    releases: tuple[Release, ...]


def version_of(package: str) -> str:
    """Return the version that the text of ``gate/__init__.py`` states."""
    found = _VERSION.findall(package)
    if len(found) != 1:
        raise ChangelogError("gate/__init__.py does not state one version X.Y.Z")
    return str(found[0])


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers to compare."""
    return tuple(int(part) for part in version.split("."))


def read(text: str) -> Log:
    """Return what a changelog says.  Raises :class:`ChangelogError` where it is not in its form."""
    head, found, rest = text.partition(UNRELEASED)
    if not found or "\n## " in head:
        raise ChangelogError(f"the first section is not {UNRELEASED.strip()}")
    body, *sections = re.split(r"^(?=## )", rest, flags=re.MULTILINE)
    unreleased = _has_entries(body, "Unreleased")
    releases = tuple(_release(section) for section in sections)
    for newer, older in itertools.pairwise(releases):
        if numbers(newer.version) <= numbers(older.version) or newer.day < older.day:
            raise ChangelogError(f"{newer.version} stands above {older.version}")
    return Log(unreleased, releases)


def _release(section: str) -> Release:
    heading, _, body = section.partition("\n")
    match = _HEADING.fullmatch(heading)
    if match is None:
        raise ChangelogError(f"not [X.Y.Z] - YYYY-MM-DD: {heading}")
    try:
        day = date.fromisoformat(match["day"])
    except ValueError as error:
        raise ChangelogError(f"no day: {heading}") from error
    if not _has_entries(body, match["version"]):
        raise ChangelogError(f"{match['version']} changed nothing")
    return Release(match["version"], day)


def _has_entries(body: str, name: str) -> bool:
    for title in re.findall(r"^#+ *(.*)$", body, flags=re.MULTILINE):
        if title not in CHANGES:
            raise ChangelogError(f"{name}: {title} is none of {', '.join(CHANGES)}")
    return re.search(r"^- ", body, flags=re.MULTILINE) is not None


def require_fitting(log: Log, version: str) -> None:
    """Raise :class:`ChangelogError` where the version is not that of the newest entries."""
    newest = log.releases[0].version if log.releases else "0.0.0"
    if log.unreleased and numbers(version) <= numbers(newest):
        raise ChangelogError(f"something is unreleased, so the version has to be above {newest}, and is {version}")
    if not log.unreleased and version != newest:
        raise ChangelogError(f"nothing is unreleased, so the version has to be {newest}, and is {version}")


def require_released(log: Log, version: str) -> None:
    """Raise :class:`ChangelogError` where the log does not end with this version."""
    if log.unreleased:
        raise ChangelogError("something is unreleased: cut the version first (tools/changelog.py --cut DAY)")
    require_fitting(log, version)


def cut(text: str, version: str, day: date) -> str:
    """Return the changelog with what is unreleased named after ``version``, released on ``day``."""
    log = read(text)
    if not log.unreleased:
        raise ChangelogError("nothing is unreleased")
    require_fitting(log, version)
    return text.replace(UNRELEASED, f"{UNRELEASED}\n## [{version}] - {day.isoformat()}\n", 1)


def main() -> int:
    """Check or cut."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository (default: this one)")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true")
    what.add_argument("--released", action="store_true")
    what.add_argument("--cut", type=date.fromisoformat, metavar="DAY")
    options = parser.parse_args()
    path = options.root / "CHANGELOG.md"
    try:
        version = version_of((options.root / "gate" / "__init__.py").read_text("utf-8"))
        text = path.read_text("utf-8")
        if options.cut:
            path.write_text(cut(text, version, options.cut), "utf-8")
        else:
            (require_released if options.released else require_fitting)(read(text), version)
    except ChangelogError as error:
        print(f"error: CHANGELOG.md: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
