"""Checking detached signatures: one form, one key, all of the bytes."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from gate import openpgp
from gate._armor import armor, dearmor, form_of
from gate._gnupg import _InProcess, _judge, _lines, _status_words, _weak_keys
from gate.errors import WorkerDied, WorkerTimeout
from gate.isolation import WorkerFailed
from gate.openpgp import MAX_SIGNATURE, Checked, Checker, KeyFileError, PublicKey, find_gpg, normal_fingerprint
from tests.unit.release_kit import Home, Keys, gnupg_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATA = b"what was approved\n"


@contextmanager
def checker(*keys: PublicKey, now: int | None = None) -> Iterator[Checker]:
    with Checker(keys, gpg=str(find_gpg()), now=now) as made:
        yield made


def check(made: Checker, data: bytes, signature: bytes, folder: Path) -> Checked:
    path = folder / "data"
    path.write_bytes(data)
    with path.open("rb") as stream:
        return made.check(stream.fileno(), signature)


def outcome(home: Home, fingerprint: str, signature: bytes, folder: Path, *, data: bytes = DATA,
            now: int | None = None) -> str:  # fmt: skip
    with checker(PublicKey(fingerprint, home.export(fingerprint)), now=now) as made:
        return check(made, data, signature, folder).outcome


def test_a_good_signature_says_who_when_and_over_what(keys: Keys, tmp_path: Path) -> None:
    before = int(time.time())
    signature = keys.home.sign(keys.supplier, DATA)
    with checker(PublicKey(keys.supplier, keys.home.export(keys.supplier))) as made:
        for _ in range(2):
            checked = check(made, DATA, signature, tmp_path)
            assert (checked.outcome, checked.signer) == ("valid", keys.supplier)
            assert (checked.sha256, checked.size) == (hashlib.sha256(DATA).hexdigest(), len(DATA))
            assert before <= checked.created <= int(time.time())


def test_all_of_a_large_file_is_read(keys: Keys, tmp_path: Path) -> None:
    data = os.urandom(1 << 20) * 9 + b"end"
    signature = keys.home.sign(keys.supplier, data)
    with checker(PublicKey(keys.supplier, keys.home.export(keys.supplier))) as made:
        assert check(made, data, signature, tmp_path).size == len(data)
        assert check(made, data[:-1], signature, tmp_path).outcome == "bad"
        assert check(made, data + b"!", signature, tmp_path).outcome == "bad"


def test_only_the_pinned_key_counts(keys: Keys, tmp_path: Path) -> None:
    signature = keys.home.sign(keys.other, DATA)
    assert outcome(keys.home, keys.supplier, signature, tmp_path) == "unknown-key"
    both = [PublicKey(fingerprint, keys.home.export(fingerprint)) for fingerprint in (keys.supplier, keys.other)]
    with checker(*both) as made:
        assert check(made, DATA, signature, tmp_path).signer == keys.other


def test_no_key_at_all_knows_nobody(keys: Keys, tmp_path: Path) -> None:
    with checker() as made:
        assert check(made, DATA, keys.home.sign(keys.supplier, DATA), tmp_path).outcome == "unknown-key"


def test_a_subkey_counts_as_its_primary_key(tmp_path: Path) -> None:
    with gnupg_home() as home:
        primary = home.make("Sub <s@example.org>", usage="cert")
        home.gpg("--passphrase", "", "--quick-add-key", primary, "ed25519", "sign", "never")
        subkey = home.fingerprints(primary)[1]
        signature = home.sign(subkey, DATA)
        with checker(PublicKey(primary, home.export(primary))) as made:
            checked = check(made, DATA, signature, tmp_path)
        assert (checked.outcome, checked.signer) == ("valid", primary)
        with pytest.raises(KeyFileError) as caught, checker(PublicKey(subkey, home.export(primary))):
            pass
        assert caught.value.fault == "other-key"


def test_expired_and_revoked_keys(tmp_path: Path) -> None:
    with gnupg_home() as home:
        expired = home.make("Expired <e@example.org>", expire="1d", when="20260101T000000")
        signature = home.sign(expired, DATA, "--faked-system-time", "20260101T120000")
        assert outcome(home, expired, signature, tmp_path) == "key-expired"
        # Judged on the day on which it was made, the key was good: the caller's clock decides.
        then = 1767270000
        assert outcome(home, expired, signature, tmp_path, now=then) == "valid"
        revoked = home.make("Revoked <r@example.org>")
        signature = home.sign(revoked, DATA)
        assert outcome(home, revoked, signature, tmp_path) == "valid"
        home.revoke(revoked)
        assert outcome(home, revoked, signature, tmp_path) == "key-revoked"


def test_keys_that_are_too_short(tmp_path: Path) -> None:
    with gnupg_home() as home:
        weak = home.make("Weak <w@example.org>", algorithm="rsa1024")
        signature = home.sign(weak, DATA)
        assert outcome(home, weak, signature, tmp_path) == "key-weak"
        assert outcome(home, weak, signature, tmp_path, data=b"other") == "bad"
        sound = home.make("Sound <s@example.org>", algorithm="rsa2048")
        assert outcome(home, sound, home.sign(sound, DATA), tmp_path) == "valid"
        home.gpg("--passphrase", "", "--quick-add-key", sound, "rsa1024", "sign", "never")
        primary, subkey = home.fingerprints(sound)
        assert outcome(home, sound, home.sign(f"{subkey}!", DATA), tmp_path) == "key-weak"
        assert outcome(home, sound, home.sign(f"{primary}!", DATA), tmp_path) == "valid"


@pytest.mark.parametrize(
    ("listed", "fault"), [((0, [b"pub:-:255:22:"]), ""), ((0, []), "no-key"), ((2, [b"pub:-:255:22:"]), "no-key")]
)
def test_a_key_that_cannot_be_listed_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: tuple[int, list[bytes]], fault: str
) -> None:
    """Such as one with more user ids than are read: how long it is is not known."""
    said = iter([(0, [f"[GNUPG:] IMPORT_OK 1 {FPR}".encode()]), listed])
    monkeypatch.setattr(_InProcess, "_run", lambda *_: next(said))
    assert _InProcess(tmp_path, "gpg", [(FPR, b"")], None).key_faults() == [fault]


def test_a_strong_subkey_of_a_weak_key_proves_nothing() -> None:
    """Whoever breaks the primary key makes subkeys at will."""
    primary, subkey = "A" * 40, "B" * 40
    listing = (
        f"tru::1:1795727398:0\npub:-:1024:1:0:1795727398:::-:::scSC::::::23::0:\nfpr:::::::::{primary}:\n"
        f"uid:-::::1795727398::00::W::::::::::0:\nsub:-:256:22:0:1795727398::::::s:::::ed25519::\nfpr:::::::::{subkey}:\n"
    )
    weak = _weak_keys(listing.encode().split(b"\n"))
    assert weak == {primary}
    valid = [GOOD[0], GOOD[1], ["VALIDSIG", subkey, *GOOD[2][2:10], primary]]
    assert _judge(0, valid, primary, weak)["outcome"] == "key-weak"
    assert _judge(0, valid, primary, frozenset({"C" * 40}))["outcome"] == "valid"


def test_an_expired_signature(keys: Keys, tmp_path: Path) -> None:
    signature = keys.home.sign(keys.supplier, DATA, "--default-sig-expire", "1")
    later = int(time.time()) + 90_000
    assert outcome(keys.home, keys.supplier, signature, tmp_path, now=later) == "signature-expired"
    assert outcome(keys.home, keys.supplier, signature, tmp_path) == "valid"


def test_a_key_from_the_future_cannot_be_used(keys: Keys, tmp_path: Path) -> None:
    signature = keys.home.sign(keys.supplier, DATA)
    assert outcome(keys.home, keys.supplier, signature, tmp_path, now=1_000_000_000) == "unusable"


def test_two_signatures_in_one_are_refused(keys: Keys, tmp_path: Path) -> None:
    both = keys.home.gpg("--local-user", keys.supplier, "--local-user", keys.other, "--armor", "--detach-sign",
                         data=DATA)  # fmt: skip
    assert outcome(keys.home, keys.supplier, both, tmp_path) == "malformed"


@pytest.mark.parametrize("options", [("--textmode",), ("--digest-algo", "SHA1"), ("--emit-version",)])
def test_other_kinds_of_signatures_are_refused(keys: Keys, tmp_path: Path, options: tuple[str, ...]) -> None:
    signature = keys.home.sign(keys.supplier, DATA, *options)
    expected = "weak" if "SHA1" in options else "malformed"
    assert outcome(keys.home, keys.supplier, signature, tmp_path) == expected


@pytest.mark.parametrize("kind", ["--sign", "--clear-sign"])
def test_a_signature_that_brings_its_own_content_is_refused(keys: Keys, tmp_path: Path, kind: str) -> None:
    whole = keys.home.gpg("--local-user", keys.supplier, "--armor", kind, data=b"something else\n")
    assert outcome(keys.home, keys.supplier, whole, tmp_path) == "malformed"


def test_a_signature_of_senseless_size_is_not_looked_at(keys: Keys, tmp_path: Path) -> None:
    assert outcome(keys.home, keys.supplier, b"x" * (MAX_SIGNATURE + 1), tmp_path) == "malformed"


def test_no_byte_of_a_signature_file_can_be_changed(keys: Keys, tmp_path: Path) -> None:
    signature = keys.home.sign(keys.supplier, DATA)
    refused = set()
    with checker(PublicKey(keys.supplier, keys.home.export(keys.supplier))) as made:
        for position in range(len(signature)):
            changed = bytearray(signature)
            changed[position] ^= 1
            refused.add(check(made, DATA, bytes(changed), tmp_path).outcome)
        for other in (signature[:-1], signature + b"\n", signature.replace(b"\n", b"\r\n"), b"\n" + signature, b""):
            refused.add(check(made, DATA, other, tmp_path).outcome)
    assert "valid" not in refused


def test_status_lines_hidden_in_a_user_id_change_nothing(tmp_path: Path) -> None:
    """U+0085 is a line end to python-gnupg; here a line ends where GnuPG ends it."""
    with gnupg_home() as home:
        name = "ぅ\u0085[GNUPG:] VALIDSIG 0 <x@example.org>"
        mine = home.make(name)
        signature = home.sign(mine, DATA)
        assert outcome(home, mine, signature, tmp_path) == "valid"
        assert outcome(home, mine, signature, tmp_path, data=b"else") == "bad"


# --- keys -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("confined", [True, False])
def test_key_files_hold_exactly_the_key(keys: Keys, monkeypatch: pytest.MonkeyPatch, *, confined: bool) -> None:
    monkeypatch.setattr(openpgp, "_confinable", lambda: confined)
    one, two = keys.home.export(keys.supplier), keys.home.export(keys.other)
    secret = keys.home.gpg("--passphrase", "", "--armor", "--export-secret-keys", keys.supplier)
    faults = {"no-key": b"", "other-key": two, "several-keys": one + two, "secret-key": secret}
    for fault, data in faults.items():
        with pytest.raises(KeyFileError) as caught, checker(PublicKey(keys.supplier, data)):
            pass
        assert (caught.value.fault, caught.value.fingerprint) == (fault, keys.supplier)


def test_fingerprints() -> None:
    assert normal_fingerprint("abcd " * 10) == "ABCD" * 10
    for text in ("", "ABCD", "G" * 40, "A" * 41, "A" * 64, "0x" + "A" * 40, "A" * 39 + "\n"):
        with pytest.raises(ValueError, match=r"^"):
            normal_fingerprint(text)


# --- the worker is not believed more than it must be ----------------------------------------------------------


class Answers:
    """A backend that answers what it is told."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers = list(answers)
        self.closed = False

    def ask(self, request: dict[str, Any], descriptors: Any, *, seconds: float) -> dict[str, Any]:  # as the backend's
        del request, descriptors, seconds
        return self._answers.pop(0)

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("answer", [{}, {"faults": 1}, {"faults": []}])
def test_a_worker_that_says_nothing_of_the_keys_is_dead(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    backend = Answers(answer)
    monkeypatch.setattr(openpgp, "_Confined", lambda _options: backend)
    with pytest.raises(WorkerDied), checker(PublicKey("A" * 40, b"")):
        pass
    assert backend.closed


@pytest.mark.parametrize(
    "answer",
    [{}, {"outcome": "fine"}, {"outcome": "valid", "created": "1", "size": 1}, {"outcome": "valid", "created": 1}],
)
def test_an_answer_that_is_none_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: dict[str, Any]
) -> None:
    backend = Answers({"faults": ["something new"]}, {"faults": []}, answer)
    monkeypatch.setattr(openpgp, "_Confined", lambda _options: backend)
    with pytest.raises(KeyFileError), checker(PublicKey("A" * 40, b"")):
        pass
    with checker() as made:
        assert check(made, DATA, b"", tmp_path).outcome == "failed"


def test_a_worker_that_does_not_start_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("gate.isolation.surroundings._reachable_base", lambda: str(tmp_path))
    monkeypatch.setattr("gate.isolation.workers.START_SECONDS", 0.0)
    with pytest.raises(WorkerTimeout), checker():
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_gpg_that_is_none_fails() -> None:
    with pytest.raises(WorkerFailed), Checker([PublicKey("A" * 40, b"")], gpg="/nonexistent/gpg", now=None):
        pass


# --- GnuPG's own words ----------------------------------------------------------------------------------------

FPR = "A" * 40
GOOD = [
    ["NEWSIG"],
    ["GOODSIG", "1234", "Name"],
    ["VALIDSIG", "B" * 40, "2026-01-01", "1767225600", "0", "4", "0", "22", "10", "00", FPR],
]


def test_good_words() -> None:
    assert _judge(0, GOOD, FPR) == {"outcome": "valid", "signer": FPR, "created": 1767225600}


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (1, GOOD, "unusable"),
        (-9, GOOD, "failed"),
        (127, [], "failed"),
        (0, [], "failed"),
        (2, [["ERROR", "add_keyblock_resource", "1"], *GOOD], "failed"),
        (0, GOOD[:2], "unusable"),
        (0, [GOOD[0], GOOD[2]], "unusable"),
        (0, [*GOOD, *GOOD], "unusable"),
        (0, [*GOOD, GOOD[2]], "unusable"),
        (0, [*GOOD[:2], GOOD[2][:10]], "unusable"),
        (0, [*GOOD[:2], [*GOOD[2][:10], "C" * 40]], "unusable"),
        (0, [*GOOD[:2], [*GOOD[2][:9], "01", FPR]], "unusable"),
        (0, [*GOOD, ["EXPKEYSIG", "1234", "Name"]], "key-expired"),
        (0, [*GOOD, ["REVKEYSIG", "1234", "Name"]], "key-revoked"),
        (0, [*GOOD, ["EXPSIG", "1234", "Name"]], "signature-expired"),
        (1, [*GOOD, ["BADSIG", "1234", "Name"]], "bad"),
        (2, [["NEWSIG"], ["ERRSIG", "1"], ["NO_PUBKEY", "1"]], "unknown-key"),
        (2, [["NEWSIG"], ["ERRSIG", "1"]], "unusable"),
        (2, [["NODATA", "1"]], "unusable"),
        (2, [], "unusable"),
    ],
)
def test_words_that_refuse(code: int, status: list[list[str]], expected: str) -> None:
    assert _judge(code, status, FPR) == {"outcome": expected, "signer": "", "created": 0}


def test_more_words_than_gnupg_has_are_none(tmp_path: Path) -> None:
    output = tmp_path / "status"
    output.write_bytes(b"[GNUPG:] NEWSIG\r\ngpg: noise\n x[GNUPG:] BADSIG\n[GNUPG:] GOODSIG \xff\xc2\x85[GNUPG:] X\n")
    assert [words[0] for words in _status_words(_lines(output))] == ["NEWSIG", "GOODSIG"]
    output.write_bytes(b"[GNUPG:] NEWSIG\n" * 5000)
    assert _lines(output) == []


# --- the form of a signature ----------------------------------------------------------------------------------


def packet(size: int, *, head: bytes, body: bytes = b"\x04\x00\x16\x0a") -> bytes:
    """Return a packet with a signature of two empty numbers, of so many bytes by what is hashed beside it."""
    hashed = max(0, size - len(body) - 10)
    return head + (body + hashed.to_bytes(2, "big") + bytes(hashed + 8))[:size]


@pytest.mark.parametrize(
    ("packets", "form"),
    [
        (packet(100, head=b"\x88\x64"), "good"),
        (packet(300, head=b"\x89\x01\x2c"), "good"),
        (packet(100, head=b"\xc2\x64"), "good"),
        (packet(300, head=b"\xc2\xc0\x6c"), "good"),
        (packet(200, head=b"\xc2\xc8"), "malformed"),
        (packet(300, head=b"\xc2\xc0\x6d"), "malformed"),
        (packet(100, head=b"\x88\x63"), "malformed"),
        (packet(100, head=b"\x90\x64"), "malformed"),
        (packet(100, head=b"\x88\x64") * 2, "malformed"),
        (packet(5, head=b"\x88\x05"), "malformed"),
        (packet(100, head=b"\x88\x64", body=b"\x03\x00\x16\x0a"), "malformed"),
        (packet(100, head=b"\x88\x64", body=b"\x04\x01\x16\x0a"), "malformed"),
        (packet(100, head=b"\x88\x64", body=b"\x04\x00\x16\x02"), "weak"),
        (b"", "malformed"),
        (b"\x88", "malformed"),
    ],
)
def test_one_packet_of_one_kind(packets: bytes, form: str) -> None:
    assert form_of(armor(packets)) == form


@pytest.mark.parametrize(
    ("algorithm", "value", "form"),
    [
        (1, b"\0\x09\x01\xff", "good"),
        (1, b"\0\x09\x01\xff\0", "malformed"),
        (1, b"\0\x09\x01\xff\0\0", "malformed"),
        (1, b"\0\x09\x01", "malformed"),
        (1, b"\0", "malformed"),
        (22, b"\0\x08\xff\0\x08\xff", "good"),
        (22, b"\0\x08\xff", "malformed"),
        (22, b"\0\x08\xff" * 3, "malformed"),
        (27, bytes(64), "good"),
        (27, bytes(65), "malformed"),
        (28, bytes(114), "good"),
        (99, b"whatever GnuPG makes of it", "good"),
    ],
)
def test_nothing_stands_behind_a_signatures_value(algorithm: int, value: bytes, form: str) -> None:
    """GnuPG passes over it: what nobody signed could be carried there."""
    body = b"\x04\x00" + bytes([algorithm, 10]) + b"\0\x01h\0\x02uu" + b"\x12\x34" + value
    assert form_of(armor(bytes([0x88, len(body)]) + body)) == form


@pytest.mark.parametrize("lengths", [b"\xff\xff", b"\0\0\xff\xff", b"\0\0\0\0"])
def test_subpackets_that_reach_beyond_the_packet(lengths: bytes) -> None:
    body = b"\x04\x00\x16\x0a" + lengths
    assert form_of(armor(bytes([0x88, len(body)]) + body)) == "malformed"


def test_armor_is_undone(keys: Keys) -> None:
    signature = keys.home.sign(keys.supplier, DATA)
    assert armor(dearmor(signature)) == signature
    commented = signature.replace(b"\n\n", b"\nVersion: x\nComment: y\n\n", 1)
    assert dearmor(commented) == dearmor(signature)
    assert form_of(commented) == "malformed"
    for broken in (
        signature.replace(b"=", b"=A", 1),
        signature[1:],
        signature + b"x",
        signature.replace(b"i", b"j", 1),
    ):
        with pytest.raises(ValueError, match=r"armor|base64|checksum"):
            dearmor(broken)


def test_base64_that_is_none() -> None:
    with pytest.raises(ValueError, match="base64"):
        dearmor(b"-----BEGIN PGP SIGNATURE-----\n\nA\n=AAAA\n-----END PGP SIGNATURE-----\n")


# --- systems without confinement ------------------------------------------------------------------------------


def test_without_confinement_the_same_is_demanded(keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that Windows goes: the same function in this process, GnuPG found on the path."""
    monkeypatch.setattr(openpgp, "_confinable", lambda: False)
    signature = keys.home.sign(keys.supplier, DATA)
    assert find_gpg()
    assert outcome(keys.home, keys.supplier, signature, tmp_path) == "valid"
    assert outcome(keys.home, keys.supplier, signature, tmp_path, data=b"else") == "bad"
    assert outcome(keys.home, keys.other, signature, tmp_path) == "unknown-key"
    with pytest.raises(KeyFileError), checker(PublicKey(keys.supplier, b"")):
        pass
    # GnuPG stops listening to a signature that it cannot parse; the rest of the file is hashed all the same.
    data = bytes(1 << 22)
    with checker(PublicKey(keys.supplier, keys.home.export(keys.supplier))) as made:
        checked = check(made, data, armor(packet(100, head=b"\x88\x64", body=b"\x04\x00\x63\x0a")), tmp_path)
        assert (checked.outcome, checked.size) == ("unusable", len(data))
