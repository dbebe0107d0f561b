"""Files of a release and of the recipient changed at random: never verified as anything but what was signed.

What may verify all the same lies outside of what is signed, and the rule for each kind of file stands in
``signed_part``: who signed, what was signed and what the record says stay what they were.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms

from gate._armor import dearmor
from gate.errors import GateError
from gate.verification import Verification
from tests.verification_attacks.arena import Arena
from tests.verification_attacks.attack import Trusts
from tests.verification_attacks.mutations import Mutation, of_armor, of_bytes, of_der, of_json, of_lines
from tests.verification_attacks.scene import ASC, BUNDLE, P7S, RECORD, SUMS, TSR, Scene

pytestmark = pytest.mark.usefixtures("unconfined")
PGP, X509, KEYLESS = (Trusts(ways=(way,)) for way in ("openpgp", "x509", "keyless"))
ALL = Trusts(require='"all"', record='version = "1.4.0"')


def whole(raw: bytes) -> Any:
    """Nothing may be changed."""
    return raw


def of_packet(raw: bytes) -> Any:
    """All of an OpenPGP signature is signed or checked but its unhashed subpackets (RFC 4880, 5.2.3)."""
    packet = dearmor(raw)
    body = packet[2:]
    hashed = 6 + int.from_bytes(body[4:6], "big")
    unhashed = hashed + 2 + int.from_bytes(body[hashed : hashed + 2], "big")
    return body[:hashed], body[unhashed:]


def of_bundle(raw: bytes) -> Any:
    """In a bundle the payload or digest, signature and certificate; JSON is free, and times are what was proved."""
    value = json.loads(raw)
    content = value.get("dsseEnvelope") or value["messageSignature"]
    payload = content.get("payload") or content["messageDigest"]["digest"]
    signature = content["signatures"][0]["sig"] if "signatures" in content else content["signature"]
    certificate = value["verificationMaterial"]["certificate"]["rawBytes"]
    return tuple(base64.b64decode(text) for text in (payload, signature, certificate))


def of_cms(raw: bytes) -> Any:
    """In a CMS signature the signed attributes, the value, and the timestamp's token; certificates are material."""
    signer = cms.ContentInfo.load(raw)["content"]["signer_infos"][0]
    token = signer["unsigned_attrs"][0]["values"][0]["content"]
    return signer["signed_attrs"].dump(), signer["signature"].native, bytes(token["encap_content_info"]["content"])


def anything(_: bytes) -> Any:
    """Kept files and the recipient's own are not signed: only what is proved by them is compared."""
    return None


@dataclass(frozen=True)
class Kind:
    """Files of one kind: whom the recipient trusts, how they are changed, and what of them is signed."""

    name: str
    path: str
    trusts: Trusts
    ways: tuple[Mutation, ...]
    signed_part: Callable[[bytes], Any]


KINDS = [
    Kind("record", RECORD, Trusts(ways=("keyless", "x509")), (of_bytes, of_json), whole),
    Kind("bundle of a statement", BUNDLE, KEYLESS, (of_bytes, of_json, of_json, of_json), of_bundle),
    Kind("bundle of a file", f"{SUMS}.sigstore.json", KEYLESS, (of_bytes, of_json, of_json, of_json), of_bundle),
    Kind("CMS signature", P7S, X509, (of_bytes, of_der, of_der, of_der), of_cms),
    Kind("timestamp beside", TSR, X509, (of_bytes, of_der), whole),
    Kind("OpenPGP signature", ASC, PGP, (of_bytes, of_armor, of_armor, of_armor), of_packet),
    Kind("list", "crl", X509, (of_bytes, of_der, of_der), anything),
    Kind("certificate", "cer", X509, (of_bytes, of_der, of_der), anything),
    Kind("trust file", "trust.toml", ALL, (of_bytes, of_lines, of_lines, of_lines), anything),
    Kind("key file", "supplier.asc", PGP, (of_bytes,), anything),
    Kind("root certificate", "root.pem", X509, (of_bytes,), anything),
    Kind("trusted root", "root.json", KEYLESS, (of_bytes, of_json, of_json), anything),
]


def place_of(scene: Scene, kind: Kind, chance: random.Random) -> Path:
    if kind.path in {"crl", "cer"}:
        return chance.choice(scene.kept(kind.path))
    return scene.path(kind.path) if kind.path.startswith("gate/") else scene.recipient / kind.path


def proved(verification: Verification) -> Any:
    """Return what is proved, but for times, which may be somebody else's word when another word is gone."""
    signers = {(each.backend, each.signer, each.issuer, each.signs) for each in verification.signatures}
    said = (verification.record_sha256, verification.artifacts, verification.deliverable, verification.clauses)
    return said, signers


def outcome(scene: Scene) -> Verification | GateError:
    """Verify; a refusal says in both languages what it is.  Anything but the gate's own errors fails the test."""
    try:
        return scene.verify()
    except GateError as error:
        refusal = error
    for language in ("en", "ja"):
        assert refusal.message(language)
        assert refusal.advice(language)
    assert refusal.exit_code in {1, 2, 3}
    return refusal


def run(arena: Arena, folder: Path, patch: pytest.MonkeyPatch, *, count: int, seed: int) -> Counter[str]:
    """Make so many changes, each of one file of its kind in turn; returns what became of them."""
    chance = random.Random(seed)
    met: Counter[str] = Counter()
    for number, kind in enumerate(KINDS):
        (folder / str(number)).mkdir()
        with arena.scene(folder / str(number), kind.trusts, patch) as scene:
            reference = proved(scene.verify())
            for _ in range(-(-count // len(KINDS))):
                met[one(scene, kind, chance, reference)] += 1
            assert proved(scene.verify()) == reference, "the scene was put right again"
    return met


def one(scene: Scene, kind: Kind, chance: random.Random, reference: Any) -> str:
    """Change one file, see what becomes of it, and put it right again."""
    path = place_of(scene, kind, chance)
    good = path.read_bytes()
    bad = chance.choice(kind.ways)(good, chance)
    in_its_place = path
    if kind.path in {"crl", "cer"}:
        path.unlink()
        in_its_place = path.with_name(f"{hashlib.sha256(bad).hexdigest()}.{kind.path}")
    in_its_place.write_bytes(bad)
    said = outcome(scene)
    trace = f"{kind.name}: {base64.b64encode(bad).decode() if len(bad) < 20_000 else bad[:200]!r}"
    if isinstance(said, Verification):
        found, signers = proved(said)
        assert found == reference[0], trace
        # A trust file that names fewer proves less; it never proves another signer.
        assert signers == reference[1] or (kind.name == "trust file" and signers <= reference[1]), trace
        assert bad == good or kind.signed_part(bad) == kind.signed_part(good), trace
    in_its_place.unlink()
    path.write_bytes(good)
    if isinstance(said, Verification):
        return "same" if bad == good else "verified"
    return said.code


def test_random_changes(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    met = run(arena, tmp_path, monkeypatch, count=200, seed=1)
    assert met.total() >= 200
    assert met["verified"] < 80, met
    assert len(met) > 15, "changes come far enough to be refused for many reasons"


@pytest.mark.full
def test_many_random_changes(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(2, 12):
        (tmp_path / str(seed)).mkdir()
        met = run(arena, tmp_path / str(seed), monkeypatch, count=200, seed=seed)
        assert met["verified"] < 80, met
        shutil.rmtree(tmp_path / str(seed))
