"""An unsigned release is signed by those whom it promises where it is just what was examined, or stays as it was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gate.errors import (
    ArtifactChanged,
    EngineFailure,
    GateError,
    KeyProblem,
    SigningFailure,
    UsageError,
    VerificationError,
)
from gate.placing import WholeFile
from gate.record.canonical import canonical
from gate.record.layout import is_partial
from gate.sealing.held import HeldSignatures
from gate.signing.interface import PromisedSigner
from gate.verification import load_trust, verify_release
from gate.verification.folder import ReleaseFolder
from tests.unit.killed_child import refuse_nameless
from tests.unit.release_kit import Keys, make_release, policy_in, signer_of, write_trust
from tests.unit.sealing.sealing_kit import (
    KEY,
    KEYLESS,
    OPENPGP,
    STAMPER,
    WHEN,
    X509,
    Job,
    Keeping,
    Watched,
    make_unsigned,
    tree,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.signing.interface import Signer

RECORD = "gate/record.intoto.json"
ROOT = Path(__file__).parents[3]
CHILD = ROOT / "tests" / "unit" / "killed_child.py"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return make_unsigned(tmp_path)


def refusal(job: Job, *signers: Signer) -> GateError:
    """Return why a folder is not signed; it can be told in both languages, and the folder is as it was."""
    before = tree(job.folder)
    with pytest.raises(GateError) as caught:
        job.sign(*signers)
    assert tree(job.folder) == before
    for language in ("en", "ja"):
        assert caught.value.code not in caught.value.message(language) + caught.value.advice(language)
    return caught.value


# --- what it should do ----------------------------------------------------------------------------------------


def test_what_two_jobs_make_is_what_one_makes(tmp_path: Path, keys: Keys) -> None:
    promised = (PromisedSigner("openpgp", keys.supplier, ".asc", signs_artifacts=True, irrevocable=False),)
    two = make_unsigned(tmp_path, promised)
    with signer_of(keys.home, keys.supplier) as signer:
        one = make_release(tmp_path / "one", [tmp_path / "in/app.bin", tmp_path / "in/site"], [signer],
                           policy_in(tmp_path), clock=lambda: WHEN)  # fmt: skip
    with signer_of(keys.home, keys.supplier) as signer:
        sealed = two.sign(signer)
    assert (sealed.record_sha256, sealed.signatures) == (one.record_sha256, one.signatures)
    assert sealed.created == "2026-11-01T00:00:00Z"
    made, expected = tree(two.folder), tree(one.folder)
    signatures = {name for name in made if name.endswith(".asc")}
    assert len(signatures) == 6
    assert made.keys() == expected.keys()
    for name in made:
        assert made[name][0] == expected[name][0], name
        assert name in signatures or made[name][1] == expected[name][1], name
    trust = write_trust(tmp_path / "recipient", keys.home, keys.supplier)
    assert verify_release(two.folder, load_trust(trust), now=datetime.now(UTC)).verified


def test_who_can_be_undone_signs_first_and_the_record_last(tmp_path: Path) -> None:
    job = make_unsigned(tmp_path, (KEYLESS, X509, OPENPGP))
    log: list[str] = []
    signers = [Watched(KEYLESS, log=log), Keeping(X509, log=log), Watched(OPENPGP, log=log)]
    record = (job.folder / RECORD).read_bytes()
    job.sign(*signers)
    steps = [each for each in log if each.endswith("sign")]
    assert steps == ["openpgp sign"] * 6 + ["x509 sign"] * 6 + ["keyless sign"] * 4
    assert log[:3] == ["keyless ready", "x509 ready", "openpgp ready"]
    assert sorted(log[-3:]) == ["keyless close", "openpgp close", "x509 close"]
    for signer in signers:
        assert signer.signed[-1] == record
        assert signer.statements[-4:] == [False, True, True, True]
    assert (job.folder / f"{RECORD}.p7s.tsr").read_bytes() == b"stamp of x509 6\n"
    assert (job.folder / "gate/validation" / f"{'0' * 64}.cer").read_bytes() == b"certificate"
    assert (job.folder / "gate/signatures/site.p7s").stat().st_mode & 0o777 == 0o644
    assert (job.folder / "gate/signatures").stat().st_mode & 0o777 == 0o755
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.toml", "in", "out"]


def test_a_digest_in_another_case_is_the_commands_affair(job: Job) -> None:
    assert refusal(Job(job.folder, job.sha256.upper())).code == "sealing.other-record"


# --- the folder was changed between the two jobs ----------------------------------------------------------------


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def rename(path: Path) -> None:
    path.rename(path.with_name(path.name + "x"))


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


WAYS: dict[str, Callable[[Path], object]] = {
    "changed": flip, "shorter": shorten, "removed": Path.unlink, "renamed": rename, "a pipe": pipe,
    "a folder": to_folder, "runs as its owner": lambda path: path.chmod(path.stat().st_mode | 0o4000),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_every_single_file(tmp_path: Path, way: str) -> None:
    original = make_unsigned(tmp_path)
    files = [path for path in sorted(original.folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    assert len(files) == 15
    for number, file in enumerate(files):
        job = Job(tmp_path / f"copy{number}", original.sha256)
        shutil.copytree(original.folder, job.folder, symlinks=True)
        WAYS[way](job.folder / file.relative_to(original.folder))
        signer = Watched(OPENPGP)
        error = refusal(job, signer)
        assert isinstance(error, ArtifactChanged), (file, error)
        assert "openpgp begin" not in signer.log


def test_every_file_by_a_link_to_the_same_bytes(tmp_path: Path) -> None:
    original = make_unsigned(tmp_path)
    for number, file in enumerate(sorted(original.folder.rglob("*"))):
        if not file.is_file() or file.is_symlink():
            continue
        job = Job(tmp_path / f"copy{number}", original.sha256)
        shutil.copytree(original.folder, job.folder, symlinks=True)
        place = job.folder / file.relative_to(original.folder)
        place.unlink()
        place.symlink_to(file)
        assert isinstance(refusal(job), ArtifactChanged), file


@pytest.mark.parametrize("name", ["payload/app.bin", "payload/site/index.html"])
def test_a_file_of_holes_is_not_read_to_its_end(job: Job, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes no room on the disk, and would take hours to read; the record knows how long the file is."""
    os.truncate(job.folder / name, 4 << 40)
    read = os.read
    total = 0

    def counted(descriptor: int, size: int) -> bytes:
        nonlocal total
        chunk = read(descriptor, size)
        total += len(chunk)
        return chunk

    monkeypatch.setattr(os, "read", counted)
    with pytest.raises(ArtifactChanged) as caught:
        job.sign()
    assert (caught.value.code, caught.value.arguments["path"]) == ("sealing.changed", name)
    assert total < 32 << 20


@pytest.mark.parametrize("folder", [".", "gate", "gate/files", "payload", "payload/site", "payload/site/css"])
def test_something_added(job: Job, folder: str) -> None:
    for name in (".hidden", "zz"):
        (job.folder / folder / name).write_text("")
        error = refusal(job)
        assert (error.code, error.exit_code) == ("sealing.unexpected", 3)
        assert error.arguments["path"] == f"{folder}/{name}".removeprefix("./")
        (job.folder / folder / name).unlink()
    (job.folder / folder / "new").mkdir()
    assert refusal(job).code == "sealing.unexpected"


def both(*steps: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda out: [step(out) for step in steps]


def moved_behind_a_link(name: str) -> Callable[[Path], object]:
    return both(
        lambda out: (out / name).rename(out.parent / "else"), lambda out: (out / name).symlink_to(out.parent / "else")
    )


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "run bit lost": (lambda out: (out / "payload/site/run.sh").chmod(0o644), "sealing.changed"),
    "run bit given": (lambda out: (out / "payload/site/index.html").chmod(0o755), "sealing.changed"),
    "modes swapped": (
        both(
            lambda out: (out / "payload/site/run.sh").chmod(0o644),
            lambda out: (out / "payload/site/index.html").chmod(0o755),
        ),
        "sealing.changed",
    ),
    "files swapped": (
        lambda out: swap(out / "payload/site/run.sh", out / "payload/site/index.html"),
        "sealing.changed",
    ),
    "link elsewhere": (
        both(
            lambda out: (out / "payload/site/latest").unlink(),
            lambda out: (out / "payload/site/latest").symlink_to("run.sh"),
        ),
        "sealing.changed",
    ),
    "link lost": (lambda out: (out / "payload/site/latest").unlink(), "sealing.missing"),
    "empty folder lost": (lambda out: (out / "payload/site/empty").rmdir(), "sealing.missing"),
    "folder lost": (lambda out: shutil.rmtree(out / "payload/site"), "sealing.missing"),
    "folder by a link": (moved_behind_a_link("payload/site"), "sealing.not-a-file"),
    "gate by a link": (moved_behind_a_link("gate"), "sealing.not-a-file"),
}


def swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_list_of_files_knows(job: Job, change: str) -> None:
    make, code = CHANGES[change]
    make(job.folder)
    error = refusal(job)
    assert (error.code, error.exit_code) == (code, 3)


def test_another_approved_record_of_the_same_supplier(tmp_path: Path, job: Job) -> None:
    (tmp_path / "in/app.bin").write_bytes(b"what else the supplier releases")
    other = make_unsigned(tmp_path, name="other")
    assert refusal(Job(other.folder, job.sha256)).code == "sealing.other-record"
    shutil.copy(other.folder / RECORD, job.folder / RECORD)
    assert refusal(job).code == "sealing.other-record"
    assert refusal(Job(job.folder, other.sha256)).code in {"sealing.changed", "sealing.inconsistent"}


# --- a record that is not one, though its digest is the right one --------------------------------------------------


def rewritten(job: Job, change: Callable[[dict[str, Any]], object]) -> Job:
    value = json.loads((job.folder / RECORD).read_bytes())
    change(value)
    (job.folder / RECORD).write_bytes(canonical(value))
    return Job(job.folder, hashlib.sha256(canonical(value)).hexdigest(), job.policy)


def at_time(time: str, value: dict[str, Any]) -> None:
    value["predicate"].update(verdict="approved", created=time)


def test_records_that_are_none_or_contradict_themselves(job: Job) -> None:
    rejected = rewritten(job, lambda value: value["predicate"].update(verdict="rejected"))
    error = refusal(rejected)
    assert (error.code, error.exit_code) == ("deliver.not-approved", 3)
    for time in ("yesterday", "2026-12-01T00:00:00", ""):
        error = refusal(rewritten(job, partial(at_time, time)))
        assert (error.code, error.arguments["path"]) == ("sealing.inconsistent", RECORD)
    other = rewritten(job, lambda value: value.update(subject=[]))
    error = refusal(other)
    assert (error.code, error.arguments["reason"]) == ("sealing.inconsistent", "verify/record-inconsistent")
    (job.folder / RECORD).write_bytes(b"{}")
    assert refusal(Job(job.folder, hashlib.sha256(b"{}").hexdigest())).code == "sealing.inconsistent"


def test_two_keys_of_one_back_end(job: Job) -> None:
    """Such a record binds the documents to one key, and one artifact to another, which is not here."""

    def change(value: dict[str, Any]) -> None:
        for promise in value["predicate"]["promised_signatures"]:
            if promise["signs"] == "payload/app.bin":
                promise["signer"] = "A" * 40

    signer = Watched(OPENPGP)
    error = refusal(rewritten(job, change), signer)
    assert (error.code, error.exit_code, signer.signed) == ("sealing.other-signers", 2, [])
    late = Watched(OPENPGP, begins_as=KEY)
    assert refusal(rewritten(job, change), late).code == "sealing.other-signers"
    assert late.signed == []


def replaced(job: Job, name: str, raw: bytes, change: Callable[[dict[str, Any]], object] = lambda _: None) -> Job:
    """Return what somebody who has taken over the job that examines hands over: all digests fit."""
    old = hashlib.sha256((job.folder / name).read_bytes()).hexdigest()
    new = hashlib.sha256(raw).hexdigest()
    (job.folder / name).write_bytes(raw)
    for file in ("gate/provenance.intoto.json", "gate/vsa.intoto.json"):
        before = (job.folder / file).read_bytes()
        after = before.replace(old.encode(), new.encode())
        if after != before:
            job = replaced(job, file, after)
    sums = job.folder / "gate/SHA256SUMS"
    sums.write_bytes(sums.read_bytes().replace(old.encode(), new.encode()))
    raw_record = (job.folder / RECORD).read_bytes().replace(old.encode(), new.encode())
    (job.folder / RECORD).write_bytes(raw_record)

    def bind(value: dict[str, Any]) -> None:
        value["predicate"]["sums"]["sha256"] = hashlib.sha256(sums.read_bytes()).hexdigest()
        change(value)

    return rewritten(job, bind)


@pytest.mark.parametrize(
    "other", [b'{"_type": "https://in-toto.io/Statement/v1"}', b"%s  payload/app.bin\n" % (b"0" * 64)]
)
def test_an_artifact_that_could_pass_for_a_document(job: Job, other: bytes) -> None:
    """Its signature alone would make it a record, or sums, of a delivery that nobody was asked to sign."""
    signer = Watched(OPENPGP)
    error = refusal(replaced(job, "payload/app.bin", other), signer)
    assert (error.code, error.arguments, signer.signed) == ("deliver.statement", {"path": "app.bin"}, [])
    assert replaced(job, "payload/app.bin", b"{ what is no statement }").sign().signatures


# --- judged by another policy than that of the job that signs -----------------------------------------------------

POLICY = "gate/gate.toml"
LOOSE = (
    b'\n[[suppress]]\nfinding = "source/secret"\npath = "**"\nsha256 = ["%s"]\nreason = "x"\napproved_by = "A"\n'
    % (b"0" * 64)
)
LOOSE += 'role = "r"\nparty = "乙"\napproved_on = 2026-11-01\nexpires = 2099-01-01\n'.encode()


@pytest.mark.parametrize("way", ["looser", "none"])
def test_another_policy(job: Job, way: str) -> None:
    raw = (job.folder / POLICY).read_bytes() + LOOSE if way == "looser" else b"this is no policy"
    signer = Watched(OPENPGP)
    error = refusal(replaced(job, POLICY, raw), signer)
    assert (error.code, error.exit_code, signer.signed) == ("sealing.other-policy", 2, [])
    assert "openpgp begin" not in signer.log
    assert str(job.policy) in error.message("ja")


def test_a_record_that_belies_its_policy(job: Job) -> None:
    for change in (
        lambda value: value["predicate"]["deliverable"].update(version="9.9"),
        lambda value: value["predicate"].update(deliverable=None),
        lambda value: value["predicate"]["policy"].update(sha256="0" * 64),
    ):
        copy = Job(job.folder.with_name("copy"), job.sha256, job.policy)
        shutil.copytree(job.folder, copy.folder, symlinks=True)
        assert refusal(rewritten(copy, change)).code in {"sealing.other-policy", "sealing.inconsistent"}
        shutil.rmtree(copy.folder)


def test_signing_may_differ_and_layout(job: Job, tmp_path: Path) -> None:
    assert job.policy is not None
    other = tmp_path / "other.toml"
    signing = f'[signing]\nuse = ["openpgp"]\n[signing.openpgp]\nfingerprint = "{KEY}"\nhome = "/else"\n'
    other.write_text(f"# the job that signs\n{job.policy.read_text()}\n{signing}")
    sealed = Job(job.folder, job.sha256, other).sign()
    assert (sealed.signatures[0].signer, sealed.deliverable and sealed.deliverable.version) == (KEY, "1.4.0")


@pytest.mark.parametrize("own", ["built-in", "signing alone"])
def test_a_job_that_has_no_policy_of_its_own(job: Job, tmp_path: Path, own: str) -> None:
    signing = tmp_path / "signing.toml"
    signing.write_text('[signing]\nuse = ["openpgp"]\n')
    assert Job(job.folder, job.sha256, None if own == "built-in" else signing).sign().signatures


def test_another_delivery(job: Job, tmp_path: Path) -> None:
    assert job.policy is not None
    other = tmp_path / "other.toml"
    other.write_text(job.policy.read_text().replace("契約-7", "契約-8"))
    assert refusal(Job(job.folder, job.sha256, other)).code == "sealing.other-policy"


def test_a_policy_exchanged_while_it_is_read(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ReleaseFolder.read

    def read(release: ReleaseFolder, path: bytes, limit: int) -> bytes:
        return b"else" if path == POLICY.encode() else real(release, path, limit)

    monkeypatch.setattr(ReleaseFolder, "read", read)
    signer = Watched(OPENPGP)
    error = refusal(job, signer)
    assert (error.code, error.arguments["path"], signer.signed) == ("sealing.changed", POLICY, [])


# --- folders that are no unsigned release -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["gate/SHA256SUMS.asc", f"{RECORD}.asc", "gate/signatures/app.bin.asc", f"gate/validation/{'0' * 64}.cer",
     "gate/countersignatures/ministry.asc"],
)  # fmt: skip
def test_half_signed(job: Job, name: str) -> None:
    """Also where somebody put a file there that the record does not promise: what it promises is missing."""
    (job.folder / name).parent.mkdir(exist_ok=True)
    (job.folder / name).write_text("signature")
    error = refusal(job)
    assert (error.code, error.exit_code) == ("sealing.half-signed", 2)
    missing = error.arguments["missing"]
    assert isinstance(missing, str)
    assert not (job.folder / missing).exists()


def test_signed_twice_or_with_timestamps(tmp_path: Path) -> None:
    job = make_unsigned(tmp_path, (X509,))
    (job.folder / f"{RECORD}.p7s.tsr").write_text("stamp")
    assert refusal(job, Keeping(X509)).code == "sealing.half-signed"
    (job.folder / f"{RECORD}.p7s.tsr").unlink()
    job.sign(Keeping(X509))
    assert refusal(job, Keeping(X509)).code == "sealing.already-signed"


def test_folders_that_are_none(tmp_path: Path, job: Job) -> None:
    with pytest.raises(UsageError):
        Job(tmp_path / "nothing", job.sha256).sign()
    with pytest.raises(UsageError):
        Job(tmp_path / "gate.toml", job.sha256).sign()
    partial = tmp_path / ".out.partial-0123456789abcdef"
    job.folder.rename(partial)
    assert refusal(Job(partial, job.sha256)).code == "sealing.unfinished"
    (tmp_path / "empty").mkdir()
    assert refusal(Job(tmp_path / "empty", job.sha256)).code == "sealing.missing"


# --- who signs ----------------------------------------------------------------------------------------------------


def test_other_signers_than_promised(tmp_path: Path) -> None:
    job = make_unsigned(tmp_path, (OPENPGP, X509))
    other = PromisedSigner("openpgp", "A" * 40, ".asc", signs_artifacts=True, irrevocable=False)
    for signers in ([Watched(OPENPGP)], [Watched(other), Watched(X509)], [Watched(X509)],
                    [Watched(OPENPGP), Watched(X509), Watched(KEYLESS)]):  # fmt: skip
        error = refusal(job, *signers)
        assert (error.code, error.exit_code) == ("sealing.other-signers", 2)
        for pair in (f"openpgp {KEY}", "x509 CN=納入 太郎"):
            assert pair in error.message("en")
        assert signers[0].signer in error.message("ja")
        assert not any(each.endswith("begin") for signer in signers for each in signer.log)
    with pytest.raises(UsageError):
        make_unsigned(tmp_path, (), name="nobody")


def test_a_signer_that_turns_out_to_be_somebody_else(tmp_path: Path) -> None:
    job = make_unsigned(tmp_path, (OPENPGP, X509))
    late = Watched(X509, begins_as="CN=別人")
    error = refusal(job, Watched(OPENPGP), late)
    assert error.code == "sealing.other-signers"
    assert "CN=別人" in error.message("en")
    assert late.signed == []
    assert job.sign(Watched(OPENPGP), Watched(X509, begins_as=X509.signer)).signatures


def test_services_that_the_record_does_not_name(job: Job) -> None:
    promise = PromisedSigner("openpgp", KEY, ".asc", signs_artifacts=True, irrevocable=False, services=(STAMPER,))
    error = refusal(job, Watched(promise))
    assert (error.code, error.exit_code) == ("sealing.other-service", 2)
    assert STAMPER.name in error.message("ja")


# --- it ends in the midst -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize(
    "error", [SigningFailure("signing.no-gpg"), KeyProblem("signing.locked", fingerprint=KEY), KeyboardInterrupt()]
)
def test_no_signature_stays_where_one_fails(tmp_path: Path, at: int, error: BaseException) -> None:
    job = make_unsigned(tmp_path, (OPENPGP, KEYLESS))
    count = 0

    def fail(_: int) -> None:
        nonlocal count
        count += 1
        if count == at:
            raise error

    before, beside = tree(job.folder), sorted(tmp_path.iterdir())
    with pytest.raises(type(error)):
        job.sign(Watched(OPENPGP, does=fail), Watched(KEYLESS, does=fail))
    assert (tree(job.folder), sorted(tmp_path.iterdir())) == (before, beside)


@pytest.mark.parametrize("name", [RECORD, "gate/report.ja.html", "payload/app.bin", "payload/site/css/a b.css"])
@pytest.mark.parametrize("at", [1, 6])
def test_what_changes_under_the_signature(job: Job, name: str, at: int) -> None:
    """The last file that is signed is the record: nothing of the folder may change until then, or after."""

    def change(number: int) -> None:
        if number == at:
            flip(job.folder / name)

    before = set(tree(job.folder))
    with pytest.raises(ArtifactChanged):
        job.sign(Watched(OPENPGP, does=change))
    assert set(tree(job.folder)) == before


def test_what_is_signed_is_what_was_confirmed(job: Job) -> None:
    """Somebody who may write to the folder changes a file just when it is signed, and back."""
    place = job.folder / "payload" / "app.bin"
    examined = place.read_bytes()
    signer = Watched(OPENPGP, does=lambda number: place.write_bytes(b"hostile" if number == 1 else examined))
    with pytest.raises(ArtifactChanged):
        job.sign(signer)
    assert signer.signed[0] == examined
    assert place.read_bytes() == examined
    assert not list(job.folder.rglob("*.asc"))


def test_a_file_changed_before_it_is_signed_is_never_signed(job: Job) -> None:
    sums = job.folder / "gate" / "SHA256SUMS"
    signer = Watched(OPENPGP, does=lambda number: flip(sums) if number == 1 else None)
    with pytest.raises(ArtifactChanged) as caught:
        job.sign(signer)
    assert (caught.value.code, caught.value.arguments["path"]) == ("sealing.changed", "gate/SHA256SUMS")
    assert len(signer.signed) == 2, "an artifact and the list of another; the sums come after them"


def test_a_signature_put_there_meanwhile(job: Job) -> None:
    mine = job.folder / f"{RECORD}.asc"
    with pytest.raises(UsageError) as caught:
        job.sign(Watched(OPENPGP, does=lambda number: mine.write_text("mine") if number == 6 else None))
    assert caught.value.code == "sealing.half-signed"
    assert [path.name for path in job.folder.rglob("*.asc")] == [mine.name]
    assert mine.read_text() == "mine"


# --- putting signatures in place ----------------------------------------------------------------------------------

HELD = {"gate/signatures/a.asc": b"1", f"{RECORD}.asc": b"2", "gate/SHA256SUMS.asc": b"3", "gate/validation/x": b"4"}


def put(job: Job, look: Callable[[list[str]], object] = lambda _: None) -> None:
    with ReleaseFolder(job.folder) as release, HeldSignatures(release) as held:
        for path, data in HELD.items():
            held.hold(path, data)
        held.put_in_place(look)


def test_put_in_place_the_records_last(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[bytes] = []
    real = WholeFile.appear

    def watch(file: WholeFile, folder: int, name: bytes) -> None:
        order.append(name)
        real(file, folder, name)

    monkeypatch.setattr(WholeFile, "appear", watch)
    put(job)
    assert order == [b"a.asc", b"SHA256SUMS.asc", b"x", b"record.intoto.json.asc"]
    assert all((job.folder / path).read_bytes() == data for path, data in HELD.items())


def test_a_name_that_is_taken_is_left_and_all_else_taken_back(job: Job) -> None:
    (job.folder / f"{RECORD}.asc").write_text("mine")
    before = tree(job.folder)
    with pytest.raises(UsageError) as caught:
        put(job)
    assert caught.value.code == "sealing.cannot-write"
    assert tree(job.folder) == before


@pytest.mark.parametrize("at", [1, 2, 3, 4])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_or_an_interrupt(job: Job, monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> None:
    before, calls = tree(job.folder), 0

    def fail(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise error

    monkeypatch.setattr(os, "fchmod", fail)
    with pytest.raises((UsageError, KeyboardInterrupt)):
        put(job)
    monkeypatch.undo()
    assert calls == at
    assert tree(job.folder) == before


def test_killed_between_the_first_signature_and_the_last(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left then proves nothing to anybody who verifies."""
    promise = PromisedSigner("openpgp", keys.supplier, ".asc", signs_artifacts=True, irrevocable=False)
    original = make_unsigned(tmp_path, (promise,))
    trust = load_trust(write_trust(tmp_path / "recipient", keys.home, keys.supplier))
    real = WholeFile.appear
    for at in range(1, 6):
        job, placed = Job(tmp_path / f"copy{at}", original.sha256), 0
        shutil.copytree(original.folder, job.folder, symlinks=True)

        def die(file: WholeFile, folder: int, name: bytes) -> None:
            nonlocal placed
            if placed == at:  # noqa: B023  # it is called in this round alone
                raise KeyboardInterrupt
            placed += 1
            real(file, folder, name)

        with monkeypatch.context() as patched, signer_of(keys.home, keys.supplier) as signer:
            patched.setattr(WholeFile, "appear", die)
            patched.setattr(HeldSignatures, "_take_back", lambda *_: None)
            with pytest.raises(KeyboardInterrupt):
                job.sign(signer)
        assert len(list(job.folder.rglob("*.asc"))) == at
        with pytest.raises(VerificationError) as caught:
            verify_release(job.folder, trust, now=datetime.now(UTC))
        assert caught.value.reason == "record-unsigned"
        assert refusal(job).code == "sealing.half-signed"


@pytest.mark.parametrize("how", ["nameless", pytest.param("beside", marks=pytest.mark.full)])
def test_killed_at_each_step_and_gone_on_as_the_message_says(tmp_path: Path, how: str) -> None:
    """By SIGKILL; whatever was added is whole, and the signatures of the record come last."""
    original = make_unsigned(tmp_path, (X509,))
    (copies := tmp_path / "copies").mkdir()
    assert original.policy is not None
    command = [sys.executable, str(CHILD), how, *map(str, (original.folder, copies, original.policy)), original.sha256]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT), "PATH": os.defpath}, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    states, before = {}, tree(original.folder)
    for folder in copies.glob("*/out"):
        assert all(is_partial(path.name) for path in folder.parent.iterdir() if path != folder)
        found = tree(folder)
        states[frozenset(found)] = folder
        assert {name: found[name] for name in before} == before
        new = [entry for name, entry in found.items() if name not in before]
        assert {mode for mode, raw in new if raw} <= {0o100644}
        assert {mode for mode, raw in new if not raw} <= {0o40755}, "no file is empty"
    assert len(states) == 1 + 2 + 6 * 2 + 1, "nothing; two folders; files with timestamps; material"
    *unfinished, finished = sorted(states.values(), key=lambda folder: len(tree(folder)))
    assert refusal(Job(finished, original.sha256, original.policy), Keeping(X509)).code == "sealing.already-signed"
    for folder in (unfinished[1], unfinished[-1]):
        job = Job(folder, original.sha256, original.policy)
        assert refusal(job, Keeping(X509)).code == "sealing.half-signed"
        take_away_what_signing_adds(folder)
        assert tree(folder) == before
        assert len(job.sign(Keeping(X509)).signatures) == 6


def take_away_what_signing_adds(folder: Path) -> None:
    """Do what the message says."""
    for name in ("signatures", "validation"):
        shutil.rmtree(folder / "gate" / name, ignore_errors=True)
    for path in (folder / "gate").iterdir():
        if path.name.endswith((".asc", ".p7s", ".p7s.tsr", ".sigstore.json")):
            path.unlink()


def test_an_interrupt_while_all_is_brought_to_the_disk(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(job.folder)

    def interrupt(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gate.sealing.held.flush_file_system", interrupt)
    with pytest.raises(KeyboardInterrupt):
        put(job)
    assert tree(job.folder) == before


def test_a_folder_moved_away_meanwhile(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no longer where it was put cannot be taken back; all else is."""
    real = os.fchmod

    def move(descriptor: int, mode: int) -> None:
        real(descriptor, mode)
        if (job.folder / "gate/signatures").exists():
            (job.folder / "gate/signatures").rename(job.folder / "gate/elsewhere")

    monkeypatch.setattr(os, "fchmod", move)
    with pytest.raises(ArtifactChanged) as caught:
        job.sign()
    assert (caught.value.code, caught.value.arguments["path"]) == ("sealing.missing", "gate/signatures")
    assert not list(job.folder.glob("gate/*.asc"))


def test_another_folder_in_its_place(job: Job) -> None:
    with ReleaseFolder(job.folder) as release:
        job.folder.rename(job.folder.with_name("real"))
        shutil.copytree(job.folder.with_name("real"), job.folder, symlinks=True)
        with pytest.raises(ArtifactChanged) as caught:
            HeldSignatures(release)
        assert caught.value.code == "sealing.changed"
        shutil.rmtree(job.folder)
        with pytest.raises(UsageError):
            HeldSignatures(release)


def test_what_is_found_at_the_end_takes_all_back(job: Job) -> None:
    def look(paths: list[str]) -> None:
        assert sorted(paths) == sorted(HELD)
        assert all((job.folder / path).exists() for path in paths)
        raise ArtifactChanged("sealing.missing", path="x")

    before = tree(job.folder)
    with pytest.raises(ArtifactChanged):
        put(job, look)
    assert tree(job.folder) == before


def test_where_a_whole_file_cannot_be_made_nothing_is_signed(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", os.open)  # given back at the end
    refuse_nameless(beside=False)
    signer = Watched(OPENPGP)
    assert refusal(job, signer).code == "deliver.nothing-beside"
    assert signer.signed == []


def test_where_nothing_can_be_written(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gate.sealing.unsigned.tempfile.TemporaryFile", full)
    error = refusal(job)
    assert (error.code, error.exit_code) == ("sealing.cannot-write", 2)


def test_where_nothing_may_be_added_to_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told before a public log has what cannot be taken back.  Root may write everywhere: the answer is made."""
    job = make_unsigned(tmp_path, (KEYLESS,))
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    signer = Watched(KEYLESS)
    error = refusal(job, signer)
    assert (error.code, error.exit_code, signer.signed) == ("sealing.cannot-write", 2, [])


def reading_as(monkeypatch: pytest.MonkeyPatch, read: Callable[[int, int], bytes]) -> Watched:
    """Return a signer; once it has begun, files that it is to sign are read so."""

    class Begun(Watched):
        def begin(self) -> None:
            monkeypatch.setattr("gate.sealing.unsigned.os.read", read)

    return Begun(OPENPGP)


def test_where_a_file_cannot_be_read(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    with pytest.raises(EngineFailure):
        job.sign(reading_as(monkeypatch, broken))


def test_a_change_that_no_clock_shows(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy that is signed is held against the record by its bytes."""
    real = os.read
    signer = reading_as(monkeypatch, lambda descriptor, size: real(descriptor, size).replace(b"\0\1", b"\1\0"))
    with pytest.raises(ArtifactChanged) as caught:
        job.sign(signer)
    assert (caught.value.code, caught.value.arguments["path"]) == ("sealing.changed", "payload/app.bin")
    assert signer.signed == []
