"""``[signing.x509]``: the certificate to sign with, and what is needed to verify its signatures years later."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from gate.policy.section import Section
from gate.policy.values import Day, Text, Texts, problem

GpkiState: TypeAlias = Literal["ministry-signs", "unavailable", "asked"]
"""Whether the recipient's side signs by GPKI, GPKI cannot be had, or the recipient has been asked."""


def _service(value: str) -> str:
    """Accept an address of a service; a password in it would stand in the release."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise problem("policy.service-url") from error
    if not usable or "@" in parts.netloc or any(mark.isspace() for mark in value):
        raise problem("policy.service-url")
    return value


def _secret_source(value: str) -> str:
    kind, _, name = value.partition(":")
    if value != "prompt" and (kind not in {"env", "file"} or not name):
        raise problem("policy.secret-source")
    return value


class Pkcs11(Section):
    """A key on a token: the module (a shared library), the token's label, the label of key and certificate."""

    module: Text
    token: Text
    label: Text


class X509(Section):
    """``[signing.x509]``.

    The key is in ``pkcs12``, in ``key`` beside ``certificate``, or on a token (``pkcs11``); beside the first and last,
    ``certificate`` is a copy that can be looked at before the passphrase or PIN is asked for.  ``passphrase`` says
    where that comes from: ``prompt``, ``env:NAME`` or ``file:PATH``.
    """

    pkcs12: Text | None = None
    certificate: Text | None = None
    key: Text | None = None
    pkcs11: Pkcs11 | None = None
    passphrase: Annotated[Text, AfterValidator(_secret_source)] = "prompt"  # noqa: S105  # it says where from
    tsa: Annotated[Text, AfterValidator(_service)]
    chain: Texts
    crls: tuple[Text, ...] = ()
    ocsp: bool = Field(default=False, strict=True)
    profile: Literal["plain", "gpki-official", "shogyo-toki"] = "plain"
    gpki: GpkiState | None = None
    gpki_asked_on: Day | None = None
    gpki_answer: Text | None = None

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        given = [each for each in (self.pkcs12, self.key, self.pkcs11) if each is not None]
        if len(given) != 1 or (self.key is not None and self.certificate is None):
            raise problem("policy.x509-key")
        return self

    @model_validator(mode="after")
    def _revocation_is_known(self) -> Self:
        if not self.crls and not self.ocsp:
            raise problem("policy.x509-revocation")
        if self.profile == "gpki-official" and (self.ocsp or not self.crls):
            raise problem("policy.x509-gpki-crl")
        if self.profile == "shogyo-toki" and not self.ocsp:
            raise problem("policy.x509-toki-ocsp")
        return self

    @model_validator(mode="after")
    def _asked_when(self) -> Self:
        if (self.gpki == "asked") != (self.gpki_asked_on is not None):
            raise problem("policy.gpki-asked")
        if self.gpki_answer is not None and self.gpki != "asked":
            raise problem("policy.gpki-asked")
        return self
