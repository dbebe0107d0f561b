"""Private keys and tokens are found where they are, proven where that is possible, and nothing of them is told."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, get_args

import pytest

from gate.errors import EngineFailure
from gate.examine.secrets import examiner
from gate.examine.secrets.examiner import MOST_FACTS, OVERLAP_BYTES, WINDOW_BYTES, SecretsExaminer
from gate.models import Gap, SecretFact, SecretKind
from tests.examine.secrets.secret_samples import BAD, BENIGN, drawn, pem, wide, with_checksum
from tests.examine.viewing import examined

if TYPE_CHECKING:
    from gate.examine.interface import Observation


def seen(data: bytes, name: bytes = b"item") -> list[Observation]:
    return examined(SecretsExaminer(), data, name)


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad(name: str) -> None:
    kind, certain, data, file = BAD[name]
    (fact,) = seen(data, file)
    assert isinstance(fact, SecretFact)
    assert (fact.secret, fact.certain) == (kind, certain)
    assert 0 <= fact.offset < fact.offset + fact.length <= len(data)


@pytest.mark.parametrize("name", sorted(BENIGN))
def test_benign(name: str) -> None:
    data, file = BENIGN[name]
    assert seen(data, file) == []


def test_every_kind_has_a_sample() -> None:
    assert {kind for kind, *_ in BAD.values()} == set(get_args(SecretKind))


@pytest.mark.parametrize("name", sorted(BAD))
def test_nothing_of_a_secret_is_in_a_fact(name: str) -> None:
    _, _, data, file = BAD[name]
    (fact,) = seen(data, file)
    assert isinstance(fact, SecretFact)
    told = repr([each for each in dataclasses.astuple(fact) if isinstance(each, str)])
    pieces = {data[start : start + 6].decode("latin-1") for start in range(len(data) - 5)}
    assert not [piece for piece in pieces if piece in told and piece.strip("-_ ") and not piece.islower()]


def test_places_and_lines() -> None:
    token = with_checksum(b"ghp_")
    (first, second) = seen(b"a\nb\n  " + token + b"\n" + token)
    assert isinstance(first, SecretFact)
    assert isinstance(second, SecretFact)
    assert (first.line, first.offset, first.length) == (3, 6, 40)
    assert (second.line, second.offset) == (4, 47)
    (binary,) = seen(b"\0\n" + token)
    assert isinstance(binary, SecretFact)
    assert (binary.line, binary.offset) == (0, 2)


@pytest.mark.parametrize(
    "start", [WINDOW_BYTES - 500, WINDOW_BYTES - 10, WINDOW_BYTES + 5, WINDOW_BYTES + OVERLAP_BYTES]
)
def test_a_key_across_windows_is_found_once(start: int) -> None:
    key = pem()
    (fact,) = seen(b"\n" * start + key + b"\n" * 100)
    assert isinstance(fact, SecretFact)
    assert (fact.offset, fact.length, fact.line) == (start, len(key.rstrip()), start + 1)


def test_too_many_are_a_gap() -> None:
    data = b"\n".join(with_checksum(b"ghp_") for _ in range(MOST_FACTS + 1))
    *facts, gap = seen(data)
    assert len(facts) == MOST_FACTS
    assert isinstance(gap, Gap)
    assert gap.reason == "too-many"


BEGIN = b"-----BEGIN RSA PRIVATE KEY-----\n"
HOSTILE = {
    "beginnings": BEGIN * 60_000,
    "wide beginnings": wide(BEGIN) * 30_000,
    "encoded beginnings": b"LS0tLS1CRUdJTi" * 300_000,
    "encoded and broken": b"LS0tLS1CRUdJTi" + b"A \n" * 1_000_000,
    "encoded and folded": b"LS0tLS1CRUdJTi \n" * 100_000,
    "one beginning and letters": BEGIN + b"A" * 4_000_000,
    "blocks": (BEGIN + b"MIIE" + b"A" * 400 + b"\n-----END RSA PRIVATE KEY-----\n") * 190,
    "putty": b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n" * 20_000,
    "jwt": b"eyJ" * 600_000,
    "jwt parts": b"eyJaaaaaaaaaa." * 100_000,
    "aws": b"AKIA" * 500_000,
    "npm": b"npm_" * 500_000,
    "headers": BEGIN + b"a: b\n" * 10_000 + b"-----END RSA PRIVATE KEY-----",
    "quotes": BEGIN + b'" + "' * 10_000 + b"-----END RSA PRIVATE KEY-----",
    "slack": b"xoxb-12345678-" * 100_000,
    "nested json": b"eyJ" + b"W1tb" * 800 + b".eyJ" + b"W1tb" * 900 + b"." + b"A" * 40,
    "jks": b"\xfe\xed\xfe\xed\0\0\0\2\xff\xff\xff\xff" + b"\0\0\0\2\0\0" * 100_000,
    "der": b"\x30\x84\xff\xff\xff\xff\x02\x01\x03\x30" + bytes(100_000),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_input_takes_time_in_proportion(name: str) -> None:
    data = HOSTILE[name]
    started = time.process_time()
    seen(data, b".npmrc")
    seen(data, b".git-credentials")
    assert time.process_time() - started < 20


def test_an_engine_that_misses_its_canary_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SecretsExaminer().start().canary == SecretsExaminer().finish().canary == "passed"
    monkeypatch.setattr(examiner, "RULES", ())
    with pytest.raises(EngineFailure) as caught:
        SecretsExaminer().start()
    assert caught.value.code == "examine.canary-missed"


def test_a_random_text_is_no_token() -> None:
    assert seen(b"\n".join(drawn(76) for _ in range(20_000))) == []
