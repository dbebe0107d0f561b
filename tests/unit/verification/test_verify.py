"""A release verifies, and nothing else does: every file tampered with in every way, and every lie of a record."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
import socket
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from gate import openpgp
from gate.errors import EngineFailure, UsageError, VerificationError
from gate.filelist import entry_at
from gate.folders import PathCursor
from gate.openpgp import Checked, Checker
from gate.paths import escape_name
from gate.record.canonical import canonical
from gate.record.documents import schema
from gate.verification import contents as contents_module
from gate.verification import folder as folder_module
from gate.verification import load_trust, verification_document, verify_release
from gate.verification import openpgp as openpgp_module
from gate.verification import statement as statement_module
from gate.verification import verify as verify_module
from gate.verification.folder import read_bounded
from tests.unit.release_kit import Home, Keys, World, gnupg_home, make_world, write_trust

if TYPE_CHECKING:
    from collections.abc import Callable

RECORD = "gate/record.intoto.json"
SIGNATURE = f"{RECORD}.asc"


@pytest.fixture(scope="module")
def original(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("original"), keys)


@pytest.fixture
def world(original: World, tmp_path: Path) -> World:
    """A copy of the release that a test may spoil."""
    shutil.copytree(original.out, tmp_path / "out", symlinks=True)
    return World(tmp_path / "out", original.trust_file)


def files_of(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_symlink() or not path.is_dir())


# --- what is proved -------------------------------------------------------------------------------------------


def test_an_untouched_release_is_verified(world: World, keys: Keys) -> None:
    verification = world.verify()
    assert verification.verified
    assert verification.reasons == ()
    assert [(proved.file, proved.signs) for proved in verification.signatures] == [
        ("gate/SHA256SUMS.asc", "gate/SHA256SUMS"),
        ("gate/provenance.intoto.json.asc", "gate/provenance.intoto.json"),
        (SIGNATURE, RECORD),
        ("gate/signatures/app.bin.asc", "payload/app.bin"),
        ("gate/signatures/site.asc", "gate/files/site.list"),
        ("gate/vsa.intoto.json.asc", "gate/vsa.intoto.json"),
    ]
    assert {
        (proved.backend, proved.signer, proved.status, proved.time_source) for proved in verification.signatures
    } == {("openpgp", keys.supplier, "valid", "signer")}
    assert verification.deliverable is not None
    assert verification.deliverable.version == "1.4.0"
    assert [artifact.name for artifact in verification.artifacts] == ["app.bin", "site"]
    assert verification.record_sha256 == hashlib.sha256((world.out / RECORD).read_bytes()).hexdigest()
    assert verification.exceptions == 1
    assert [clause.id for clause in verification.clauses] == ["26-3 3(1)①", "26-3 3(2)"]


def test_both_outcomes_have_a_document(world: World) -> None:
    validator = jsonschema.Draft202012Validator(schema("verification"))
    document = json.loads(verification_document(world.verify()))
    validator.validate(document)
    assert document["verified"] is True
    (world.out / "extra").touch()
    with pytest.raises(VerificationError) as caught:
        world.verify()
    document = json.loads(verification_document(caught.value))
    validator.validate(document)
    assert document["verified"] is False
    assert document["reasons"] == [
        {"id": "verify/unexpected", "path": "extra", "message": "extra does not belong to the release."}
    ]


def test_a_release_may_be_called_anything_and_moved(world: World, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    world.out = world.out.rename(tmp_path / "deep" / "納品物 第1版")
    assert world.verify().verified
    (tmp_path / "link").symlink_to(world.out, target_is_directory=True)
    world.out = tmp_path / "link"
    assert world.verify().verified


def test_from_inside_with_a_point(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(world.out)
    world.out = Path()
    assert world.verify().verified
    hidden = (tmp_path / "out").rename(tmp_path / ".out.partial-00")
    monkeypatch.chdir(hidden)
    assert world.reason()[0] == "unfinished"


def test_a_read_only_release_is_enough(world: World) -> None:
    for path in world.out.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444)
    assert world.verify().verified


def test_any_of_several_keys_may_have_signed(world: World, keys: Keys, tmp_path: Path) -> None:
    trust = write_trust(tmp_path / "r", keys.home, keys.supplier)
    (tmp_path / "r" / "other.asc").write_bytes(keys.home.export(keys.other))
    entries = f'[[openpgp]]\nfingerprint = "{keys.other}"\nkey = "other.asc"\n'
    for require in ('"any"', '"all"', "1"):
        trust.write_text(f'require = {require}\n{entries}[[openpgp]]\nfingerprint = "{keys.supplier}"\n'
                         'key = "supplier.asc"\n')  # fmt: skip
        world.trust_file = trust
        assert world.verify().verified
    trust.write_text(entries)
    assert world.reason() == ("signer-unknown", SIGNATURE)


def test_systems_without_folder_descriptors_and_confinement(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that Windows goes, as far as it can be gone here."""
    monkeypatch.setattr(folder_module, "open_cursor", PathCursor)
    monkeypatch.setattr(openpgp, "_confinable", lambda: False)
    monkeypatch.setattr(contents_module, "_MODES_ARE_KEPT", False)
    assert world.verify().verified
    (world.out / "payload" / "site" / "run.sh").chmod(0o644)
    assert world.verify().verified
    (world.out / "payload" / "site" / "run.sh").write_text("#!/bin/true\n")
    assert world.reason() == ("changed", "payload/site/run.sh")
    (world.out / "gate" / "facts.json").unlink()
    (world.out / "gate" / "facts.json").symlink_to("result.json")
    assert world.reason() == ("not-a-file", "gate/facts.json")


# --- every file, every way ------------------------------------------------------------------------------------


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def replace_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace_by_link(path: Path) -> None:
    moved = path.parents[len(path.parents) - 1 - path.parts.index("out")].parent / "moved"
    path.rename(moved)
    path.symlink_to(moved)


BYTES = {"changed", "signature-bad", "signature-malformed"}
GONE = {"missing", "signature-missing", "record-unsigned"}
WAYS: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "deleted": (lambda path: path.unlink(), GONE),
    "renamed": (lambda path: path.rename(f"{path}x"), GONE | {"unexpected"}),
    "linked": (replace_by_link, {"not-a-file", "changed"}),
    "piped": (replace_by_pipe, {"not-a-file"}),
    "foldered": (replace_by_folder, {"not-a-file", "unexpected", "changed"}),
    "emptied": (lambda path: path.write_bytes(b""), BYTES),
    "lengthened": (lambda path: path.write_bytes(path.read_bytes() + b"\n"), BYTES),
    "shortened": (lambda path: path.write_bytes(path.read_bytes()[:-1]), BYTES),
    "first byte": (lambda path: flip(path, 0), BYTES),
    "middle byte": (lambda path: flip(path, path.stat().st_size // 2), BYTES),
    "last byte": (lambda path: flip(path, path.stat().st_size - 1), BYTES),
}
FILES = ["gate/SHA256SUMS", "gate/SHA256SUMS.asc", "gate/facts.json", "gate/files/site.list", "gate/gate.toml",
         "gate/provenance.intoto.json", "gate/provenance.intoto.json.asc", RECORD, SIGNATURE, "gate/report.ja.html",
         "gate/result.json", "gate/sbom.cdx.json", "gate/signatures/app.bin.asc", "gate/signatures/site.asc",
         "gate/vsa.intoto.json", "gate/vsa.intoto.json.asc",
         "payload/app.bin",
         "payload/site/css/a b.css", "payload/site/index.html", "payload/site/odd!%\\\n",
         "payload/site/run.sh"]  # fmt: skip


def test_no_file_is_left_out_of_these_tests(original: World) -> None:
    assert sorted([*FILES, "payload/site/latest"]) == files_of(original.out)


QUICK = {"deleted", "renamed", "linked", "piped", "middle byte"}


@pytest.mark.parametrize("way", [way if way in QUICK else pytest.param(way, marks=pytest.mark.full) for way in WAYS])
@pytest.mark.parametrize("name", FILES)
def test_every_file_in_every_way(world: World, name: str, way: str) -> None:
    tamper, reasons = WAYS[way]
    tamper(world.out / name)
    reason, path = world.reason()
    shown = escape_name(os.fsencode(name))
    # A record that was changed shows in its signature, a renamed file under its new name.
    assert reason in reasons
    assert path in {shown, f"{shown}x", *({SIGNATURE} if name == RECORD else set())}


@pytest.mark.parametrize("name", [RECORD, SIGNATURE, "gate/SHA256SUMS", "payload/app.bin"])
def test_no_byte_can_be_changed(world: World, name: str) -> None:
    """A seeded sample of bits; the full set is marked ``full``."""
    path = world.out / name
    good = path.read_bytes()
    chosen = random.Random(name).sample(range(len(good) * 8), 6)  # a test's seed
    for bit in chosen:
        data = bytearray(good)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        assert world.reason()[0] in BYTES
    path.write_bytes(good)
    assert world.verify().verified


@pytest.mark.full
@pytest.mark.parametrize("name", [RECORD, SIGNATURE, "gate/signatures/app.bin.asc"])
def test_no_byte_at_all_can_be_changed(world: World, name: str) -> None:
    path = world.out / name
    good = path.read_bytes()
    # A record is long; its signature is over all of it alike, so each seventh byte will do.
    for position in range(0, len(good), 7 if name == RECORD else 1):
        data = bytearray(good)
        data[position] ^= 1 << position % 8
        path.write_bytes(data)
        assert world.reason()[0] in BYTES


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((folder, kind) for folder in ("", "gate/", "gate/files/", "gate/signatures/", "payload/", "payload/site/",
                                        "payload/site/css/", "payload/site/empty/")
          for kind in ("file", "folder", "link", "pipe")),
        ("gate/countersignatures/", "folder"),
        ("gate/validation/", "folder"),
        ("gate/record2.intoto.json", "file"),
        ("gate/record.intoto.json.sigstore.json", "file"),
        ("gate/signatures/other.asc", "file"),
        ("VERIFY.en.md", "file"),
        ("payload/\x1b[31m\n.txt", "file"),
    ],
)  # fmt: skip
def test_nothing_may_be_added(world: World, name: str, kind: str) -> None:
    path = world.out / f"{name}added" if name.endswith("/") or not name else world.out / name
    path.parent.mkdir(exist_ok=True)
    if kind == "file":
        path.write_bytes(b"added")
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("/etc/passwd")
    else:
        os.mkfifo(path)
    reason, shown = world.reason()
    assert reason == ("changed" if name == "payload/site/empty/" else "unexpected")
    assert "\x1b" not in shown


def test_folders_matter_too(world: World) -> None:
    site = world.out / "payload" / "site"
    (site / "empty").rmdir()
    assert world.reason() == ("missing", "payload/site/empty")
    (site / "empty").mkdir()
    (site / "css").rename(site / "js")
    assert world.reason()[0] == "unexpected"
    (site / "js").rename(site / "css")
    assert world.verify().verified
    (site / "run.sh").chmod(0o644)
    assert world.reason() == ("mode-changed", "payload/site/run.sh")
    (site / "run.sh").chmod(0o700)
    assert world.verify().verified


@pytest.mark.parametrize("bit", [stat.S_ISUID, stat.S_ISGID], ids=["user", "group"])
@pytest.mark.parametrize("name", ["payload/app.bin", "payload/site/run.sh", "gate/facts.json", "gate/SHA256SUMS.asc"])
def test_no_file_may_run_as_its_owner(world: World, name: str, bit: int) -> None:
    """An archive unpacked by root keeps such bits; a release never has them, whatever the inputs had."""
    path = world.out / name
    path.chmod(path.stat().st_mode | bit)
    assert world.reason() == ("set-id", name)


@pytest.mark.parametrize("name", ["payload/app.bin", "payload/site/run.sh", "gate/facts.json", "gate/SHA256SUMS.asc"])
def test_no_file_may_give_rights_to_whoever_runs_it(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Only an administrator can set them, so that the system is asked in vain here."""
    capable, answer = (world.out / name).stat().st_ino, errno.ENOTSUP

    def read(descriptor: int, attribute: str) -> bytes:
        assert attribute == "security.capability"
        if os.fstat(descriptor).st_ino == capable:
            return b""
        raise OSError(answer, "none")

    monkeypatch.setattr(folder_module, "_READ_ATTRIBUTE", read)
    assert world.reason() == ("capabilities", name)
    answer = errno.EIO
    with pytest.raises(EngineFailure):
        world.verify()
    monkeypatch.setattr(folder_module, "_READ_ATTRIBUTE", None)  # as on other systems
    assert world.verify().verified


def test_links_are_what_they_were(world: World) -> None:
    link = world.out / "payload" / "site" / "latest"
    link.unlink()
    assert world.reason() == ("missing", "payload/site/latest")
    link.symlink_to("/etc/passwd")
    assert world.reason() == ("changed", "payload/site/latest")
    link.unlink()
    link.write_bytes(b"index.html")
    assert world.reason() == ("changed", "payload/site/latest")
    link.unlink()
    link.symlink_to("index.html")
    assert world.verify().verified


@pytest.mark.parametrize("name", ["gate", "payload", "gate/files", "payload/site", "payload/site/css"])
def test_folders_are_not_links_or_files(world: World, tmp_path: Path, name: str) -> None:
    moved = (world.out / name).rename(tmp_path / "moved")
    (world.out / name).symlink_to(moved, target_is_directory=True)
    assert world.reason()[0] in {"not-a-file", "unexpected"}
    (world.out / name).unlink()
    (world.out / name).write_bytes(b"")
    assert world.reason()[0] in {"not-a-file", "unexpected"}
    (world.out / name).unlink()
    assert world.reason()[0] == "missing"


def test_a_socket_in_the_place_of_a_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (world.out / "payload" / "app.bin").unlink()
    monkeypatch.chdir(world.out / "payload")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("app.bin")
    assert world.reason() == ("not-a-file", "payload/app.bin")


def test_files_of_senseless_size(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with (world.out / SIGNATURE).open("r+b") as file:
        file.truncate(1 << 40)
    assert world.reason() == ("too-large", SIGNATURE)
    monkeypatch.setattr(verify_module, "MOST_BYTES", 100)
    assert world.reason() == ("too-large", RECORD)


# --- whose signature ------------------------------------------------------------------------------------------


def resign(world: World, home: Home, fingerprint: str, *names: str, options: tuple[str, ...] = ()) -> None:
    """Sign files of a release anew, as somebody with gpg would."""
    for name in names or (RECORD,):
        signed = {"gate/signatures/app.bin.asc": "payload/app.bin", "gate/signatures/site.asc": "gate/files/site.list"}
        data = (world.out / signed.get(name, name.removesuffix(".asc"))).read_bytes()
        target = world.out / (name if name.endswith(".asc") else f"{name}.asc")
        target.write_bytes(home.sign(fingerprint, data, *options))


ALL = (
    "gate/SHA256SUMS.asc",
    "gate/provenance.intoto.json.asc",
    "gate/vsa.intoto.json.asc",
    RECORD,
    "gate/signatures/app.bin.asc",
    "gate/signatures/site.asc",
)


def test_another_key_with_the_same_user_id(world: World, keys: Keys) -> None:
    resign(world, keys.home, keys.other, *ALL)
    assert world.reason() == ("signer-unknown", SIGNATURE)


def test_another_key_for_one_signature_alone(world: World, keys: Keys) -> None:
    for name in ("gate/SHA256SUMS.asc", "gate/signatures/app.bin.asc", "gate/signatures/site.asc"):
        resign(world, keys.home, keys.other, name)
        assert world.reason() == ("signer-unknown", name)
        resign(world, keys.home, keys.supplier, name)
    assert world.verify().verified


def test_another_trusted_key_than_the_one_promised(world: World, keys: Keys, tmp_path: Path) -> None:
    trust = write_trust(tmp_path / "r", keys.home, keys.supplier)
    (tmp_path / "r" / "other.asc").write_bytes(keys.home.export(keys.other))
    trust.write_text(trust.read_text() + f'[[openpgp]]\nfingerprint = "{keys.other}"\nkey = "other.asc"\n')
    world.trust_file = trust
    assert world.verify().verified
    for name in ("gate/signatures/app.bin.asc", RECORD):
        resign(world, keys.home, keys.other, name)
        reason, path = world.reason()
        assert (reason, path) == ("signer-differs", name if name.endswith(".asc") else f"{name}.asc")
        resign(world, keys.home, keys.supplier, name)


def test_signatures_exchanged(world: World) -> None:
    (world.out / "gate" / "SHA256SUMS.asc").rename(world.out / "kept")
    shutil.copy(world.out / SIGNATURE, world.out / "gate" / "SHA256SUMS.asc")
    (world.out / "kept").unlink()
    assert world.reason() == ("signature-bad", "gate/SHA256SUMS.asc")


def test_a_signature_stripped_with_its_promise(world: World, keys: Keys) -> None:
    """Only the supplier could take a promise out of the record; then the signature must not be there either."""

    def drop(value: Any) -> None:  # JSON
        value["predicate"]["promised_signatures"] = [
            promise for promise in value["predicate"]["promised_signatures"] if "app.bin" not in promise["name"]
        ]

    lie(world, keys, drop)
    assert world.reason() == ("unexpected", "gate/signatures/app.bin.asc")
    (world.out / "gate" / "signatures" / "app.bin.asc").unlink()
    assert len(world.verify().signatures) == 5


def test_keys_that_ended(tmp_path: Path) -> None:
    with gnupg_home() as home:
        mine = home.make("Short <s@example.org>", expire="2d")
        world = make_world(tmp_path, Keys(home, mine, ""))
        assert world.verify().verified
        assert world.reason(now=datetime.now(UTC) + timedelta(days=3)) == ("key-expired", SIGNATURE)
        home.revoke(mine)
        assert world.verify().verified  # the recipient's copy of the key does not know it yet
        world.trust_file = write_trust(tmp_path / "r2", home, mine)
        assert world.reason() == ("key-revoked", SIGNATURE)


def test_signatures_of_other_forms(world: World, keys: Keys) -> None:
    resign(world, keys.home, keys.supplier, options=("--digest-algo", "SHA1"))
    assert world.reason() == ("signature-weak", SIGNATURE)
    resign(world, keys.home, keys.supplier, options=("--textmode",))
    assert world.reason() == ("signature-malformed", SIGNATURE)
    resign(world, keys.home, keys.supplier, options=("--default-sig-expire", "1"))
    assert world.reason(now=datetime.now(UTC) + timedelta(days=2)) == ("signature-expired", SIGNATURE)
    whole = keys.home.gpg("--local-user", keys.supplier, "--armor", "--sign", data=(world.out / RECORD).read_bytes())
    (world.out / SIGNATURE).write_bytes(whole)
    assert world.reason() == ("signature-malformed", SIGNATURE)
    both = (world.out / "gate" / "SHA256SUMS.asc").read_bytes() * 2
    (world.out / SIGNATURE).write_bytes(both)
    assert world.reason() == ("signature-malformed", SIGNATURE)


@pytest.mark.parametrize(("ahead", "verified"), [(timedelta(minutes=4), True), (timedelta(minutes=6), False)])
def test_a_signers_clock_may_be_a_little_ahead(world: World, keys: Keys, ahead: timedelta, *, verified: bool) -> None:
    now = datetime.now(UTC)
    resign(world, keys.home, keys.supplier, options=("--faked-system-time", (now + ahead).strftime("%Y%m%dT%H%M%S")))
    if verified:
        assert world.verify(now=now).verified
    else:
        assert world.reason(now=now) == ("signature-in-future", SIGNATURE)


# --- what a record may not say, signed or not -----------------------------------------------------------------


def lie(world: World, keys: Keys, change: Callable[[Any], object]) -> None:
    """Change the record and let the supplier sign it anew."""
    value = json.loads((world.out / RECORD).read_bytes())
    change(value)
    (world.out / RECORD).write_bytes(canonical(value))
    resign(world, keys.home, keys.supplier)


def in_predicate(**values: object) -> Callable[[Any], object]:
    return lambda value: value["predicate"].update(values)


def rename_artifact(name: str) -> Callable[[Any], object]:
    def change(value: Any) -> None:  # JSON
        value["subject"][0]["name"] = value["predicate"]["artifacts"][0]["name"] = name

    return change


def promise(number: int, **values: str) -> Callable[[Any], object]:
    return lambda value: value["predicate"]["promised_signatures"][number].update(values)


DOCUMENTS = (2, 3, 4, 5)
"""Which of the promised signatures are of sums, provenance, verification summary and record."""

LIES: list[tuple[Callable[[Any], object], str]] = [
    (in_predicate(verdict="rejected"), "not-approved"),
    (in_predicate(verdict="incomplete"), "not-approved"),
    (in_predicate(verdict="splendid"), "record-malformed"),
    (in_predicate(more=1), "record-malformed"),
    (lambda value: value.update(_type="https://in-toto.io/Statement/v0.1"), "record-type"),
    (lambda value: value.update(predicateType="https://slsa.dev/provenance/v1"), "record-type"),
    (lambda value: value.pop("predicateType"), "record-type"),
    (lambda value: value.pop("subject"), "record-malformed"),
    (lambda value: value.update(subject=[]), "record-inconsistent"),
    (lambda value: value["subject"].pop(), "record-inconsistent"),
    (lambda value: value["subject"].reverse(), "record-inconsistent"),
    (lambda value: (value["subject"].append(value["subject"][0]),
                    value["predicate"]["artifacts"].append(value["predicate"]["artifacts"][0])), "record-inconsistent"),
    (rename_artifact("../../etc/passwd"), "record-inconsistent"),
    (rename_artifact(".."), "record-inconsistent"),
    (rename_artifact(""), "record-inconsistent"),
    (rename_artifact("a/b"), "record-inconsistent"),
    (rename_artifact("a%2Fb"), "record-inconsistent"),
    (rename_artifact("a!"), "record-inconsistent"),
    (rename_artifact("%00"), "record-inconsistent"),
    (lambda value: value["predicate"]["artifacts"][1].update(file_list="gate/files/other.list"), "record-inconsistent"),
    (lambda value: value["predicate"]["artifacts"][1].update(file_list=None), "record-inconsistent"),
    (lambda value: value["predicate"]["artifacts"][0].update(file_list="gate/facts.json"), "record-inconsistent"),
    (lambda value: value["subject"][1]["digest"].update(sha256="0" * 64), "record-inconsistent"),
    (lambda value: value["predicate"]["files"].update({"gate/../x": "0" * 64}), "record-inconsistent"),
    (lambda value: value["predicate"]["files"].update({"payload/x": "0" * 64}), "record-inconsistent"),
    (lambda value: value["predicate"]["files"].update({"/etc/passwd": "0" * 64}), "record-inconsistent"),
    (lambda value: value["predicate"]["files"].update({RECORD: "0" * 64}), "record-inconsistent"),
    (lambda value: value["predicate"]["files"].update({"gate/SHA256SUMS": "0" * 64}), "record-inconsistent"),
    (lambda value: value["predicate"]["files"].update({SIGNATURE: "0" * 64}), "record-inconsistent"),
    (lambda value: value["predicate"]["files"].update({"gate/more.json": "0" * 64}), "missing"),
    (lambda value: value["predicate"]["files"].pop("gate/facts.json"), "unexpected"),
    (lambda value: value["predicate"]["files"].update({"gate/facts.json": "0" * 64}), "changed"),
    (lambda value: value["subject"][0]["digest"].update(sha256="0" * 64), "provenance-subjects"),
    (lambda value: value["subject"][0]["digest"].update(sha1="0" * 40), "record-malformed"),
    (lambda value: value["predicate"]["sums"].update(path="gate/facts.json"), "record-inconsistent"),
    (lambda value: value["predicate"]["sums"].update(sha256="0" * 64), "changed"),
    (promise(0, backend="pqc"), "signature-unsupported"),
    (promise(0, signs="gate/facts.json"), "record-inconsistent"),
    (promise(0, name="gate/signatures/else.asc"), "record-inconsistent"),
    (promise(0, name="../x.asc"), "record-inconsistent"),
    (promise(0, signer="0" * 40), "signer-differs"),
    (promise(1, signer="0" * 40), "signer-differs"),
    *((promise(number, signer="0" * 40), "record-inconsistent") for number in DOCUMENTS),
    *((lambda value, number=number: value["predicate"]["promised_signatures"].pop(number), "record-inconsistent")
      for number in DOCUMENTS),
    (lambda value: value["predicate"]["files"].pop("gate/provenance.intoto.json"), "record-inconsistent"),
    (lambda value: value["predicate"]["files"].pop("gate/vsa.intoto.json"), "record-inconsistent"),
    (lambda value: value["predicate"]["promised_signatures"].append(value["predicate"]["promised_signatures"][0]),
     "record-inconsistent"),
    (in_predicate(promised_signatures=[]), "record-inconsistent"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(LIES)))
def test_a_signed_record_that_lies(world: World, keys: Keys, number: int) -> None:
    change, expected = LIES[number]
    lie(world, keys, change)
    assert world.reason()[0] == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda raw: raw.replace(b'"verdict":"approved"', b'"verdict":"rejected","verdict":"approved"'),
            "record-malformed",
        ),
        (lambda raw: raw.replace(b'"_type":', b'"_type":"x","_type":'), "record-malformed"),
        (lambda raw: raw + raw, "record-malformed"),
        (lambda raw: raw + b"null", "record-malformed"),
        (lambda _: b"[]", "record-malformed"),
        (lambda _: b"", "record-malformed"),
        (lambda _: b"[" * 200_000, "record-malformed"),
        (lambda raw: raw.replace(b'"sample":false', b'"sample":NaN'), "record-malformed"),
        (lambda raw: raw.replace(b'"app.bin"', b'"\xff"'), "record-malformed"),
    ],
)
def test_a_signed_record_that_is_no_strict_json(
    world: World, keys: Keys, change: Callable[[bytes], bytes], expected: str
) -> None:
    (world.out / RECORD).write_bytes(change((world.out / RECORD).read_bytes()))
    resign(world, keys.home, keys.supplier)
    assert world.reason() == (expected, RECORD)


def test_sums_must_name_everything(world: World, keys: Keys) -> None:
    path = world.out / "gate" / "SHA256SUMS"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    resign(world, keys.home, keys.supplier, "gate/SHA256SUMS.asc")
    assert world.reason() == ("changed", "gate/SHA256SUMS")
    lie(world, keys, lambda value: value["predicate"]["sums"].update(sha256=digest))
    assert world.reason() == ("sums-incomplete", "gate/SHA256SUMS")


def test_a_list_that_is_none(world: World, keys: Keys) -> None:
    path = world.out / "gate" / "files" / "site.list"
    path.write_bytes(path.read_bytes() + b"100644 0 nothing\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    resign(world, keys.home, keys.supplier, "gate/signatures/site.asc")

    def change(value: Any) -> None:  # JSON
        value["subject"][1]["digest"]["sha256"] = value["predicate"]["files"]["gate/files/site.list"] = digest

    lie(world, keys, change)
    assert world.reason() == ("list-malformed", "gate/files/site.list")


def test_a_folder_with_less_and_more_than_its_list(world: World) -> None:
    (world.out / "payload" / "site" / "more").mkdir()
    (world.out / "payload" / "site" / "more" / "x").touch()
    assert world.reason() == ("unexpected", "payload/site/more")


def test_a_promise_that_nothing_answers(world: World, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last guard, should the form of promises ever be looked at less closely."""
    monkeypatch.setattr(statement_module, "_promise_problem", lambda _: "")
    (world.out / "gate" / "signatures" / "ghost.asc").write_bytes(b"x")
    ghost = {
        "name": "gate/signatures/ghost.asc",
        "backend": "openpgp",
        "signer": keys.supplier,
        "signs": "payload/ghost",
    }
    lie(world, keys, lambda value: value["predicate"]["promised_signatures"].append(ghost))
    assert world.reason() == ("signature-unchecked", "gate/signatures/ghost.asc")


# --- changed while it is verified -----------------------------------------------------------------------------


def test_changes_between_hash_and_signature(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Checker.check
    target = world.out / "payload" / "app.bin"
    size = target.stat().st_size

    def check(self: Checker, descriptor: int, signature: bytes) -> Checked:
        checked = real(self, descriptor, signature)
        if os.fstat(descriptor).st_size == size:
            return Checked(checked.outcome, checked.signer, checked.created, "0" * 64, checked.size)
        return checked

    monkeypatch.setattr(Checker, "check", check)
    assert world.reason() == ("changed-while-read", "payload/app.bin")


def test_changes_of_a_list_between_its_digest_and_its_entries(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(descriptor: int, path: bytes, limit: int) -> bytes:
        return read_bounded(descriptor, path, limit) + (b"x" if path.endswith(b".list") else b"")

    monkeypatch.setattr(contents_module, "read_bounded", read)
    assert world.reason() == ("changed-while-read", "gate/files/site.list")


def test_a_folder_moved_away_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def move(cursor: Any, visit: Any, most: int, **more: Any) -> Any:  # as the function's
        if visit.name == b"a b.css":
            (world.out / "payload" / "site" / "css").rename(tmp_path / "css")
        return entry_at(cursor, visit, most, **more)

    monkeypatch.setattr(contents_module, "entry_at", move)
    assert world.reason()[0] == "not-a-file"


# --- what cannot be told, and what cannot be asked ------------------------------------------------------------


def refusal(target: Path, trust_file: Path) -> tuple[str, int]:
    with pytest.raises((UsageError, EngineFailure)) as caught:
        verify_release(target, load_trust(trust_file), now=datetime.now(UTC))
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value.code, caught.value.exit_code


def test_targets_that_are_no_folder(world: World, tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_bytes(b"PK")
    (tmp_path / "loop").symlink_to("loop")
    assert refusal(tmp_path / "absent", world.trust_file) == ("verify.no-target", 2)
    assert refusal(tmp_path / "loop", world.trust_file) == ("verify.no-target", 2)
    assert refusal(tmp_path / "out.zip", world.trust_file) == ("verify.not-a-folder", 2)
    assert refusal(world.out / "payload" / "app.bin", world.trust_file) == ("verify.not-a-folder", 2)


def test_an_empty_folder(tmp_path: Path, world: World) -> None:
    (tmp_path / "empty").mkdir()
    world.out = tmp_path / "empty"
    assert world.reason() == ("missing", "gate")
    (tmp_path / "empty" / "gate").mkdir()
    assert world.reason() == ("missing", RECORD)


@pytest.mark.parametrize("place", ["", "gate", "payload/site"])
def test_keys_inside_the_release_prove_nothing(world: World, keys: Keys, tmp_path: Path, place: str) -> None:
    inside = write_trust(world.out / place, keys.home, keys.supplier)
    assert refusal(world.out, inside) == ("trust.inside-release", 2)
    outside = write_trust(tmp_path / "r", keys.home, keys.supplier)
    (tmp_path / "r" / "supplier.asc").unlink()
    (tmp_path / "r" / "supplier.asc").symlink_to(inside.parent / "supplier.asc")
    assert refusal(world.out, outside) == ("trust.inside-release", 2)
    # A link in the release that leads out of it lets the release choose the file.
    (inside.parent / "supplier.asc").rename(tmp_path / "r" / "real.asc")
    (inside.parent / "supplier.asc").symlink_to(tmp_path / "r" / "real.asc")
    assert refusal(world.out, outside) == ("trust.inside-release", 2)


def test_key_files_that_are_not_the_key(world: World, keys: Keys, tmp_path: Path) -> None:
    trust = write_trust(tmp_path / "r", keys.home, keys.supplier)
    key, other = keys.home.export(keys.supplier), keys.home.export(keys.other)
    secret = keys.home.gpg("--passphrase", "", "--armor", "--export-secret-keys", keys.supplier)
    for fault, data in {"no-key": b"x", "other-key": other, "several-keys": key + other, "secret-key": secret}.items():
        (tmp_path / "r" / "supplier.asc").write_bytes(data)
        assert refusal(world.out, trust) == (f"trust.{fault}", 2)


def test_without_gnupg_nothing_can_be_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpgp_module, "find_gpg", lambda: None)
    assert refusal(world.out, world.trust_file) == ("verify.no-gpg", 3)


def test_a_gnupg_that_fails_says_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Checker, "check", lambda *_: Checked("failed", "", 0, "", 0))
    assert refusal(world.out, world.trust_file) == ("verify.gpg-failed", 3)


def test_what_cannot_be_read_cannot_be_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> tuple[str, int]:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(contents_module, "hash_descriptor", refuse)
    assert refusal(world.out, world.trust_file) == ("verify.unreadable", 3)


def test_every_refusal_of_gnupg_has_its_own_id() -> None:
    reasons = [*openpgp_module.REFUSALS.values()]
    assert len(set(reasons)) == len(reasons)
    for reason in reasons:
        error = VerificationError(reason, "gate/x.asc")
        assert error.message("en") != error.message("ja")
        assert error.advice("en") != error.advice("ja")
