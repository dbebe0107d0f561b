"""Sets of rules: files that do not compile, rules on names, includes, large sets, and how sources are read."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import msgpack
import pytest

from gate._frames import MAX_FRAME
from gate.data_files import data_folder
from gate.errors import EngineFailure
from gate.examine.isolated import Host, Hosted, IsolatedExaminer
from gate.examine.registry import EngineSettings, build_examiners
from gate.examine.rules import RulesExaminer, aspects, pack, read_rule_sources, rule_set, sources
from gate.examine.rules.examiner import OnBroken
from gate.examine.rules.sources import RuleSource, unpack
from gate.models import DatabaseKind, DetectionFact, Gap
from tests.examine.viewing import examined

HELLO = 'rule hello { meta: date = "2026-01-02" strings: $a = "hello" condition: $a }'


def started(*texts: str) -> RulesExaminer:
    examiner = RulesExaminer([(f"r{number}.yar", text) for number, text in enumerate(texts)])
    examiner.start()
    return examiner


# --- rule files that do not compile, names, includes -------------------------------------------------------------

BROKEN = ("their/broken.yar", "rule x { condition: nope }")


def test_broken_file_is_a_gap_of_every_item_and_the_others_are_used() -> None:
    examiner = RulesExaminer([("good.yar", HELLO), BROKEN], broken="gap")
    info = examiner.start()
    assert "left-out=1 (their/broken.yar)" in info.detail
    [gap, fact] = examined(examiner, b"hello")
    assert isinstance(gap, Gap)
    assert (gap.reason, gap.detail) == (
        "unsupported",
        'rule files that do not compile were not used: their/broken.yar, line 1: undefined identifier "nope"',
    )
    assert isinstance(fact, DetectionFact)
    assert [type(each) for each in examined(examiner, b"")] == [Gap]


def test_many_broken_files_are_counted() -> None:
    examiner = RulesExaminer([(f"{number:02}.yar", BROKEN[1]) for number in range(14)], broken="gap")
    examiner.start()
    [gap] = examined(examiner, b"x")
    assert isinstance(gap, Gap)
    assert gap.detail.endswith("; and 4 more")


@pytest.mark.parametrize("broken", ["fail", "gap"])
def test_broken_file_that_is_listed_is_left_out_and_named(broken: OnBroken) -> None:
    examiner = RulesExaminer([("good.yar", HELLO), BROKEN], broken=broken, ignore=("their/broken.yar", "good.yar"))
    assert "left-out=1 (their/broken.yar)" in examiner.start().detail
    [fact] = examined(examiner, b"hello")
    assert isinstance(fact, DetectionFact), "a file that compiles is used, listed or not"


NAMED = 'rule x { strings: $a = "x" condition: $a and filename == "run.EXE" and extension == ".exe" }'


def test_rules_on_names_get_the_name_where_the_examiner_depends_on_it() -> None:
    examiner = RulesExaminer([("n.yar", NAMED)], by_name=True)
    examiner.start()
    assert examiner.depends_on == {"content", "name"}
    assert len(examined(examiner, b"x", b"run.EXE")) == 1
    assert examined(examiner, b"x", b"other.exe") == []
    assert examined(examiner, b"x", b"run.EXE\0\xff") == []
    assert examined(started(NAMED), b"x", b"run.EXE") == []


def test_sources_say_whether_names_matter() -> None:
    assert aspects(rule_set([RuleSource("a", HELLO)])) == {"content"}
    assert aspects(rule_set([RuleSource("a", HELLO), RuleSource("n", NAMED)])) == {"content", "name"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('rule x { meta:\n description = "extension of a filename"\n condition: true }', False),
        ('rule x { strings:\n $extension = "x"\n condition: $extension and #extension > 1 }', False),
        ('rule x { strings: $a = /"/ condition: $a and "x" == filename }', True),
        ("rule x {\n condition:\n extension matches /exe/ }", True),
    ],
)
def test_mention_of_a_name_is_told_from_other_words(text: str, named: bool) -> None:
    assert ("name" in aspects(rule_set([RuleSource("a", text)]))) is named


def test_rules_of_the_project_look_at_content_alone() -> None:
    assert aspects(read_rule_sources((Path(__file__).parents[3] / "yara-rules",))) == {"content"}


def test_include_reaches_files_of_the_set_alone(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    (folder / "lib" / "deep").mkdir(parents=True)
    (folder / "index.yar").write_text('include "./lib/one.yar"\nrule both { condition: one and two }')
    (folder / "lib" / "one.yar").write_text('include "deep/two.yar"\nrule one { strings: $a = "1" condition: $a }')
    (folder / "lib" / "deep" / "two.yar").write_text('rule two { strings: $a = "2" condition: $a }')
    (folder / "outside.yar").write_text('include "../secret.yar"')
    (tmp_path / "secret.yar").write_text("rule secret { condition: true }")
    examiner = RulesExaminer(read_rule_sources((folder,)).sources, broken="gap")
    examiner.start()
    gap, *facts = examined(examiner, b"12")
    assert isinstance(gap, Gap)
    assert "rules/outside.yar, line 1" in gap.detail
    assert [fact.name for fact in facts if isinstance(fact, DetectionFact)] == ["two", "one", "both"]


def test_what_a_broken_file_includes_is_used_for_itself() -> None:
    """A file that is left out, and even listed as known to be broken, takes no sound one along."""
    broken = ("a.yar", f'include "hello.yar"\n{BROKEN[1]}')
    examiner = RulesExaminer([broken, ("hello.yar", HELLO)], ignore=("a.yar",))
    examiner.start()
    assert [type(each) for each in examined(examiner, b"hello")] == [DetectionFact]
    assert examined(examiner, b"other") == []


def test_file_that_includes_itself_is_broken() -> None:
    examiner = RulesExaminer([("a.yar", 'include "a.yar"')], broken="gap")
    examiner.start()
    assert [type(each) for each in examined(examiner, b"x")] == [Gap]


def test_console_of_a_rule_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    text = 'import "console"\nrule x { strings: $a = "x" condition: $a and console.log("said ", filesize) }'
    assert len(examined(started(text), b"x")) == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("module", ["pe", "elf", "math", "hash", "time", "dotnet", "string", "console"])
def test_module_is_there(module: str) -> None:
    started(f'import "{module}"\nrule x {{ condition: true }}')


# --- large sets -------------------------------------------------------------------------------------------------


def synthetic(count: int) -> list[tuple[str, str]]:
    """Return rules like those of public sets: texts, bytes and an expression each, 100 to a file."""

    def rule(number: int) -> str:
        word = hashlib.sha256(str(number).encode()).hexdigest()
        code = " ".join(word[place : place + 2] for place in range(0, 32, 2))
        return (
            f'rule Family_{number} {{ meta: description = "{word}" author = "nobody" date = "2026-01-01" '
            f'strings: $s1 = "{word[:20]}" ascii wide nocase $s2 = {{ {code} ?? {code} }} '
            f"$s3 = /{word[:8]}[a-z]{{1,8}}{word[8:16]}/ condition: filesize < 20MB and 2 of them }}"
        )

    rules = [rule(number) for number in range(count)]
    return [(f"public/{start}.yar", "\n".join(rules[start : start + 100])) for start in range(0, count, 100)]


def sample_of(number: int) -> bytes:
    word = hashlib.sha256(str(number).encode()).hexdigest()
    return f"{word[:20]} {word[:8]}abc{word[8:16]}".encode()


def test_public_set_of_thousands_loads_in_a_worker_and_runs() -> None:
    rules = rule_set(RuleSource(*each) for each in synthetic(5000))
    hosted = Hosted(
        "yara",
        "gate.examine.rules.examiner:RulesExaminer",
        {"sources": pack(rules), "kind": "custom"},
        frozenset({"content"}),
        lambda _item: True,
    )
    host = Host([hosted], workers=1, item_seconds=60)
    examiner = IsolatedExaminer(host, hosted)
    try:
        info = examiner.start()
        assert info.database is not None
        assert info.database.signatures == 5000
        assert info.database.sha256 == rules.sha256
        found = examined(examiner, sample_of(4321) + bytes(100_000))
        assert [fact.name for fact in found if isinstance(fact, DetectionFact)] == ["Family_4321"]
    finally:
        examiner.close()


def test_sources_larger_than_a_message_reach_a_worker_packed() -> None:
    padding = "// nothing of note\n" * 1_000_000
    rules = rule_set([RuleSource("a.yar", HELLO + padding)])
    assert len(rules.sources[0].text) > MAX_FRAME
    assert [RuleSource(*pair) for pair in unpack(pack(rules))] == list(rules.sources)
    assert len(pack(rules)) < 1 << 20


def test_sources_that_no_message_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sources.MOST_PACKED < MAX_FRAME
    monkeypatch.setattr(sources, "MOST_PACKED", 100_000)
    noise = random.Random(1).randbytes(100_000).hex()
    with pytest.raises(EngineFailure) as failure:
        pack(rule_set([RuleSource("a.yar", "// " + noise)]))
    assert failure.value.code == "examine.yara-rules-too-large"
    assert failure.value.message("ja")
    assert failure.value.advice("en")


# --- reading sources ------------------------------------------------------------------------------------------


def test_sources_are_read_at_any_depth_in_order_and_cross_to_a_worker(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    (rules / "b").mkdir(parents=True)
    (rules / "b" / "two.yara").write_text(HELLO)
    (rules / "one.yar").write_text(HELLO.replace("hello", "one"))
    (rules / "README.md").write_text("no rule")
    other = tmp_path / "other" / "rules"
    other.mkdir(parents=True)
    (other / "one.yar").write_text(HELLO.replace("hello", "other"))
    read = read_rule_sources((rules, other))
    assert [source.name for source in read.sources] == ["rules/b/two.yara", "rules/one.yar", "rules/one.yar-2"]
    crossed = msgpack.unpackb(msgpack.packb({"sources": read.sources}))
    examiner = RulesExaminer(**crossed)
    examiner.start()
    assert len(examined(examiner, b"hello one other")) == 3


def test_folders_behind_links_are_read_once(tmp_path: Path) -> None:
    rules, elsewhere = tmp_path / "rules", tmp_path / "elsewhere"
    (rules / "own").mkdir(parents=True)
    elsewhere.mkdir()
    (elsewhere / "one.yar").write_text(HELLO)
    (rules / "linked").symlink_to(elsewhere)
    (rules / "own" / "again").symlink_to(elsewhere)
    (rules / "own" / "above").symlink_to(rules)
    assert [source.name for source in read_rule_sources((rules,)).sources] == ["rules/linked/one.yar"]
    linked = tmp_path / "link"
    linked.symlink_to(rules)
    assert len(read_rule_sources((linked,)).sources) == 1


def test_link_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "one.yar").write_text(HELLO)
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")
    with pytest.raises(EngineFailure) as failure:
        read_rule_sources((tmp_path,))
    assert failure.value.code == "examine.yara-rules-unreadable"


def test_digest_tells_every_change(tmp_path: Path) -> None:
    file = tmp_path / "a.yar"
    file.write_text(HELLO)
    first = read_rule_sources((file,)).sha256
    assert first == read_rule_sources((file,)).sha256
    file.write_text(HELLO + " ")
    assert first != read_rule_sources((file,)).sha256
    assert rule_set([RuleSource("a", "x"), RuleSource("b", "y")]) == rule_set(
        [RuleSource("b", "y"), RuleSource("a", "x")]
    )
    assert rule_set([RuleSource("a", "x")]).sha256 != rule_set([RuleSource("b", "x")]).sha256


def test_folder_without_rules_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(HELLO)
    for folder, code in ((tmp_path, "examine.yara-no-rules"), (tmp_path / "absent", "examine.yara-rules-unreadable")):
        with pytest.raises(EngineFailure) as failure:
            read_rule_sources((folder,))
        assert failure.value.code == code
        assert failure.value.message("ja")
        assert failure.value.advice("ja")


def test_rule_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yar").write_bytes(b"\xff\xfe")
    with pytest.raises(EngineFailure) as failure:
        read_rule_sources((tmp_path,))
    assert failure.value.code == "examine.yara-rule-encoding"


@pytest.mark.parametrize("whose", ["bundled", "custom"])
def test_the_record_says_whose_rules_they_are(tmp_path: Path, whose: DatabaseKind) -> None:
    (tmp_path / "their.yar").write_text(HELLO)
    shipped = data_folder("yara-rules")
    folders = (shipped,) if whose == "bundled" else (shipped, tmp_path)
    settings = EngineSettings("auto", False, None, data_folder("signatures"), folders, 1, 60.0)
    examiners = {examiner.name: examiner for examiner in build_examiners(settings)}
    try:
        info = examiners["yara"].start()
    finally:
        for examiner in examiners.values():
            examiner.close()
    assert info.database is not None
    assert info.database.kind == whose
    assert info.database.sha256 == read_rule_sources(folders).sha256
