"""How families are asked: by content first, by name last, and whatever one of them does, the others are asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gate.examine.executable import examiner, looking
from gate.examine.executable.content import Answer, Content, Family, Memory, Named
from gate.examine.executable.examiner import ExecutableExaminer
from gate.examine.executable.table import Table
from gate.examine.interface import AspectNotDeclared, View
from gate.models import ExecutableFact, Gap
from tests.examine.executable.native_samples import pe
from tests.examine.viewing import view_of


def content_of(data: bytes, name: bytes = b"item", mode: int | None = None, told: tuple[str, ...] = ()) -> Content:
    return Content(Memory(data)).under(name, mode, told)


def raising(_content: Content) -> None:
    raise ValueError("\x1b[2Jhostile")


def several(_content: Content) -> Iterator[Answer]:
    yield Named("one")
    yield Gap("encrypted", "a part")
    yield Named("two")


def test_a_test_that_raises_is_a_gap_and_the_others_are_asked() -> None:
    families = [Family("native", ("bad",), raising), Family("macro", ("one", "two"), several)]
    answers = Table(families).by_content(content_of(b"x"))
    assert [named.format for named in answers.named] == ["one", "two"]
    assert answers.gaps == (Gap("engine-error", "bad: ValueError: %1B[2Jhostile"), Gap("encrypted", "a part"))


def test_what_a_test_told_before_it_raised_stays() -> None:
    def breaking(_content: Content) -> Iterator[Answer]:
        yield Named("one")
        raise RecursionError

    answers = Table([Family("macro", ("one",), breaking)]).by_content(content_of(b"x"))
    assert answers.named == (Named("one"),)
    assert [gap.reason for gap in answers.gaps] == ["engine-error"]


def test_only_families_that_fit_the_first_byte_are_asked() -> None:
    asked = Table([Family("native", ("m",), lambda _content: Named("m"), b"M")])
    assert asked.by_content(content_of(b"Mx")).named == (Named("m"),)
    assert asked.by_content(content_of(b"x")).named == ()
    assert asked.by_content(content_of(b"")).named == ()


def test_only_families_by_name_see_the_name() -> None:
    def by_name(content: Content) -> Named | None:
        return Named("named") if content.suffix == "com" and "other" not in content.told else None

    both = Table([Family("native", ("named",), by_name, by_name=True), Family("native", ("x",), several)])
    assert both.by_content(content_of(b"x", b"a.com")).named == (Named("one"), Named("two"))
    assert both.by_name(content_of(b"x", b"a.COM. ")).named == (Named("named"),)
    assert both.by_name(content_of(b"x", b".com")).named == ()
    assert both.by_name(content_of(b"x", b"a.com", told=("other",))).named == ()


def test_a_name_is_not_to_be_had_without_asking_for_it() -> None:
    content = Content(Memory(b"x"))
    with pytest.raises(AspectNotDeclared):
        _ = content.name
    with pytest.raises(AspectNotDeclared):
        _ = content.may_be_run


@pytest.mark.parametrize(("mode", "runs"), [(None, False), (0o644, False), (0o755, True), (0o641, True)])
def test_permission_bits(mode: int | None, *, runs: bool) -> None:
    assert content_of(b"x", mode=mode).may_be_run is runs


def test_bytes_are_looked_at_once_for_all_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(content: Content) -> looking.Seen:
        asked.append(content.size)
        return looking.seen_in(content)

    monkeypatch.setattr(examiner, "seen_in", counted)
    subject = ExecutableExaminer()
    seen = []
    with view_of(pe(), subject) as view:
        for digest, name in (("a" * 64, b"a"), ("a" * 64, b"b"), ("b" * 64, b"c"), ("", b"d"), ("", b"e")):
            other = View(
                view.descriptor(), view.size, digest, name=name, mode=None, labels=(), depends_on=subject.depends_on
            )
            seen += [fact.format for fact in subject.examine(other) if isinstance(fact, ExecutableFact)]
    assert seen == ["pe"] * 5
    assert len(asked) == 4, "items without a digest are not known to be the same"
