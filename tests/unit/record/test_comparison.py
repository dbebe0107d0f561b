"""How two releases differ: each sort of difference, renamed artifacts, and lists that stay bounded."""

from __future__ import annotations

import dataclasses

from gate.models import (
    Artifact,
    Comparison,
    DatabaseInfo,
    Difference,
    EngineInfo,
    Examination,
    ExecutableFact,
    Fact,
    ItemFact,
    LinkFact,
    OutboundFact,
    Reach,
)
from gate.record.comparison import (
    MOST_LISTED,
    compare_engines,
    compare_executables,
    compare_files,
    compare_hosts,
    compared,
)

SHA, OTHER = "a" * 64, "b" * 64


def seen(*facts: Fact, artifacts: tuple[str, ...] = ("app.zip",)) -> Examination:
    taken = tuple(Artifact(name, "file", SHA, 1, 1) for name in artifacts)
    return Examination(taken, facts, (), (), (), (), "2026-11-30T00:00:00Z", "2026-11-30T00:00:00Z")


def item(path: str, sha256: str = SHA, mode: int | None = None) -> ItemFact:
    return ItemFact(1, mode, path=path, sha256=sha256)


def contact(host: str, reach: Reach) -> OutboundFact:
    return OutboundFact(f"https://{host}/", host, reach, "img[src]", path="app.zip!/i", sha256=SHA)


def sorts(comparison: Comparison) -> tuple[int, int, int, int]:
    return comparison.added, comparison.removed, comparison.changed, comparison.same


def test_files_that_came_went_and_changed() -> None:
    before = seen(item("app.zip!/a"), item("app.zip!/b"), item("app.zip!/c"), item("app.zip!/d", mode=0o644),
                  LinkFact("symbolic", "a", "app.zip!/l"))  # fmt: skip
    now = seen(item("app.zip!/a"), item("app.zip!/b", OTHER), item("app.zip!/d", mode=0o755), item("app.zip!/e"),
               LinkFact("symbolic", "b", "app.zip!/l"))  # fmt: skip
    found = compare_files(before, now)
    assert sorts(found) == (1, 1, 3, 1)
    assert found.differences == (
        Difference("added", "app.zip!/e"),
        Difference("removed", "app.zip!/c"),
        Difference("changed", "app.zip!/b"),
        Difference("changed", "app.zip!/d"),
        Difference("changed", "app.zip!/l"),
    )
    assert sorts(compare_files(before, before)) == (0, 0, 0, 5)


def test_one_artifact_with_another_name_is_the_same_one() -> None:
    before = seen(item("app-1.4.zip"), item("app-1.4.zip!/a"), item("site/x"), artifacts=("app-1.4.zip", "site"))
    now = seen(item("app-1.5.zip", OTHER), item("app-1.5.zip!/a"), item("site/x"), artifacts=("app-1.5.zip", "site"))
    assert compare_files(before, now).differences == (Difference("changed", "app-1.5.zip"),)
    two = seen(item("x.zip"), item("y.zip"), artifacts=("x.zip", "y.zip"))
    assert sorts(compare_files(two, now)) == (3, 2, 0, 0)


def test_executables_by_path_format_and_content() -> None:
    elf = ExecutableFact("native", "elf", path="app.zip!/p", sha256=SHA)
    script = ExecutableFact("script", "shebang", path="app.zip!/s", sha256=SHA)
    found = compare_executables(seen(elf), seen(dataclasses.replace(elf, format="pe"), script))
    assert found.differences == (Difference("added", "app.zip!/s"), Difference("changed", "app.zip!/p"))
    assert sorts(compare_executables(seen(elf, script), seen(script, elf))) == (0, 0, 0, 2)


def test_hosts_and_how_they_are_reached() -> None:
    before = seen(contact("a.example", "link"), contact("b.example", "automatic"), contact("", "opaque"))
    now = seen(contact("a.example", "link"), contact("a.example", "automatic"), contact("c.example", "code"))
    assert compare_hosts(before, now).differences == (
        Difference("added", "c.example: code"),
        Difference("removed", "b.example: automatic"),
        Difference("changed", "a.example: link → automatic, link"),
    )


def test_engines_and_their_databases() -> None:
    old = EngineInfo("clamav", "1.4.3", DatabaseInfo("official", "1", "2026-11-01", 1, SHA), "passed")
    new = dataclasses.replace(old, database=DatabaseInfo("official", "2", "2026-11-09", 1, SHA))
    before = dataclasses.replace(seen(), engines=(old, EngineInfo("heuristics", "1")))
    now = dataclasses.replace(seen(), engines=(new, EngineInfo("outbound", "1")))
    assert compare_engines(before, now).differences == (
        Difference("added", "outbound: 1"),
        Difference("removed", "heuristics: 1"),
        Difference("changed", "clamav: 1.4.3 (official 1 2026-11-01) → 1.4.3 (official 2 2026-11-09)"),
    )


def test_lists_are_bounded_and_counts_are_not() -> None:
    many = {str(number): SHA for number in range(MOST_LISTED + 7)}
    found = compared({**many, "x": SHA}, {"x": OTHER})
    assert sorts(found) == (0, MOST_LISTED + 7, 1, 0)
    assert len(found.differences) == MOST_LISTED + 1
