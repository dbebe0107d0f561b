"""The side of whoever asks for a check: answers that are none tell nothing, and names are compared strictly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from gate.errors import WorkerDied
from gate.keyless import checker as checker_module
from gate.keyless.checker import Checker, RootError, TrustedInstance
from gate.keyless.identities import (
    Accepted,
    IdentityError,
    check_identity,
    check_issuer,
    check_repository,
    fits,
    runs_for,
)
from gate.keyless.subject import identity_of, issuer_of, repository_of
from tests.unit.keyless.keyless_kit import ANYBODY


class Answers:
    """A confined process that answers what a test wants."""

    def __init__(self, *answers: Any) -> None:
        self.answers = answers

    def ask(self, request: dict[str, Any], descriptors: Sequence[int], *, seconds: float) -> Iterator[Any]:
        assert seconds > 0
        yield from self.answers if descriptors else ({"faults": []},)
        assert request is not None

    def close(self) -> None:
        """Have nothing to close."""


GOOD = {"outcome": "valid", "identity": "a", "issuer": "b", "time": 1, "time_source": "log", "sha256": "x", "size": 1}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {**GOOD, "outcome": "fine"},
        {**GOOD, "outcome": None},
        {**GOOD, "time_source": "me"},
        {**GOOD, "time": "soon"},
        {**GOOD, "size": None},
        {key: value for key, value in GOOD.items() if key != "sha256"},
    ],
)
def test_an_answer_that_is_none(answer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"x")
    monkeypatch.setattr(checker_module, "Confined", lambda _target, _options: Answers(answer))
    with Checker([]) as checker, (tmp_path / "file").open("rb") as file:
        assert checker.check(file.fileno(), file.fileno(), "file").outcome == "failed"


@pytest.mark.parametrize("answers", [(), (GOOD, GOOD), ("valid",), (None,)])
def test_too_little_or_too_much(answers: tuple[Any, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"x")
    monkeypatch.setattr(checker_module, "Confined", lambda _target, _options: Answers(*answers))
    with Checker([]) as checker, (tmp_path / "file").open("rb") as file, pytest.raises(WorkerDied):
        checker.check(file.fileno(), file.fileno(), "file")


def test_a_bad_root_beside_a_good_one_is_found_in_the_confined_process() -> None:
    with pytest.raises(RootError) as caught:
        Checker([TrustedInstance(checker_module.public_root(), (ANYBODY,)), TrustedInstance(b"{}", (ANYBODY,))])
    assert caught.value.number == 1


def test_the_packaged_root_is_the_public_one() -> None:
    root = json.loads(checker_module.public_root())
    assert {log["baseUrl"] for log in root["tlogs"]} >= {"https://rekor.sigstore.dev"}


# --- identities ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "identity", "good"),
    [
        ("a@b.example", "a@b.example", True),
        ("a@b.example", "A@b.example", False),
        ("https://git.example/a/b@refs/tags/*", "https://git.example/a/b@refs/tags/v1", True),
        ("https://git.example/a/b@refs/tags/*", "https://git.example/a/b@refs/tags/", False),
        ("https://git.example/a/b@refs/tags/*", "https://git.example/a/b@refs/heads/v1", False),
        ("https://git.example/a/b@refs/tags/v1", "https://git.example/a/b@refs/tags/v10", False),
        ("https://git.example/a/b@refs/tags/*", "https://git.example/a/b@refs/tags/*", True),
    ],
)
def test_what_fits(accepted: str, identity: str, good: bool) -> None:
    assert check_identity(accepted) == accepted
    assert fits(accepted, identity) is good


@pytest.mark.parametrize("text", ["", "*", "a*b", "https://*", "https://git.example/*", "a b", "\u202eevil", "a\n"])
def test_what_is_no_identity(text: str) -> None:
    with pytest.raises(IdentityError):
        check_identity(text)


@pytest.mark.parametrize(
    "text", ["", "issuer", "https://", "https://[", "https://*.example", "file:///x", "https://a b"]
)
def test_what_is_no_issuer(text: str) -> None:
    with pytest.raises(IdentityError):
        check_issuer(text)


@pytest.mark.parametrize("text", ["", "acme/app", "https://git.example", "https://git.example/", "https://git.example/a/",
                                  "https://git.example/a/*"])  # fmt: skip
def test_what_is_no_repository(text: str) -> None:
    assert check_repository("https://git.example/a/b") == "https://git.example/a/b"
    with pytest.raises(IdentityError):
        check_repository(text)


WORKFLOW_OF_A = "https://git.example/a/app/.github/workflows/release.yml@refs/tags/v1"


@pytest.mark.parametrize(
    ("named", "repository", "good"),
    [
        (None, "https://git.example/a/app", True),
        (None, "https://git.example/b/app", False),
        (None, "https://git.example/a/ap", False),
        (None, "https://git.example/a", True),
        (None, "", False),
        (None, None, True),
        ("https://git.example/b/app", "https://git.example/b/app", True),
        ("https://git.example/b/app", "https://git.example/a/app", False),
        ("https://git.example/b/app", "https://git.example/b/app2", False),
        ("https://git.example/b/app", None, False),
        ("*", "https://git.example/b/app", True),
        ("*", None, True),
    ],
)
def test_for_whom_a_workflow_ran(named: str | None, repository: str | None, good: bool) -> None:
    assert runs_for(Accepted(WORKFLOW_OF_A, "https://i", named), WORKFLOW_OF_A, repository) is good


# --- certificates -------------------------------------------------------------------------------------------------

USER_NAME, ISSUER_OLD, ISSUER = (x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}") for number in (7, 1, 8))


def certificate(
    *names: x509.GeneralName, issuers: Sequence[tuple[x509.ObjectIdentifier, bytes]] = ()
) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(x509.Name([])).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(minutes=1))
    )  # fmt: skip
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=True)
    for identifier, value in issuers:
        builder = builder.add_extension(x509.UnrecognizedExtension(identifier, value), critical=False)
    return builder.sign(key, hashes.SHA256())


def utf8(text: str) -> bytes:
    return b"\x0c" + bytes([len(text.encode())]) + text.encode()


MAIL = x509.RFC822Name("a@b.example")
URI = x509.UniformResourceIdentifier("https://git.example/a")


@pytest.mark.parametrize(
    ("names", "identity"),
    [
        ([MAIL], "a@b.example"),
        ([URI], "https://git.example/a"),
        ([x509.OtherName(USER_NAME, utf8("alice!b.example"))], "alice!b.example"),
        ([x509.OtherName(USER_NAME, utf8("https://git.example/a"))], None),
        ([x509.OtherName(ISSUER, utf8("alice"))], None),
        ([x509.RFC822Name("https://git.example/a")], None),
        ([x509.UniformResourceIdentifier("a@b.example")], None),
        ([x509.DNSName("b.example")], None),
        ([x509.OtherName(USER_NAME, utf8("alice\u202e!b.example"))], None),
        ([x509.OtherName(USER_NAME, utf8("alice\n"))], None),
        ([x509.OtherName(USER_NAME, utf8(""))], None),
        ([MAIL, URI], None),
        ([MAIL, MAIL], None),
        ([], None),
    ],
)
def test_a_certificate_is_for_one_name_of_a_known_kind(names: list[x509.GeneralName], identity: str | None) -> None:
    assert identity_of(certificate(*names)) == identity


def test_a_user_name_that_is_no_text() -> None:
    with pytest.raises(ValueError, match=r"ASN\.1|unexpected|error"):
        identity_of(certificate(x509.OtherName(USER_NAME, b"\x02\x01\x07")))


@pytest.mark.parametrize(
    ("issuers", "issuer"),
    [
        ([(ISSUER_OLD, b"https://i")], "https://i"),
        ([(ISSUER, utf8("https://i"))], "https://i"),
        ([(ISSUER_OLD, b"https://i"), (ISSUER, utf8("https://i"))], "https://i"),
        ([(ISSUER_OLD, b"https://i"), (ISSUER, utf8("https://j"))], None),
        ([], None),
    ],
)
def test_two_forms_of_the_issuer_must_agree(
    issuers: list[tuple[x509.ObjectIdentifier, bytes]], issuer: str | None
) -> None:
    assert issuer_of(certificate(MAIL, issuers=issuers)) == issuer


REPOSITORY_OLD, REPOSITORY = (x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}") for number in (5, 12))


@pytest.mark.parametrize(
    ("named", "repository"),
    [
        ([(REPOSITORY_OLD, b"acme/app")], "https://github.com/acme/app"),
        ([(REPOSITORY, utf8("https://git.example/a"))], "https://git.example/a"),
        ([(REPOSITORY_OLD, b"a"), (REPOSITORY, utf8("https://git.example/a"))], "https://git.example/a"),
        ([], None),
    ],
)
def test_the_repository_that_a_build_ran_for(
    named: list[tuple[x509.ObjectIdentifier, bytes]], repository: str | None
) -> None:
    assert repository_of(certificate(URI, issuers=named)) == repository
