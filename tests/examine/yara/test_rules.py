"""Every rule of the project fires on its bad samples and on none of its twins, and carries what reports need."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yara

from gate.examine.rules import RulesExaminer, canary, read_rule_sources
from gate.examine.rules.compilation import EXTERNALS
from gate.models import DetectionFact
from tests.examine.viewing import examined
from tests.examine.yara.samples import BAD, BENIGN

ROOT = Path(__file__).parents[3]
RULES = read_rule_sources((ROOT / "yara-rules",))
KEYS = {"id", "description", "description_ja", "certainty", "clause", "reference", "date", "false_positives"}
LEAST = 85
"""How many rules the project ships at least."""
UTF_16 = (
    "obfuscated/powershell.yar",
    "obfuscated/windows-script.yar",
    "download-and-run/powershell.yar",
    "download-and-run/windows-tools.yar",
    "persistence/windows.yar",
    "defence-evasion/windows.yar",
    "credential-theft/windows.yar",
    "macros/vba.yar",
    "macros/xlm.yar",
    "shortcuts/pages.yar",
)
"""Rule files on kinds of text that Windows writes as UTF-16 too."""
NARROW = {"RG-OBF-0001", "RG-MAC-0006", "RG-HTA-0002", "RG-HTA-0003", "RG-HTA-0007", "RG-CRE-0014", "RG-OBF-0012"}
"""Rules in these files whose texts are never UTF-16 in practice, or where looking for it costs too much time."""


@pytest.fixture(scope="module")
def examiner() -> RulesExaminer:
    examiner = RulesExaminer(RULES.sources)
    examiner.start()
    return examiner


def rules_of(text: str) -> list[Any]:
    return list(yara.compile(source=text, externals=EXTERNALS))


def all_rules() -> list[Any]:
    return [
        rule for text in (canary.canary_source(), *(source.text for source in RULES.sources)) for rule in rules_of(text)
    ]


def detected(examiner: RulesExaminer, data: bytes) -> dict[str, str]:
    """Return the certainty of each rule that fires, by the rule's id."""
    found = examined(examiner, data)
    assert all(isinstance(fact, DetectionFact) for fact in found), found
    return {fact.name: fact.certainty for fact in found if isinstance(fact, DetectionFact)}


def each(samples: dict[str, list[bytes]]) -> list[Any]:
    return [
        pytest.param(name, data, id=f"{name}-{number}")
        for name, contents in samples.items()
        for number, data in enumerate(contents)
    ]


def test_every_rule_has_bad_samples_and_twins() -> None:
    names = [rule.meta["id"] for rule in all_rules()]
    assert len(names) == len(set(names)) >= LEAST
    assert set(BAD) == set(BENIGN) == set(names)
    assert all(BAD.values())
    assert all(BENIGN.values())


def test_rule_names_are_unique() -> None:
    names = [rule.identifier for rule in all_rules()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.identifier)
def test_metadata(rule: Any) -> None:  # yara publishes no types
    assert set(rule.meta) == KEYS
    assert all(str(value).strip() for value in rule.meta.values())
    assert rule.meta["certainty"] in ("known", "suspected")
    assert rule.meta["clause"] == "26-3 3(1)①"
    assert date.fromisoformat(rule.meta["date"]) >= date(2026, 11, 1)
    assert re.search("[\u3040-\u9fff]", rule.meta["description_ja"])
    assert "マルウェア" not in rule.meta["description_ja"]
    assert len(rule.meta["description"]) <= 200


@pytest.mark.parametrize(
    "rule", [rule for source in RULES.sources for rule in rules_of(source.text)], ids=lambda rule: rule.identifier
)
def test_id_and_reference(rule: Any) -> None:  # yara publishes no types
    assert re.fullmatch(r"RG-[A-Z]{3,4}-[0-9]{4}", rule.meta["id"])
    assert rule.meta["reference"].startswith("https://")


def test_one_folder_has_one_purpose() -> None:
    purposes: dict[str, set[str]] = {}
    for source in RULES.sources:
        folder = source.name.split("/")[1]
        for rule in rules_of(source.text):
            purposes.setdefault(rule.meta["id"].split("-")[1], set()).add(folder)
    assert all(len(folders) == 1 for folders in purposes.values()), purposes
    assert len(purposes) >= 15


@pytest.mark.parametrize(("name", "data"), each(BAD))
def test_bad_sample_is_found(examiner: RulesExaminer, name: str, data: bytes) -> None:
    assert name in detected(examiner, data)


@pytest.mark.parametrize(("name", "data"), each(BENIGN))
def test_benign_twin_is_not_found(examiner: RulesExaminer, name: str, data: bytes) -> None:
    assert name not in detected(examiner, data)


def windows_texts() -> list[Any]:
    names = [
        rule.meta["id"]
        for source in RULES.sources
        if source.name.removeprefix("yara-rules/") in UTF_16
        for rule in rules_of(source.text)
    ]
    return each({name: BAD[name] for name in names if name not in NARROW})


@pytest.mark.parametrize(("name", "data"), windows_texts())
def test_sample_is_found_in_utf_16_too(examiner: RulesExaminer, name: str, data: bytes) -> None:
    assert name in detected(examiner, data.decode().encode("utf-16-le"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp932"])
def test_japanese_note_is_found_in_each_encoding(examiner: RulesExaminer, encoding: str) -> None:
    assert "RG-RAN-0002" in detected(examiner, BAD["RG-RAN-0002"][0].decode().encode(encoding))


def test_words_that_random_bytes_hold_are_no_script(examiner: RulesExaminer) -> None:
    """Four or five given bytes stand somewhere in most files of some hundred megabytes."""
    around = [b"\x91%s\xfe", b"\0%s\0", b"\xa0%s-"]
    words = [b"i`ex", b"ie`x", b"i`e`x", b"iex"]
    data = b"\xc3\x07".join(place % word for place in around for word in words)
    assert detected(examiner, random.Random(47).randbytes(1 << 20) + data) == {}


def test_known_is_said_of_few_rules_and_each_says_why() -> None:
    known = {rule.meta["id"]: rule.meta["false_positives"] for rule in all_rules() if rule.meta["certainty"] == "known"}
    assert set(known) == {"gate-canary", "RG-TEST-0001", "RG-WEB-0007", "RG-BLD-0005", "RG-OFF-0003"}
    assert all(reason.startswith("None: ") for reason in known.values())


def test_no_compiler_warns_of_a_slow_rule() -> None:
    for source in RULES.sources:
        assert yara.compile(source=source.text, externals=EXTERNALS).warnings == [], source.name


UNLIMITED = re.compile(r"(?<!\\)(\.|\]|\))[*+]")
"""Any number of any character, of a class, or of a group."""


def test_expressions_are_bounded() -> None:
    found = [
        (source.name, line.strip())
        for source in RULES.sources
        for line in source.text.splitlines()
        if re.match(r"\s+\$\w+ = /", line) and UNLIMITED.search(line)
    ]
    assert found == []


def test_pages_of_the_rules_are_current() -> None:
    command = [sys.executable, str(ROOT / "tools" / "rules_doc.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_nothing_of_ours_is_a_detection(examiner: RulesExaminer) -> None:
    """A copy of the gate in a delivery raises no alarm, nor do its rules or the tests that make samples for them."""
    samples = ("tests/examine/yara", "tests/examine/executable", "tests/examine/outbound")
    folders = ("gate", "yara-rules", "signatures", "tools", "docs", "examples", *samples)
    found = (file for folder in folders for file in sorted((ROOT / folder).rglob("*")) if file.is_file())
    files = [file for file in found if "__pycache__" not in file.parts]  # what Python leaves is no file of ours
    assert len(files) > 100
    noticed = {str(file.relative_to(ROOT)): names for file in files if (names := detected(examiner, file.read_bytes()))}
    assert noticed == {}


def test_no_file_of_the_repository_is_known_malicious(examiner: RulesExaminer) -> None:
    passed_over = {"__pycache__", "build", "dist", "demo"}
    files = [
        file
        for file in sorted(ROOT.rglob("*"))
        if not any(part in passed_over or part.startswith(".") for part in file.relative_to(ROOT).parts)
        and file.is_file()
        and not file.is_symlink()
    ]
    assert len(files) > 300
    found = {str(file.relative_to(ROOT)): detected(examiner, file.read_bytes()) for file in files}
    assert {name: ids for name, ids in found.items() if "known" in ids.values()} == {}


def test_this_system_is_not_full_of_known_malicious_programs(examiner: RulesExaminer) -> None:
    files = [file for file in sorted(Path("/usr/bin").iterdir()) if file.is_file() and file.stat().st_size < 1 << 20]
    found = [
        name
        for file in files[:200]
        for name, certainty in detected(examiner, file.read_bytes()).items()
        if certainty == "known"
    ]
    assert found == []
