"""The type URIs and schema names that stand in documents of the gate: nowhere else are they written out."""

from __future__ import annotations

from typing import Final, Literal

StatementType = Literal["https://in-toto.io/Statement/v1"]
RecordType = Literal["urn:x-release-gate:record:v1"]
ProvenanceType = Literal["https://slsa.dev/provenance/v1"]
SummaryType = Literal["https://slsa.dev/verification_summary/v1"]
BuildType = Literal["urn:x-release-gate:buildtype:v1"]
VerifierId = Literal["urn:x-release-gate:verifier:v1"]
FactsSchema = Literal["release-gate/facts/v1"]
ResultSchema = Literal["release-gate/result/v1"]
VerificationSchema = Literal["release-gate/verification/v1"]
DatabaseSchema = Literal["release-gate/database/v1"]
SealedSchema = Literal["release-gate/sealed/v1"]
CountersignedSchema = Literal["release-gate/countersigned/v1"]

STATEMENT: Final[StatementType] = "https://in-toto.io/Statement/v1"
"""in-toto Attestation Framework, statement layer, version 1."""
RECORD: Final[RecordType] = "urn:x-release-gate:record:v1"
"""The predicate of the record of a release (``gate.record.statement``)."""
PROVENANCE: Final[ProvenanceType] = "https://slsa.dev/provenance/v1"
"""SLSA provenance, version 1 (``gate.record.provenance``)."""
SUMMARY: Final[SummaryType] = "https://slsa.dev/verification_summary/v1"
"""SLSA verification summary attestation, version 1 (``gate.record.summary``)."""
BUILD_TYPE: Final[BuildType] = "urn:x-release-gate:buildtype:v1"
"""What a provenance of the gate is of: one run of ``gate release`` (docs/record.md says what it covers)."""
VERIFIER: Final[VerifierId] = "urn:x-release-gate:verifier:v1"
"""Who verified: the gate, judging by a policy."""
CLAUSES_FIELD: Final = "urn:x-release-gate:clauses:v1"
"""The field by which a verification summary is extended: each clause with its status."""
NAMESPACE: Final = "urn:x-release-gate"
FACTS: Final[FactsSchema] = "release-gate/facts/v1"
RESULT: Final[ResultSchema] = "release-gate/result/v1"
VERIFICATION: Final[VerificationSchema] = "release-gate/verification/v1"
DATABASE: Final[DatabaseSchema] = "release-gate/database/v1"
SEALED: Final[SealedSchema] = "release-gate/sealed/v1"
COUNTERSIGNED: Final[CountersignedSchema] = "release-gate/countersigned/v1"
