"""Pin the gate in what people copy: workflows, templates and their documentation name the commit of a release.

``python tools/pins.py v0.1.0`` writes the commit of that tag wherever an action, a template or a hook is named; to be
committed after the release, as no commit can name itself.  Then ``--called`` writes the last commit wherever the
reusable workflow is called, because only from there on it names actions that are there.  ``--check`` (a part of
``make lint``) says whether all places of each kind name the same.  Forty zeros stand for a release that is to come.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import changelog
import dist

FOLDERS = (".github/workflows", "examples/workflows", "examples/gitlab", "docs/start", "docs/guides")
"""Where pins stand; of those folders every YAML file and page is read."""
REUSABLE = ".github/workflows/release-gate.yml"
NONE = "0" * 40
_COMMIT = r"(?P<commit>[0-9a-f]{40})\b"
_CALLED = re.compile(rf"(?P<before>release-gate/release-gate/{re.escape(REUSABLE)}@){_COMMIT}")
"""A call of the reusable workflow."""
_USED = re.compile(rf"(?P<before>release-gate/release-gate(?:/sign|/verify)?@|\b(?:ref|rev): \"){_COMMIT}")
"""A use of an action, the ``ref`` of GitLab's ``include`` and the ``rev`` of pre-commit."""


class PinError(Exception):
    """The tag is no release that could be pinned, or the pins differ."""


def files(root: Path) -> Iterator[Path]:
    """Yield the files that may hold pins."""
    for folder in FOLDERS:
        yield from sorted(path for path in (root / folder).iterdir() if path.suffix in {".yml", ".md"})


def pins(root: Path, kind: re.Pattern[str]) -> dict[str, str]:
    """Return the commit that is named at each place of a kind, as ``file:line``."""
    return {
        f"{path.relative_to(root)}:{number}": found["commit"]
        for path in files(root)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for found in kind.finditer(line)
    }


def commit_of(root: Path, tag: str) -> str:
    """Return the commit of a release.  Raises :class:`PinError` where the tag is not of the gate's version there."""
    commit = _resolved(root, f"refs/tags/{tag}")
    version = changelog.version_of(dist.git(root, "show", f"{commit}:gate/__init__.py").decode())
    if tag != f"v{version}":
        raise PinError(f"the gate of the tag {tag} has the version {version}")
    changelog.require_released(changelog.read(dist.git(root, "show", f"{commit}:CHANGELOG.md").decode()), version)
    return commit


def callable_commit(root: Path) -> str:
    """Return the last commit.  Raises :class:`PinError` where its reusable workflow names no actions yet."""
    commit = _resolved(root, "HEAD")
    workflow = dist.git(root, "show", f"{commit}:{REUSABLE}").decode()
    if NONE in {found["commit"] for found in _USED.finditer(workflow)}:
        raise PinError(f"{REUSABLE} of the last commit names no release: pin and commit that first")
    return commit


def _resolved(root: Path, name: str) -> str:
    try:
        return dist.git(root, "rev-parse", "--verify", f"{name}^{{commit}}").decode().strip()
    except dist.DistError as error:
        raise PinError(f"there is no {name}") from error


def write(root: Path, kind: re.Pattern[str], commit: str) -> int:
    """Write a commit into every place of a kind and return how many there are."""
    count = 0
    for path in files(root):
        text, found = kind.subn(lambda match: match["before"] + commit, path.read_text("utf-8"))
        if found:
            path.write_text(text, "utf-8", newline="\n")
        count += found
    return count


def require_equal(root: Path) -> None:
    """Raise :class:`PinError` where two places of a kind name two commits, or none names any."""
    for kind in (_USED, _CALLED):
        found = pins(root, kind)
        if len(set(found.values())) != 1:
            told = "\n".join(f"{place} {commit}" for place, commit in found.items())
            raise PinError(f"not one commit is named:\n{told}")


def main() -> int:
    """Write or check the pins."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=dist.ROOT, help="the repository (default: this one)")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("tag", nargs="?", help="the tag of the release to pin, as v0.1.0")
    what.add_argument("--called", action="store_true", help="pin the calls of the reusable workflow to the last commit")
    what.add_argument("--check", action="store_true", help="say whether all places name the same commit")
    options = parser.parse_args()
    try:
        if not options.check:
            commit = callable_commit(options.root) if options.called else commit_of(options.root, options.tag)
            print(f"{write(options.root, _CALLED if options.called else _USED, commit)} places name {commit}")
        require_equal(options.root)
    except (PinError, dist.DistError, changelog.ChangelogError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
