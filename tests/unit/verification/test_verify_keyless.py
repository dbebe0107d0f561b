"""A release signed by sigstore verifies offline, by the right signer alone; everything else is refused by its name."""

from __future__ import annotations

import base64
import copy
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sigstore.models import Bundle
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity

from gate.errors import EngineFailure, TrustError, VerificationError
from gate.keyless.checker import Checked, Checker
from gate.keyless.outcomes import Outcome
from gate.record.documents import schema
from gate.reports.verification import render_verification
from gate.verification import keyless as keyless_module
from gate.verification import load_trust, verification_document, verify_release
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import running_stack
from tests.unit.release_kit import Keys, World, make_world, signer_of
from tests.unit.verification.keyless_world import (
    BUNDLE,
    ISSUER,
    RECORD,
    SUFFIX,
    SUMS,
    Json,
    change,
    copied,
    entry,
    in_this_process,
    keyless_signer,
    recipient,
    signed_release,
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keyless")


@pytest.fixture(scope="module")
def alone(stack: Stack, folder: Path) -> Path:
    """A release signed by sigstore alone, each artifact as well."""
    return signed_release(stack, folder / "alone", each=True)


@pytest.fixture(scope="module")
def second(stack: Stack, folder: Path) -> Path:
    """One whose signatures are in the second version of the log."""
    return signed_release(stack, folder / "second", rekor=2)


@pytest.fixture(scope="module")
def both(stack: Stack, folder: Path, keys: Keys) -> Path:
    """A release signed by OpenPGP and sigstore."""
    with signer_of(keys.home, keys.supplier) as signer:
        return signed_release(stack, folder / "both", others=[signer])


@pytest.fixture
def trust(stack: Stack, tmp_path: Path) -> Path:
    return recipient(tmp_path / "recipient", stack.trusted_root(), entry())


@pytest.fixture
def world(alone: Path, trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    in_this_process(monkeypatch)
    return copied(alone, trust, tmp_path)


# --- what is proved ---------------------------------------------------------------------------------------------


def test_a_release_is_verified_in_a_confined_process(alone: Path, trust: Path) -> None:
    verification = World(alone, trust).verify()
    assert [proved.file for proved in verification.signatures] == [
        f"{SUMS}{SUFFIX}", f"gate/provenance.intoto.json{SUFFIX}", BUNDLE, "gate/signatures/app.bin.sigstore.json",
        "gate/signatures/site.sigstore.json", f"gate/vsa.intoto.json{SUFFIX}",
    ]  # fmt: skip
    assert {
        (proved.backend, proved.signer, proved.issuer, proved.time_source) for proved in verification.signatures
    } == {("keyless", WORKFLOW_IDENTITY, ISSUER, "timestamp")}
    document = json.loads(verification_document(verification))
    jsonschema.Draft202012Validator(schema("verification")).validate(document)
    assert document["unchecked"] == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_report_says_who_when_and_by_whose_word(world: World, language: str) -> None:
    text = render_verification(world.verify(), language="ja" if language == "ja" else "en", colour=False)
    assert WORKFLOW_IDENTITY in text
    assert ISSUER in text
    assert {"en": "by a time-stamping authority", "ja": "タイムスタンプ局による"}[language] in text


def test_the_second_version_of_the_log(
    second: Path, trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_this_process(monkeypatch)
    assert World(second, trust).verify().verified
    world = copied(second, trust, tmp_path)
    change(world.out / BUNDLE, no_timestamps)
    assert world.reason() == ("bundle-malformed", BUNDLE)


def test_the_payload_is_the_record_byte_for_byte(alone: Path) -> None:
    envelope = json.loads((alone / BUNDLE).read_bytes())["dsseEnvelope"]
    assert base64.b64decode(envelope["payload"]) == (alone / RECORD).read_bytes()


def test_years_later(world: World) -> None:
    assert world.verify(now=datetime.now(UTC) + timedelta(days=5 * 365)).verified


def test_a_clock_far_behind(world: World) -> None:
    assert world.reason(now=datetime.now(UTC) - timedelta(hours=1)) == ("signature-in-future", BUNDLE)


def test_a_prefix_of_the_identity(world: World, stack: Stack, tmp_path: Path) -> None:
    pattern = WORKFLOW_IDENTITY.replace("v1.4.0", "*")
    world.trust_file = recipient(tmp_path / "prefix", stack.trusted_root(), entry(pattern))
    assert world.verify().verified


def test_without_timestamps_the_log_says_when(world: World) -> None:
    for path in world.out.rglob(f"*{SUFFIX}"):
        change(path, no_timestamps)
    assert {proved.time_source for proved in world.verify().signatures} == {"log"}


# --- who signed -------------------------------------------------------------------------------------------------

LOOK_ALIKES = [
    WORKFLOW_IDENTITY.upper(),
    WORKFLOW_IDENTITY + "/",
    WORKFLOW_IDENTITY[:-1],
    WORKFLOW_IDENTITY + "0",
    WORKFLOW_IDENTITY.replace("acme", "аcme"),
    WORKFLOW_IDENTITY.replace("https", "http"),
    WORKFLOW_IDENTITY.replace("acme/app", "acme/app2"),
    WORKFLOW_IDENTITY.replace("release.yml", "Release.yml"),
    WORKFLOW_IDENTITY.replace("refs/tags/v1.4.0", "refs/heads/*"),
    WORKFLOW_IDENTITY + "*",
    "https://github.com/acme/ap/*",
    "release-bot@example.test",
    "repo:acme/app:ref:refs/tags/v1.4.0",
]


@pytest.mark.parametrize("identity", LOOK_ALIKES)
def test_another_identity(world: World, stack: Stack, tmp_path: Path, identity: str) -> None:
    world.trust_file = recipient(tmp_path / "other", stack.trusted_root(), entry(identity))
    assert world.reason() == ("signer-identity", BUNDLE)


@pytest.mark.parametrize("issuer", [ISSUER + "/", ISSUER.upper().replace("HTTPS", "https"), "https://issuer.example"])
def test_another_issuer(world: World, stack: Stack, tmp_path: Path, issuer: str) -> None:
    others = (entry(issuer=issuer), entry("https://git.example/a/b", ISSUER))
    world.trust_file = recipient(tmp_path / "other", stack.trusted_root(), *others)
    assert world.reason() == ("signer-issuer", BUNDLE)


def test_somebody_else_of_the_same_instance(
    stack: Stack, trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_this_process(monkeypatch)
    stack.issuer.person = {"sub": "somebody@example.test"}
    try:
        out = signed_release(stack, tmp_path / "theirs")
    finally:
        stack.issuer.person = WORKFLOW
    assert World(out, trust).reason() == ("signer-identity", BUNDLE)


# --- what is trusted --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("certificateAuthorities", "bundle-certificate"),
        ("ctlogs", "bundle-certificate-log"),
        ("timestampAuthorities", "bundle-timestamp"),
        ("tlogs", "bundle-log"),
    ],
)
def test_a_part_of_another_instance(world: World, stack: Stack, tmp_path: Path, part: str, reason: str) -> None:
    with Stack() as other:
        root = {**stack.trusted_root(), part: other.trusted_root()[part]}
        world.trust_file = recipient(tmp_path / "foreign", root, entry())
        assert world.reason() == (reason, BUNDLE)


def test_another_instance_beside_the_right_one(world: World, stack: Stack, tmp_path: Path) -> None:
    with Stack() as other:
        named = recipient(tmp_path / "two", stack.trusted_root(), entry(root="other.json"), entry())
        (named.parent / "other.json").write_text(json.dumps(other.trusted_root()))
        world.trust_file = named
        assert world.verify().verified
        named.write_text(named.read_text().replace('"root.json"', '"absent.json"'))
        (named.parent / "absent.json").write_text(
            json.dumps({**stack.trusted_root(), "tlogs": other.trusted_root()["tlogs"]})
        )
        assert world.reason() == ("bundle-log", BUNDLE), "the instance that got furthest tells why"


@pytest.mark.parametrize("text", ["", "{}", "[" * 5000, "null", '{"mediaType": "x"}'])
def test_what_is_no_trusted_root(world: World, text: str) -> None:
    (world.trust_file.parent / "root.json").write_text(text)
    with pytest.raises(TrustError) as caught:
        world.verify()
    assert (caught.value.code, caught.value.arguments["number"]) == ("trust.bad-root", 1)
    assert caught.value.message("ja")
    assert caught.value.advice("ja")


@pytest.mark.parametrize("part", ["tlogs", "ctlogs", "certificateAuthorities"])
def test_a_root_that_trusts_nothing_of_a_kind(world: World, stack: Stack, tmp_path: Path, part: str) -> None:
    world.trust_file = recipient(tmp_path / "less", {**stack.trusted_root(), part: []}, entry())
    with pytest.raises(TrustError) as caught:
        world.verify()
    assert caught.value.code == "trust.bad-root"


def test_a_root_inside_the_release(world: World, stack: Stack) -> None:
    (world.out / "root.json").write_text(json.dumps(stack.trusted_root()))
    world.trust_file.write_text(entry(root=os.path.relpath(world.out / "root.json", world.trust_file.parent)))
    with pytest.raises(TrustError) as caught:
        world.verify()
    assert caught.value.code == "trust.inside-release"


def test_a_poisoned_cache_is_not_looked_at(
    world: World, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's own way believes the cache, which the same attacker can have written."""
    cache = tmp_path / "cache"
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(cache))
    Verifier.production(offline=True)  # fills the cache
    for path in cache.rglob("trusted_root.json"):
        path.write_text(json.dumps(stack.trusted_root()))
    fooled = Verifier.production(offline=True)
    fooled.verify_dsse(
        Bundle.from_json((world.out / BUNDLE).read_bytes()), Identity(identity=WORKFLOW_IDENTITY, issuer=ISSUER)
    )
    world.trust_file.write_text(entry(root=None))
    assert world.reason() == ("bundle-timestamp", BUNDLE)


# --- bundles that were changed ----------------------------------------------------------------------------------


def no_timestamps(bundle: Json) -> Json:
    bundle["verificationMaterial"]["timestampVerificationData"] = {"rfc3161Timestamps": []}
    return bundle


def tlog(bundle: Json) -> Json:
    found: Json = bundle["verificationMaterial"]["tlogEntries"][0]
    return found


def timestamps(bundle: Json) -> list[Json]:
    found: list[Json] = bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    return found


def flipped(text: str, place: int = 40) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[place % len(raw)] ^= 1
    return base64.b64encode(raw).decode()


CHANGES: dict[str, tuple[Callable[[Json], object], str]] = {
    "payload": (lambda b: b["dsseEnvelope"].update(payload=flipped(b["dsseEnvelope"]["payload"])), "bundle-bad"),
    "type of the payload": (lambda b: b["dsseEnvelope"].update(payloadType="text/plain"), "bundle-bad"),
    "signature": (
        lambda b: b["dsseEnvelope"]["signatures"][0].update(sig=flipped(b["dsseEnvelope"]["signatures"][0]["sig"])),
        "bundle-timestamp",
    ),
    "signature, undated": (
        lambda b: (
            no_timestamps(b),
            b["dsseEnvelope"]["signatures"][0].update(sig=flipped(b["dsseEnvelope"]["signatures"][0]["sig"])),
        ),
        "bundle-bad",
    ),
    "no signature": (lambda b: b["dsseEnvelope"].update(signatures=[]), "bundle-malformed"),
    "no envelope": (lambda b: b.pop("dsseEnvelope"), "bundle-malformed"),
    "certificate": (
        lambda b: b["verificationMaterial"]["certificate"].update(
            rawBytes=flipped(b["verificationMaterial"]["certificate"]["rawBytes"], -5)
        ),
        "bundle-certificate",
    ),
    "no certificate": (lambda b: b["verificationMaterial"].pop("certificate"), "bundle-malformed"),
    "no log entry": (lambda b: b["verificationMaterial"].update(tlogEntries=[]), "bundle-malformed"),
    "log entry twice": (lambda b: b["verificationMaterial"]["tlogEntries"].append(tlog(b)), "bundle-malformed"),
    "body of the entry": (
        lambda b: tlog(b).update(canonicalizedBody=flipped(tlog(b)["canonicalizedBody"])), "bundle-log",
    ),
    "time of the entry": (lambda b: tlog(b).update(integratedTime="1700000000"), "bundle-certificate"),
    "second of the entry": (
        lambda b: tlog(b).update(integratedTime=str(int(tlog(b)["integratedTime"]) + 1)), "bundle-log",
    ),
    "promise of the log": (
        lambda b: tlog(b)["inclusionPromise"].update(
            signedEntryTimestamp=flipped(tlog(b)["inclusionPromise"]["signedEntryTimestamp"])
        ),
        "bundle-log",
    ),
    "no proof of inclusion": (lambda b: tlog(b).pop("inclusionProof"), "bundle-malformed"),
    "root in the proof": (
        lambda b: tlog(b)["inclusionProof"].update(rootHash=flipped(tlog(b)["inclusionProof"]["rootHash"])),
        "bundle-log",
    ),
    "checkpoint": (
        lambda b: tlog(b)["inclusionProof"]["checkpoint"].update(
            envelope=tlog(b)["inclusionProof"]["checkpoint"]["envelope"].replace("127", "128")
        ),
        "bundle-log",
    ),
    "kind of the entry": (lambda b: tlog(b)["kindVersion"].update(kind="hashedrekord"), "bundle-log-entry"),
    "version of the entry": (lambda b: tlog(b)["kindVersion"].update(version="0.0.9"), "bundle-malformed"),
    "timestamp": (
        lambda b: timestamps(b)[0].update(signedTimestamp=flipped(timestamps(b)[0]["signedTimestamp"], -9)),
        "bundle-timestamp",
    ),
    "timestamp that is none": (
        lambda b: timestamps(b)[0].update(signedTimestamp=base64.b64encode(b"none").decode()), "bundle-timestamp",
    ),
    "timestamp twice": (lambda b: timestamps(b).append(timestamps(b)[0]), "bundle-timestamp"),
    "33 timestamps": (lambda b: timestamps(b).extend(timestamps(b) * 32), "bundle-timestamp"),
    "neither timestamp nor promise": (
        lambda b: (no_timestamps(b), tlog(b).pop("inclusionPromise")), "bundle-malformed",
    ),
    "timestamp and no time of the entry": (
        lambda b: (no_timestamps(b), tlog(b).update(integratedTime="0")), "bundle-undated",
    ),
    "format of the bundle": (lambda b: b.update(mediaType="application/json"), "bundle-malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_bundle_that_was_changed(world: World, name: str) -> None:
    step, reason = CHANGES[name]
    change(world.out / BUNDLE, step)
    assert world.reason() == (reason, BUNDLE)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"null", b"[]", b"\xff", b"[" * 200_000, b'{"a":' * 5000, b"-----BEGIN", b'"' + b"x" * 1_000_000],
)
def test_what_is_no_bundle(world: World, raw: bytes) -> None:
    (world.out / BUNDLE).write_bytes(raw)
    assert world.reason() == ("bundle-malformed", BUNDLE)


def test_a_bundle_beyond_all_measure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.keyless.checker.MOST_BUNDLE", (world.out / BUNDLE).stat().st_size - 1)
    assert world.reason() == ("bundle-malformed", BUNDLE)


def test_more_proof_than_there_can_be(world: World) -> None:
    """Thousands of timestamps would be parsed one by one before they were counted."""
    whole = json.loads((world.out / BUNDLE).read_bytes())
    timestamps(whole).extend(timestamps(whole) * 1000)
    (world.out / BUNDLE).write_text(json.dumps(whole))
    began = time.monotonic()
    assert world.reason() == ("bundle-malformed", BUNDLE)
    assert time.monotonic() - began < 20
    (world.out / BUNDLE).write_text(" " * (1 << 18) + json.dumps(whole))
    assert world.reason() == ("bundle-malformed", BUNDLE)


def test_cut_off_anywhere(world: World) -> None:
    whole = (world.out / BUNDLE).read_bytes()
    for length in range(0, len(whole) - 1, len(whole) // 20):
        (world.out / BUNDLE).write_bytes(whole[:length])
        assert world.reason() == ("bundle-malformed", BUNDLE)


# --- bundles in another's place -----------------------------------------------------------------------------------

PLACES = {
    "sums": f"{SUMS}{SUFFIX}",
    "provenance": f"gate/provenance.intoto.json{SUFFIX}",
    "record": BUNDLE,
    "artifact": "gate/signatures/app.bin.sigstore.json",
    "folder": "gate/signatures/site.sigstore.json",
}


@pytest.mark.parametrize(
    ("taken", "to", "reason"),
    [
        ("provenance", "record", "bundle-differs"),
        ("record", "provenance", "bundle-differs"),
        ("sums", "record", "bundle-other-kind"),
        ("record", "sums", "bundle-other-kind"),
        ("artifact", "sums", "bundle-differs"),
        ("sums", "artifact", "bundle-differs"),
        ("artifact", "folder", "bundle-differs"),
    ],
)
def test_a_bundle_of_another_file(world: World, taken: str, to: str, reason: str) -> None:
    shutil.copyfile(world.out / PLACES[taken], world.out / PLACES[to])
    assert world.reason() == (reason, PLACES[to])


@pytest.mark.parametrize("place", PLACES)
def test_a_bundle_that_was_taken_away(world: World, place: str) -> None:
    (world.out / PLACES[place]).unlink()
    assert world.reason() == ("record-unsigned" if place == "record" else "signature-missing", PLACES[place])


def test_a_bundle_of_an_earlier_release_by_the_same_signer(world: World, second: Path) -> None:
    shutil.copyfile(second / BUNDLE, world.out / BUNDLE)
    assert world.reason() == ("bundle-differs", BUNDLE)


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (("verificationMaterial", "tlogEntries"), "bundle-log-entry"),
        (("verificationMaterial", "timestampVerificationData"), "bundle-timestamp"),
        (("dsseEnvelope",), "bundle-timestamp"),
    ],
)
def test_parts_of_another_bundle_by_the_same_key(world: World, part: tuple[str, ...], reason: str) -> None:
    other = json.loads((world.out / PLACES["provenance"]).read_bytes())

    def exchange(bundle: Json) -> None:
        *above, name = part
        for key in above:
            bundle, taken = bundle[key], other[key]
            bundle[name] = copy.deepcopy(taken[name])
        if not above:
            bundle[name] = copy.deepcopy(other[name])

    change(world.out / BUNDLE, exchange)
    assert world.reason() == (reason, BUNDLE)


def test_a_certificate_of_the_same_signer_for_another_key(
    alone: Path, second: Path, trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_this_process(monkeypatch)
    world = copied(second, trust, tmp_path)  # the later of the two: the earlier certificate is valid at its time
    other = json.loads((alone / BUNDLE).read_bytes())["verificationMaterial"]["certificate"]
    change(world.out / BUNDLE, lambda bundle: bundle["verificationMaterial"].update(certificate=other))
    assert world.reason() == ("bundle-bad", BUNDLE)


# --- several ways of signing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("require", ['"any"', '"all"', "1", "2"])
def test_openpgp_and_sigstore(
    both: Path, stack: Stack, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require: str
) -> None:
    in_this_process(monkeypatch)
    named = recipient(tmp_path / "r", stack.trusted_root(), entry(), require=require, key=(keys.home, keys.supplier))
    verification = World(both, named).verify()
    assert {(proved.backend, proved.signs) for proved in verification.signatures} >= {
        ("openpgp", RECORD), ("keyless", RECORD), ("openpgp", SUMS), ("keyless", SUMS), ("openpgp", "payload/app.bin"),
    }  # fmt: skip
    assert verification.unchecked == ()


def test_a_recipient_who_knows_of_one_way_alone(
    both: Path, stack: Stack, trust: Path, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_this_process(monkeypatch)
    verification = World(both, trust).verify()
    assert {each.backend for each in verification.unchecked} == {"openpgp"}
    assert "gate/SHA256SUMS.asc" in render_verification(verification, language="en", colour=False)
    named = recipient(tmp_path / "pgp", stack.trusted_root(), key=(keys.home, keys.supplier))
    verification = World(both, named).verify()
    assert {each.file for each in verification.unchecked} >= {BUNDLE, f"{SUMS}{SUFFIX}"}
    document = json.loads(verification_document(verification))
    jsonschema.Draft202012Validator(schema("verification")).validate(document)
    assert document["unchecked"][0]["backend"] == "keyless"


@pytest.mark.parametrize("name", [BUNDLE, f"{SUMS}{SUFFIX}", f"{RECORD}.asc", f"{SUMS}.asc"])
@pytest.mark.parametrize("require", ['"any"', '"all"'])
def test_no_signature_that_was_promised_may_be_missing_or_spoilt(
    both: Path, stack: Stack, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, require: str
) -> None:
    in_this_process(monkeypatch)
    named = recipient(tmp_path / "r", stack.trusted_root(), entry(), require=require, key=(keys.home, keys.supplier))
    world = copied(both, named, tmp_path)
    raw = (world.out / name).read_bytes()
    (world.out / name).write_bytes(raw[: len(raw) // 2])
    assert world.reason()[1] == name
    (world.out / name).unlink()
    assert world.reason()[0] in {"signature-missing", "require"}


def test_all_means_every_way_that_is_named(
    stack: Stack, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_this_process(monkeypatch)
    world = make_world(tmp_path / "world", keys)
    for require, good in (('"all"', False), ("2", False), ('"any"', True), ("1", True)):
        world.trust_file = recipient(
            tmp_path / "r", stack.trusted_root(), entry(), require=require, key=(keys.home, keys.supplier)
        )
        if good:
            assert world.verify().verified
        else:
            assert world.reason() == ("require", RECORD)


def test_a_bundle_that_nobody_promised(
    stack: Stack, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even one by the right signer: what the record does not promise does not belong there."""
    in_this_process(monkeypatch)
    world = make_world(tmp_path / "world", keys)
    signer = keyless_signer(stack, tmp_path / "instance")
    signer.begin()
    with (world.out / RECORD).open("rb") as file:
        (world.out / BUNDLE).write_bytes(signer.sign(file, statement=True))
    signer.close()
    world.trust_file = recipient(tmp_path / "r", stack.trusted_root(), entry(), key=(keys.home, keys.supplier))
    assert world.reason()[0] in {"signer-differs", "unexpected"}


# --- what cannot be told ------------------------------------------------------------------------------------------


def test_a_check_that_fails_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Checker, "check", lambda *_: Checked("failed"))
    with pytest.raises(EngineFailure) as caught:
        world.verify()
    assert (caught.value.code, caught.value.exit_code) == ("verify.bundle-failed", 3)


def test_other_bytes_under_the_check(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Checker.check

    def other(checker: Checker, bundle: int, signed: int, form: Any) -> Checked:
        from dataclasses import replace

        return replace(real(checker, bundle, signed, form), sha256="0" * 64)

    monkeypatch.setattr(Checker, "check", other)
    assert world.reason() == ("changed-while-read", RECORD)


def test_every_outcome_is_a_refusal_with_text() -> None:
    from typing import get_args

    assert set(keyless_module.REFUSALS) == {*get_args(Outcome)} - {"valid", "failed"}
    for reason in keyless_module.REFUSALS.values():
        error = VerificationError(reason, "x")
        for language in ("en", "ja"):
            assert error.message("ja" if language == "ja" else "en")
            assert error.advice("ja" if language == "ja" else "en")


def test_every_file_of_the_release(world: World) -> None:
    """One byte of each file is changed: in JSON outside of what is signed nothing may be left that is not looked at."""
    for path in sorted(world.out.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :])
        with pytest.raises(VerificationError):
            verify_release(world.out, load_trust(world.trust_file), now=datetime.now(UTC))
        path.write_bytes(whole)
    assert world.verify().verified


def test_the_library_is_loaded_only_where_it_is_needed(keys: Keys, tmp_path: Path) -> None:
    world = make_world(tmp_path / "world", keys)
    script = (
        "import sys\nfrom gate.cli.main import run\n"
        f"status = run(['verify', '--trust', {str(world.trust_file)!r}, {str(world.out)!r}])\n"
        "sys.exit(status or sum(name.partition('.')[0] in {'sigstore', 'requests'} for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
