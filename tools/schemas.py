"""Write the published JSON Schemas from the types that read and write the documents, to ``gate/schemas``.

``python tools/schemas.py`` writes, ``--check`` only says whether the files are current (exit 1 if not).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import TypeAdapter

from gate.policy.model import Policy
from gate.record.database import DatabaseDocument
from gate.record.documents import FactsDocument, SchemaName
from gate.record.provenance import ProvenanceStatement
from gate.record.result import ResultDocument
from gate.record.signed import CountersignedDocument, SealedDocument
from gate.record.statement import Statement
from gate.record.summary import SummaryStatement
from gate.record.types import COUNTERSIGNED, SEALED
from gate.verification.result import VerificationDocument
from gate.verification.trust import TrustFile

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaMode

SCHEMAS = Path(__file__).parent.parent / "gate" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

# Documents are described as the gate writes them, files that people write as the gate reads them.
SOURCES: dict[str, tuple[Any, JsonSchemaMode, str]] = {
    "facts": (FactsDocument, "serialization", "release-gate/facts/v1"),
    "result": (ResultDocument, "serialization", "release-gate/result/v1"),
    "record": (Statement, "serialization", "in-toto Statement v1 with predicate urn:x-release-gate:record:v1"),
    "provenance": (ProvenanceStatement, "validation", "in-toto Statement v1 with SLSA provenance v1 of the gate"),
    "vsa": (SummaryStatement, "serialization", "in-toto Statement v1 with a SLSA verification summary v1 of the gate"),
    "verification": (VerificationDocument, "serialization", "release-gate/verification/v1"),
    "sealed": (SealedDocument, "serialization", SEALED),
    "countersigned": (CountersignedDocument, "serialization", COUNTERSIGNED),
    "database": (DatabaseDocument, "serialization", "release-gate/database/v1"),
    "policy": (Policy, "validation", "gate.toml"),
    "trust": (TrustFile, "validation", "trust.toml"),
}


def schema_bytes(name: str) -> bytes:
    """Return the text of one schema file."""
    source, mode, title = SOURCES[name]
    schema = TypeAdapter(source).json_schema(mode=mode, by_alias=True)
    schema = {"$schema": DIALECT, "$id": f"urn:x-release-gate:schema:{name}:v1", **schema, "title": title}
    return (json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def main() -> int:
    """Write or check all schema files."""
    check = "--check" in sys.argv
    stale = []
    for name in get_args(SchemaName):
        target = SCHEMAS / f"{name}.schema.json"
        data = schema_bytes(name)
        if not target.exists() or target.read_bytes() != data:
            stale.append(target)
            if not check:
                target.write_bytes(data)
    for target in stale:
        print("stale" if check else "written", target.name)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
