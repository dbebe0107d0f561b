"""The changelog is in its form and says what the version says."""

from __future__ import annotations

from datetime import date
from types import ModuleType

import pytest

from gate import __version__
from tests.own.own_kit import ROOT, tool

HEAD = "# Changelog\n\nAll changes.\n\n## [Unreleased]\n\n"
ENTRY = "### Added\n\n- Something.\n\n"
RELEASED = "## [0.2.0] - 2026-12-01\n\n### Fixed\n\n- A thing.\n\n## [0.1.0] - 2026-11-30\n\n### Added\n\n- All.\n"


@pytest.fixture(scope="module")
def changelog() -> ModuleType:
    return tool("changelog")


def test_this_one(changelog: ModuleType) -> None:
    version = changelog.version_of((ROOT / "gate" / "__init__.py").read_text())
    assert version == __version__
    changelog.require_fitting(changelog.read((ROOT / "CHANGELOG.md").read_text()), version)


@pytest.mark.parametrize(
    ("text", "version"),
    [(HEAD + ENTRY, "0.1.0"), (HEAD + ENTRY + RELEASED, "0.2.1"), (HEAD + RELEASED, "0.2.0")],
)
def test_versions_that_fit(changelog: ModuleType, text: str, version: str) -> None:
    changelog.require_fitting(changelog.read(text), version)


@pytest.mark.parametrize(
    ("text", "version", "said"),
    [
        (HEAD + ENTRY + RELEASED, "0.2.0", "above 0.2.0"),
        (HEAD + ENTRY + RELEASED, "0.1.9", "above 0.2.0"),
        (HEAD + RELEASED, "0.3.0", "has to be 0.2.0"),
        (HEAD, "0.1.0", "has to be 0.0.0"),
    ],
)
def test_versions_that_do_not_fit(changelog: ModuleType, text: str, version: str, said: str) -> None:
    with pytest.raises(changelog.ChangelogError, match=said):
        changelog.require_fitting(changelog.read(text), version)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RELEASED, "first section"),
        (f"# Changelog\n\n## [9.0.0] - 2026-01-01\n\n{HEAD}", "first section"),
        (HEAD + RELEASED.replace("0.1.0", "0.3.0"), "0.2.0 stands above 0.3.0"),
        (HEAD + RELEASED.replace("2026-11-30", "2026-12-30"), "0.2.0 stands above 0.1.0"),
        (HEAD + RELEASED.replace("2026-11-30", "2026-11-31"), "no day"),
        (HEAD + RELEASED.replace("[0.1.0] -", "[0.1] -"), "not \\[X.Y.Z\\]"),
        (HEAD + RELEASED.replace("Fixed", "Mended"), "0.2.0: Mended is none of"),
        (HEAD + RELEASED.replace("- A thing.", ""), "0.2.0 changed nothing"),
    ],
)
def test_logs_that_are_not_in_their_form(changelog: ModuleType, text: str, said: str) -> None:
    with pytest.raises(changelog.ChangelogError, match=said):
        changelog.read(text)


def test_a_version_is_cut(changelog: ModuleType) -> None:
    text = HEAD + ENTRY + RELEASED
    with pytest.raises(changelog.ChangelogError, match="something is unreleased"):
        changelog.require_released(changelog.read(text), "0.2.1")
    done = changelog.cut(text, "0.2.1", date(2026, 12, 24))
    log = changelog.read(done)
    changelog.require_released(log, "0.2.1")
    assert (log.unreleased, log.releases[0].version, log.releases[0].day) == (False, "0.2.1", date(2026, 12, 24))
    assert "- Something." in done
    with pytest.raises(changelog.ChangelogError, match="nothing is unreleased"):
        changelog.cut(done, "0.2.2", date(2026, 12, 25))
    with pytest.raises(changelog.ChangelogError, match=r"above 0\.2\.0"):
        changelog.cut(text, "0.2.0", date(2026, 12, 24))


@pytest.mark.parametrize("package", ["", '__version__ = "1.0"\n', '__version__ = "1.0.0"\n__version__ = "1.0.1"\n'])
def test_one_version_is_stated(changelog: ModuleType, package: str) -> None:
    with pytest.raises(changelog.ChangelogError, match="one version"):
        changelog.version_of(package)
