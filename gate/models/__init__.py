"""The values that pass between the stages of the gate: frozen, typed, without I/O.

Facts say what was seen and know nothing of policy; findings, clauses and the verdict are what policy makes of
them.  A field whose name is a Python keyword carries a trailing underscore here and none in documents
(``class_`` is written ``class``).
"""

from __future__ import annotations

from gate.models.components import BaseImageFact, ComponentFact
from gate.models.engines import (
    Coverage,
    DatabaseInfo,
    EngineInfo,
    EngineProblem,
    Examination,
)
from gate.models.evidence import (
    EvidenceFact,
    EvidenceForm,
    EvidenceLevel,
    EvidenceProblem,
    EvidenceResult,
    LevelCount,
)
from gate.models.facts import (
    ContainerFact,
    DetectionFact,
    DisguiseFact,
    ExecutableFact,
    Fact,
    ItemFact,
    LibraryFact,
    LinkFact,
    OpenedFact,
    OutboundFact,
    PageFact,
    ReferenceFact,
    RunFact,
    SeenFact,
)
from gate.models.items import (
    Artifact,
    Derived,
    Gap,
    Item,
)
from gate.models.judgement import (
    Clause,
    ExternalService,
    Finding,
    JudgedExecutable,
    JudgedOutbound,
    Judgement,
)
from gate.models.run_facts import (
    BuilderFact,
    BuildSystem,
    Comparison,
    Difference,
    PreviousFact,
    RunnerKind,
    ServiceFact,
)
from gate.models.secret_facts import SecretFact, SecretKind
from gate.models.source_facts import RevisionFact, SignatureKind, Traced, TraceFact, WorkTree
from gate.models.vocabulary import (
    Aspect,
    Certainty,
    ClauseStatus,
    ContainerIssue,
    DatabaseKind,
    Disguise,
    ExecutableClass,
    GapReason,
    MessageArgs,
    Reach,
    Severity,
    Verdict,
    document_name,
)

__all__ = [
    "Artifact",
    "Aspect",
    "BaseImageFact",
    "BuildSystem",
    "BuilderFact",
    "Certainty",
    "Clause",
    "ClauseStatus",
    "Comparison",
    "ComponentFact",
    "ContainerFact",
    "ContainerIssue",
    "Coverage",
    "DatabaseInfo",
    "DatabaseKind",
    "Derived",
    "DetectionFact",
    "Difference",
    "Disguise",
    "DisguiseFact",
    "EngineInfo",
    "EngineProblem",
    "EvidenceFact",
    "EvidenceForm",
    "EvidenceLevel",
    "EvidenceProblem",
    "EvidenceResult",
    "Examination",
    "ExecutableClass",
    "ExecutableFact",
    "ExternalService",
    "Fact",
    "Finding",
    "Gap",
    "GapReason",
    "Item",
    "ItemFact",
    "JudgedExecutable",
    "JudgedOutbound",
    "Judgement",
    "LevelCount",
    "LibraryFact",
    "LinkFact",
    "MessageArgs",
    "OpenedFact",
    "OutboundFact",
    "PageFact",
    "PreviousFact",
    "Reach",
    "ReferenceFact",
    "RevisionFact",
    "RunFact",
    "RunnerKind",
    "SecretFact",
    "SecretKind",
    "SeenFact",
    "ServiceFact",
    "Severity",
    "SignatureKind",
    "TraceFact",
    "Traced",
    "Verdict",
    "WorkTree",
    "document_name",
]
