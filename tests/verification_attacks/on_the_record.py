"""Attacks on what the record says: stripped and shortened, replayed, and signed by the supplier although not so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from gate.record.canonical import canonical
from gate.record.statement import rfc3339
from tests.unit.release_kit import POLICY
from tests.verification_attacks.arena import ACCEPTED
from tests.verification_attacks.attack import Attack, Power, Trusts, then
from tests.verification_attacks.scene import (
    ASC,
    BUNDLE,
    P7S,
    PROVENANCE,
    RECORD,
    SIGNED,
    SUMMARY,
    SUMS,
    Scene,
)

PGP = Trusts(ways=("openpgp",))
ANY, EVERY, TWO = Trusts(), Trusts(require='"all"'), Trusts(require="2")
Json = Any
Do = Callable[[Scene], object]


def strip(*suffixes: str, names: tuple[str, ...] = SIGNED) -> Do:
    def do(scene: Scene) -> None:
        for name in names:
            for suffix in suffixes:
                scene.path(f"{name}{suffix}").unlink()

    return do


_ASC, _P7S, _BUNDLE = (".asc",), (".p7s", ".p7s.tsr"), (".sigstore.json",)


def shortened(scene: Scene) -> None:
    """Take promises out of the record, and what they promised out of the folder, without a key."""
    value = json.loads(scene.read(RECORD))
    promised = value["predicate"]["promised_signatures"]
    value["predicate"]["promised_signatures"] = [each for each in promised if each["backend"] == "openpgp"]
    scene.write(RECORD, canonical(value))
    strip(*_P7S, *_BUNDLE)(scene)


STRIPPED = [
    Attack("strip-all", Power.DISK, ("every signature removed", "全ての署名の削除"), strip(*_ASC, *_P7S, *_BUNDLE),
           "verify/record-unsigned", ASC, ANY),
    Attack("strip-openpgp", Power.DISK, ("all OpenPGP signatures removed", "OpenPGP 署名の全ての削除"), strip(*_ASC),
           "verify/signature-missing", f"{SUMS}.asc", ANY),
    Attack("strip-certificates", Power.DISK, ("all CMS signatures removed", "CMS 署名の全ての削除"), strip(*_P7S),
           "verify/signature-missing", f"{SUMS}.p7s", ANY),
    Attack("strip-sigstore", Power.DISK, ("all sigstore bundles removed", "sigstore バンドルの全ての削除"),
           strip(*_BUNDLE), "verify/signature-missing", f"{SUMS}.sigstore.json", ANY),
    Attack("strip-one-of-all", Power.DISK, ("one of the ways removed that all are demanded of",
           "必須の署名の種類の削除"), strip(*_P7S), "verify/require", RECORD, EVERY),
    Attack("strip-two-of-three", Power.DISK, ("two of three ways removed where two are demanded",
           "2種類必須での2種類の削除"), strip(*_P7S, *_BUNDLE), "verify/require", RECORD, TWO),
    Attack("strip-artifact", Power.DISK, ("the signature of one artifact removed", "一つの納入物の署名の削除"),
           strip(*_ASC, names=("gate/signatures/app.bin",)), "verify/signature-missing", "gate/signatures/app.bin.asc",
           ANY),
    Attack("strip-record", Power.DISK, ("one signature of the record removed", "記録の署名の一つの削除"),
           strip(*_BUNDLE, names=(RECORD,)), "verify/signature-missing", BUNDLE, ANY),
    Attack("strip-promises", Power.DISK, ("signatures removed with their promises", "署名と約束の削除"), shortened,
           "verify/signature-bad", ASC, PGP),
    Attack("strip-unasked", Power.DISK, ("a signature of a way that the recipient does not check",
           "受領者が検証しない種類の署名の削除"), strip(*_P7S), "verify/signature-missing", f"{SUMS}.p7s", PGP),
]  # fmt: skip


# --- another release in its place -----------------------------------------------------------------------------


def earlier(scene: Scene) -> None:
    scene.put(scene.arena.earlier)


def elsewhere(scene: Scene) -> None:
    scene.put(scene.arena.elsewhere)


def demanding(record: str) -> Trusts:
    return Trusts(ways=("keyless",), record=record)


def years_later(scene: Scene) -> None:
    scene.now = datetime.now(UTC) + timedelta(days=90)


def other_record(scene: Scene) -> None:
    """Put the record of another deliverable into this folder, with its signatures."""
    for name in (RECORD, ASC, P7S, f"{P7S}.tsr", BUNDLE):
        scene.write(name, (scene.arena.elsewhere / name).read_bytes())


def stamped_anew(scene: Scene) -> None:
    """Let a release of 100 days ago carry timestamps of today: anybody may ask an authority for them."""
    arena = scene.arena
    if not (arena.folder / "old").exists():
        arena.released("old", POLICY, clock=lambda: datetime.now(UTC) - timedelta(days=100))
    scene.put(arena.folder / "old" / "out")


def after_a_day(scene: Scene) -> None:
    day = datetime.now(UTC) - timedelta(days=30)
    scene.trust(record=f"signed_after = {day:%Y-%m-%d}")


def asked_for(scene: Scene) -> None:
    scene.version = "1.4.0"


REPLAYED = [
    Attack("replay-version", Power.ARCHIVE, ("an earlier version", "以前の版の納入物"), earlier, "verify/version",
           RECORD, demanding('version = "1.4.0"')),
    Attack("replay-asked", Power.ARCHIVE, ("an earlier version than asked for at the command line",
           "コマンドで指定した版より前の納入物"), then(asked_for, earlier), "verify/version",
           RECORD, PGP, twin=asked_for),
    Attack("replay-minimum", Power.ARCHIVE, ("a version below the lowest accepted", "最低の版を下回る納入物"), earlier,
           "verify/version-too-low", RECORD, demanding('minimum_version = "1.4"')),
    Attack("replay-deliverable", Power.ARCHIVE, ("another deliverable of the supplier", "同じ納入者の別の納入物"),
           elsewhere, "verify/deliverable", RECORD, demanding('deliverable = "見本アプリ"')),
    Attack("replay-contract", Power.ARCHIVE, ("a release under another contract", "別の契約の納入物"), elsewhere,
           "verify/contract", RECORD, demanding('contract = "契約-7"')),
    Attack("replay-recipient", Power.ARCHIVE, ("a release for another ministry", "別の省への納入物"), elsewhere,
           "verify/recipient", RECORD, demanding('recipient = "経済産業省"')),
    Attack("replay-chain", Power.ARCHIVE, ("a release that does not follow the last one accepted",
           "前回受領した納入物に続かない納入物"), earlier, "verify/previous", RECORD,
           demanding(f'previous = "{ACCEPTED}"')),
    Attack("replay-policy", Power.ARCHIVE, ("a release judged by another policy", "別の方針で判定された納入物"),
           lambda scene: scene.trust(record=f'policy_sha256 = "{"0" * 64}"'), "verify/policy", RECORD, PGP,
           twin=lambda scene: scene.trust(
               record=f'policy_sha256 = "{hashlib.sha256(scene.read("gate/gate.toml")).hexdigest()}"')),
    Attack("replay-early", Power.ARCHIVE, ("a release from before the day named", "指定日より前の納入物"),
           lambda scene: scene.trust(record="signed_after = 2090-01-01"), "verify/signed-too-early", RECORD, PGP,
           twin=lambda scene: scene.trust(record="signed_after = 2020-01-01")),
    Attack("replay-late", Power.ARCHIVE, ("a release older than accepted", "許容より古い納入物"), years_later,
           "verify/too-old", RECORD, demanding("max_age_days = 60")),
    Attack("replay-stamped-anew", Power.ARCHIVE, ("an old release whose signatures are given new timestamps",
           "古い納入物の署名への新しいタイムスタンプの付与"), stamped_anew, "verify/too-old", RECORD,
           Trusts(ways=("x509",), record="max_age_days = 60")),
    Attack("replay-stamped-after", Power.ARCHIVE, ("the same, against a day named", "同上（指定日がある場合）"),
           then(stamped_anew, after_a_day), "verify/signed-too-early", RECORD, Trusts(ways=("x509",)),
           twin=after_a_day),
    Attack("replay-record", Power.ARCHIVE, ("another deliverable's record over these files",
           "別の納入物の記録のすり替え"), other_record, "verify/changed", "gate/facts.json", PGP),
    Attack("replay-certificates", Power.ARCHIVE, ("the same, for who demands every way of signing",
           "別の納入物の記録のすり替え（全種類必須）"), other_record, "verify/changed", "gate/facts.json", EVERY),
]  # fmt: skip


# --- what the supplier signs, although it is not so -----------------------------------------------------------


def lie(change: Callable[[Json], object]) -> Do:
    return lambda scene: scene.lie(change)


def predicate(**values: object) -> Do:
    return lie(lambda value: value["predicate"].update(values))


_AHEAD, _JUST, _LONG_AGO = timedelta(minutes=30), timedelta(minutes=1), timedelta(days=-9000)
"""A moment that no clock's error explains; one that is within it; and one long before there was such a database."""


def times(**ahead: timedelta) -> Do:
    """Let a record say that something was so long after (before) the moment at which the supplier signs it."""

    def change(value: Json) -> None:
        now = datetime.now(UTC)
        value["predicate"].update({name: rfc3339(now + each) for name, each in ahead.items()})

    return lie(change)


def database(ahead: timedelta) -> Do:
    def change(value: Json) -> None:
        value["predicate"]["engines"][0]["database"]["date"] = rfc3339(datetime.now(UTC) + ahead)

    return lie(change)


def demanding_young(scene: Scene) -> None:
    scene.trust(record="max_database_age_days = 3")


def raw(change: Callable[[bytes], bytes]) -> Do:
    """Change the record's bytes and let the supplier sign them."""

    def do(scene: Scene) -> None:
        scene.write(RECORD, change(scene.read(RECORD)))
        scene.sign_openpgp()

    return do


def rebound(name: str, change: Callable[[Json], object]) -> Do:
    return lambda scene: scene.rebind(name, change)


def named(name: str) -> Do:
    def change(value: Json) -> None:
        value["subject"][0]["name"] = value["predicate"]["artifacts"][0]["name"] = name

    return lie(change)


def bound(**files: str) -> Do:
    return lie(lambda value: value["predicate"]["files"].update(files))


def promised(index: int, **values: str) -> Do:
    return lie(lambda value: value["predicate"]["promised_signatures"][index].update(values))


def short_sums(scene: Scene) -> None:
    """Let the sums leave out a file, and the record bind them so."""
    scene.write(SUMS, b"".join(scene.read(SUMS).splitlines(keepends=True)[1:]))
    digest = hashlib.sha256(scene.read(SUMS)).hexdigest()
    scene.sign_openpgp(f"{SUMS}.asc")
    scene.lie(lambda value: value["predicate"]["sums"].update(sha256=digest))


def same(_: Json) -> None:
    """Change nothing."""


_MALFORMED, _CONTRADICTS = "verify/record-malformed", "verify/record-inconsistent"
LIES = [
    Attack("lie-rejected", Power.SUPPLIER, ("a record of a rejected release", "不合格の納入物の記録"),
           predicate(verdict="rejected"), "verify/not-approved", RECORD, PGP, twin=lie(same)),
    Attack("lie-incomplete", Power.SUPPLIER, ("a record of a release not fully examined",
           "検査が完了していない納入物の記録"), predicate(verdict="incomplete"), "verify/not-approved", RECORD, PGP),
    Attack("lie-type", Power.SUPPLIER, ("a statement of another type", "別の種類の文書"),
           lie(lambda value: value.update(predicateType="https://slsa.dev/provenance/v1")), "verify/record-type",
           RECORD, PGP),
    Attack("lie-repeated-key", Power.SUPPLIER, ("a key that stands twice, which readers read differently",
           "重複したキー"), raw(lambda data: data.replace(b'"verdict":', b'"verdict":"rejected","verdict":')),
           _MALFORMED, RECORD, PGP),
    Attack("lie-mark", Power.SUPPLIER, ("a byte order mark before the record", "先頭のバイト順マーク"),
           raw(lambda data: b"\xef\xbb\xbf" + data), _MALFORMED, RECORD, PGP),
    Attack("lie-utf-16", Power.SUPPLIER, ("a record in UTF-16", "UTF-16 の記録"),
           raw(lambda data: data.decode().encode("utf-16")), _MALFORMED, RECORD, PGP),
    Attack("lie-nan", Power.SUPPLIER, ("a number that is none", "非数（NaN）"),
           raw(lambda data: data.replace(b'"sample":false', b'"sample":NaN')), _MALFORMED, RECORD, PGP),
    Attack("lie-deep", Power.SUPPLIER, ("a record of 200,000 brackets", "20万重に入れ子の記録"),
           raw(lambda _: b"[" * 200_000), _MALFORMED, RECORD, PGP),
    Attack("lie-more", Power.SUPPLIER, ("a second value behind the record", "記録の後の余分な値"),
           raw(lambda data: data + b"{}"), _MALFORMED, RECORD, PGP),
    Attack("lie-unknown", Power.SUPPLIER, ("a field that the format does not have", "書式にない項目"),
           predicate(more=1), _MALFORMED, RECORD, PGP),
    Attack("lie-above", Power.SUPPLIER, ("an artifact named as a path upwards", "上位を指す納入物の名前"),
           named("../../etc/passwd"), _CONTRADICTS, RECORD, PGP),
    Attack("lie-escaped", Power.SUPPLIER, ("a name with an escaped stroke", "符号化した斜線を含む名前"), named("a%2Fb"),
           _CONTRADICTS, RECORD, PGP),
    Attack("lie-zero", Power.SUPPLIER, ("a name with a zero byte", "ゼロバイトを含む名前"), named("a%00"), _CONTRADICTS,
           RECORD, PGP),
    Attack("lie-absolute", Power.SUPPLIER, ("a bound file outside of the folder", "フォルダ外のファイルの記載"),
           lie(lambda value: value["predicate"]["files"].update({"/etc/passwd": "0" * 64})), _CONTRADICTS, RECORD, PGP),
    Attack("lie-subjects", Power.SUPPLIER, ("an artifact that is no subject", "対象と納入物の不一致"),
           lie(lambda value: value["subject"].pop()), _CONTRADICTS, RECORD, PGP),
    Attack("lie-nothing", Power.SUPPLIER, ("a record of nothing", "納入物のない記録"),
           lie(lambda value: (value["subject"].clear(), value["predicate"]["artifacts"].clear())), _CONTRADICTS, RECORD,
           PGP),
    Attack("lie-no-promise", Power.SUPPLIER, ("a record that promises no signature", "署名を約束しない記録"),
           predicate(promised_signatures=[]), _CONTRADICTS, RECORD, PGP),
    Attack("lie-unknown-way", Power.SUPPLIER, ("a promise that this version cannot check",
           "検証できない種類の署名の約束"), promised(0, backend="pqc"), "verify/signature-unsupported",
           "gate/signatures/app.bin.asc", PGP),
    Attack("lie-unbound", Power.SUPPLIER, ("a file that the record leaves out", "記録に記載のないファイル"),
           lie(lambda value: value["predicate"]["files"].pop("gate/facts.json")), "verify/unexpected",
           "gate/facts.json", PGP),
    Attack("lie-bound", Power.SUPPLIER, ("a file that is not there", "存在しないファイルの記載"),
           lie(lambda value: value["predicate"]["files"].update({"gate/more.json": "0" * 64})), "verify/missing",
           "gate/more.json", PGP),
    Attack("lie-sums", Power.SUPPLIER, ("sums that leave out a file", "一部のファイルの記載がない SHA256SUMS"),
           short_sums, "verify/sums-incomplete", SUMS, PGP),
    Attack("lie-provenance", Power.SUPPLIER, ("a provenance of other artifacts", "別の納入物の来歴"),
           rebound(PROVENANCE, lambda value: value["subject"][0]["digest"].update(sha256="0" * 64)),
           "verify/provenance-subjects", PROVENANCE, PGP, twin=rebound(PROVENANCE, same)),
    Attack("lie-summary", Power.SUPPLIER, ("a verification summary that says failed", "不合格とする検証要約"),
           rebound(SUMMARY, lambda value: value["predicate"].update(verificationResult="FAILED")),
           "verify/vsa-verdict", SUMMARY, PGP, twin=rebound(SUMMARY, same)),
    Attack("lie-clauses", Power.SUPPLIER, ("a summary with another status of a clause", "条項の状況が異なる検証要約"),
           rebound(SUMMARY, lambda value: value["predicate"]["urn:x-release-gate:clauses:v1"][1].update(
               status="confirmed")), "verify/vsa-clauses", SUMMARY, PGP),
    Attack("lie-resource", Power.SUPPLIER, ("a summary of another deliverable", "別の納入物の検証要約"),
           rebound(SUMMARY, lambda value: value["predicate"].update(resourceUri="pkg:generic/other@1.4.0")),
           "verify/vsa-resource", SUMMARY, PGP),
    Attack("lie-clause", Power.SUPPLIER, ("a release that does not satisfy a clause demanded",
           "求める条項を満たさない納入物"), lambda scene: scene.trust(record='clauses = ["26-3 3(2)"]'),
           "verify/clause", RECORD, PGP, twin=lambda scene: scene.trust(record='clauses = ["26-3 3(1)①"]')),
    Attack("lie-exception", Power.SUPPLIER, ("an exception that the recipient does not allow", "受領者が認めない例外"),
           lambda scene: scene.trust(record='allow_exceptions = ["outbound/*"]'), "verify/exception", RECORD, PGP,
           twin=lambda scene: scene.trust(record='allow_exceptions = ["malware/suspected"]')),
    Attack("lie-database", Power.SUPPLIER, ("an old database of malware", "古い不正プログラム定義"),
           lambda scene: scene.trust(record="max_database_age_days = 0"), "verify/database-age", RECORD, PGP,
           twin=lambda scene: scene.trust(record="max_database_age_days = 3")),
    Attack("lie-examined", Power.SUPPLIER, ("an examination that ended after the signature",
           "署名の後に終了したとする検査"), times(finished=_AHEAD, created=_AHEAD),
           "verify/examined-after-signing", RECORD, PGP, twin=times(finished=_JUST, created=_JUST)),
    Attack("lie-recorded", Power.SUPPLIER, ("a record that was written after its signature",
           "署名の後に作成されたとする記録"), times(created=_AHEAD), "verify/recorded-after-signing", RECORD, PGP,
           twin=times(created=_JUST)),
    Attack("lie-database-ahead", Power.SUPPLIER, ("a malware database of after the signature",
           "署名の後に作られた不正プログラム定義"), database(_AHEAD), "verify/database-after-signing", RECORD, PGP,
           twin=database(_JUST)),
    Attack("lie-backdated", Power.SUPPLIER, ("an examination before its database was made, so that it was young",
           "不正プログラム定義を新しく見せるために早めた検査時刻"),
           then(times(started=_LONG_AGO, finished=_LONG_AGO), demanding_young), "verify/database-after-examination",
           RECORD, PGP, twin=then(times(), demanding_young)),
]  # fmt: skip


# --- the trust file -------------------------------------------------------------------------------------------


def inside(name: str) -> Do:
    """Move a file that the trust file names into the release, and link to it from where it was."""

    def do(scene: Scene) -> None:
        moved = scene.path(f"gate/{name}")
        (scene.recipient / name).rename(moved)
        (scene.recipient / name).symlink_to(moved)

    return do


def trust_text(change: Callable[[str], str]) -> Do:
    return lambda scene: scene.trust_file.write_text(
        change(scene.trust_file.read_text(encoding="utf-8")), encoding="utf-8"
    )


TRUST = [
    Attack("trust-key-inside", Power.DISK, ("the key file inside of the release", "納入物の中の鍵ファイル"),
           inside("supplier.asc"), "trust.inside-release", "", PGP),
    Attack("trust-root-inside", Power.DISK, ("a root certificate inside of the release", "納入物の中のルート証明書"),
           inside("root.pem"), "trust.inside-release", "", EVERY),
    Attack("trust-instance-inside", Power.DISK, ("a root of sigstore inside of the release",
           "納入物の中の sigstore の起点"), inside("root.json"), "trust.inside-release", "", EVERY),
    Attack("trust-inside", Power.DISK, ("the trust file inside of the release", "納入物の中の信頼ファイル"),
           inside("trust.toml"), "trust.inside-release", "", EVERY),
    Attack("trust-unconfirmed", Power.MAIL, ("an entry that nobody has confirmed", "確認していない登録"),
           trust_text(lambda text: text.replace("[record]", "unconfirmed = true\n[record]")), "trust.unconfirmed", "",
           PGP, twin=trust_text(lambda text: text.replace("[record]", "unconfirmed = false\n[record]"))),
    Attack("trust-nobody", Power.DISK, ("a trust file that names nobody", "署名者のない信頼ファイル"),
           trust_text(lambda _: 'require = "any"\n'), "trust.nobody", "", PGP),
    Attack("trust-anybody", Power.DISK, ("an identity of anybody", "任意の者を認める識別情報"),
           lambda scene: scene.trust(Trusts(ways=("keyless",), identity="https://github.com/*")), "trust.bad-value", "",
           PGP),
    Attack("trust-typo", Power.DISK, ("a demand with a key that is not known", "未知の項目による要求"),
           trust_text(lambda text: text + 'Version = "1.4.0"\n'), "trust.unknown-key", "", PGP),
]  # fmt: skip
ATTACKS = [*STRIPPED, *REPLAYED, *LIES, *TRUST]
