"""``gate trust init``: only what a person has learnt by another way confirms an entry."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import shutil
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, x509
from cryptography.hazmat.primitives.serialization import Encoding

from gate.cli.main import run
from gate.errors import TrustError
from gate.keyless import checker as keyless_checker
from gate.record import layout
from gate.record.statement import RecordDeliverable, parse_record
from gate.record.surroundings import RecordPrevious
from gate.trusting import draft as module
from gate.trusting import promised
from gate.trusting.entries import Entry, Known
from gate.trusting.promised import Promised
from gate.trusting.writing import render_trust
from gate.verification import load_trust, verify_release
from gate.x509 import checker as x509_checker
from gate.x509.checker import Checker
from gate.x509.names import spki_sha256
from gate.x509.profiles import likely_profile
from tests.own.test_other_systems import elsewhere
from tests.simulators.pki import Wish
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import running_stack
from tests.unit.release_kit import Keys, World, make_world
from tests.unit.signing.cms_kit import Supplier, served
from tests.unit.verification.three_ways import released_in_three_ways
from tests.unit.verification.x509_kit import SUBJECT

__all__ = ["served"]
ISSUER = str(WORKFLOW["iss"])
HOSTILE = 'x"\n[[openpgp]]\nfingerprint = "0"\n#\r\x1b[31m\u202e\u2028'


@pytest.fixture(autouse=True)
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Confined processes of these kinds take longer to start than all that is shown."""
    monkeypatch.setattr(x509_checker, "_confinable", lambda: False)
    monkeypatch.setattr(keyless_checker, "_confinable", lambda: False)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="module")
def world(keys: Keys, served: Supplier, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A release signed in all three ways."""
    folder = tmp_path_factory.mktemp("three")
    (folder / "supplier").mkdir()
    supplier = Supplier(folder / "supplier", served.country, served.services)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(x509_checker, "_confinable", lambda: False)
        patch.setattr(keyless_checker, "_confinable", lambda: False)
        return released_in_three_ways(folder, keys, supplier, stack)


@pytest.fixture
def desk(tmp_path: Path, world: World, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipient's folder with what the supplier has sent by another way than the release."""
    for name in ("supplier.asc", "root.pem", "tsa.pem", "root.json"):
        (tmp_path / name).write_bytes((world.trust_file.parent / name).read_bytes())
    (tmp_path / "other.asc").write_bytes(keys.home.export(keys.other))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def certificate_of(world: World) -> Any:
    raw = (world.out / f"{layout.RECORD}.p7s").read_bytes()
    content = cms.ContentInfo.load(raw)["content"]
    serial = content["signer_infos"][0]["sid"].native["serial_number"]
    return next(each.chosen for each in content["certificates"] if each.chosen.serial_number == serial)


def init(world: World, *options: str) -> int:
    return run(["trust", "init", str(world.out), *options])


def openpgp(keys: Keys) -> list[str]:
    return ["--fingerprint", keys.supplier, "--key", "supplier.asc"]


CERTIFICATE = ["--certificate", SUBJECT, "--root", "root.pem", "--tsa-root", "tsa.pem"]
KEYLESS = ["--identity", WORKFLOW_IDENTITY, "--issuer", ISSUER, "--trusted-root", "root.json"]


def refused(folder: Path) -> str:
    with pytest.raises(TrustError) as caught:
        load_trust(folder / "trust.toml")
    return caught.value.code


def verifies(world: World, folder: Path) -> set[str]:
    """Return the back ends by which the release is proved."""
    trust = load_trust(folder / "trust.toml")
    return {each.backend for each in verify_release(world.out, trust, now=datetime.now(UTC)).signatures}


def table(folder: Path, section: str) -> dict[str, Any]:
    (found,) = tomllib.loads((folder / "trust.toml").read_text(encoding="utf-8"))[section]
    entry: dict[str, Any] = found
    return entry


# --- what a person knows --------------------------------------------------------------------------------------


def test_all_that_is_known_confirms_and_verifies(world: World, desk: Path, keys: Keys) -> None:
    assert init(world, *openpgp(keys), *CERTIFICATE, *KEYLESS) == 0
    assert verifies(world, desk) == {"openpgp", "x509", "keyless"}
    assert "\nunconfirmed = true" not in (desk / "trust.toml").read_text()


@pytest.mark.parametrize(
    "form", [str.lower, "OPENPGP4FPR:{}".format, lambda text: " ".join(text[at : at + 4] for at in range(0, 40, 4))]
)
def test_spaces_and_case_make_no_difference(world: World, desk: Path, keys: Keys, form: Any) -> None:
    typed = ["--fingerprint", form(keys.supplier), "--key", "supplier.asc"]
    assert init(world, *typed, *CERTIFICATE, *KEYLESS) == 0
    assert verifies(world, desk) == {"openpgp", "x509", "keyless"}


@pytest.mark.parametrize("what", ["sha256", "spki", "both", "colons"])
def test_a_certificate_by_its_digests(world: World, desk: Path, keys: Keys, what: str) -> None:
    certificate = certificate_of(world)
    sha256, spki = hashlib.sha256(certificate.dump()).hexdigest(), spki_sha256(certificate)
    colons = ":".join(sha256[at : at + 2] for at in range(0, 64, 2)).upper()
    typed = {
        "sha256": ["--certificate", sha256],
        "spki": ["--certificate", spki],
        "both": ["--certificate", SUBJECT.replace(",", ", "), "--certificate", spki],
        "colons": ["--certificate", colons],
    }[what]
    assert init(world, *openpgp(keys), *typed, *CERTIFICATE[2:], *KEYLESS) == 0
    assert table(desk, "x509")["spki_sha256"] == spki
    assert verifies(world, desk) == {"openpgp", "x509", "keyless"}


def test_from_elsewhere_the_files_are_named_from_the_trust_file_on(world: World, desk: Path, keys: Keys) -> None:
    (desk / "below").mkdir()
    assert init(world, *openpgp(keys), *CERTIFICATE, *KEYLESS, "-o", "below/trust.toml") == 0
    assert table(desk / "below", "openpgp")["key"] == "../supplier.asc"
    assert verifies(world, desk / "below") == {"openpgp", "x509", "keyless"}


# --- what a person does not know, or knows otherwise ----------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_known_is_all_unconfirmed(
    world: World, desk: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert run(["--lang", language, "trust", "init", str(world.out)]) == 0
    said = capsys.readouterr().err
    assert said.count({"en": "UNCONFIRMED", "ja": "未確認"}[language]) == 3
    assert refused(desk) == "trust.unconfirmed"
    lines = (desk / "trust.toml").read_text(encoding="utf-8").splitlines()
    # Every key is explained, and once a person has done what the file says it is as good as any.
    for number, line in enumerate(lines):
        if " = " in line and not line.startswith(('# "', "# «", "# 「")):
            assert lines[number - 1].startswith("#"), line
    done = "\n".join(line for line in lines if line != "unconfirmed = true")
    (desk / "trust.toml").write_text(done.replace("https://issuer.invalid/", ISSUER).replace(
        "[[keyless]]", '[[keyless]]\ntrusted_root = "root.json"'))  # fmt: skip
    (desk / "tsa-root.pem").write_bytes((desk / "tsa.pem").read_bytes())
    assert verifies(world, desk) == {"openpgp", "x509", "keyless"}


@pytest.mark.parametrize(
    ("section", "typed", "key", "value"),
    [
        ("openpgp", ["--fingerprint", "{other}", "--key", "other.asc"], "fingerprint", "{other}"),
        ("x509", ["--certificate", "CN=だれか,C=JP", *CERTIFICATE[2:]], "subject", "CN=だれか,C=JP"),
        ("x509", ["--certificate", "AB" * 32, *CERTIFICATE[2:]], "spki_sha256", "ab" * 32),
        ("x509", ["--certificate", SUBJECT, "--certificate", "ab" * 32, *CERTIFICATE[2:]], "subject", SUBJECT),
        ("keyless", ["--identity", "alice@example.org", *KEYLESS[2:]], "identity", "alice@example.org"),
    ],
)
def test_another_than_the_person_named(
    world: World, desk: Path, keys: Keys, capsys: pytest.CaptureFixture[str],
    section: str, typed: list[str], key: str, value: str,
) -> None:  # fmt: skip
    """The right answers for the others do not help; what the person knows is what is written."""
    given = {"openpgp": openpgp(keys), "x509": CERTIFICATE, "keyless": KEYLESS}
    given[section] = [each.replace("{other}", keys.other) for each in typed]
    assert init(world, *(option for options in given.values() for option in options)) == 1
    assert "ANOTHER SIGNER" in capsys.readouterr().err
    assert table(desk, section)[key] == value.replace("{other}", keys.other)
    assert table(desk, section)["unconfirmed"] is True
    assert "STOP" in (desk / "trust.toml").read_text()
    assert refused(desk) == "trust.unconfirmed"


@pytest.mark.parametrize(
    ("section", "options"),
    [
        ("openpgp", ["--fingerprint", "{key}"]),
        ("openpgp", ["--fingerprint", "{key}", "--key", "other.asc"]),
        ("x509", CERTIFICATE[:2]),
        ("x509", CERTIFICATE[:4]),
        ("x509", CERTIFICATE[2:]),
        ("keyless", KEYLESS[:2]),
        ("keyless", KEYLESS[2:]),
        ("openpgp", ["--key", "supplier.asc"]),
    ],
)
def test_half_of_it_confirms_nothing(world: World, desk: Path, keys: Keys, section: str, options: list[str]) -> None:
    assert init(world, *(each.replace("{key}", keys.supplier) for each in options)) == 0
    assert table(desk, section)["unconfirmed"] is True


@pytest.mark.parametrize("fault", ["secret", "several"])
def test_a_key_file_that_can_never_be_used(
    world: World, desk: Path, keys: Keys, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    """Said at once, above all where the supplier has sent the secret key; beside the right file it is no matter."""
    secret = keys.home.gpg("--armor", "--export-secret-keys", keys.supplier)
    both = keys.home.export(keys.supplier) + keys.home.export(keys.other)
    (desk / "bad.asc").write_bytes({"secret": secret, "several": both}[fault])
    assert init(world, "--fingerprint", keys.supplier, "--key", "bad.asc") == 2
    assert {"secret": "a secret key", "several": "more than one key"}[fault] in capsys.readouterr().err
    assert not (desk / "trust.toml").exists()
    assert init(world, *openpgp(keys), "--key", "bad.asc") == 0


def test_an_attackers_folder_stays_refused(keys: Keys, desk: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Made anew with another key of the same name, which even offers its key file."""
    folder = tmp_path_factory.mktemp("attacker")
    attacked = make_world(folder, Keys(keys.home, keys.other, keys.supplier))
    assert init(attacked, *openpgp(keys)) == 1
    assert refused(desk) == "trust.unconfirmed"
    # Even where the person takes the line away without asking anybody.
    text = (desk / "trust.toml").read_text().replace("unconfirmed = true\n", "").replace('"x.asc"', '"supplier.asc"')
    (desk / "trust.toml").write_text(text)
    world = World(attacked.out, desk / "trust.toml")
    assert world.reason()[0] == "signer-unknown"


# --- asked at a terminal --------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


def typing(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{answer}\n" for answer in answers)))


def test_asked_one_after_the_other(
    world: World, desk: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = [SUBJECT, "root.pem", "tsa.pem", "plain", "crl", "", WORKFLOW_IDENTITY, ISSUER, ""]
    typing(monkeypatch, keys.supplier, "supplier.asc", *certificate)
    assert init(world, "--trusted-root", "root.json") == 0
    assert verifies(world, desk) == {"openpgp", "x509", "keyless"}
    said = capsys.readouterr()
    # Nothing of the release is shown, not even afterwards: there is nothing to copy an answer from.
    for secret in (keys.supplier, SUBJECT, WORKFLOW_IDENTITY, spki_sha256(certificate_of(world))):
        assert secret not in said.err + said.out


def test_asked_again_where_it_cannot_be_right(
    world: World, desk: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing(monkeypatch, "abc", keys.supplier, "supplier.asc", "", "")
    assert init(world) == 0
    assert "abc is no fingerprint" in capsys.readouterr().err
    assert "unconfirmed" not in table(desk, "openpgp")
    assert table(desk, "x509")["unconfirmed"] is True


def test_asked_three_times_at_most(world: World, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, "a", "b", "c", "d")
    assert init(world) == 2
    assert not (desk / "trust.toml").exists()


# --- how certificates and workflows are judged -----------------------------------------------------------------------


def test_how_a_certificate_is_judged(world: World, desk: Path, keys: Keys) -> None:
    judged = ["--profile", "plain", "--revocation", "crl", "--max-crl-age-days", "30"]
    assert init(world, *openpgp(keys), *CERTIFICATE, *judged, *KEYLESS) == 0
    entry = table(desk, "x509")
    assert (entry["profile"], entry["revocation"], entry["max_crl_age_days"]) == ("plain", "crl", 30)
    assert verifies(world, desk) == {"openpgp", "x509", "keyless"}


def test_answers_that_cannot_be_right_are_asked_for_again(
    world: World, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing(
        monkeypatch, "", SUBJECT, "root.pem", "tsa.pem", "gold", "plain", "no", "ocsp", "-1", "1000000", "7",
        WORKFLOW_IDENTITY, ISSUER, "acme/app", "https://git.example/acme/app",
    )  # fmt: skip
    assert init(world) == 0
    said = capsys.readouterr().err
    for word in (
        "gold is none of: plain",
        "no is none of: crl",
        "-1 is no number",
        "1000000 is no number",
        "acme/app is",
    ):
        assert word in said
    entry = table(desk, "x509")
    assert (entry["profile"], entry["revocation"], entry["max_crl_age_days"]) == ("plain", "ocsp", 7)
    assert table(desk, "keyless")["repository"] == "https://git.example/acme/app"


@pytest.mark.parametrize(
    ("looks", "options", "profile", "unsaid"),
    [
        ("plain", [], "plain", ()),
        ("gpki-official", [], "gpki-official", ("profile",)),
        ("shogyo-toki", [], "shogyo-toki", ("profile",)),
        ("gpki-official", ["--profile", "gpki-official"], "gpki-official", ()),
        ("gpki-official", ["--profile", "plain"], "plain", ()),
        ("plain", ["--profile", "shogyo-toki"], "shogyo-toki", ()),
        ("plain", ["--profile", "gpki-official"], "gpki-official", ("contradicted",)),
    ],
)
def test_a_profile_that_nobody_named_is_claimed(
    world: World, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    looks: Any, options: list[str], profile: str, unsaid: tuple[str, ...],
) -> None:  # fmt: skip
    """What the certificate looks made for is proposed, and confirmed by a person's word alone."""
    claimed = Checker.claimed_signer

    def looking(self: Checker, signature: bytes, subject: str) -> Any:
        found = claimed(self, signature, subject)
        assert found is not None
        return dataclasses.replace(found, profile=looks)

    monkeypatch.setattr(Checker, "claimed_signer", looking)
    assert init(world, *CERTIFICATE, *options) == (1 if "contradicted" in unsaid else 0)
    entry = table(desk, "x509")
    assert entry["profile"] == profile
    assert entry.get("unconfirmed", False) is bool(unsaid)
    assert ("profile above is the one" in (desk / "trust.toml").read_text()) is ("profile" in unsaid)
    assert ("ANOTHER SIGNER" in capsys.readouterr().err) is ("contradicted" in unsaid)


@pytest.mark.parametrize(
    ("wish", "profile"),
    [
        (Wish(), "plain"),
        (Wish(policies_critical=False), "plain"),
        (Wish(policies_critical=True), "gpki-official"),
        (Wish(policies_critical=True, usage=frozenset({"digital_signature"})), "plain"),
        (Wish(usage=None), "shogyo-toki"),
    ],
)
def test_what_a_certificate_looks_made_for(served: Supplier, wish: Wish, profile: str) -> None:
    holder = served.country.issuing.issue("だれか", wish)
    assert likely_profile(x509.Certificate.load(holder.certificate.public_bytes(Encoding.DER))) == profile


@pytest.mark.parametrize(
    ("claimed", "typed", "repository", "confirmed"),
    [
        ("", [], None, True),
        ("{own}", [], None, True),
        ("https://git.example/other/app", [], "https://git.example/other/app", False),
        ("https://git.example/other/app", ["--repository", "https://git.example/other/app"],
         "https://git.example/other/app", True),
        ("https://git.example/other/app", ["--repository", "https://git.example/third/app"],
         "https://git.example/third/app", True),
        ("nowhere", [], None, True),
    ],
)  # fmt: skip
def test_the_repository_of_a_workflow(
    world: World, desk: Path, monkeypatch: pytest.MonkeyPatch,
    claimed: str, typed: list[str], repository: str | None, confirmed: bool,
) -> None:  # fmt: skip
    """Where the workflow lies in another repository, that for which it ran is proposed, and has to be confirmed."""
    own = WORKFLOW_IDENTITY.partition("/.github/")[0]
    made = promised.Claims.__init__

    def claiming(self: promised.Claims, folder: Path) -> None:
        made(self, folder)
        self.promised = dataclasses.replace(self.promised, repository=claimed.replace("{own}", own))

    monkeypatch.setattr(promised.Claims, "__init__", claiming)
    assert init(world, *KEYLESS, *typed) == 0
    entry = table(desk, "keyless")
    assert entry.get("repository") == repository
    assert entry.get("unconfirmed", False) is not confirmed


# --- what the record has to say --------------------------------------------------------------------------------------


def test_every_demand_that_is_proposed_can_be_taken(world: World, desk: Path, keys: Keys) -> None:
    """What the release says of itself, else what is usual; only what the release does not say refuses it."""
    assert init(world, *openpgp(keys), *CERTIFICATE, *KEYLESS) == 0
    head, _, record = (desk / "trust.toml").read_text(encoding="utf-8").partition("[record]\n")
    lines = [line.removeprefix("# ") for line in record.splitlines() if " = " in line and "role" not in line]
    taken = [line for line in lines if not line.startswith("countersigned")]
    (desk / "trust.toml").write_text(f"{head}[record]\n" + "\n".join(taken), encoding="utf-8")
    demands = load_trust(desk / "trust.toml").record
    assert (demands.version, demands.minimum_version, demands.max_age_days) == ("1.4.0", "1.4.0", 60)
    assert demands.max_database_age_days == 3
    assert demands.clauses == ["26-3 3(1)①"]
    unsaid = ("previous", "repository", "signed_after", "allow_exceptions")
    said = [line for line in taken if not line.startswith(unsaid)]
    (desk / "trust.toml").write_text(f"{head}[record]\n" + "\n".join(said), encoding="utf-8")
    assert verifies(world, desk) == {"openpgp", "x509", "keyless"}


@pytest.mark.parametrize(
    ("changes", "stated"),
    [
        ({"policy": {"sha256": HOSTILE}}, {"policy_sha256": None}),
        ({"deliverable": {"version": "v1", "contracted_on": "someday"}},
         {"minimum_version": None, "signed_after": None}),
        ({"deliverable": {"version": "2.0", "contracted_on": "2026-04-01"}},
         {"minimum_version": "2.0", "signed_after": date(2026, 4, 1)}),
        ({"deliverable": None}, {"minimum_version": None, "signed_after": None}),
        ({"clauses": ()}, {"clauses": None}),
        ({"previous": RecordPrevious("d" * 64, "", "", "", "e" * 64)}, {"previous": "d" * 64}),
    ],
)  # fmt: skip
def test_what_no_demand_can_be_is_left_out(world: World, changes: dict[str, Any], stated: dict[str, Any]) -> None:
    predicate = parse_record((world.out / layout.RECORD).read_bytes()).predicate
    for name, value in changes.items():
        part = dataclasses.replace(getattr(predicate, name), **value) if isinstance(value, dict) else value
        predicate = dataclasses.replace(predicate, **{name: part})
    found = promised.stated_by(predicate)
    assert {key: found.get(key) for key in stated} == stated


# --- countersigners --------------------------------------------------------------------------------------------


@pytest.fixture
def countersigned(world: World, desk: Path, keys: Keys) -> World:
    """The same release with countersignatures: one by another key, and one with a certificate."""
    shutil.copytree(world.out, desk / "signed", symlinks=True)
    record = desk / "signed" / layout.RECORD
    (desk / "signed" / layout.COUNTERSIGNATURES).mkdir()
    mine = desk / "signed" / layout.countersignature_path(keys.other, ".asc")
    mine.write_bytes(keys.home.sign(keys.other, record.read_bytes()))
    theirs = desk / "signed" / layout.countersignature_path("somebody", ".p7s")
    theirs.write_bytes(record.with_name(f"{record.name}.p7s").read_bytes())
    return World(desk / "signed", desk / "trust.toml")


def test_who_has_countersigned_is_proposed_in_comments(
    countersigned: World, desk: Path, keys: Keys, capsys: pytest.CaptureFixture[str]
) -> None:
    """The release is verified without; whoever takes the comments' marks away has not confirmed anybody yet."""
    assert init(countersigned, *openpgp(keys), *CERTIFICATE, *KEYLESS) == 0
    said = capsys.readouterr().err
    assert said.count("a countersignature is there") == 2
    text = (desk / "trust.toml").read_text()
    assert '\n# role = "countersigner"\n' in text
    assert not load_trust(desk / "trust.toml").countersigners.back_ends
    for section in ("openpgp", "x509"):
        proposal = text.partition(f"# [[{section}]]\n")[2].partition("\n\n")[0].splitlines()
        entry = tomllib.loads("\n".join(line.removeprefix("# ") for line in proposal))
        assert (entry["role"], entry["unconfirmed"]) == ("countersigner", True)
    assert entry["subject"] == SUBJECT


def test_a_countersigner_whom_a_person_names(
    countersigned: World, desk: Path, keys: Keys, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = ["--countersigner", keys.other, "--key", "other.asc"]
    assert init(countersigned, *openpgp(keys), *mine, *CERTIFICATE, *KEYLESS) == 0
    assert "whom you named may countersign" in capsys.readouterr().err
    trust = load_trust(desk / "trust.toml")
    assert [key.fingerprint for key in trust.countersigners.openpgp] == [keys.other]
    assert [key.fingerprint for key in trust.openpgp] == [keys.supplier]


@pytest.mark.parametrize(
    ("options", "section", "expected", "confirmed"),
    [
        (["--countersigner", "{other}"], "openpgp", {"fingerprint": "{other}", "key": "countersigner.asc"}, False),
        (["--countersigner", "CN=検収 花子, C=JP", "--countersigner-root", "root.pem",
          "--countersigner-tsa-root", "tsa.pem"], "x509", {"subject": "CN=検収 花子,C=JP"}, True),
        (["--countersigner", "AB" * 32, "--countersigner-root", "root.pem"], "x509", {"spki_sha256": "ab" * 32}, False),
        (["--countersigner", "{sha256}", "--countersigner-root", "root.pem", "--countersigner-tsa-root", "tsa.pem"],
         "x509", {"spki_sha256": "{spki}"}, True),
        (["--countersigner", "hanako@example.org"], "keyless", {"identity": "hanako@example.org"}, False),
        (["--countersigner", "hanako@example.org", "--countersigner-issuer", ISSUER, "--trusted-root", "root.json"],
         "keyless", {"issuer": ISSUER, "trusted_root": "root.json"}, True),
    ],
)  # fmt: skip
def test_kinds_of_countersigners(
    world: World, countersigned: World, desk: Path, keys: Keys,
    options: list[str], section: str, expected: dict[str, str], confirmed: bool,
) -> None:  # fmt: skip
    certificate = certificate_of(world)
    filled = {"{other}": keys.other, "{sha256}": hashlib.sha256(certificate.dump()).hexdigest(),
              "{spki}": spki_sha256(certificate)}  # fmt: skip
    assert init(countersigned, *(filled.get(each, each) for each in options)) == 0
    entries = tomllib.loads((desk / "trust.toml").read_text(encoding="utf-8"))[section]
    (entry,) = (each for each in entries if each.get("role") == "countersigner")
    assert {key: entry[key] for key in expected} == {key: filled.get(text, text) for key, text in expected.items()}
    assert entry.get("unconfirmed", False) is not confirmed


@pytest.mark.parametrize(
    ("answers", "section"),
    [
        (("{other}", "other.asc"), "openpgp"),
        (("CN=検収 花子,C=JP", "root.pem", "tsa.pem"), "x509"),
        (("hanako@example.org", ISSUER), "keyless"),
        (("",), ""),
    ],
)
def test_asked_who_may_countersign(
    countersigned: World, desk: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, answers: tuple[str, ...],
    section: str,
) -> None:  # fmt: skip
    typing(monkeypatch, "", "", "", *(each.replace("{other}", keys.other) for each in answers))
    assert init(countersigned) == 0
    found = tomllib.loads((desk / "trust.toml").read_text(encoding="utf-8"))
    named = {name for name in layout.SUFFIXES for each in found[name] if each.get("role") == "countersigner"}
    assert named == ({section} if section else set())


@pytest.mark.usefixtures("desk")
def test_the_next_command_is_printed(world: World, keys: Keys, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(world, *openpgp(keys), *CERTIFICATE, *KEYLESS) == 0
    command = f"gate verify --trust trust.toml {world.out}"
    assert f"Next: {command}\n" in capsys.readouterr().err
    assert run(["--lang", "ja", "trust", "init", str(world.out), "-o", "later.toml"]) == 0
    said = capsys.readouterr().err
    assert "unconfirmed = true の行を削除した後" in said
    assert "gate verify --trust later.toml" in said


# --- what is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--fingerprint", "12"], "12 is no fingerprint"),
        (["--identity", "https://x*"], "no identity"),
        (["--issuer", "ftp://x"], "no URL of an issuer"),
        (["--fingerprint", "{key}", "--key", "nowhere.asc"], "nowhere.asc"),
        (["--key", "{out}/gate/record.intoto.json.asc"], "record.intoto.json.asc"),
        (["--fingerprint", "{key}", "--key", "{out}/gate/record.intoto.json.asc"], "record.intoto.json.asc"),
        (["--root", "{out}/gate/result.json", "--tsa-root", "tsa.pem"], "result.json"),
        (["--root", "supplier.asc", "--tsa-root", "tsa.pem"], "root"),
        (["--certificate", "CN", "--root", "root.pem", "--tsa-root", "tsa.pem"], "RFC 4514"),
        (["--profile", "gpki-official", "--revocation", "ocsp"], "revocation lists alone"),
        (["--repository", "acme/app"], "no URL of a repository"),
        (["--countersigner", "a b"], "no identity"),
        (["--countersigner", "{key}", "--key", "{out}/gate/record.intoto.json.asc"], "record.intoto.json.asc"),
        (["--countersigner", "CN=x", "--countersigner-root", "{out}/gate/result.json"], "result.json"),
        (["--countersigner", "a@example.org", "--countersigner-issuer", "ftp://x"], "no URL of an issuer"),
        (["--trusted-root", "{out}/gate/result.json"], "result.json"),
        (["-o", "{out}/trust.toml"], "inside"),
        (["-o", "{out}/gate/trust.toml"], "inside"),
        (["-o", "supplier.asc"], "supplier.asc"),
        (["-o", "nowhere/trust.toml"], "nowhere"),
        (["-o", "loop/trust.toml"], "loop"),
    ],
)
def test_refused(
    world: World, desk: Path, keys: Keys, capsys: pytest.CaptureFixture[str], options: list[str], word: str
) -> None:
    (desk / "loop").symlink_to("loop")
    filled = [each.replace("{key}", keys.supplier).replace("{out}", str(world.out)) for each in options]
    before = sorted(path.name for path in desk.iterdir())
    assert init(world, *filled) == 2
    assert word in capsys.readouterr().err
    assert sorted(path.name for path in desk.iterdir()) == before


def test_no_release(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", "init", "nowhere"]) == 2
    (tmp_path / "empty").mkdir()
    assert run(["trust", "init", "empty"]) == 1
    assert "missing" in capsys.readouterr().err
    assert not (desk / "trust.toml").exists()


def test_on_another_system(world: World, desk: Path, keys: Keys) -> None:
    """Both commands work where there is no confinement and no token can be read."""
    done = elsewhere("trust", "init", world.out, "-o", desk / "trust.toml", *openpgp(keys)[:3], desk / "supplier.asc")
    assert done.status == 0, done.stderr
    assert "unconfirmed" not in table(desk, "openpgp")
    (desk / "own.pem").write_bytes((desk / "root.pem").read_bytes())
    (desk / "gate.toml").write_text(
        '[signing.x509]\npkcs12 = "key.p12"\ncertificate = "own.pem"\ntsa = "https://tsa.example/"\n'
        'chain = ["tsa.pem"]\ncrls = ["list.crl"]\n'
    )
    done = elsewhere("trust", "sheet", "-c", desk / "gate.toml")
    assert done.status == 0, done.stderr
    assert "https://tsa.example/" in done.stdout


# --- hostile words of a record --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ja"])
def test_words_of_the_record_are_only_comments(language: Any) -> None:
    stated = RecordDeliverable(name=HOSTILE, version=HOSTILE, contract=HOSTILE, recipient="長" * 5000, kind="content")
    entry = Entry("openpgp", (("fingerprint", "0" * 40), ("key", "supplier.asc")), ("fingerprint",))
    text = render_trust([entry], Promised({}, stated), language, folder="out", day=date(2026, 12, 1))
    assert tomllib.loads(text)["record"] == {}
    assert len(tomllib.loads(text)["openpgp"]) == 1
    assert "\x1b" not in text
    assert "\u202e" not in text
    (line,) = (line for line in text.splitlines() if line.startswith("# deliverable = "))
    assert tomllib.loads(line[2:])["deliverable"] == HOSTILE
    assert max(map(len, text.splitlines())) < 2000


@pytest.mark.parametrize("signer", ["", "x", HOSTILE, "https://git.example/*", "*"])
def test_signers_that_are_none_are_drafted_as_nobody(signer: str, tmp_path: Path) -> None:
    """The drafted file is read as one, and refused for what it is: unconfirmed."""
    for maker in (module._openpgp, module._keyless):  # what a hostile record can reach
        entry = maker(signer, Known(), None)  # type: ignore[arg-type]  # no file is named
        text = render_trust([entry], Promised({}, None), "en", folder="out", day=date(2026, 12, 1))
        (tmp_path / "trust.toml").write_text(text)
        assert refused(tmp_path) == "trust.unconfirmed"


def test_a_signature_that_is_none_drafts_an_entry_for_nobody(
    world: World, desk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("bad") / "out"
    shutil.copytree(world.out, out, symlinks=True)
    (out / f"{layout.RECORD}.p7s").write_bytes(b"garbage")
    assert init(World(out, desk / "x"), *CERTIFICATE) == 1
    assert json.dumps(table(desk, "x509")["subject"], ensure_ascii=False) == f'"{SUBJECT}"'
    (desk / "trust.toml").unlink()
    assert init(World(out, desk / "x")) == 0
    assert refused(desk) == "trust.unconfirmed"
