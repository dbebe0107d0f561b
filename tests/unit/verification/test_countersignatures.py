"""Countersignatures: each is told, none proves the release, and one by somebody named has to hold."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import UnsafeNoOp

from gate.countersigning import countersign
from gate.errors import TrustError, VerificationError
from gate.keyless import checker as keyless_checker
from gate.record import layout
from gate.record.documents import schema
from gate.reports.verification import render_verification
from gate.signing.interface import Signer
from gate.verification import countersignatures as module
from gate.verification import load_trust, verification_document
from gate.verification.folder import ReleaseFolder
from gate.x509 import checker as x509_checker
from tests.simulators.cms_signer import Stamper, sign
from tests.simulators.pki import Wish, ec_key, rsa_key
from tests.simulators.sigstore.issuer import WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import running_stack
from tests.unit.release_kit import Keys, World, make_world, signer_of
from tests.unit.signing.cms_kit import Supplier, served, supplier
from tests.unit.verification.keyless_world import entry, keyless_signer
from tests.unit.verification.x509_kit import SUBJECT

__all__ = ["served", "supplier"]
FOLDER = layout.COUNTERSIGNATURES
CERTIFICATE = f'[[x509]]\nroots = ["root.pem"]\ntsa_roots = ["tsa.pem"]\nsubject = "{SUBJECT}"\n'
ROLE = 'role = "countersigner"\n'


@pytest.fixture(autouse=True)
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Confined processes of these kinds take longer to start than all that is shown; OpenPGP goes that way."""
    monkeypatch.setattr(x509_checker, "_confinable", lambda: False)
    monkeypatch.setattr(keyless_checker, "_confinable", lambda: False)


@dataclass
class Countersigned(World):
    """A release of the supplier, countersigned by three others; ``trusts`` writes the trust file."""

    key: str = ""

    def trusts(self, *entries: str, record: str = "") -> None:
        supplier = (self.trust_file.parent / "supplier.toml").read_text()
        self.trust_file.write_text(f"{supplier}{''.join(entries)}[record]\n{record}", encoding="utf-8")

    @property
    def openpgp(self) -> str:
        return f'[[openpgp]]\nfingerprint = "{self.key}"\nkey = "other.asc"\n'

    def told(self) -> dict[str, str]:
        return {each.backend: each.status for each in self.verify().countersignatures}

    def file(self, suffix: str) -> Path:
        (found,) = (path for path in (self.out / FOLDER).iterdir() if path.name.endswith(suffix))
        return found


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="module")
def original(keys: Keys, served: Supplier, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Countersigned:
    folder = tmp_path_factory.mktemp("countersigned")
    (folder / "ministry").mkdir()
    made = make_world(folder, keys)
    other = Supplier(folder / "ministry", served.country, served.services)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(x509_checker, "_confinable", lambda: False)
        patch.setattr(keyless_checker, "_confinable", lambda: False)
        with signer_of(keys.home, keys.other) as openpgp, other.signer() as certified:
            signers: list[Signer] = [keyless_signer(stack, folder / "instance"), openpgp, certified]
            countersign(made.out, made.trust, signers, now=datetime.now(UTC))
    recipient = made.trust_file.parent
    text = made.trust_file.read_text().partition("[record]")[0]
    (recipient / "supplier.toml").write_text(text)
    (recipient / "other.asc").write_bytes(keys.home.export(keys.other))
    (recipient / "root.pem").write_bytes(served.country.root.pem)
    (recipient / "tsa.pem").write_bytes(served.country.tsa_root.pem)
    (recipient / "root.json").write_text(json.dumps(stack.trusted_root()))
    return Countersigned(made.out, made.trust_file, [], keys.other)


@pytest.fixture
def world(original: Countersigned, tmp_path: Path) -> Countersigned:
    """A copy that a test may spoil, for a recipient who names no countersigner yet."""
    shutil.copytree(original.out, tmp_path / "out", symlinks=True)
    shutil.copytree(original.trust_file.parent, tmp_path / "recipient")
    copied = Countersigned(tmp_path / "out", tmp_path / "recipient" / "trust.toml", [], original.key)
    copied.trusts()
    return copied


# --- what is told ---------------------------------------------------------------------------------------------


def test_by_nobody_named_they_are_told_and_change_nothing(world: Countersigned) -> None:
    assert world.told() == dict.fromkeys(("openpgp", "x509", "keyless"), "unchecked")
    shutil.rmtree(world.out / FOLDER)
    assert world.told() == {}


def test_by_whom_and_when(world: Countersigned) -> None:
    world.trusts(world.openpgp + ROLE, CERTIFICATE + ROLE, entry() + ROLE, record="countersigned = true\n")
    verification = world.verify()
    told = {each.backend: each for each in verification.countersignatures}
    assert {each.status for each in told.values()} == {"valid"}
    assert told["openpgp"].signer == world.key
    assert told["x509"].signer.startswith(SUBJECT)
    assert {name: each.time_source for name, each in told.items()} == {
        "openpgp": "signer", "x509": "timestamp", "keyless": "timestamp",
    }  # fmt: skip
    assert told["keyless"].issuer
    # Neither the record's signatures nor the demand for kinds of signatures know of them.
    assert {each.backend for each in verification.signatures} == {"openpgp"}
    document = json.loads(verification_document(verification))
    jsonschema.Draft202012Validator(schema("verification")).validate(document)
    assert [each["file"] for each in document["countersignatures"]] == sorted(each.file for each in told.values())
    for language, word in (("en", "Countersignatures"), ("ja", "副署名")):
        text = render_verification(verification, language=language, colour=False)  # type: ignore[arg-type]  # a literal in a loop
        assert word in text
        assert world.key in text


def test_what_nobody_named_made_is_told_as_such(world: Countersigned) -> None:
    world.trusts(world.openpgp + ROLE)
    text = render_verification(world.verify(), language="en", colour=False)
    assert text.count("unchecked, not by anybody") == 2


@pytest.mark.parametrize("suffix", [".asc", ".p7s", ".sigstore.json"])
def test_stock_tools_verify_the_file_of_the_record(world: Countersigned, suffix: str, tmp_path: Path) -> None:
    record, signature = world.out / layout.RECORD, world.file(suffix)
    trust = world.trust_file.parent
    if suffix == ".asc":
        ring = tmp_path / "ring.gpg"
        subprocess.run(["gpg", "--dearmor", "--output", ring, trust / "other.asc"], check=True, capture_output=True)
        command: list[str | Path] = ["gpgv", "--keyring", ring, signature, record]
    elif suffix == ".p7s":
        issuing = world.out / layout.COUNTERSIGNERS_VALIDATION
        pem = b"".join(
            subprocess.run(["openssl", "x509", "-inform", "DER", "-in", path], check=True, capture_output=True).stdout
            for path in issuing.glob("*.cer")
        )
        (tmp_path / "chain.pem").write_bytes(pem)
        command = ["openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", signature]
        command += ["-content", record, "-CAfile", trust / "root.pem", "-certfile", tmp_path / "chain.pem"]
        command += ["-out", "/dev/null"]
    else:
        verifier = Verifier(trusted_root=TrustedRoot.from_file(str(trust / "root.json")))
        verifier.verify_artifact(record.read_bytes(), Bundle.from_json(signature.read_bytes()), UnsafeNoOp())
        return
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_of_an_instance_that_nobody_trusts_it_is_by_nobody_named(
    world: Countersigned, keys: Keys, tmp_path: Path
) -> None:
    """Several persons may countersign, each with an instance of their own: one does not spoil the other's."""
    with running_stack() as foreign:
        signer = keyless_signer(foreign, tmp_path / "foreign")
        fresh = make_world(tmp_path / "fresh", keys)
        countersign(fresh.out, fresh.trust, [signer], now=datetime.now(UTC))
    world.trusts(entry() + ROLE)
    assert Countersigned(fresh.out, world.trust_file, []).told() == {"keyless": "unchecked"}


@pytest.mark.parametrize("fault", ["weak", "bad"])
def test_what_is_wrong_with_one_by_nobody_named_is_not_asked(
    world: Countersigned, served: Supplier, fault: str
) -> None:
    """It proves nothing either way; the same by somebody named is a refusal."""
    country = served.country
    key = rsa_key(1024) if fault == "weak" else ec_key()
    signed = (world.out / layout.RECORD).read_bytes() + (b" " if fault == "bad" else b"")
    other = world.file(".p7s").with_name(f"{short('x')}.p7s")
    for name, statuses in (("だれか", ["unchecked", "valid"]), ("納入 太郎", None)):
        other.write_bytes(sign(signed, country.issuing.issue(name, key=key), Stamper(country.tsa)))
        world.trusts(CERTIFICATE + ROLE)
        if statuses:
            certified = [each for each in world.verify().countersignatures if each.backend == "x509"]
            assert sorted(each.status for each in certified) == statuses
        else:
            assert world.reason() == ("countersignature", other.relative_to(world.out).as_posix())


def test_the_ministry_with_a_certificate_of_gpki(
    keys: Keys, supplier: Supplier, world: Countersigned, tmp_path: Path
) -> None:
    """Under the profile of official posts, whose lists a recipient may have to bring along."""
    released = make_world(tmp_path / "released", keys)
    wish = Wish(policies_critical=True, directory_point=True)
    post = supplier.country.issuing.issue("経済産業省 大臣官房", wish)
    with supplier.signer(supplier.key(post), profile="gpki-official") as signer:
        countersign(released.out, released.trust, [signer], now=datetime.now(UTC))
    ministry = CERTIFICATE.replace("納入 太郎", "経済産業省 大臣官房") + 'profile = "gpki-official"\n' + ROLE
    world.trusts(ministry, record="countersigned = true\n")
    (told,) = Countersigned(released.out, world.trust_file, []).verify().countersignatures
    assert (told.status, told.time_source) == ("valid", "timestamp")
    # An ordinary certificate of the same authority is not one of a post.
    world.trusts(CERTIFICATE + 'profile = "gpki-official"\n' + ROLE)
    with pytest.raises(VerificationError) as caught:
        world.verify()
    assert caught.value.arguments["why"] == "certificate-profile"


# --- one role is never the other ------------------------------------------------------------------------------


def test_a_countersigner_is_no_supplier(world: Countersigned) -> None:
    """The countersigner's signature in the place of the supplier's, for a recipient who names both."""
    world.trusts(world.openpgp + ROLE)
    (world.out / f"{layout.RECORD}.asc").write_bytes(world.file(".asc").read_bytes())
    assert world.reason() == ("signer-unknown", f"{layout.RECORD}.asc")


def test_a_bundle_over_the_file_is_no_bundle_of_the_statement(world: Countersigned) -> None:
    """Even where a recipient names the countersigner as a supplier as well."""
    world.trusts(entry())
    shutil.copy(world.file(".sigstore.json"), world.out / f"{layout.RECORD}.sigstore.json")
    assert world.reason() == ("bundle-other-kind", f"{layout.RECORD}.sigstore.json")


def test_a_supplier_is_no_countersigner(world: Countersigned, keys: Keys) -> None:
    shutil.rmtree(world.out / FOLDER)
    path = world.out / layout.countersignature_path(keys.supplier, ".asc")
    path.parent.mkdir()
    path.write_bytes((world.out / f"{layout.RECORD}.asc").read_bytes())
    world.trusts(world.openpgp + ROLE)
    assert world.told() == {"openpgp": "unchecked"}
    # Named in both roles, the supplier still does not countersign what is its own.
    world.trusts(f'[[openpgp]]\nfingerprint = "{keys.supplier}"\nkey = "supplier.asc"\n{ROLE}')
    assert world.reason() == ("countersigner-is-signer", path.relative_to(world.out).as_posix())


@pytest.mark.parametrize(("signer", "refused"), [("{workflow}@refs/tags/v0", True), ("{workflow}.yml@refs/x", False)])
def test_a_supplier_s_workflow_is_no_countersigner_at_another_ref(
    world: Countersigned, signer: str, refused: bool
) -> None:
    world.trusts(entry() + ROLE)
    workflow = WORKFLOW_IDENTITY.partition("@refs/")[0]
    record = hashlib.sha256((world.out / layout.RECORD).read_bytes()).hexdigest()
    signers = [("keyless", signer.replace("{workflow}", workflow))]
    with ReleaseFolder(world.out) as release:
        about: Any = {"record_sha256": record, "signers": signers, "now": datetime.now(UTC)}
        found, trust = module.read_countersignatures(release), load_trust(world.trust_file)
        if refused:
            with pytest.raises(VerificationError) as caught:
                module.check_countersignatures(found, release, trust, **about)
            assert caught.value.reason == "countersigner-is-signer"
        else:
            told = module.check_countersignatures(found, release, trust, **about)
            assert "valid" in {each.status for each in told}


def test_demanded(world: Countersigned) -> None:
    world.trusts(world.openpgp + ROLE, record="countersigned = true\n")
    assert world.verify().verified
    world.file(".asc").unlink()
    assert world.reason() == ("not-countersigned", FOLDER)
    shutil.rmtree(world.out / FOLDER)
    assert world.reason() == ("not-countersigned", FOLDER)


@pytest.mark.parametrize(
    ("entries", "record", "code", "key"),
    [
        ((), "countersigned = true\n", "trust.no-countersigner", "record.countersigned"),
        (('[[openpgp]]\nfingerprint = "{key}"\nkey = "other.asc"\nrole = "boss"\n',), "", "trust.bad-value",
         "openpgp 2.role"),
        (('[[openpgp]]\nfingerprint = "{key}"\nkey = "other.asc"\nrole = "countersigner"\n',) * 2, "",
         "trust.repeated", "openpgp 3.fingerprint"),
        ((CERTIFICATE + ROLE,) * 2, "", "trust.repeated", "x509 2"),
        ((entry() + ROLE,) * 2, "", "trust.repeated", "keyless 2.identity"),
    ],
)  # fmt: skip
def test_trust_files_that_are_refused(
    world: Countersigned, entries: tuple[str, ...], record: str, code: str, key: str
) -> None:
    world.trusts(*(each.replace("{key}", world.key) for each in entries), record=record)
    with pytest.raises(TrustError) as caught:
        load_trust(world.trust_file)
    assert (caught.value.code, caught.value.arguments["key"]) == (code, key)


def test_nobody_but_countersigners(world: Countersigned) -> None:
    world.trust_file.write_text(world.openpgp + ROLE)
    with pytest.raises(TrustError) as caught:
        load_trust(world.trust_file)
    assert caught.value.code == "trust.nobody"


def test_the_entry_that_cannot_be_used_is_named_by_its_place(world: Countersigned) -> None:
    """Entries of both roles are counted, as the person sees them in the file."""
    (world.trust_file.parent / "bad.pem").write_bytes(b"no certificate")
    world.trusts(CERTIFICATE + ROLE, CERTIFICATE.replace("root.pem", "bad.pem") + ROLE)
    with pytest.raises(TrustError) as caught:
        world.verify()
    assert (caught.value.code, caught.value.arguments["number"]) == ("trust.x509-roots", 2)


# --- attacks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".asc", ".p7s", ".sigstore.json"])
def test_over_another_record(world: Countersigned, keys: Keys, suffix: str, tmp_path: Path) -> None:
    """What was signed for another release, by the one who is named, under the name that it would have here."""
    world.trusts(world.openpgp + ROLE, CERTIFICATE + ROLE, entry() + ROLE)
    assert set(world.told().values()) == {"valid"}
    other = make_world(tmp_path / "other", keys)
    shutil.copytree(world.out / FOLDER, other.out / FOLDER)
    for path in (other.out / FOLDER).iterdir():
        if path.is_file() and not path.name.removesuffix(".tsr").endswith(suffix):
            path.unlink()
    spoilt = Countersigned(other.out, world.trust_file, [], world.key)
    reason, path_told = spoilt.reason()
    assert (reason, path_told.endswith(suffix)) == ("countersignature", True)


@pytest.mark.parametrize(
    ("suffix", "entries", "why"),
    [
        (".asc", "openpgp", "signature-malformed"),
        (".p7s", "x509", "cms-malformed"),
        (".sigstore.json", "keyless", "bundle-malformed"),
    ],
)
def test_garbage_where_somebody_is_named(world: Countersigned, suffix: str, entries: str, why: str) -> None:
    named = {"openpgp": world.openpgp, "x509": CERTIFICATE, "keyless": entry()}
    world.file(suffix).write_bytes(b"garbage")
    assert world.told()[entries] == "unchecked"
    world.trusts(named[entries] + ROLE)
    with pytest.raises(VerificationError) as caught:
        world.verify()
    assert (caught.value.reason, caught.value.arguments["why"]) == ("countersignature", why)


def test_a_timestamp_that_is_not_the_one_in_the_signature(world: Countersigned) -> None:
    world.trusts(CERTIFICATE + ROLE)
    stamp = world.file(".tsr")
    stamp.write_bytes(stamp.read_bytes()[:-1] + b"x")
    assert world.reason()[0] == "countersignature"
    stamp.unlink()
    assert world.reason()[0] == "countersignature"


def test_under_the_name_of_another(world: Countersigned) -> None:
    """One signer cannot pass for two by two names."""
    world.trusts(world.openpgp + ROLE)
    path = world.file(".asc")
    shutil.copy(path, path.with_name(f"record.intoto.json.{'0' * 16}.asc"))
    with pytest.raises(VerificationError) as caught:
        world.verify()
    assert caught.value.arguments["why"] == "signer-differs"


def test_a_certificate_that_somebody_else_kept(world: Countersigned) -> None:
    """What is kept for the supplier's signatures and for these is apart; bytes that are not as named are refused."""
    kept = next((world.out / layout.COUNTERSIGNERS_VALIDATION).glob("*.crl"))
    kept.write_bytes(kept.read_bytes() + b"x")
    assert world.reason() == ("validation-changed", kept.relative_to(world.out).as_posix())
    kept.unlink()
    garbage = kept.with_name(f"{hashlib.sha256(b'x').hexdigest()}.cer")
    garbage.write_bytes(b"x")
    assert world.told()["x509"] == "unchecked"
    world.trusts(CERTIFICATE + ROLE)
    assert world.reason() == ("validation-malformed", garbage.relative_to(world.out).as_posix())


def short(name: str) -> str:
    return f"record.intoto.json.{hashlib.sha256(name.encode()).hexdigest()[:16]}"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("readme.txt", "unexpected"),
        ("record.intoto.json.asc", "unexpected"),
        (f"record.intoto.json.{'A' * 16}.asc", "unexpected"),
        (f"{short('x')}.asc.tsr", "unexpected"),
        (f"{short('x')}.asc\n", "unexpected"),
        ("\x1b[31m", "unexpected"),
        ("validation/readme", "unexpected"),
        ("validation/sub/x", "unexpected"),
        ("more/x", "unexpected"),
    ],
)
def test_no_other_names(world: Countersigned, name: str, reason: str) -> None:
    path = world.out / FOLDER / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    told, shown = world.reason()
    assert told == reason
    assert "\x1b" not in shown
    assert "\n" not in shown


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_nothing_but_files(world: Countersigned, kind: str) -> None:
    path = world.out / FOLDER / f"{short('x')}.asc"
    if kind == "link":
        path.symlink_to("/etc/passwd")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    assert world.reason() == ("not-a-file", path.relative_to(world.out).as_posix())


@pytest.mark.parametrize("place", [FOLDER, layout.COUNTERSIGNERS_VALIDATION])
@pytest.mark.parametrize("kind", ["file", "link"])
def test_no_other_thing_in_the_place_of_a_folder(world: Countersigned, place: str, kind: str, tmp_path: Path) -> None:
    path = world.out / place
    shutil.move(path, tmp_path / "moved")
    if kind == "file":
        path.write_bytes(b"")
    else:
        path.symlink_to(tmp_path / "moved")
    assert world.reason()[0] == "unexpected"


@pytest.mark.parametrize("place", [FOLDER, layout.COUNTERSIGNERS_VALIDATION])
def test_a_folder_may_be_empty(world: Countersigned, place: str) -> None:
    """As countersigning leaves it that was ended just there; one in it that has no business there is refused."""
    shutil.rmtree(world.out / place)
    (world.out / place).mkdir()
    assert set(world.told().values()) <= {"unchecked"}
    (world.out / place / "more").mkdir()
    assert world.reason() == ("unexpected", f"{place}/more")


def test_a_timestamp_alone_is_told_and_proves_nothing(world: Countersigned) -> None:
    """Of whoever was to be there, as countersigning leaves it that was ended just before; and of anybody else."""
    world.trusts(CERTIFICATE + ROLE)
    assert world.told()["x509"] == "valid"
    world.file(".p7s").unlink()
    own, stranger = world.file(".tsr"), world.out / FOLDER / f"{short('x')}.p7s.tsr"
    stranger.write_bytes(b"x")
    told = {each.file: (each.backend, each.status) for each in world.verify().countersignatures}
    for path in (own, stranger):
        assert told[path.relative_to(world.out).as_posix()] == ("x509", "unchecked")
    world.trusts(CERTIFICATE + ROLE, record="countersigned = true\n")
    assert world.reason() == ("not-countersigned", FOLDER)


@pytest.mark.parametrize("suffix", [".asc", ".p7s", ".p7s.tsr", ".sigstore.json"])
def test_none_is_larger_than_any(world: Countersigned, suffix: str) -> None:
    path = world.file(suffix)
    with path.open("ab") as stream:
        stream.truncate(1 << 19)
    assert world.reason() == ("too-large", path.relative_to(world.out).as_posix())


def test_not_more_than_anybody_needs(world: Countersigned) -> None:
    for number in range(module.MOST - 1):
        (world.out / FOLDER / f"{short(str(number))}.asc").write_bytes(b"x")
    assert world.reason() == ("countersignatures-too-many", FOLDER)


def test_they_may_not_run_as_their_owner(world: Countersigned) -> None:
    path = world.file(".asc")
    path.chmod(0o4644)
    assert world.reason() == ("set-id", path.relative_to(world.out).as_posix())


def test_a_changed_record_is_the_release_s_own_refusal(world: Countersigned, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record is read again for them: what it is by then has to be what was proved."""
    world.trusts(world.openpgp + ROLE)
    check: Any = module.check_countersignatures

    def changing(*arguments: Any, **more: Any) -> Any:
        record = world.out / layout.RECORD
        record.write_bytes(record.read_bytes() + b" ")
        return check(*arguments, **more)

    monkeypatch.setattr("gate.verification.verify.check_countersignatures", changing)
    with pytest.raises(VerificationError) as caught:
        world.verify()
    assert caught.value.reason == "countersignature"
