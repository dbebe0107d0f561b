"""``gate verify ARTIFACT --signature FILE``: proved by digest and name in a signed statement, and by nothing less."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.cells import cell_len

from gate.errors import EngineFailure, NotTold, TrustError, UsageError, VerificationError
from gate.policy import load_policy
from gate.received.target import verify_target
from gate.record import layout
from gate.record.canonical import canonical
from gate.record.documents import schema
from gate.reports.verification import local_time, render_verification
from gate.verification import Verification, given, load_trust, single, statements, verification_document
from gate.verification.measured import Measured
from gate.verification.statements import Told
from gate.x509 import checker as x509_checker
from tests.conftest import Gate
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import running_stack
from tests.unit.release_kit import Keys, World, inputs_in, make_release, make_world, policy_in, signer_of, write_trust
from tests.unit.signing.cms_kit import Supplier, served
from tests.unit.verification.keyless_world import in_this_process
from tests.unit.verification.three_ways import released_in_three_ways

__all__ = ["served"]
RECORD, PROVENANCE, SUMMARY = layout.RECORD, layout.PROVENANCE, layout.SUMMARY


@pytest.fixture(scope="module")
def original(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("single"), keys)


@pytest.fixture
def world(original: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The papers of a release beside its artifacts, as somebody could have put them on a page for downloads."""
    monkeypatch.setattr("gate.openpgp._confinable", lambda: False)  # a worker takes its time to start
    shutil.copytree(original.out / "gate", tmp_path / "page")
    shutil.copytree(original.out / "payload", tmp_path / "page", symlinks=True, dirs_exist_ok=True)
    return World(tmp_path / "page", original.trust_file)


def verify(world: World, name: str = "app.bin", *signatures: str, **more: Any) -> Verification:
    files = [world.out / each for each in signatures or ("record.intoto.json.asc",)]
    return verify_target(
        world.out / name, load_trust(world.trust_file), now=datetime.now(UTC), signatures=files, **more
    )


def refusal(world: World, name: str = "app.bin", *signatures: str, **more: Any) -> tuple[str, str]:
    with pytest.raises(VerificationError) as caught:
        verify(world, name, *signatures, **more)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value.reason, caught.value.path


def trusting(world: World, keys: Keys, record: str, require: str = '"any"') -> World:
    folder = Path(tempfile.mkdtemp(dir=world.out.parent))
    return World(world.out, write_trust(folder, keys.home, keys.supplier, record, require))


# --- by a record ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), [("app.bin", "file"), ("site", "folder")])
def test_an_artifact_by_the_signed_record(world: World, name: str, kind: str) -> None:
    verification = verify(world, name)
    assert (verification.verified, verification.exit_code, verification.scope) == (True, 0, "artifact")
    assert [(each.name, each.kind) for each in verification.artifacts] == [(name, kind)]
    assert [signature.file for signature in verification.signatures] == [f"{world.out}/record.intoto.json.asc"]
    assert verification.record_sha256 is not None
    assert verification.deliverable is not None
    assert [clause.id for clause in verification.clauses] == ["26-3 3(1)①", "26-3 3(2)"]
    assert verification.today is not None
    document = json.loads(verification_document(verification))
    jsonschema.Draft202012Validator(schema("verification")).validate(document)
    assert document["scope"] == "artifact"


def test_all_statements_and_the_artifacts_own_signature_together(world: World) -> None:
    names = ("record.intoto.json.asc", "vsa.intoto.json.asc", "provenance.intoto.json.asc", "signatures/app.bin.asc")
    verification = verify(world, "app.bin", *names)
    assert len(verification.signatures) == 4
    assert verification.not_checked == ()
    assert len(verify(world, "site", "record.intoto.json.asc", "signatures/site.asc").signatures) == 2


def test_another_artifact_or_another_name(world: World) -> None:
    (world.out / "app.bin").rename(world.out / "other.bin")
    assert refusal(world, "other.bin") == ("name", "other.bin")
    (world.out / "site").rename(world.out / "app.bin")
    assert refusal(world) == ("name", "app.bin")
    (world.out / "new.bin").write_bytes(b"new")
    assert refusal(world, "new.bin") == ("not-a-subject", "new.bin")
    (world.out / "other.bin").rename(world.out / "site")
    assert refusal(world, "site") == ("name", "site")


def test_changed_bytes(world: World) -> None:
    with (world.out / "app.bin").open("ab") as file:
        file.write(b"\0")
    assert refusal(world) == ("changed", "app.bin")
    (world.out / "site" / "more").touch()
    assert refusal(world, "site") == ("changed", "site")


def test_a_link_to_an_artifact_is_that_artifact(world: World, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(world.out / "app.bin")
    world.out.joinpath("link").symlink_to(tmp_path / "link")
    assert verify(world, "link").artifacts[0].name == "app.bin"


def test_an_artifact_under_the_longest_path_there_can_be(world: World) -> None:
    """What lies below it would have a longer path than the system takes."""
    folder, descriptor = str(world.out), os.open(world.out, os.O_RDONLY)
    while len(folder) < 3840:
        os.mkdir("d" * 199, dir_fd=descriptor)
        inner = os.open("d" * 199, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        folder, descriptor = f"{folder}/{'d' * 199}", inner
    name = "e" * (4080 - len(folder))
    os.rename(world.out / "app.bin", name, dst_dir_fd=descriptor)
    os.close(descriptor)
    target = Path(folder) / name
    assert refusal(world, str(target)) == ("name", name)


def test_a_list_is_no_folder_and_a_folder_no_file(world: World) -> None:
    """The digest of a folder is that of its list: a file with the bytes of the list has the same."""
    shutil.rmtree(world.out / "site")
    shutil.copy(world.out / "files" / "site.list", world.out / "site")
    assert refusal(world, "site") == ("kind-differs", "site")
    assert refusal(world, "site", "vsa.intoto.json.asc") == ("not-in-statement", "site")


@pytest.mark.parametrize(
    ("record", "more", "reason"),
    [
        ('deliverable = "見本アプリ"\nversion = "1.4.0"\ncontract = "契約-7"\nmax_age_days = 1', {}, ""),
        ('clauses = ["26-3 3(1)①"]\nallow_exceptions = ["malware/*"]\nmax_database_age_days = 3', {}, ""),
        ('deliverable = "別"', {}, "deliverable"),
        ("", {"expect_version": "1.4.0"}, ""),
        ("", {"expect_version": "1.5.0"}, "version"),
        ("signed_after = 2999-01-01", {}, "signed-too-early"),
        ("allow_exceptions = []", {}, "exception"),
        ("countersigned = true", {}, "not-in-statement"),
    ],
)
def test_what_the_record_has_to_say(world: World, keys: Keys, record: str, more: Any, reason: str) -> None:
    if "countersigned" in record:
        text = world.trust_file.read_text() + f"[[openpgp]]\nfingerprint = {keys.other!r}\nkey = 'other.asc'\n"
        text += "role = 'countersigner'\n"
        asked = trusting(world, keys, "")
        asked.trust_file.write_text(text.replace("[record]", "[record]\ncountersigned = true"))
        asked.trust_file.with_name("other.asc").write_bytes(keys.home.export(keys.other))
    else:
        asked = trusting(world, keys, record)
    if reason:
        assert refusal(asked, **more)[0] == reason
    else:
        assert verify(asked, **more).verified


def resign(world: World, keys: Keys, change: Callable[[Any], object], name: str = "record.intoto.json") -> None:
    """Change a statement and let the supplier sign it anew."""
    value = json.loads((world.out / name).read_bytes())
    change(value)
    (world.out / name).write_bytes(canonical(value))
    (world.out / f"{name}.asc").write_bytes(keys.home.sign(keys.supplier, (world.out / name).read_bytes()))


def test_nothing_could_be_the_list_of_an_empty_folder(world: World, keys: Keys) -> None:
    def emptied(value: Any) -> None:
        value["subject"][0]["digest"]["sha256"] = hashlib.sha256().hexdigest()

    resign(world, keys, emptied, "vsa.intoto.json")
    (world.out / "app.bin").write_bytes(b"")
    assert refusal(world, "app.bin", "vsa.intoto.json.asc") == ("not-in-statement", "app.bin")


@pytest.mark.parametrize(("name", "reason"), [("vsa", "vsa-malformed"), ("provenance", "provenance-malformed")])
def test_a_name_that_stands_twice(world: World, keys: Keys, name: str, reason: str) -> None:
    """Either digest would do: the one that is right for these bytes, and the other."""

    def twice(value: Any) -> None:
        value["subject"].append({"name": "app.bin", "digest": {"sha256": "0" * 64}})

    assert verify(world, "app.bin", f"{name}.intoto.json.asc").verified
    resign(world, keys, twice, f"{name}.intoto.json")
    assert refusal(world, "app.bin", f"{name}.intoto.json.asc")[0] == reason


def test_a_record_that_does_not_approve(world: World, keys: Keys) -> None:
    resign(world, keys, lambda value: value["predicate"].update(verdict="rejected"))
    assert refusal(world) == ("not-approved", RECORD)


def test_a_signature_by_another_than_the_promised_signer(world: World, keys: Keys) -> None:
    def promise(value: Any) -> None:
        for each in value["predicate"]["promised_signatures"]:
            each["signer"] = "0" * 40

    resign(world, keys, promise)
    assert refusal(world)[0] == "signer-differs"


def test_statements_of_two_releases(world: World, keys: Keys) -> None:
    shutil.copy(world.out / "record.intoto.json", world.out / "old.intoto.json")
    shutil.copy(world.out / "record.intoto.json.asc", world.out / "old.intoto.json.asc")
    both = ("old.intoto.json.asc", "record.intoto.json.asc")
    assert len(verify(world, "app.bin", *both).signatures) == 2
    resign(world, keys, lambda value: value["predicate"].update(created="2026-11-26T00:00:00Z"))
    assert refusal(world, "app.bin", *both)[0] == "statements-differ"
    resign(world, keys, lambda value: value["subject"].reverse(), "provenance.intoto.json")
    assert refusal(world, "app.bin", "record.intoto.json.asc", "provenance.intoto.json.asc")[0] == "provenance-subjects"


# --- whose signatures -----------------------------------------------------------------------------------------


def test_by_somebody_else(world: World, keys: Keys) -> None:
    signature = world.out / "record.intoto.json.asc"
    signature.write_bytes(keys.home.sign(keys.other, (world.out / "record.intoto.json").read_bytes()))
    assert refusal(world) == ("signer-unknown", str(signature))


@pytest.mark.parametrize("name", ["record.intoto.json", "record.intoto.json.asc"])
def test_changed_papers(world: World, name: str) -> None:
    data = bytearray((world.out / name).read_bytes())
    data[len(data) // 2] ^= 1
    (world.out / name).write_bytes(data)
    assert refusal(world)[0] in {"signature-bad", "signature-malformed"}


def test_the_statement_has_to_lie_beside_its_signature(world: World) -> None:
    (world.out / "record.intoto.json").unlink()
    assert refusal(world) == ("missing", str(world.out / "record.intoto.json"))
    (world.out / "record.intoto.json").mkdir()
    assert refusal(world) == ("not-a-file", str(world.out / "record.intoto.json"))


def test_a_signature_that_is_no_file(world: World) -> None:
    (world.out / "x.asc").mkdir()
    assert refusal(world, "app.bin", "x.asc") == ("not-a-file", str(world.out / "x.asc"))


@pytest.mark.parametrize(
    "raw", [b"{}", b"[]", b"hello", b'{"_type":"https://in-toto.io/Statement/v1","predicateType":"x"}',
            b'{"_type":"https://in-toto.io/Statement/v1","predicateType":["x"]}']
)  # fmt: skip
def test_signed_files_that_are_no_statements(world: World, keys: Keys, raw: bytes) -> None:
    (world.out / "x.intoto.json").write_bytes(raw)
    (world.out / "x.intoto.json.asc").write_bytes(keys.home.sign(keys.supplier, raw))
    assert refusal(world, "app.bin", "x.intoto.json.asc") == ("statement-type", str(world.out / "x.intoto.json"))


# --- by less than a record ------------------------------------------------------------------------------------


def test_by_the_verification_summary(world: World, keys: Keys) -> None:
    verification = verify(world, "app.bin", "vsa.intoto.json.asc")
    assert (verification.record_sha256, verification.today) == (None, None)
    assert verification.not_checked == ("record",)
    assert verification.deliverable is not None
    assert (verification.deliverable.name, verification.deliverable.version) == ("見本アプリ", "1.4.0")
    text = render_verification(verification, language="en", colour=False)
    signed = local_time(verification.signatures[0].time)
    assert f"見本アプリ 1.4.0, signed {signed} (by the signer's own clock)\n" in text
    assert "examined" not in text, "a summary does not say when"
    assert [clause.id for clause in verification.clauses] == ["26-3 3(1)①", "26-3 3(2)"]
    demands = [
        'deliverable = "見本アプリ"',
        'minimum_version = "1.4"',
        'clauses = ["26-3 3(1)①"]',
        f'policy_sha256 = "{verification.policy_sha256}"',
        "signed_after = 2026-01-01",
        "max_age_days = 1",
    ]
    met = trusting(world, keys, "\n".join(demands))
    assert verify(met, "app.bin", "vsa.intoto.json.asc", expect_version="1.4.0").verified


def test_by_provenance(world: World, keys: Keys) -> None:
    verification = verify(world, "app.bin", "provenance.intoto.json.asc")
    assert verification.not_checked == ("record", "examination", "clauses")
    assert verification.clauses == ()
    resign(
        world,
        keys,
        lambda value: value["predicate"]["buildDefinition"]["externalParameters"].update(
            workflow={"claimedBy": "runner", "repository": "https://git.example.jp/acme/app"}
        ),
        "provenance.intoto.json",
    )
    here = trusting(world, keys, 'repository = "https://git.example.jp/acme/app"\nversion = "1.4.0"')
    assert verify(here, "app.bin", "provenance.intoto.json.asc").verified
    both = ("provenance.intoto.json.asc", "vsa.intoto.json.asc")
    assert verify(here, "app.bin", *both).not_checked == ("record",)
    elsewhere = trusting(world, keys, 'repository = "https://git.example.jp/acme/fork"')
    assert refusal(elsewhere, "app.bin", *both)[0] == "repository"


DEMANDS = {
    'contract = "契約-7"': ("vsa", "provenance"),
    'recipient = "経済産業省"': ("vsa", "provenance"),
    f'previous = "{"0" * 64}"': ("vsa", "provenance"),
    "allow_exceptions = []": ("vsa", "provenance"),
    "max_database_age_days = 3": ("vsa", "provenance"),
    'repository = "https://git.example.jp/acme/app"': ("vsa", "provenance"),
    'clauses = ["26-3 3(1)①"]': ("provenance",),
}


@pytest.mark.parametrize(("record", "kind"), [(record, kind) for record, kinds in DEMANDS.items() for kind in kinds])
def test_what_a_statement_cannot_say_is_not_assumed(world: World, keys: Keys, record: str, kind: str) -> None:
    asked = trusting(world, keys, record)
    assert refusal(asked, "app.bin", f"{kind}.intoto.json.asc")[0] == "not-in-statement"


def test_folders_need_the_record(world: World) -> None:
    assert refusal(world, "site", "vsa.intoto.json.asc", "provenance.intoto.json.asc")[0] == "not-in-statement"


def test_a_file_too_large_to_be_a_list_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MOST_LIST_BYTES", 10)
    assert verify(world, "app.bin", "vsa.intoto.json.asc").verified


LIES: list[tuple[str, Callable[[Any], object], str]] = [
    ("vsa", lambda value: value["predicate"].update(verificationResult="FAILED"), "not-approved"),
    ("vsa", lambda value: value["predicate"].update(verifiedLevels=["FAILED"]), "not-approved"),
    ("vsa", lambda value: value["predicate"].update(more=1), "vsa-malformed"),
    ("vsa", lambda value: value["subject"].pop(), "statements-differ"),
    ("vsa", lambda value: value["predicate"].update(resourceUri="pkg:generic/other@1.4.0"), "statements-differ"),
    ("vsa", lambda value: value["predicate"]["policy"]["digest"].update(sha256="0" * 64), "statements-differ"),
    ("provenance", lambda value: value["predicate"].update(more=1), "provenance-malformed"),
]


@pytest.mark.parametrize(("name", "change", "reason"), LIES)
def test_lies_of_the_others(world: World, keys: Keys, name: str, change: Callable[[Any], object], reason: str) -> None:
    resign(world, keys, change, f"{name}.intoto.json")
    assert refusal(world, "app.bin", "vsa.intoto.json.asc", "provenance.intoto.json.asc")[0] == reason


def test_a_release_of_nothing_named(keys: Keys, tmp_path: Path) -> None:
    """Without ``[deliverable]`` neither of them knows a name or version."""
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [signer], policy_in(tmp_path, "[gate]\n"))
    world = World(tmp_path / "out" / "gate", write_trust(tmp_path / "r", keys.home, keys.supplier))
    for name in ("vsa", "provenance"):
        asked = f"{name}.intoto.json.asc"
        assert verify(world, "../payload/app.bin", asked).deliverable is None
        assert refusal(world, "../payload/app.bin", asked, expect_version="1.4.0")[0] == "not-in-statement"


# --- by a signature alone -------------------------------------------------------------------------------------


def test_a_signature_alone_tells_nothing_unless_asked(world: World) -> None:
    for name, signature in (("app.bin", "signatures/app.bin.asc"), ("site", "signatures/site.asc")):
        with pytest.raises(NotTold) as caught:
            verify(world, name, signature)
        assert (caught.value.reason, caught.value.exit_code) == ("no-record", 3)
        assert render_verification(caught.value, language="en", colour=False).startswith("COULD NOT TELL\n")
        verification = verify(world, name, signature, signature_only=True)
        assert (verification.scope, verification.verified, verification.clauses) == ("signature", True, ())
        assert verification.not_checked == ("record", "examination", "policy")


def test_what_a_signature_alone_leaves_open_is_said(world: World, keys: Keys) -> None:
    asked = trusting(world, keys, 'deliverable = "見本アプリ"\nmax_age_days = 1')
    verification = verify(asked, "app.bin", "signatures/app.bin.asc", signature_only=True)
    assert verification.not_checked[-1] == "[record] deliverable"
    document = json.loads(verification_document(verification))
    jsonschema.Draft202012Validator(schema("verification")).validate(document)
    assert document["not_checked"] == ["record", "examination", "policy", "[record] deliverable"]
    english = render_verification(verification, language="en", colour=False)
    assert english.startswith("VERIFIED\nA signature over the artifact alone")
    assert "not checked: whether it was examined" in english
    assert "未確認: 検査の有無及び結果" in render_verification(verification, language="ja", colour=False)
    for line in render_verification(verification, language="ja", colour=False, width=40).split("\n"):
        assert cell_len(line) <= 40 or " " not in line.strip(), line  # a digest stays in one piece


def test_files_of_holes_are_read_no_further_than_the_record_says(world: World) -> None:
    """Four terabytes are read in two hours."""
    os.truncate(world.out / "app.bin", 4 << 40)
    assert refusal(world, "app.bin", "record.intoto.json.asc", "signatures/app.bin.asc") == ("changed", "app.bin")
    os.truncate(world.out / "site" / "index.html", 4 << 40)
    assert refusal(world, "site", "record.intoto.json.asc") == ("changed", "site")


def test_a_signature_alone_has_limits(world: World, keys: Keys) -> None:
    old = trusting(world, keys, "signed_after = 2999-01-01")
    alone = "signatures/app.bin.asc"
    assert refusal(old, "app.bin", alone, signature_only=True)[0] == "signed-too-early"
    assert refusal(world, "app.bin", alone, signature_only=True, expect_version="1")[0] == "not-in-statement"
    (world.out / "app.bin").write_bytes(b"other")
    assert refusal(world, "app.bin", alone, signature_only=True) == ("signature-bad", str(world.out / alone))


# --- what cannot be used --------------------------------------------------------------------------------------


def usage(world: World, name: str, *signatures: str, **more: Any) -> str:
    with pytest.raises(UsageError) as caught:
        verify(world, name, *signatures, **more)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value.code.removeprefix("verify.")


def test_wrong_usage(world: World, original: World, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(world.out / "pipe")
    (world.out / "x.sig").touch()
    (world.out / "loop.asc").symlink_to("loop.asc")
    assert usage(world, "none") == "no-target"
    assert usage(world, "pipe") == "not-a-target"
    assert usage(world, "../../../../../../../../../../..") == "not-a-target"
    assert usage(world, "app.bin", "none.asc") == "no-signature-file"
    assert usage(world, "app.bin", "loop.asc") == "no-signature-file"
    assert usage(world, "app.bin", "x.sig") == "signature-form"
    assert usage(world, str(original.out)) == "signature-of-release"
    assert usage(world, "app.bin", policy=load_policy(None)) == "policy-without-release"
    with pytest.raises(UsageError) as caught:
        verify_target(world.out / "app.bin", world.trust, now=datetime.now(UTC), signature_only=True)
    assert caught.value.code == "verify.signature-only-of-what"
    monkeypatch.setattr(given, "MOST", 0)
    assert usage(world, "app.bin") == "too-many-signatures"


def test_trust_inside_the_artifact(world: World, keys: Keys) -> None:
    write_trust(world.out / "site", keys.home, keys.supplier)
    with pytest.raises(TrustError):
        verify(World(world.out, world.out / "site" / "trust.toml"), "site")


def test_hostile_folders(world: World) -> None:
    os.mkfifo(world.out / "site" / "pipe")
    assert refusal(world, "site") == ("not-a-file", "pipe")
    (world.out / "site" / "pipe").unlink()
    (world.out / "site" / "run.sh").chmod(0o4755)
    assert refusal(world, "site") == ("set-id", "run.sh")
    (world.out / "app.bin").chmod(0o4755)
    assert refusal(world) == ("set-id", "app.bin")


@pytest.mark.parametrize(("name", "path"), [("site", "run.sh"), ("app.bin", "app.bin")])
def test_rights_for_whoever_runs_it(world: World, monkeypatch: pytest.MonkeyPatch, name: str, path: str) -> None:
    capable = (world.out / name / path if name != path else world.out / path).stat().st_ino

    def read(descriptor: int, _: str) -> bytes:
        if os.fstat(descriptor).st_ino == capable:
            return b""
        raise OSError(errno.ENODATA, "none")

    monkeypatch.setattr("gate.verification.folder._READ_ATTRIBUTE", read)
    assert refusal(world, name) == ("capabilities", path)


def test_nowhere_to_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(EngineFailure) as caught:
        verify(world)
    assert caught.value.code == "verify.no-room"


def test_nobody_is_trusted_for_that_kind(world: World) -> None:
    (world.out / "record.intoto.json.sigstore.json").write_text("{}")
    only = "record.intoto.json.sigstore.json"
    assert refusal(world, "app.bin", only) == ("signer-unknown", str(world.out / only))
    verification = verify(world, "app.bin", only, "record.intoto.json.asc")
    assert [each.file for each in verification.unchecked] == [str(world.out / only)]


def test_the_command(gate: Gate, world: World) -> None:
    base = ("verify", "--trust", world.trust_file, world.out / "app.bin", "--signature")
    whole = gate(*base, world.out / "record.intoto.json.asc")
    assert (whole.status, whole.stdout.split("\n")[0]) == (0, "VERIFIED")
    alone = gate(*base, world.out / "signatures" / "app.bin.asc", "--format", "json")
    assert (alone.status, alone.document["reasons"][0]["id"]) == (3, "verify/no-record")


# --- while somebody changes it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "do"),
    [
        ("app.bin", lambda out: (out / "app.bin").write_bytes(b"other")),
        ("app.bin", lambda out: shutil.copy2(out / "app.bin", out / "new") and (out / "new").rename(out / "app.bin")),
        ("app.bin", lambda out: (out / "app.bin").unlink()),
        ("site", lambda out: (out / "site" / "index.html").write_text("other")),
        ("site", lambda out: (out / "site" / "new").touch()),
        ("site", lambda out: (out / "site" / "empty").rmdir()),
        ("site", lambda out: (out / "site").rename(out / "moved")),
    ],
)
def test_what_changes_before_the_end_is_noticed(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, do: Callable[[Path], object]
) -> None:
    real = statements.require_subject

    def late(told: Told, artifact: Measured) -> None:
        real(told, artifact)
        do(world.out)

    monkeypatch.setattr(single, "require_subject", late)
    assert refusal(world, name)[0] in {"changed-while-read", "missing"}


# --- three kinds of signatures --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="module")
def in_three_ways(keys: Keys, served: Supplier, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("three")
    (folder / "supplier").mkdir()
    supplier = Supplier(folder / "supplier", served.country, served.services)
    return released_in_three_ways(folder, keys, supplier, stack)


@pytest.fixture
def three(in_three_ways: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    in_this_process(monkeypatch)
    monkeypatch.setattr(x509_checker, "_confinable", lambda: False)
    monkeypatch.setattr("gate.openpgp._confinable", lambda: False)
    shutil.copytree(in_three_ways.out / "gate", tmp_path / "page")
    shutil.copytree(in_three_ways.out / "payload", tmp_path / "page", symlinks=True, dirs_exist_ok=True)
    return World(tmp_path / "page", in_three_ways.trust_file)


ALL = ("record.intoto.json.asc", "record.intoto.json.p7s", "record.intoto.json.sigstore.json")


def test_all_kinds_are_counted(three: World) -> None:
    """The trust file demands all three."""
    assert len(verify(three, "app.bin", *ALL).signatures) == 3
    for name in ALL:
        assert refusal(three, "app.bin", *(each for each in ALL if each != name))[0] == "require"
    elsewhere = (*ALL[:2], "vsa.intoto.json.sigstore.json")  # each kind is there, but not for one statement
    assert refusal(three, "app.bin", *elsewhere)[0] == "require"


def test_a_bundle_holds_its_statement(three: World, in_three_ways: World) -> None:
    text = in_three_ways.trust_file.read_text().replace('require = "all"', 'require = "any"')
    three.trust_file = in_three_ways.trust_file.with_name("any.toml")
    three.trust_file.write_text(text)
    bundle = three.out / "bundle.sigstore"
    shutil.copy(three.out / "record.intoto.json.sigstore.json", bundle)
    (three.out / "record.intoto.json").unlink()
    verification = verify(three, "app.bin", "bundle.sigstore")
    assert [(each.backend, each.signs) for each in verification.signatures] == [("keyless", str(bundle))]
    assert verify(three, "site", "vsa.intoto.json.sigstore.json", "bundle.sigstore").verified
    with pytest.raises(NotTold):
        verify(three, "app.bin", "signatures/app.bin.sigstore.json")
    assert verify(three, "app.bin", "signatures/app.bin.sigstore.json", signature_only=True).scope == "signature"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"dsseEnvelope": 1}', b'{"dsseEnvelope": {"payload": "!"}}',
                                 b"[" * 100_000, b"\xff", b'{"dsseEnvelope": {"payload": "e30="}}'])  # fmt: skip
def test_files_that_are_no_bundles(three: World, raw: bytes) -> None:
    (three.out / "x.sigstore").write_bytes(raw)
    assert refusal(three, "app.bin", "x.sigstore") == ("bundle-malformed", str(three.out / "x.sigstore"))


def test_a_bundle_in_its_own_process(in_three_ways: World) -> None:
    """As recipients run it; a statement comes back in pieces."""
    text = in_three_ways.trust_file.read_text().replace('require = "all"', 'require = "any"')
    trust = in_three_ways.trust_file.with_name("own.toml")
    trust.write_text(text)
    bundle = in_three_ways.out / "gate" / "record.intoto.json.sigstore.json"
    target = in_three_ways.out / "payload" / "app.bin"
    found = verify_target(target, load_trust(trust), now=datetime.now(UTC), signatures=[bundle])
    assert found.scope == "artifact"


@pytest.fixture
def certified(three: World, in_three_ways: World) -> World:
    """The same for a recipient who knows only the certificate."""
    text = in_three_ways.trust_file.read_text()
    entry = text[text.index("[[x509]]") : text.index("[[keyless]]")]
    three.trust_file = in_three_ways.trust_file.with_name("x509.toml")
    three.trust_file.write_text(entry)
    return three


def test_certificates_are_verified_by_what_lies_beside(certified: World) -> None:
    assert verify(certified, "app.bin", "record.intoto.json.p7s").verified
    alone = ("signatures/app.bin.p7s",)
    assert verify(certified, "app.bin", *alone, signature_only=True).verified  # one folder higher
    (certified.out / "record.intoto.json.p7s.tsr").unlink()
    assert verify(certified, "app.bin", "record.intoto.json.p7s").verified
    (certified.out / "record.intoto.json.p7s.tsr").write_bytes(b"other")
    assert refusal(certified, "app.bin", "record.intoto.json.p7s")[0] == "timestamp-differs"
    (certified.out / "record.intoto.json.p7s.tsr").unlink()
    shutil.rmtree(certified.out / "validation")
    assert refusal(certified, "app.bin", "record.intoto.json.p7s")[0] == "revocation-unknown"


def test_no_more_than_what_verifies_can_hold(certified: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "MAX_MATERIAL", 10)
    assert refusal(certified, "app.bin", "record.intoto.json.p7s")[0] == "validation-too-much"
