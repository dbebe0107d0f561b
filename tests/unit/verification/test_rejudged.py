"""``--policy``: a proved release judged once more by the recipient's own policy, at the record's day and today."""

from __future__ import annotations

import hashlib
import json
import shutil
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from gate.errors import PolicyError, VerificationError
from gate.models import Coverage, DetectionFact, ItemFact
from gate.policy import load_policy
from gate.record import layout
from gate.record.canonical import canonical
from gate.record.documents import parse_facts, schema
from gate.reports import rejudged as report_module
from gate.reports.verification import render_verification
from gate.verification import Verification, rejudge, verification_document
from tests.conftest import Gate
from tests.unit.policy.policy_kit import ENGINES, EXAMINERS
from tests.unit.release_kit import Keys, World, make_world

if TYPE_CHECKING:
    from collections.abc import Callable

MET = """
[gate]
require = ["26-3 3(1)①", "26-3 3(3)"]
"""
ASIDE = """
[[suppress]]
id = "packed"
finding = "malware/suspected"
path = "app.bin"
reason = "自社製の圧縮形式"
approved_by = "田中"
role = "担当官"
party = "甲"
approved_on = 2026-11-01
expires = {expires}
"""
SUSPECTED = DetectionFact("heuristics", "packed", "suspected", "high entropy", 90, path="app.bin", sha256="c" * 64)


@pytest.fixture(scope="module")
def made(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A release whose facts hold one suspicion, and in which every engine did its work."""
    coverage = tuple(Coverage(name, 1, 0, 0) for name in EXAMINERS)
    facts = (ItemFact(1, path="app.bin", sha256="c" * 64), SUSPECTED)
    folder = tmp_path_factory.mktemp("rejudged")
    return make_world(folder, keys, facts=facts, engines=ENGINES, coverage=coverage, finished="2026-11-22T10:05:00Z")


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check signatures without a confined process, which takes its time to start."""
    monkeypatch.setattr("gate.openpgp._confinable", lambda: False)


def policy(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "mine.toml").write_text(textwrap.dedent(text), encoding="utf-8")
    return folder / "mine.toml"


def verified(world: World, file: Path, **more: Any) -> Verification:
    return world.verify(policy=load_policy(file), **more)


def last_day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


def test_nobody_asked(made: World) -> None:
    verification = made.verify()
    assert (verification.rejudged, verification.exit_code, verification.reasons) == (None, 0, ())
    assert json.loads(verification_document(verification))["rejudged"] is None


def test_a_policy_that_is_met(made: World, tmp_path: Path) -> None:
    verification = verified(made, policy(tmp_path, MET + ASIDE.format(expires=last_day(30))))
    assert verification.rejudged is not None
    assert verification.rejudged.verdict == verification.rejudged.today.verdict == "approved"
    assert (verification.verified, verification.exit_code, verification.reasons) == (True, 0, ())
    assert verification.rejudged.open.reject == 0
    signing = next(clause for clause in verification.rejudged.clauses if clause.id == "26-3 3(4)")
    assert "signing:openpgp" in signing.evidence


def test_a_policy_that_rejects(made: World, tmp_path: Path) -> None:
    verification = verified(made, policy(tmp_path, MET))
    assert verification.rejudged is not None
    assert (verification.verified, verification.exit_code) == (False, 1)
    assert [reason.id for reason in verification.reasons] == ["verify/policy-rejected"]
    assert (verification.rejudged.findings[0].id, verification.rejudged.findings[0].path) == (
        "malware/suspected",
        "app.bin",
    )
    document = json.loads(verification_document(verification))
    jsonschema.Draft202012Validator(schema("verification")).validate(document)
    assert document["verified"] is False
    assert document["signatures"]
    assert document["rejudged"]["open"]["reject"] == 1
    assert document["rejudged"]["policy"]["path"] == "mine.toml"


def test_a_policy_that_is_left_open(made: World, tmp_path: Path) -> None:
    """A clause that this policy requires and no evidence answers: authentic, but the recipient cannot tell."""
    required = MET.replace('"26-3 3(3)"', '"26-3 3(3)", "26-3 3(2)"')
    verification = verified(made, policy(tmp_path, required + ASIDE.format(expires=last_day(30))))
    assert (verification.verified, verification.exit_code) == (False, 3)
    document = json.loads(verification_document(verification))
    assert document["verified"] is False
    assert document["signatures"]
    assert [reason.id for reason in verification.reasons] == ["verify/policy-incomplete"]
    for language, head in (("en", "COULD NOT TELL"), ("ja", "検証できず（判定不能）")):
        lines = render_verification(verification, language=language, colour=False).split("\n")  # type: ignore[arg-type]  # one of the two
        assert lines[0] == head
        assert lines[1].startswith("verify/policy-incomplete")


def test_signatures_that_the_policy_wants_have_to_be_verified_here(made: World, tmp_path: Path) -> None:
    wants = MET + ASIDE.format(expires=last_day(30)) + '[signing]\nuse = ["openpgp", "x509"]\n'
    verification = verified(made, policy(tmp_path, wants))
    assert verification.rejudged is not None
    assert verification.exit_code == 3
    assert "signing/not-ready" in [finding.id for finding in verification.rejudged.findings]


def test_what_has_expired_since_counts_beside_it(made: World, tmp_path: Path) -> None:
    file = policy(tmp_path, MET + ASIDE.format(expires=last_day(2)))
    later = verified(made, file, now=datetime.now(UTC) + timedelta(days=10)).rejudged
    assert later is not None
    assert (later.verdict, later.today.verdict) == ("approved", "rejected")
    assert {finding.id for finding in later.today.since} >= {"malware/suspected", "justification/expired"}
    now = verified(made, file).rejudged
    assert now is not None
    assert now.today.since == ()


def test_the_records_own_exceptions_expire_too(keys: Keys, tmp_path: Path) -> None:
    world = make_world(tmp_path, keys)
    before, after = world.verify(), world.verify(now=datetime(2027, 3, 31, 15, tzinfo=UTC))
    assert before.today is not None
    assert after.today is not None
    assert before.today.expired == ()
    assert [(each.section, each.id, each.expires) for each in after.today.expired] == [
        ("suppress", "packer", "2027-03-31")
    ]
    assert after.verified
    for language in ("en", "ja"):
        text = render_verification(after, language=language, colour=False)
        assert "[[suppress]] packer" in text
        assert "2027-04-01" in text


def test_a_last_day_that_is_none_is_over(made: World, keys: Keys, tmp_path: Path) -> None:
    world = lied(made, keys, tmp_path, lambda value: value["predicate"]["justifications"][0].update(expires="never"))
    today = world.verify().today
    assert today is not None
    assert [each.expires for each in today.expired] == ["never"]


def lied(made: World, keys: Keys, folder: Path, change: Callable[[Any], object]) -> World:
    """Copy the release with another record, signed anew by the supplier."""
    shutil.copytree(made.out, folder / "out", symlinks=True)
    record = folder / "out" / layout.RECORD
    value = json.loads(record.read_bytes())
    change(value)
    record.write_bytes(canonical(value))
    (folder / "out" / f"{layout.RECORD}.asc").write_bytes(keys.home.sign(keys.supplier, record.read_bytes()))
    return World(folder / "out", made.trust_file)


@pytest.mark.parametrize("created", ["yesterday", "0001-01-01T00:00:00+14:00", ""])
def test_a_record_of_no_day(made: World, keys: Keys, tmp_path: Path, created: str) -> None:
    world = lied(made, keys, tmp_path, lambda value: value["predicate"].update(created=created))
    assert world.reason()[0] == "record-inconsistent"
    examination = parse_facts((made.out / layout.FACTS).read_bytes())
    with pytest.raises(VerificationError) as caught:
        rejudge.rejudge(
            examination,
            load_policy(policy(tmp_path / "mine", MET)),
            created=created,
            now=datetime.now(UTC),
            signed_by=(),
        )
    assert caught.value.reason == "record-inconsistent"


def test_a_release_without_facts_cannot_be_judged(made: World, keys: Keys, tmp_path: Path) -> None:
    world = lied(made, keys, tmp_path, lambda value: value["predicate"]["files"].pop(layout.FACTS))
    (world.out / layout.FACTS).unlink()
    sums = world.out / layout.SUMS
    sums.write_bytes(b"".join(line for line in sums.read_bytes().splitlines(keepends=True) if b"facts" not in line))
    (world.out / f"{layout.SUMS}.asc").write_bytes(keys.home.sign(keys.supplier, sums.read_bytes()))
    digest = hashlib.sha256(sums.read_bytes()).hexdigest()
    record = world.out / layout.RECORD
    value = json.loads(record.read_bytes())
    value["predicate"]["sums"]["sha256"] = digest
    record.write_bytes(canonical(value))
    (world.out / f"{layout.RECORD}.asc").write_bytes(keys.home.sign(keys.supplier, record.read_bytes()))
    assert world.verify().verified
    with pytest.raises(VerificationError) as caught:
        verified(world, policy(tmp_path / "mine", MET))
    assert (caught.value.reason, caught.value.path) == ("missing", layout.FACTS)


def test_a_policy_inside_the_release_is_refused(made: World, tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        verified(made, made.out / "gate" / "gate.toml")
    assert caught.value.code == "policy.inside"
    (tmp_path / "link.toml").symlink_to(made.out / "gate" / "gate.toml")
    with pytest.raises(PolicyError):
        verified(made, tmp_path / "link.toml")


def test_lists_are_bounded(made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejudge, "MOST_FINDINGS", 1)
    monkeypatch.setattr(report_module, "SHOWN_FINDINGS", 0)
    file = policy(tmp_path, MET + ASIDE.format(expires=last_day(-1)))
    rejudged = verified(made, file).rejudged
    assert rejudged is not None
    assert len(rejudged.findings) == 1
    assert rejudged.open.reject > 1
    text = render_verification(verified(made, file), language="en", colour=False)
    assert f"and {rejudged.open.reject + rejudged.open.gap + rejudged.open.warn} more" in text


@pytest.mark.parametrize(("text", "status"), [(MET, 1), (MET + ASIDE.format(expires="2099-12-31"), 0)])
def test_exit_codes(gate: Gate, made: World, tmp_path: Path, text: str, status: int) -> None:
    ran = gate("verify", "--trust", made.trust_file, "--policy", policy(tmp_path, text), made.out)
    assert ran.status == status
    assert ran.stdout.startswith("NOT VERIFIED\nverify/policy-rejected" if status else "VERIFIED\n")
    asked = gate("verify", "--trust", made.trust_file, "--policy", tmp_path / "none.toml", made.out)
    assert asked.status == 2
