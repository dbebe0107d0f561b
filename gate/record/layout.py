"""Where things lie in a release folder.

Paths are relative to the folder, with ``/``, and escaped as in item paths: an artifact ``a!.zip`` lies at
``payload/a!.zip`` on disk and is written ``payload/a%21.zip`` here.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from gate.paths import unescape_component

PAYLOAD: Final = "payload"
GATE: Final = "gate"
FACTS: Final = "gate/facts.json"
RESULT: Final = "gate/result.json"
POLICY: Final = "gate/gate.toml"
REPORT_JA: Final = "gate/report.ja.html"
REPORT_EN: Final = "gate/report.en.html"
REPORT_PDF: Final = "gate/report.ja.pdf"
SBOM: Final = "gate/sbom.cdx.json"
SUMS: Final = "gate/SHA256SUMS"
GUIDES: Final[Mapping[Literal["ja", "en"], str]] = MappingProxyType({"ja": "VERIFY.ja.md", "en": "VERIFY.en.md"})
"""How to verify the release, by language: all that lies at its top beside ``payload`` and ``gate``."""
PROVENANCE: Final = "gate/provenance.intoto.json"
SUMMARY: Final = "gate/vsa.intoto.json"
RECORD: Final = "gate/record.intoto.json"
STATEMENTS: Final = (PROVENANCE, SUMMARY, RECORD)
"""The in-toto statements of a release."""
SIGNED: Final = (SUMS, *STATEMENTS)
"""What every signer of a release signs beside the artifacts, in this order."""
SUFFIXES: Final[Mapping[str, str]] = MappingProxyType({"openpgp": ".asc", "x509": ".p7s", "keyless": ".sigstore.json"})
"""What the name of a signature adds to the name of what is signed, by back end."""
VALIDATION: Final = "gate/validation"
"""Certificates, revocation lists and answers by which signatures are verified years later."""
SIGNATURES: Final = "gate/signatures"
"""Signatures of one artifact alone."""
STAMP_SUFFIX: Final = ".tsr"
"""What the name of a signature's timestamp, as an answer of RFC 3161, adds to the signature's."""
COUNTERSIGNATURES: Final = "gate/countersignatures"
"""What others than the supplier have signed of a release, outside of its closed set of files."""
COUNTERSIGNERS_VALIDATION: Final = f"{COUNTERSIGNATURES}/validation"
"""As ``VALIDATION``, for countersignatures."""
MOST_DOCUMENT_BYTES: Final = 4 << 30
"""No document of a release, nor paper, is larger: all of them are in memory once, and nobody reads more of one."""
_PARTIAL: Final = ".partial-"


def payload_path(artifact: str) -> str:
    """Return where the artifact with an item path of one component lies."""
    return f"{PAYLOAD}/{artifact}"


def list_path(artifact: str) -> str:
    """Return where the file list of a folder artifact lies."""
    return f"{GATE}/files/{artifact}.list"


def evidence_path(name: str) -> str:
    """Return where a paper of the policy lies; ``name`` is escaped."""
    return f"{GATE}/evidence/{name}"


def signature_path(signed: str, suffix: str) -> str:
    """Return where the signature of ``signed`` lies: beside what is in ``gate/``, else below ``gate/signatures``.

    ``signed`` is one of ``SIGNED``, an artifact that is a file, or the list of one that is a folder.
    """
    if signed in SIGNED:
        return f"{signed}{suffix}"
    name = signed.rpartition("/")[2]
    if signed == list_path(name.removesuffix(".list")):
        name = name.removesuffix(".list")
    return f"{SIGNATURES}/{name}{suffix}"


def validation_path(name: str, folder: str = VALIDATION) -> str:
    """Return where a file of validation material lies."""
    return f"{folder}/{name}"


def countersignature_path(signer: str, suffix: str) -> str:
    """Return where a countersignature of the record lies: its name tells signers apart, by 16 digits of a digest."""
    short = hashlib.sha256(signer.encode()).hexdigest()[:16]
    return f"{COUNTERSIGNATURES}/{RECORD.rpartition('/')[2]}.{short}{suffix}"


def on_disk(path: str) -> bytes:
    """Return the raw relative path for an escaped one.  Raises ``ValueError`` where it is not escaped."""
    return b"/".join(unescape_component(component) for component in path.split("/"))


def partial_name(name: str) -> str:
    """Return the name of the private folder in which the release ``name`` is being made."""
    return f".{name[:40]}{_PARTIAL}{secrets.token_hex(8)}"


def is_partial(name: str) -> bool:
    """Say whether a folder has the name of a release that was never finished: such a one proves nothing."""
    return name.startswith(".") and _PARTIAL in name
