"""Attacks on sigstore bundles: who signed, what the log and the authorities say, and what lies in which bundle."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import shutil
from collections.abc import Callable
from typing import Any

from asn1crypto import tsp
from sigstore.verify import Verifier

from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.unit.verification.keyless_world import ISSUER
from tests.verification_attacks.attack import Attack, Power, Trusts, then
from tests.verification_attacks.scene import BUNDLE, PROVENANCE, SUMS, Scene

KEYLESS = Trusts(ways=("keyless",))
TAGS = Trusts(ways=("keyless",), identity=WORKFLOW_IDENTITY.replace("v1.4.0", "*"))
APP = "gate/signatures/app.bin.sigstore.json"
Json = dict[str, Any]
Step = Callable[[Json], object]


def material(bundle: Json) -> Json:
    found: Json = bundle["verificationMaterial"]
    return found


def tlog(bundle: Json) -> Json:
    found: Json = material(bundle)["tlogEntries"][0]
    return found


def proof(bundle: Json) -> Json:
    found: Json = tlog(bundle)["inclusionProof"]
    return found


def stamps(bundle: Json) -> list[Json]:
    found: list[Json] = material(bundle)["timestampVerificationData"]["rfc3161Timestamps"]
    return found


def undated(bundle: Json) -> None:
    stamps(bundle).clear()


def flip(holder: Callable[[Json], Json], key: str, place: int = 40) -> Step:
    """Change one bit of bytes in base64."""

    def step(bundle: Json) -> None:
        at = holder(bundle)
        raw = bytearray(base64.b64decode(at[key]))
        raw[place % len(raw)] ^= 1
        at[key] = base64.b64encode(raw).decode()

    return step


def envelope(bundle: Json) -> Json:
    found: Json = bundle["dsseEnvelope"]
    return found


def signature(bundle: Json) -> Json:
    found: Json = envelope(bundle)["signatures"][0]
    return found


def edit(*steps: Step) -> Callable[[Scene], object]:
    return lambda scene: scene.edit_bundle(*steps)


def from_other(*path: str) -> Callable[[Scene], object]:
    """Put a part of another bundle of the same release into the record's."""

    def do(scene: Scene) -> None:
        other = json.loads(scene.read(f"{PROVENANCE}.sigstore.json"))

        def step(bundle: Json) -> None:
            here, there = bundle, other
            for key in path[:-1]:
                here, there = here[key], there[key]
            here[path[-1]] = copy.deepcopy(there[path[-1]])

        scene.edit_bundle(step)

    return do


def copied(taken: str, to: str = BUNDLE) -> Callable[[Scene], object]:
    return lambda scene: shutil.copyfile(scene.path(taken), scene.path(to))


def replayed(scene: Scene) -> None:
    scene.write(BUNDLE, (scene.arena.earlier / BUNDLE).read_bytes())


def by(name: str, **claims: Any) -> Callable[[Scene], object]:
    """Put a release in place that somebody else has signed at the accepted instance."""
    return lambda scene: scene.put(scene.arena.by_account(name, scene.arena.stack, claims))


def workflow(reference: str) -> dict[str, str]:
    return {"job_workflow_ref": reference}


SHARED = workflow("tools/ci/.github/workflows/release.yml@refs/tags/v1")
"""A workflow of another repository, which the supplier's calls, and which anybody's may."""


def shared_unnamed(scene: Scene) -> None:
    scene.trust(identity=f"https://github.com/{SHARED['job_workflow_ref']}")


def shared(scene: Scene) -> None:
    scene.trust(identity=f"https://github.com/{SHARED['job_workflow_ref']}", repository="https://github.com/acme/app")


def foreign(*steps: Step) -> Callable[[Scene], object]:
    """Put a release in place that is signed at an instance of the attacker's own, in the supplier's name."""

    def do(scene: Scene) -> None:
        scene.put(scene.arena.by_account("foreign", scene.arena.other_stack))
        scene.edit_bundle(*steps)

    return do


def in_part(part: str, name: str) -> Callable[[Scene], object]:
    """Sign at the accepted instance, but for one service that is the attacker's."""

    def do(scene: Scene) -> None:
        root = json.loads((scene.recipient / "root.json").read_bytes())
        root[part] = scene.arena.other_stack.trusted_root()[part]
        (scene.recipient / "root.json").write_text(json.dumps(root))
        assert name

    return do


def other_certificate(scene: Scene) -> None:
    """Put the certificate of an earlier key of the same signer in: what was signed since is not by that key."""
    other = json.loads((scene.arena.earlier / BUNDLE).read_bytes())
    scene.edit_bundle(lambda bundle: material(bundle).update(certificate=material(other)["certificate"]))


def restamped(own: bool) -> Callable[[Scene], object]:
    """Put a new timestamp over the very signature in, of the accepted authority or of the attacker's."""

    def do(scene: Scene) -> None:
        stack = scene.arena.other_stack if own else scene.arena.stack

        def step(bundle: Json) -> None:
            imprint = hashlib.sha256(base64.b64decode(signature(bundle)["sig"])).digest()
            asked = tsp.TimeStampReq({
                "version": "v1",
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
                "cert_req": True,
            })  # fmt: skip
            stamps(bundle)[0]["signedTimestamp"] = base64.b64encode(stack.tsa.stamp(asked.dump())).decode()

        scene.edit_bundle(step)

    return do


def poisoned_cache(scene: Scene) -> None:
    """Let the recipient trust the public instance, and write another root into the cache that its library uses."""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        scene.patch.setenv(name, str(scene.recipient / "cache"))
    Verifier.production(offline=True)  # fills the cache
    found = list((scene.recipient / "cache").rglob("trusted_root.json"))
    assert found
    for path in found:
        path.write_bytes(scene.arena.trusted_root)
    scene.trust(ways=(), more=f'[[keyless]]\nidentity = "{WORKFLOW_IDENTITY}"\nissuer = "{ISSUER}"\n')


def second_signature(bundle: Json) -> None:
    envelope(bundle)["signatures"].append(copy.deepcopy(signature(bundle)))


def both_kinds(bundle: Json) -> None:
    digest = {"algorithm": "SHA2_256", "digest": base64.b64encode(b"0" * 32).decode()}
    bundle["messageSignature"] = {"messageDigest": digest, "signature": signature(bundle)["sig"]}


_MALFORMED = "verify/bundle-malformed"
_WHO = [
    Attack("id-repository", Power.ACCOUNT, ("the workflow of another repository", "別のリポジトリのワークフロー"),
           by("fork", **workflow("mallory/app/.github/workflows/release.yml@refs/tags/v1.4.0")),
           "verify/signer-identity", BUNDLE, KEYLESS, twin=by("own")),
    Attack("id-homoglyph", Power.ACCOUNT, ("a repository whose name looks alike", "似た名前のリポジトリ"),
           by("alike", **workflow("acrne/app/.github/workflows/release.yml@refs/tags/v1.4.0")),
           "verify/signer-identity", BUNDLE, KEYLESS),
    Attack("id-workflow", Power.ACCOUNT, ("another workflow of the same repository",
           "同じリポジトリの別のワークフロー"), by("pull",
           **workflow("acme/app/.github/workflows/pull.yml@refs/tags/v1.4.0")), "verify/signer-identity", BUNDLE,
           KEYLESS),
    Attack("id-called", Power.ACCOUNT, ("the accepted workflow, called by another repository",
           "別のリポジトリから呼び出した、受け入れたワークフロー"), by("called", repository="mallory/app"),
           "verify/signer-repository", BUNDLE, KEYLESS, twin=by("own")),
    Attack("id-called-shared", Power.ACCOUNT, ("a workflow that many call, by another repository than the one named",
           "共用のワークフローの、指定と異なるリポジトリからの呼出し"), then(shared, by("shared-other", **SHARED,
           repository="mallory/app")), "verify/signer-repository", BUNDLE, KEYLESS, twin=then(shared, by("shared",
           **SHARED))),
    Attack("id-called-unnamed", Power.ACCOUNT, ("a workflow that many call, where the recipient names no repository",
           "共用のワークフローで、受領者がリポジトリを指定していない場合"), then(shared_unnamed, by("shared",
           **SHARED)), "verify/signer-repository", BUNDLE, KEYLESS),
    Attack("id-called-begins", Power.ACCOUNT, ("a repository whose name begins like the accepted one",
           "受け入れたリポジトリの名前で始まる別のリポジトリ"), by("begins", repository="acme/ap"),
           "verify/signer-repository", BUNDLE, KEYLESS),
    Attack("id-branch", Power.ACCOUNT, ("a branch where any tag is accepted",
           "タグのみを認める設定でのブランチからの署名"), by("branch",
           **workflow("acme/app/.github/workflows/release.yml@refs/heads/main")), "verify/signer-identity", BUNDLE,
           TAGS, twin=by("tag", **workflow("acme/app/.github/workflows/release.yml@refs/tags/v2"))),
    Attack("id-tag", Power.ACCOUNT, ("a tag that begins like the accepted one", "受け入れたタグで始まる別のタグ"),
           by("longer", **workflow("acme/app/.github/workflows/release.yml@refs/tags/v1.4.0-evil")),
           "verify/signer-identity", BUNDLE, KEYLESS),
    Attack("id-person", Power.ACCOUNT, ("a person in the workflow's place", "ワークフローではなく個人の署名"),
           by("person", job_workflow_ref="x", sub="mallory@example.test"), "verify/signer-identity", BUNDLE, KEYLESS),
    Attack("id-issuer", Power.ACCOUNT, ("the same identity by another issuer", "別の発行者による同じ識別情報"),
           by("issuer", iss="https://issuer.example"), "verify/signer-issuer", BUNDLE, KEYLESS),
    Attack("id-issuer-slash", Power.ACCOUNT, ("an issuer that differs by a stroke at its end",
           "末尾の斜線だけが異なる発行者"), by("slash", iss=f"{WORKFLOW['iss']}/"), "verify/signer-issuer", BUNDLE,
           KEYLESS),
    Attack("instance", Power.INSTANCE, ("all by an instance of the attacker's", "独自の sigstore による署名"),
           foreign(), "verify/bundle-timestamp", BUNDLE, KEYLESS),
    Attack("instance-undated", Power.INSTANCE, ("the same without timestamps",
           "独自の sigstore による署名（タイムスタンプなし）"), foreign(undated), "verify/bundle-certificate", BUNDLE,
           KEYLESS),
    Attack("instance-authority", Power.INSTANCE, ("a certificate of a foreign authority", "信頼しない認証局の証明書"),
           in_part("certificateAuthorities", "fulcio"), "verify/bundle-certificate", BUNDLE, KEYLESS),
    Attack("instance-certificate-log", Power.INSTANCE, ("a certificate published in a foreign log",
           "信頼しない証明書ログ"), in_part("ctlogs", "ct"), "verify/bundle-certificate-log", BUNDLE, KEYLESS),
    Attack("instance-log", Power.INSTANCE, ("an entry in a foreign log", "信頼しない透明性ログ"), in_part("tlogs",
           "rekor"), "verify/bundle-log", BUNDLE, KEYLESS),
    Attack("instance-stamp", Power.INSTANCE, ("a timestamp of a foreign authority", "信頼しない局のタイムスタンプ"),
           restamped(own=True), "verify/bundle-timestamp", BUNDLE, KEYLESS, twin=restamped(own=False)),
    Attack("cache-poisoned", Power.CACHE, ("a trusted root put into the library's cache",
           "キャッシュ内の信頼の起点のすり替え"), poisoned_cache, "verify/bundle-timestamp", BUNDLE, KEYLESS),
]  # fmt: skip

_WHAT = [
    Attack("bundle-cut", Power.DISK, ("a bundle cut in half", "バンドルの切捨て"),
           lambda scene: scene.write(BUNDLE, scene.read(BUNDLE)[:2000]), _MALFORMED, BUNDLE, KEYLESS),
    Attack("bundle-deep", Power.DISK, ("a bundle of 200,000 brackets", "20万重に入れ子のバンドル"),
           lambda scene: scene.write(BUNDLE, b"[" * 200_000), _MALFORMED, BUNDLE, KEYLESS),
    Attack("bundle-repeated-key", Power.DISK, ("a key that stands twice, which readers read differently",
           "重複したキー"), lambda scene: scene.write(BUNDLE, b'{"dsseEnvelope":{},' + scene.read(BUNDLE)[1:]),
           _MALFORMED, BUNDLE, KEYLESS),
    Attack("bundle-payload", Power.DISK, ("one bit of the payload", "ペイロードの1ビットの変更"), edit(flip(envelope,
           "payload")), "verify/bundle-bad", BUNDLE, KEYLESS),
    Attack("bundle-type", Power.DISK, ("another type of the payload", "ペイロードの種別の変更"),
           edit(lambda bundle: envelope(bundle).update(payloadType="text/plain")), "verify/bundle-bad", BUNDLE,
           KEYLESS),
    Attack("bundle-two-signers", Power.DISK, ("two signatures in one bundle", "一つのバンドルに二つの署名"),
           edit(second_signature), _MALFORMED, BUNDLE, KEYLESS),
    Attack("bundle-two-kinds", Power.DISK, ("two kinds of signatures in one bundle", "一つのバンドルに二種類の署名"),
           edit(both_kinds), _MALFORMED, BUNDLE, KEYLESS),
    Attack("bundle-replayed", Power.ARCHIVE, ("the bundle of an earlier record", "以前の記録のバンドルの流用"),
           replayed, "verify/bundle-differs", BUNDLE, KEYLESS),
    Attack("bundle-swapped", Power.DISK, ("the bundle of another statement", "他の文書のバンドルの流用"),
           copied(f"{PROVENANCE}.sigstore.json"), "verify/bundle-differs", BUNDLE, KEYLESS),
    Attack("bundle-kind", Power.DISK, ("the bundle of a file for a statement", "ファイルの署名の文書への流用"),
           copied(f"{SUMS}.sigstore.json"), "verify/bundle-other-kind", BUNDLE, KEYLESS),
    Attack("bundle-artifact", Power.DISK, ("the bundle of another artifact", "他の納入物のバンドルの流用"),
           copied("gate/signatures/site.sigstore.json", APP), "verify/bundle-differs", APP, KEYLESS),
    Attack("bundle-signature", Power.DISK, ("one bit of the signature, without timestamp", "署名の1ビットの変更"),
           edit(undated, flip(signature, "sig")), "verify/bundle-bad", BUNDLE, KEYLESS, twin=edit(undated)),
    Attack("bundle-envelope", Power.DISK, ("the envelope of another bundle", "他のバンドルの内容の流用"),
           from_other("dsseEnvelope"), "verify/bundle-timestamp", BUNDLE, KEYLESS),
    Attack("bundle-stamp", Power.DISK, ("the timestamp of another bundle", "他のバンドルのタイムスタンプの流用"),
           from_other("verificationMaterial", "timestampVerificationData"), "verify/bundle-timestamp", BUNDLE, KEYLESS),
    Attack("bundle-stamp-twice", Power.DISK, ("a timestamp twice", "同じタイムスタンプの重複"),
           edit(lambda bundle: stamps(bundle).append(stamps(bundle)[0])), "verify/bundle-timestamp", BUNDLE, KEYLESS),
    Attack("bundle-undated", Power.DISK, ("neither timestamp nor time of the log", "日時の証拠の全ての除去"),
           edit(undated, lambda bundle: tlog(bundle).update(integratedTime="0")), "verify/bundle-undated", BUNDLE,
           KEYLESS, twin=edit(undated)),
    Attack("bundle-certificate", Power.DISK, ("one bit of the certificate", "証明書の1ビットの変更"),
           edit(flip(lambda bundle: material(bundle)["certificate"], "rawBytes", -5)), "verify/bundle-certificate",
           BUNDLE, KEYLESS),
    Attack("bundle-other-certificate", Power.ARCHIVE, ("the same signer's certificate for another key",
           "同じ署名者の別の鍵の証明書"), other_certificate, "verify/bundle-bad", BUNDLE, KEYLESS),
    Attack("bundle-no-certificate", Power.DISK, ("no certificate", "証明書の除去"),
           edit(lambda bundle: material(bundle).pop("certificate")), _MALFORMED, BUNDLE, KEYLESS),
    Attack("log-none", Power.DISK, ("no log entry", "ログの記録の除去"),
           edit(lambda bundle: material(bundle).update(tlogEntries=[])), _MALFORMED, BUNDLE, KEYLESS),
    Attack("log-other", Power.DISK, ("the log entry of another bundle", "他のバンドルのログの記録の流用"),
           from_other("verificationMaterial", "tlogEntries"), "verify/bundle-log-entry", BUNDLE, KEYLESS),
    Attack("log-body", Power.DISK, ("one bit of the log entry", "ログの記録の1ビットの変更"),
           edit(flip(tlog, "canonicalizedBody")), "verify/bundle-log", BUNDLE, KEYLESS),
    Attack("log-time", Power.DISK, ("another second of the log entry", "ログの日時の変更"),
           edit(lambda bundle: tlog(bundle).update(integratedTime=str(int(tlog(bundle)["integratedTime"]) + 1))),
           "verify/bundle-log", BUNDLE, KEYLESS),
    Attack("log-promise", Power.DISK, ("one bit of the log's promise", "ログの約束の1ビットの変更"),
           edit(flip(lambda bundle: tlog(bundle)["inclusionPromise"], "signedEntryTimestamp")), "verify/bundle-log",
           BUNDLE, KEYLESS),
    Attack("log-no-proof", Power.DISK, ("no proof that the log holds the entry", "ログの包含証明の除去"),
           edit(lambda bundle: tlog(bundle).pop("inclusionProof")), _MALFORMED, BUNDLE, KEYLESS),
    Attack("log-root", Power.DISK, ("another root in the proof", "包含証明の根の変更"), edit(flip(proof, "rootHash",
           3)), "verify/bundle-log", BUNDLE, KEYLESS),
    Attack("log-kind", Power.DISK, ("another kind of log entry", "ログの記録の種類の変更"),
           edit(lambda bundle: tlog(bundle)["kindVersion"].update(kind="hashedrekord")), "verify/bundle-log-entry",
           BUNDLE, KEYLESS),
]  # fmt: skip
ATTACKS = [*_WHO, *_WHAT]
