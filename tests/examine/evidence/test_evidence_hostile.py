"""Files that are made to harm whoever reads them, through the reader and through its confined worker."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from pathlib import Path
from typing import get_args

import pytest

from gate.errors import ArtifactChanged
from gate.examine.evidence import reader
from gate.examine.evidence.inside import read
from gate.examine.evidence.reader import EvidenceFile, read_evidence
from gate.models import EvidenceFact, EvidenceForm
from tests.examine.evidence.forms import FILES, result, sarif

FORMS: tuple[EvidenceForm, ...] = get_args(EvidenceForm)


def written(folder: Path, raw: bytes) -> tuple[Path, str]:
    path = folder / "scan.json"
    path.write_bytes(raw)
    return path, hashlib.sha256(raw).hexdigest()


def through_worker(folder: Path, form: EvidenceForm, raw: bytes) -> EvidenceFact:
    path, digest = written(folder, raw)
    (fact,) = read_evidence([EvidenceFile(path, form, digest)])
    assert (fact.path, fact.sha256, fact.form) == ("", digest, form)
    return fact


@pytest.mark.parametrize("form", FORMS)
def test_one_unresolved_result_through_the_worker(form: EvidenceForm, tmp_path: Path) -> None:
    fact = through_worker(tmp_path, form, b"\xef\xbb\xbf" + json.dumps(FILES[form]).encode())
    assert (fact.problem, len(fact.unresolved)) == ("", 1)


HOSTILE = {
    "nothing": b"",
    "no object": b"[]",
    "a key twice": b'{"version": "2.1.0", "runs": [], "version": "2.1.0"}',
    "UTF-16": json.dumps(sarif()).encode("utf-16"),
    "not UTF-8": b'{"version": "2.1.0", "runs": "\xff"}',
    "NaN": b'{"version": "2.1.0", "runs": [], "x": NaN}',
    "deep": b'{"runs": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "deep in objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a long number": b'{"version": 1' + b"0" * 10_000 + b"}",
    "cut off": json.dumps(sarif(result())).encode()[:-5],
    "two values": b"{} {}",
    "comment": b'{"version": "2.1.0", /* x */ "runs": []}',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", FORMS)
def test_hostile_bytes_are_unreadable(name: str, form: EvidenceForm) -> None:
    fact = read(form, HOSTILE[name])
    assert fact.problem == "unreadable"
    assert fact.detail.isprintable()


def test_texts_are_kept_short_in_one_line_and_safe_to_show() -> None:
    evil = "\x1b]0;x\x07\u202e" + "::error::\n" + "A" * 100_000
    fact = read("sarif", json.dumps(sarif(result(evil, message={"text": evil}))).encode())
    (found,) = fact.unresolved
    for shown in (found.rule, found.message):
        assert len(shown) <= 301
        assert shown.isprintable()
        assert "\u202e" not in shown


def test_what_urls_may_keep_secret_is_not_kept() -> None:
    told = "see https://user:p@ss@host.example/a?token=hunter2&x=1#part and http://plain.example/b then a@b.example"
    (found,) = read("sarif", json.dumps(sarif(result(message={"text": told}))).encode()).unresolved
    assert found.message == ("see https://…@host.example/a?…#part and http://plain.example/b then a@b.example")
    many = json.dumps(sarif(*[result(message={"text": "://" * 400}) for _ in range(500)])).encode()
    begun = time.process_time()
    read("sarif", many)
    assert time.process_time() - begun < 5


def test_a_lone_surrogate_is_told_as_text() -> None:
    fact = read("sarif", b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "\\ud800"}}, "results": []}]}')
    assert fact.tools == ("%ED%A0%80",)


def test_many_results_and_rules_take_no_more_than_their_share_of_time() -> None:
    """Four times as many take about four times as long: each result finds its rule without looking at all others."""

    def seconds(count: int) -> float:
        rules = [{"id": f"R{number}", "defaultConfiguration": {"level": "note"}} for number in range(count)]
        overrides = [
            {"descriptor": {"id": f"R{number}"}, "configuration": {"level": "note"}} for number in range(count)
        ]
        invocations = [{"executionSuccessful": True, "ruleConfigurationOverrides": overrides}]
        results = [result(f"R{number}" + "/x" * 200) for number in range(count)]
        raw = json.dumps(sarif(*results, rules=rules, invocations=invocations)).encode()
        begun = time.process_time()
        read("sarif", raw)
        return time.process_time() - begun

    assert seconds(4000) < 12 * seconds(1000)


@pytest.mark.parametrize("form", FORMS)
def test_changed_files_are_read_or_refused_and_never_more_than_that(form: EvidenceForm) -> None:
    random.seed(form)
    whole = json.dumps(FILES[form])
    for _ in range(300):
        place = random.randrange(len(whole))
        changed = whole[:place] + random.choice('{}[]",:0aé\\') + whole[place + random.randrange(3) :]
        assert read(form, changed.encode()).problem in {"", "unreadable", "not-run", "failed"}


@pytest.mark.parametrize("form", FORMS)
def test_values_of_other_types_are_refused(form: EvidenceForm) -> None:
    """Every value of a file in turn becomes one of another type: read, or refused by name."""
    wrongs: tuple[object, ...] = (None, 3, "x", [], {}, [None], {"x": {}})
    for wrong in wrongs:
        for changed in _changed(FILES[form], wrong):
            assert read(form, json.dumps(changed).encode()).problem in {"", "unreadable", "not-run", "failed"}


def _changed(value: object, wrong: object) -> list[object]:
    if isinstance(value, dict):
        return [wrong] + [{**value, key: each} for key in value for each in _changed(value[key], wrong)]
    if isinstance(value, list):
        return [wrong] + [
            [*value[:index], each, *value[index + 1 :]]
            for index in range(len(value))
            for each in _changed(value[index], wrong)
        ]
    return [wrong]


# --- the file itself ---------------------------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "LARGEST_BYTES", 1000)
    fact = through_worker(tmp_path, "sarif", json.dumps(sarif(result("R" * 1000))).encode())
    assert (fact.problem, fact.detail) == ("unreadable", "more than 1000 bytes")


def test_a_reader_that_takes_too_long_or_too_much_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = json.dumps(sarif(*[result(f"R{number}") for number in range(20_000)])).encode()
    monkeypatch.setattr(reader, "SECONDS", 0.01)
    assert "within" in through_worker(tmp_path, "sarif", raw).detail
    monkeypatch.undo()
    monkeypatch.setattr(reader, "_MEMORY", 1 << 20)
    assert through_worker(tmp_path, "sarif", raw).problem == "unreadable"


def test_a_changed_file_ends_the_run(tmp_path: Path) -> None:
    path, digest = written(tmp_path, json.dumps(sarif()).encode())
    path.write_bytes(json.dumps(sarif(result())).encode())
    with pytest.raises(ArtifactChanged):
        list(read_evidence([EvidenceFile(path, "sarif", digest)]))
    path.unlink()
    with pytest.raises(ArtifactChanged):
        list(read_evidence([EvidenceFile(path, "sarif", digest)]))
    os.mkfifo(path)
    with pytest.raises(ArtifactChanged):
        list(read_evidence([EvidenceFile(path, "sarif", digest)]))
