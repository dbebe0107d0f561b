"""The type URIs and schema names that stand in documents of the gate: nowhere else are they written out."""

from __future__ import annotations

from typing import Final, Literal

StatementType = Literal["https://in-toto.io/Statement/v1"]
RecordType = Literal["urn:x-release-gate:record:v1"]
FactsSchema = Literal["release-gate/facts/v1"]
ResultSchema = Literal["release-gate/result/v1"]
VerificationSchema = Literal["release-gate/verification/v1"]
DatabaseSchema = Literal["release-gate/database/v1"]

STATEMENT: Final[StatementType] = "https://in-toto.io/Statement/v1"
"""in-toto Attestation Framework, statement layer, version 1."""
RECORD: Final[RecordType] = "urn:x-release-gate:record:v1"
"""The predicate of the record of a release (``gate.record.statement``)."""
FACTS: Final[FactsSchema] = "release-gate/facts/v1"
RESULT: Final[ResultSchema] = "release-gate/result/v1"
VERIFICATION: Final[VerificationSchema] = "release-gate/verification/v1"
DATABASE: Final[DatabaseSchema] = "release-gate/database/v1"
