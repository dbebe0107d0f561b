"""``[signing.x509]``: what it may say, what it may not, and what of it is never delivered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from gate.errors import PolicyError
from gate.policy import Policy, load_policy, parse_policy, refuse_inside
from gate.policy.problems import UnusablePolicyError
from tests.unit.policy.policy_kit import RELEASE, clause, judged

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
[signing]
use = ["openpgp", "x509"]
[signing.openpgp]
fingerprint = "ABCD ABCD ABCD ABCD ABCD ABCD ABCD ABCD ABCD ABCD"
[signing.x509]
pkcs12 = "key.p12"
passphrase = "env:GATE_P12"
tsa = "https://tsa.example.jp/tsa"
chain = ["root.pem"]
crls = ["ca.crl"]
"""
LEAST = """
[signing.x509]
pkcs12 = "key.p12"
tsa = "http://tsa.example.jp"
chain = ["root.pem"]
"""


def policy(text: str) -> Policy:
    return parse_policy(text.encode(), "gate.toml").policy


def refused(text: str) -> list[str]:
    """Return the code of each problem; its texts can be rendered."""
    with pytest.raises(UnusablePolicyError) as caught:
        policy(text)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return [problem.code.removeprefix("policy.") for problem in caught.value.problems]


def test_a_whole_section() -> None:
    section = policy(WHOLE).signing.x509
    assert section is not None
    assert (section.profile, section.ocsp, section.gpki) == ("plain", False, None)


@pytest.mark.parametrize(
    "more",
    [
        'crls = ["a.crl"]\nprofile = "gpki-official"',
        'ocsp = true\nprofile = "shogyo-toki"',
        'ocsp = true\ncrls = ["a.crl"]\ncertificate = "copy.pem"',
        'ocsp = true\ngpki = "unavailable"',
        'ocsp = true\ngpki = "asked"\ngpki_asked_on = 2026-10-01',
        'ocsp = true\ngpki = "asked"\ngpki_asked_on = 2026-10-01\ngpki_answer = "発行なし"',
        'ocsp = true\npassphrase = "prompt"',
        'ocsp = true\npassphrase = "file:pin"',
    ],
)
def test_what_it_may_say(more: str) -> None:
    assert policy(LEAST + more).signing.x509 is not None


def test_a_key_in_a_file_or_on_a_token() -> None:
    pem = LEAST.replace('pkcs12 = "key.p12"', 'key = "k.pem"\ncertificate = "c.pem"\nocsp = true')
    assert policy(pem).signing.x509 is not None
    token = LEAST.replace('pkcs12 = "key.p12"', 'pkcs11 = {module = "/m.so", token = "t", label = "l"}\nocsp = true')
    section = policy(token).signing.x509
    assert section is not None
    assert section.pkcs11 is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LEAST, "x509-revocation"),
        (LEAST + 'ocsp = true\nkey = "k.pem"\ncertificate = "c.pem"', "x509-key"),
        (LEAST.replace("pkcs12", "key") + "ocsp = true", "x509-key"),
        (LEAST.replace("pkcs12", "certificate") + "ocsp = true", "x509-key"),
        (LEAST + 'ocsp = true\nprofile = "gpki-official"', "x509-gpki-crl"),
        (LEAST + 'ocsp = true\ncrls = ["a"]\nprofile = "gpki-official"', "x509-gpki-crl"),
        (LEAST + 'crls = ["a"]\nprofile = "shogyo-toki"', "x509-toki-ocsp"),
        (LEAST + 'ocsp = true\ngpki = "asked"', "gpki-asked"),
        (LEAST + "ocsp = true\ngpki_asked_on = 2026-10-01", "gpki-asked"),
        (LEAST + 'ocsp = true\ngpki_answer = "x"', "gpki-asked"),
        (LEAST + 'ocsp = true\npassphrase = "1234"', "secret-source"),
        (LEAST + 'ocsp = true\npassphrase = "env:"', "secret-source"),
        (LEAST.replace("http://", "ftp://") + "ocsp = true", "service-url"),
        (LEAST.replace("http://", "http://user:secret@") + "ocsp = true", "service-url"),
        (LEAST.replace("tsa.example.jp", "tsa.example.jp:99999") + "ocsp = true", "service-url"),
        (LEAST.replace("tsa.example.jp", "[x") + "ocsp = true", "service-url"),
        (LEAST.replace("tsa.example.jp", "") + "ocsp = true", "service-url"),
        (LEAST.replace('tsa = "http://tsa.example.jp"', "") + "ocsp = true", "missing-key"),
        (LEAST.replace('chain = ["root.pem"]', "chain = []") + "ocsp = true", "empty-list"),
        (LEAST + 'ocsp = true\npin = "1234"', "unknown-key"),
    ],
)
def test_what_it_may_not(text: str, code: str) -> None:
    assert code in refused(text)


@pytest.mark.parametrize("name", ["key.p12", "pin", "k.pem"])
def test_keys_and_their_secrets_are_never_delivered(tmp_path: Path, name: str) -> None:
    payload = tmp_path / "payload"
    payload.mkdir()
    (payload / name).write_bytes(b"secret")
    texts = {
        "key.p12": LEAST.replace("key.p12", "payload/key.p12") + "ocsp = true",
        "pin": LEAST + 'ocsp = true\npassphrase = "file:payload/pin"',
        "k.pem": LEAST.replace('pkcs12 = "key.p12"', 'key = "payload/k.pem"\ncertificate = "c"') + "ocsp = true",
    }
    path = tmp_path / "gate.toml"
    path.write_text(texts[name])
    with pytest.raises(PolicyError):
        refuse_inside(load_policy(path), [payload])
    path.write_text(texts[name].replace("payload/", ""))
    refuse_inside(load_policy(path), [payload])


def test_the_clause_says_what_is_known_of_the_governments_certificates() -> None:
    def evidence(more: str) -> tuple[str, ...]:
        return clause(judged(more, signing=RELEASE), "26-3 3(4)").evidence

    signed = LEAST + "ocsp = true\n"
    assert "gpki:unavailable" in evidence(signed + 'gpki = "unavailable"')
    assert f"gpki:asked:{date(2026, 10, 1)}" in evidence(signed + 'gpki = "asked"\ngpki_asked_on = 2026-10-01')
    assert not any(each.startswith("gpki") for each in (*evidence(signed), *evidence("")))
