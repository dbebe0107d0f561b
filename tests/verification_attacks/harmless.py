"""What changes and is not refused: it proves nothing else, and the release is still what was signed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from asn1crypto import cms, x509

from gate._armor import armor, dearmor
from tests.simulators.pki import DAY
from tests.verification_attacks import on_keyless, on_openpgp
from tests.verification_attacks.attack import Harmless, Trusts, then
from tests.verification_attacks.on_the_folder import chmod
from tests.verification_attacks.on_the_record import earlier
from tests.verification_attacks.scene import ASC, BUNDLE, P7S, SIGNED, Scene

if TYPE_CHECKING:
    from pathlib import Path

ALL: Final = Trusts(require='"all"')
PGP: Final = Trusts(ways=("openpgp",))
X509: Final = Trusts(ways=("x509",))
KEYLESS: Final = Trusts(ways=("keyless",))
APP: Final = "payload/app.bin"


def every_file(do: Callable[[Path], object]) -> Callable[[Scene], None]:
    def each(scene: Scene) -> None:
        for path in scene.out.rglob("*"):
            if not path.is_symlink():
                do(path)

    return each


def moved(scene: Scene) -> None:
    scene.out = scene.out.rename(scene.out.with_name("納品物 第1版"))


def hard_linked(scene: Scene) -> None:
    os.link(scene.path(APP), scene.recipient / "same")


def respaced(scene: Scene) -> None:
    """Write every bundle as other JSON for the same values."""
    for name in SIGNED:
        path = scene.path(f"{name}.sigstore.json")
        path.write_text(json.dumps(json.loads(path.read_bytes()), indent=3, sort_keys=True))


def one_certificate_more(scene: Scene) -> None:
    """Put a stranger's certificate among those in a signature, which it does not cover."""
    info = cms.ContentInfo.load(scene.read(P7S))
    stranger = x509.Certificate.load(scene.arena.strangers.supplier.der)
    info["content"]["certificates"].append(cms.CertificateChoices("certificate", stranger))
    changed = info.dump()
    assert stranger.dump() in changed
    scene.write(P7S, changed)


def noted(scene: Scene) -> None:
    """Put a notation of anybody's into the part of an OpenPGP signature that is not hashed (RFC 4880, 5.2.3.2)."""
    packet = dearmor(scene.read(ASC))
    assert packet[0] == 0x88
    hashed = int.from_bytes(packet[6:8], "big")
    place = 8 + hashed
    unhashed = int.from_bytes(packet[place : place + 2], "big")
    name, value = b"note@example.org", b"by anybody"
    notation = b"\x80\0\0\0" + len(name).to_bytes(2, "big") + len(value).to_bytes(2, "big") + name + value
    more = bytes([len(notation) + 1, 20]) + notation
    body = packet[2:place] + (unhashed + len(more)).to_bytes(2, "big") + more + packet[place + 2 :]
    scene.write(ASC, armor(bytes([0x88, len(body)]) + body))


def strangers_material(scene: Scene) -> None:
    strangers = scene.arena.strangers
    for each in (strangers.root, strangers.issuing, strangers.tsa_root):
        scene.keep(each.der, "cer")
    for raw in strangers.crls():
        scene.keep(raw, "crl")


def no_certificates(scene: Scene) -> None:
    for path in scene.kept("cer"):
        path.unlink()


def newer_list(scene: Scene) -> None:
    scene.keep(scene.arena.country.issuing.crl(issued=DAY), "crl")


def older_list(scene: Scene) -> None:
    """Keep a list from before the revocation, and leave the newer one out."""
    country = scene.arena.country
    scene.relist(country.root.crl(issued=-2 * DAY), country.issuing.crl(issued=-2 * DAY))


def unchecked(scene: Scene) -> None:
    for name in (P7S, BUNDLE):
        scene.write(name, b"anything")


def years_later(scene: Scene) -> None:
    scene.now = datetime.now(UTC) + timedelta(days=5 * 365)


HARMLESS: Final = [
    Harmless("times", ("times of files and folders", "ファイルとフォルダの日時の変更"),
             ("Times are not part of what is signed.", "日時は署名の対象ではありません。"),
             every_file(lambda path: os.utime(path, (1, 1))), ALL),
    Harmless("read-only", ("write and read permissions", "読取り及び書込み権限の変更"),
             ("Only that an owner may run a file is signed.", "署名の対象は、所有者の実行権限の有無のみです。"),
             every_file(lambda path: path.chmod(0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444)),
             ALL),
    Harmless("run-bit-of-a-file", ("the run bit of an artifact that is one file",
             "単独のファイルの納入物の実行権限の変更"),
             ("Such an artifact is its bytes; in a folder the file list has the bit.",
             "単独のファイルは内容のみが署名の対象です。フォルダでは、ファイル一覧に実行権限を記載します。"), chmod(APP,
             lambda mode: mode & ~0o111), ALL),
    Harmless("moved", ("the release folder under another name", "納入用フォルダの名前の変更"),
             ("The folder's own name is not signed.", "フォルダ自体の名前は署名の対象ではありません。"), moved, ALL),
    Harmless("hard-link", ("a hard link to a file from elsewhere", "他の場所からのハードリンク"),
             ("The bytes are those signed; keep a verified copy where nobody else writes.",
              "内容は署名時と同じです。検証した複製は、他者が書き込めない場所に保管してください。"), hard_linked, ALL),
    Harmless("bundle-json", ("other spaces and another order in a bundle", "バンドルの空白と順序の変更"),
             ("The values are the same; what is signed is in them.", "値は同じであり、署名の対象は値に含まれます。"),
             respaced, KEYLESS),
    Harmless("bundle-stamp", ("the timestamps taken out of bundles", "バンドルからのタイムスタンプの除去"),
             ("The log says when it was signed; the report says whose word that is.",
             "透明性ログが日時を示します。報告には、日時の根拠を表示します。"), on_keyless.edit(on_keyless.undated),
             KEYLESS),
    Harmless("pgp-notation", ("a note in the part of an OpenPGP signature that is not signed",
             "OpenPGP 署名の非署名部分への注記"), ("It is shown nowhere and believed nowhere.",
             "どこにも表示されず、何の根拠にもなりません。"), noted, PGP),
    Harmless("pgp-user-id", ("another name behind the key in the key file", "鍵ファイルの鍵への別の名前の付加"),
             ("Keys are known by fingerprint; names say nothing.",
             "鍵は指紋で識別し、名前は用いません。"), on_openpgp.key_file(on_openpgp.more_names), PGP),
    Harmless("kept-strangers", ("certificates and lists of strangers among what was kept",
             "資料への第三者の証明書等の追加"), ("They are material, never authority: roots come from trust.toml.",
             "資料にすぎません。信頼の起点は trust.toml のみです。"), strangers_material, X509),
    Harmless("cms-certificates", ("a certificate more in a CMS signature", "CMS 署名への証明書の追加"),
             ("It is material, as what was kept: the signed attributes name the signer's certificate.",
             "資料にすぎません。署名者の証明書は署名属性が示します。"), one_certificate_more, X509),
    Harmless("kept-stripped", ("certificates taken from what was kept", "資料からの証明書の削除"),
             ("The signatures hold their chain.", "署名自体に証明書のチェーンが含まれます。"), no_certificates, X509),
    Harmless("kept-newer", ("a newer revocation list", "新しい失効リストの追加"),
             ("It is by the same authority and revokes nobody here.",
             "同じ認証局のものであり、署名者の失効を示しません。"), newer_list, X509),
    Harmless("kept-older", ("a list from before the signature in the place of a newer one",
             "署名前の失効リストへの差替え"),
             ("What happened between is not known, and the report says so; max_crl_age_days and crls demand more.",
              "その間の失効は不明と報告に表示します。max_crl_age_days 又は crls で限定できます。"), older_list, X509),
    Harmless("unchecked", ("a signature of a way that trust.toml names nobody for",
             "trust.toml に登録のない種類の署名の変更"),
             ("It proves nothing to this recipient; the report lists it as not checked.",
             "この受領者に対しては何も証明しません。報告に未検証と表示します。"), unchecked, PGP),
    Harmless("replay-unasked", ("an earlier release, where trust.toml expects none in particular",
             "trust.toml に期待する納入物の記載がない場合の以前の納入物"),
             ("It is authentic; the report names it first, and [record] can demand another.",
              "真正であり、報告の冒頭に名称と版を示します。[record] で指定できます。"), earlier, ALL),
    Harmless("later", ("the clock five years on", "5年後の検証"),
             ("The certificates have ended; timestamps, lists and log tell what held when it was signed.",
             "証明書は終了していますが、タイムスタンプ、失効リスト及びログが署名時の状態を示します。"), years_later,
             ALL),
    Harmless("revoked-later", ("a certificate revoked after the signature, five years on", "署名後の失効と5年後の検証"),
             ("It held when it was signed, and the timestamp proves when that was.",
              "署名時には有効であり、その日時をタイムスタンプが証明します。"),
             then(lambda scene: scene.relist(scene.arena.country.root.crl(), scene.arena.country.issuing.crl(
                 {scene.arena.country.supplier: DAY}, issued=2 * DAY)), years_later), X509),
]  # fmt: skip
