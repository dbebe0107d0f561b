"""Facts about secrets in what is delivered: what kind, where and how long, and nothing of the secret itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from gate.models.vocabulary import DOCUMENT_CONFIG  # pydantic reads annotations when the module is loaded

SecretKind: TypeAlias = Literal[
    "private-key",
    "openssh-private-key",
    "pgp-private-key",
    "putty-private-key",
    "protected-private-key",
    "key-store",
    "stored-password",
    "aws-access-key",
    "azure-client-secret",
    "azure-key",
    "github-token",
    "gitlab-token",
    "google-api-key",
    "json-web-token",
    "npm-token",
    "openai-key",
    "pypi-token",
    "sendgrid-key",
    "slack-token",
    "slack-webhook",
    "stripe-key",
]


@dataclass(frozen=True, slots=True)
class SecretFact:
    """A secret in an item.

    ``certain`` says that a checksum or a structure that nothing else has proves it.  ``line`` counts from 1 and is 0
    where the item has no lines; ``offset`` and ``length`` are in bytes.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    secret: SecretKind
    certain: bool
    line: int
    offset: int
    length: int
    path: str = ""
    sha256: str = ""
    kind: Literal["secret"] = "secret"
