"""What a check of a CMS signature can say.  Plain words: both sides of the confinement use them."""

from __future__ import annotations

from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal[
    "valid",
    "malformed",
    "attributes",
    "weak",
    "bad",
    "unknown-signer",
    "certificate-usage",
    "certificate-profile",
    "certificate-weak",
    "certificate-expired",
    "certificate-untrusted",
    "certificate-chain",
    "certificate-revoked",
    "revocation-unknown",
    "revocation-stale",
    "timestamp-missing",
    "timestamp-malformed",
    "timestamp-bad",
    "timestamp-usage",
    "timestamp-weak",
    "timestamp-untrusted",
    "timestamp-expired",
    "timestamp-revoked",
    "failed",
]
"""``bad``: the bytes are not those signed, or the signature is not by that key; ``attributes``: a signed attribute that
CAdES demands is missing or names another certificate; ``certificate-expired``: not valid at the time of the timestamp;
``timestamp-expired``: the authority's certificate is not valid at that time or now; ``revocation-unknown``: nothing at
hand says whether the certificate was revoked at that time; ``failed``: the checker itself failed."""

EntryFault: TypeAlias = Literal["roots", "tsa-roots", "crls", "subject"]
"""What of an entry of trust cannot be read."""
