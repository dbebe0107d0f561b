"""The recipient's side: offline, without engines; it raises or returns."""

from __future__ import annotations

from gate.verification.result import Verification, verification_document
from gate.verification.single import verify_artifact
from gate.verification.trust import Trust, load_trust
from gate.verification.verify import verify_release

__all__ = ["Trust", "Verification", "load_trust", "verification_document", "verify_artifact", "verify_release"]
