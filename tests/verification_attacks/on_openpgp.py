"""Attacks on OpenPGP signatures and keys."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from gate._armor import armor, dearmor
from tests.unit.release_kit import Home
from tests.verification_attacks.attack import Attack, Power, Trusts
from tests.verification_attacks.scene import ASC, RECORD, SIGNED, SUMS, Scene

PGP = Trusts(ways=("openpgp",))
TWO = Trusts(ways=("openpgp",), more='[[openpgp]]\nfingerprint = "{other}"\nkey = "other.asc"\n')
APP_ASC, SITE_ASC, SUMS_ASC = "gate/signatures/app.bin.asc", "gate/signatures/site.asc", f"{SUMS}.asc"
ALL_ASC = tuple(f"{name}.asc" for name in SIGNED)
KEY_FILE = "supplier.asc"
DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


# --- packets (RFC 4880, 4.2) ----------------------------------------------------------------------------------


def key_packets(armored: bytes) -> bytes:
    """Return the packets in an armored key."""
    body = re.fullmatch(rb"-----BEGIN [A-Z ]+-----\n\n(.*)\n=....\n-----END [A-Z ]+-----\n", armored, re.DOTALL)
    assert body is not None
    return base64.b64decode(body[1])


def split(packets: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each packet with its tag; GnuPG exports them in the old form, with a length of one or two bytes."""
    while packets:
        assert packets[0] & 0xC0 == 0x80
        size = 1 << (packets[0] & 3)
        end = 1 + size + int.from_bytes(packets[1 : 1 + size], "big")
        yield packets[0] >> 2 & 15, packets[:end]
        packets = packets[end:]


def edited(change: Callable[[bytes], bytes]) -> Callable[[Scene], None]:
    """Change the packet in the record's signature, and armor it as it must be."""
    return lambda scene: scene.write(ASC, armor(change(dearmor(scene.read(ASC)))))


def at(place: int, value: int) -> Callable[[bytes], bytes]:
    return lambda packet: packet[:place] + bytes([value]) + packet[place + 1 :]


def lengthened(packet: bytes) -> bytes:
    """Put bytes behind the value of a signature, and give the packet its new length; GnuPG passes over them."""
    return bytes([0x88, packet[1] + 40]) + packet[2:] + b"\0" * 40


# --- keys -----------------------------------------------------------------------------------------------------


def with_subkey(home: Home, name: str, expire: str = "never") -> tuple[str, str]:
    """Return primary key and signing subkey of a user, made where it is not there yet."""
    known = home.gpg("--with-colons", "--list-keys").decode()
    if name not in known:
        primary = home.make(name, usage="cert")
        home.gpg("--passphrase", "", "--quick-add-key", primary, "ed25519", "sign", expire)
    primary, subkey = home.fingerprints(f"={name}")
    return primary, subkey


def glue(scene: Scene) -> None:
    """Put a subkey of the attacker's, bound by the attacker's own key, behind the supplier's key."""
    _, subkey = with_subkey(scene.arena.lab, "Glue <glue@example.org>")
    theirs = list(split(scene.arena.lab.gpg("--export", subkey)))
    start = [tag for tag, _ in theirs].index(14)
    raw = scene.arena.home.gpg("--export", scene.arena.keys.supplier) + b"".join(each for _, each in theirs[start:])
    (scene.recipient / KEY_FILE).write_bytes(raw)


def glued(scene: Scene) -> None:
    glue(scene)
    _, subkey = with_subkey(scene.arena.lab, "Glue <glue@example.org>")
    scene.sign_openpgp(*ALL_ASC, by=f"{subkey}!", home=scene.arena.lab)


def forged_issuer(scene: Scene) -> None:
    """Sign with another key, and write the supplier's fingerprint and key id where the signature names its maker."""
    keys = scene.arena.keys
    scene.sign_openpgp(by=keys.other)
    ids = [(bytes.fromhex(keys.other[cut:]), bytes.fromhex(keys.supplier[cut:])) for cut in (0, 24)]

    def rename(packet: bytes) -> bytes:
        for old, new in ids:
            assert old in packet
            packet = packet.replace(old, new)
        return packet

    edited(rename)(scene)


def revoked(scene: Scene) -> None:
    """The recipient has learnt that the supplier revoked the key."""
    arena = scene.arena
    arena.lab.gpg("--import", data=arena.home.gpg("--export", arena.keys.supplier))
    folder = arena.home.folder / "openpgp-revocs.d" / f"{arena.keys.supplier}.rev"
    arena.lab.gpg("--import", data=folder.read_text().replace(":-----BEGIN", "-----BEGIN").encode())
    (scene.recipient / KEY_FILE).write_bytes(arena.lab.export(arena.keys.supplier))


def released_by(scene: Scene, name: str, primary: str) -> None:
    """Put a release by another key in place, and let the recipient trust that key."""
    lab = scene.arena.lab
    scene.put(scene.arena.by_openpgp(name, lab, primary))
    (scene.recipient / KEY_FILE).write_bytes(lab.export(primary))
    text = scene.trust_file.read_text(encoding="utf-8")
    scene.trust_file.write_text(text.replace(scene.arena.keys.supplier, primary), encoding="utf-8")


def short_key(scene: Scene) -> None:
    """The recipient trusts a key that others have broken since: it is too short."""
    lab = scene.arena.lab
    weak = lab.make("Weak <weak@example.org>", algorithm="rsa1024")
    scene.sign_openpgp(*ALL_ASC, by=weak, home=lab)
    (scene.recipient / KEY_FILE).write_bytes(lab.export(weak))
    text = scene.trust_file.read_text(encoding="utf-8")
    scene.trust_file.write_text(text.replace(scene.arena.keys.supplier, weak), encoding="utf-8")


def short_lived(scene: Scene) -> None:
    lab = scene.arena.lab
    if not (scene.arena.folder / "short").exists():
        lab.make("Short <short@example.org>", expire="2d")
    released_by(scene, "short", lab.fingerprints("=Short <short@example.org>")[0])


def expired(scene: Scene) -> None:
    short_lived(scene)
    scene.now = now() + 3 * DAY


def by_subkey(scene: Scene) -> None:
    primary, _ = with_subkey(scene.arena.lab, "Sub <sub@example.org>")
    released_by(scene, "subkey", primary)


def subkey_revoked(scene: Scene) -> None:
    by_subkey(scene)
    lab = scene.arena.lab
    primary, _ = with_subkey(lab, "Sub <sub@example.org>")
    steps = "key 1\nrevkey\ny\n1\n\ny\nsave\n"
    lab.gpg("--command-fd", "0", "--yes", "--edit-key", primary, data=steps.encode())
    (scene.recipient / KEY_FILE).write_bytes(lab.export(primary))


def brief_subkey(scene: Scene) -> None:
    primary, _ = with_subkey(scene.arena.lab, "Brief <brief@example.org>", expire="2d")
    released_by(scene, "brief", primary)


def subkey_expired(scene: Scene) -> None:
    brief_subkey(scene)
    scene.now = now() + 3 * DAY


def key_file(change: Callable[[Scene], bytes]) -> Callable[[Scene], object]:
    return lambda scene: (scene.recipient / KEY_FILE).write_bytes(change(scene))


def more_names(scene: Scene) -> bytes:
    """Return the supplier's key with a user id of the attacker's behind it."""
    theirs = dict(split(scene.arena.home.gpg("--export", scene.arena.keys.other)))
    return scene.arena.home.gpg("--export", scene.arena.keys.supplier) + theirs[13] + theirs[2]


def secret(scene: Scene) -> bytes:
    return scene.arena.home.gpg("--passphrase", "", "--armor", "--export-secret-keys", scene.arena.keys.supplier)


# --- signatures -----------------------------------------------------------------------------------------------


def swapped(first: str, second: str) -> Callable[[Scene], object]:
    def do(scene: Scene) -> None:
        one, two = scene.read(first), scene.read(second)
        scene.write(first, two)
        scene.write(second, one)

    return do


def signed(*names: str, options: tuple[str, ...] = (), other: bool = False) -> Callable[[Scene], object]:
    return lambda scene: scene.sign_openpgp(
        *names, options=options, by=scene.arena.keys.other if other else scene.arena.keys.supplier
    )


def ended(scene: Scene) -> None:
    scene.sign_openpgp(options=("--default-sig-expire", "1"))
    scene.now = now() + 2 * DAY


def ahead(minutes: int) -> Callable[[Scene], None]:
    def do(scene: Scene) -> None:
        scene.now = now()
        moment = (scene.now + timedelta(minutes=minutes)).strftime("%Y%m%dT%H%M%S")
        scene.sign_openpgp(options=("--faked-system-time", moment))

    return do


def with_content(scene: Scene) -> None:
    arena = scene.arena
    whole = arena.home.gpg("--local-user", arena.keys.supplier, "--armor", "--sign", data=scene.read(RECORD))
    scene.write(ASC, whole)


def replayed(scene: Scene) -> None:
    scene.write(ASC, (scene.arena.earlier / ASC).read_bytes())


def two_packets(scene: Scene) -> None:
    scene.write(ASC, armor(dearmor(scene.read(ASC)) + dearmor(scene.read(SUMS_ASC))))


def spoilt(change: Callable[[bytes], bytes]) -> Callable[[Scene], object]:
    return lambda scene: scene.write(ASC, change(scene.read(ASC)))


_MALFORMED = "verify/signature-malformed"
SIGNATURES = [
    Attack("pgp-cut", Power.DISK, ("an OpenPGP signature cut in half", "OpenPGP 署名の切捨て"),
           spoilt(lambda raw: raw[: len(raw) // 2]), _MALFORMED, ASC, PGP),
    Attack("pgp-prefix", Power.DISK, ("text before the armor of a signature", "署名の前への文字の追加"),
           spoilt(lambda raw: b"Good signature\n" + raw), _MALFORMED, ASC, PGP),
    Attack("pgp-comment", Power.DISK, ("a comment in the armor of a signature", "署名へのコメントの追加"),
           spoilt(lambda raw: raw.replace(b"\n\n", b"\nComment: verified by the ministry\n\n", 1)), _MALFORMED, ASC,
           PGP),
    Attack("pgp-twice", Power.DISK, ("two armored signatures in one file", "一つのファイルに二つの署名"),
           spoilt(lambda raw: raw * 2), _MALFORMED, ASC, PGP),
    Attack("pgp-two-packets", Power.ARCHIVE, ("two signatures in one armor", "一つの符号化内に二つの署名"), two_packets,
           _MALFORMED, ASC, PGP),
    Attack("pgp-behind", Power.DISK, ("bytes behind the value of a signature", "署名値の後へのデータの追加"),
           edited(lengthened), _MALFORMED, ASC, PGP),
    Attack("pgp-content", Power.STOLEN, ("a signature that brings its own content", "内容を伴う署名"), with_content,
           _MALFORMED, ASC, PGP),
    Attack("pgp-text", Power.STOLEN, ("a signature over text, which forgives line ends",
           "改行の差異を許すテキスト署名"), signed(options=("--textmode", )), _MALFORMED, ASC, PGP, twin=signed()),
    Attack("pgp-kind", Power.DISK, ("a signature marked as one over a key", "鍵に対する署名への種別の変更"),
           edited(at(3, 0x10)), _MALFORMED, ASC, PGP, twin=edited(at(3, 0))),
    Attack("pgp-algorithm", Power.DISK, ("a signature of an algorithm that nobody knows", "未知のアルゴリズムの署名"),
           edited(at(4, 99)), "verify/signature-unusable", ASC, PGP),
    Attack("pgp-value", Power.DISK, ("one bit of a signature's value", "署名値の1ビットの変更"),
           edited(lambda packet: packet[:-1] + bytes([packet[-1] ^ 1])), "verify/signature-bad", ASC, PGP),
    Attack("pgp-weak", Power.SUPPLIER, ("a signature with SHA-1", "SHA-1 による署名"),
           signed(options=("--digest-algo", "SHA1")), "verify/signature-weak", ASC, PGP,
           twin=signed(options=("--digest-algo", "SHA512"))),
    Attack("pgp-exchanged", Power.DISK, ("signatures of two files exchanged", "二つのファイルの署名の入替え"),
           swapped(SUMS_ASC, "gate/vsa.intoto.json.asc"), "verify/signature-bad", "gate/vsa.intoto.json.asc", PGP),
    Attack("pgp-moved", Power.DISK, ("an artifact's signature beside another artifact", "他の納入物の署名の流用"),
           swapped(APP_ASC, SITE_ASC), "verify/signature-bad", SITE_ASC, PGP),
    Attack("pgp-replayed", Power.ARCHIVE, ("the signature of an earlier record", "以前の記録の署名の流用"), replayed,
           "verify/signature-bad", ASC, PGP),
    Attack("pgp-ended", Power.STOLEN, ("a signature with an end, after it", "有効期限の過ぎた署名"), ended,
           "verify/signature-expired", ASC, PGP, twin=signed(options=("--default-sig-expire", "1"))),
    Attack("pgp-future", Power.STOLEN, ("a signature dated ahead", "未来の日時の署名"), ahead(10),
           "verify/signature-in-future", ASC, PGP, twin=ahead(3)),
]  # fmt: skip
KEYS = [
    Attack("pgp-namesake", Power.KEY, ("all signed anew by a key with the supplier's name",
           "納入者と同名の鍵による再署名"), signed(*ALL_ASC, other=True), "verify/signer-unknown", ASC, PGP,
           twin=signed(*ALL_ASC)),
    Attack("pgp-namesake-one", Power.KEY, ("one artifact signed by such a key", "同名の鍵による一つの納入物の署名"),
           signed(APP_ASC, other=True), "verify/signer-unknown", APP_ASC, PGP, twin=signed(APP_ASC)),
    Attack("pgp-forged-issuer", Power.KEY, ("a signature that says it is by the supplier's key", "署名者を偽る署名"),
           forged_issuer, "verify/signature-bad", ASC, PGP),
    Attack("pgp-colleague", Power.COLLEAGUE, ("the record signed by another accepted key",
           "他の受け入れた鍵による記録の署名"), signed(other=True), "verify/signer-differs", ASC, TWO, twin=signed()),
    Attack("pgp-colleague-one", Power.COLLEAGUE, ("an artifact signed by another accepted key",
           "他の受け入れた鍵による納入物の署名"), signed(APP_ASC, other=True), "verify/signer-differs", APP_ASC, TWO,
           twin=signed(APP_ASC)),
    Attack("pgp-revoked", Power.STOLEN, ("a key that the supplier has revoked", "納入者が失効させた鍵"), revoked,
           "verify/key-revoked", ASC, PGP),
    Attack("pgp-expired", Power.STOLEN, ("a key that has ended", "有効期限の過ぎた鍵"), expired, "verify/key-expired",
           ASC, PGP, twin=short_lived),
    Attack("pgp-short-key", Power.STOLEN, ("a key so short that it can be broken", "破られ得る短い鍵"), short_key,
           "verify/key-weak", ASC, PGP),
    Attack("pgp-subkey-revoked", Power.STOLEN, ("a revoked subkey of a good key", "失効した副鍵"), subkey_revoked,
           "verify/key-revoked", ASC, PGP),
    Attack("pgp-subkey-expired", Power.STOLEN, ("an ended subkey of a good key", "有効期限の過ぎた副鍵"),
           subkey_expired, "verify/key-expired", ASC, PGP, twin=brief_subkey),
    Attack("pgp-subkey-glued", Power.MAIL, ("a subkey of the attacker's behind the supplier's key",
           "納入者の鍵への副鍵の付加"), glued, "verify/signer-unknown", ASC, PGP, twin=glue),
    Attack("pgp-key-swapped", Power.MAIL, ("another key in the key file", "鍵ファイルの鍵のすり替え"),
           key_file(lambda scene: scene.arena.home.export(scene.arena.keys.other)), "trust.other-key", "", PGP),
    Attack("pgp-key-added", Power.MAIL, ("a second key in the key file", "鍵ファイルへの二つ目の鍵の追加"),
           key_file(lambda scene: b"".join(map(scene.arena.home.export, (scene.arena.keys.supplier,
                                                                        scene.arena.keys.other)))),
           "trust.several-keys", "", PGP, twin=key_file(more_names)),
    Attack("pgp-key-secret", Power.MAIL, ("a secret key in the key file", "鍵ファイル内の秘密鍵"), key_file(secret),
           "trust.secret-key", "", PGP),
    Attack("pgp-key-none", Power.MAIL, ("no key in the key file", "鍵のない鍵ファイル"), key_file(lambda _: b"x"),
           "trust.no-key", "", PGP),
]  # fmt: skip
ATTACKS = [*SIGNATURES, *KEYS]
