"""The values that pass between the stages of the gate: frozen, typed, without I/O.

Facts say what was seen and know nothing of policy; findings, clauses and the verdict are what policy makes of
them.  A field whose name is a Python keyword carries a trailing underscore here and none in documents
(``class_`` is written ``class``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

Aspect: TypeAlias = Literal["content", "name", "mode"]
"""What of an item an examiner's result can depend on."""

GapReason: TypeAlias = Literal[
    "encrypted",
    "corrupt",
    "too-large",
    "too-deep",
    "too-many",
    "ratio",
    "timeout",
    "engine-limit",
    "engine-error",
    "unreadable",
    "unsupported",
]
Severity: TypeAlias = Literal["reject", "gap", "warn", "note"]
Verdict: TypeAlias = Literal["approved", "rejected", "incomplete"]
ClauseStatus: TypeAlias = Literal[
    "confirmed",
    "confirmed-with-exceptions",
    "supported",
    "violated",
    "not-confirmed",
    "not-applicable",
    "out-of-scope",
]
Certainty: TypeAlias = Literal["known", "suspected"]
DatabaseKind: TypeAlias = Literal["official", "bundled", "custom", "unverified"]
ExecutableClass: TypeAlias = Literal[
    "native",
    "bytecode",
    "script",
    "macro",
    "installer",
    "shortcut",
    "active-document",
    "serialized-code",
]
Reach: TypeAlias = Literal[
    "automatic",
    "conditional",
    "code",
    "string",
    "opaque",
    "tracker",
    "interaction",
    "link",
    "identifier",
    "text",
    "local",
]
ContainerIssue: TypeAlias = Literal["ambiguous", "unsafe-name", "unsafe-link", "special-file", "hidden-data"]

Disguise: TypeAlias = Literal["extension", "double-extension", "look-alike", "direction", "mode", "polyglot"]

MessageArgs: TypeAlias = dict[str, str | int]


def document_name(field_name: str) -> str:
    """Return the name that a field has in documents: ``class_`` becomes ``class``."""
    return field_name.rstrip("_")


_DOCUMENT_CONFIG: dict[str, Any] = {"alias_generator": document_name, "populate_by_name": True, "extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file or folder given on the command line.

    ``path`` is its item path, ``sha256`` the digest of the file or of the file list of a folder, ``size`` the
    bytes of the file or the sum over the folder, ``items`` how many items were found at any depth in it.
    """

    path: str
    kind: Literal["file", "folder"]
    sha256: str
    size: int
    items: int


@dataclass(frozen=True, slots=True)
class Item:
    """One file at any depth inside an artifact.

    ``path`` is the item path (see ``gate.paths``), ``name`` the raw bytes of the last component as the container
    or file system holds them, ``mode`` the permission bits where the container records any, ``labels`` all that
    content identification says of it, in the order of ``gate.intake.identify``.
    """

    path: str
    sha256: str
    size: int
    name: bytes
    mode: int | None = None
    labels: tuple[str, ...] = ()
    depth: int = 0
    origin: Literal["file", "member", "derived"] = "file"


# --- what examiners yield -------------------------------------------------------------------------------------
# `path` and `sha256` of a fact or gap, and `examiner` of a gap, are stamped by the runner: an examiner leaves them
# empty and so cannot report for another item than the one that it was handed.


@dataclass(frozen=True, slots=True)
class ItemFact:
    """That an item exists: the inventory of a release is the list of these.

    ``decoded`` is its stored name as text where that is not UTF-8 (Japanese archives), escaped like a path, and
    ``encoding`` in what it was read: ``cp932``, ``euc-jp``, ``cp437``, or ``unknown``, with what could not be read
    escaped.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    size: int
    mode: int | None = None
    labels: tuple[str, ...] = ()
    decoded: str = ""
    encoding: str = ""
    path: str = ""
    sha256: str = ""
    kind: Literal["item"] = "item"


@dataclass(frozen=True, slots=True)
class LinkFact:
    """A symbolic or hard link, recorded and not followed; ``target`` is escaped like an item path component."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    link: Literal["symbolic", "hard"]
    target: str
    path: str = ""
    sha256: str = ""
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True)
class ContainerFact:
    """Something about a container that makes readers disagree or that reaches outside of it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    issue: ContainerIssue
    detail: str
    path: str = ""
    sha256: str = ""
    kind: Literal["container"] = "container"


@dataclass(frozen=True, slots=True)
class OpenedFact:
    """An encrypted container that was opened; ``entry`` is the glob of ``[archive_passwords]`` that had the key."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    entry: str
    path: str = ""
    sha256: str = ""
    kind: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True)
class DetectionFact:
    """An engine's statement that an item is, or may be, a malicious program.

    ``score`` is 1 to 100 where the engine weighs what it saw (``heuristics``), 0 where it knows only yes and no.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    engine: Literal["clamav", "yara", "heuristics"]
    name: str
    certainty: Certainty
    detail: str = ""
    score: int = 0
    path: str = ""
    sha256: str = ""
    kind: Literal["detection"] = "detection"


@dataclass(frozen=True, slots=True)
class ExecutableFact:
    """An item in executable program format, named by its content.

    ``format`` is a short lower-case name (``pe``, ``elf``, ``mach-o``, ``shebang`` …), ``architecture`` as
    ``x86-64``, ``aarch64`` … or empty, ``detail`` further properties as ``key=value`` words.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    class_: ExecutableClass
    format: str
    architecture: str = ""
    detail: str = ""
    path: str = ""
    sha256: str = ""
    kind: Literal["executable"] = "executable"


@dataclass(frozen=True, slots=True)
class DisguiseFact:
    """An item whose name, mode or content says that it is something else than it is.

    ``extension``: a program whose extension is that of data.  ``double-extension``: the extension of a program behind
    that of a document.  ``look-alike``: letters that pass for others.  ``direction``: characters that turn the order
    in which a name is shown.  ``mode``: data that is marked executable.  ``polyglot``: two things at once.  ``detail``
    says in English words what contradicts what.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    disguise: Disguise
    detail: str
    path: str = ""
    sha256: str = ""
    kind: Literal["disguise"] = "disguise"


@dataclass(frozen=True, slots=True)
class ReferenceFact:
    """A page or browser script that names a WebAssembly module: ``target`` is the relative path as it is written."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    target: str
    path: str = ""
    sha256: str = ""
    kind: Literal["reference"] = "reference"


@dataclass(frozen=True, slots=True)
class OutboundFact:
    """A URL or host in an item, and how reading or running the item would reach it.

    ``host`` is the lower-case A-label, ``via`` names the construct (``img[src]``), ``line`` counts from 1 and is 0
    where the item has no lines, ``url`` has user information and query values redacted.  ``integrity`` says that the
    reader accepts nothing but the bytes of a digest that stands beside the URL (W3C Subresource Integrity).
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    url: str
    host: str
    reach: Reach
    via: str
    line: int = 0
    condition: str = ""
    path: str = ""
    sha256: str = ""
    integrity: bool = False
    kind: Literal["outbound"] = "outbound"


@dataclass(frozen=True, slots=True)
class PageFact:
    """A page: where its links lead within the delivery, and what it says where it speaks of what users should know.

    ``links`` are relative paths, escaped like item paths, those from the root of the site with a ``/`` before them.
    ``frames`` are those among them that are shown inside of the page.  ``disclosure`` is the visible text of a page
    that speaks of privacy, cookies or data sent to others; else empty.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    links: tuple[str, ...]
    disclosure: str = ""
    frames: tuple[str, ...] = ()
    path: str = ""
    sha256: str = ""
    kind: Literal["page"] = "page"


@dataclass(frozen=True, slots=True)
class LibraryFact:
    """A published library that an item was recognised as.

    ``by`` says by what: ``sha256`` proves that the item is the published file, a ``banner`` is only what the item says
    of itself, and ``package`` what the ``package.json`` of a package says, of all items in its folder.  ``version`` is
    empty where nothing names one.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    name: str
    version: str
    by: Literal["banner", "sha256", "package"]
    path: str = ""
    sha256: str = ""
    kind: Literal["library"] = "library"


Fact: TypeAlias = (
    ItemFact
    | LinkFact
    | ContainerFact
    | OpenedFact
    | DetectionFact
    | ExecutableFact
    | DisguiseFact
    | ReferenceFact
    | OutboundFact
    | LibraryFact
    | PageFact
)


@dataclass(frozen=True, slots=True)
class Gap:
    """An item, or a part of one, that could not be examined, with the reason."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    reason: GapReason
    detail: str = ""
    examiner: str = ""
    path: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """Bytes that an examiner uncovered in an item (a decoded blob, an embedded program).

    They become an item of their own, ``<item>!/!<name>``, under the same budget.
    """

    name: str
    data: bytes


# --- engines and coverage -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DatabaseInfo:
    """The signature database or rule set of an engine; ``date`` is RFC 3339 or empty, ``sha256`` over its sources."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    kind: DatabaseKind
    version: str
    date: str
    signatures: int
    sha256: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """An engine as it ran: its version, its database, and whether it proved itself before and after."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    name: str
    version: str
    database: DatabaseInfo | None = None
    canary: Literal["passed", "failed"] = "failed"
    detail: str = ""
    external: str = ""
    """Address of an engine on another host; empty for local engines."""


@dataclass(frozen=True, slots=True)
class EngineProblem:
    """An engine that did not start, died, or missed its canary: message code, arguments and English text."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    engine: str
    code: str
    args: MessageArgs
    message: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many items an examiner examined, how many it does not apply to, and how many it left a gap in."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    examiner: str
    examined: int
    not_applicable: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Examination:
    """All that was seen in one run: what ``facts.json`` holds and what policy judges.

    ``started`` and ``finished`` are RFC 3339 in UTC.
    """

    artifacts: tuple[Artifact, ...]
    facts: tuple[Fact, ...]
    gaps: tuple[Gap, ...]
    engines: tuple[EngineInfo, ...]
    problems: tuple[EngineProblem, ...]
    coverage: tuple[Coverage, ...]
    started: str
    finished: str


# --- what policy makes of it ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement of the judgement.

    ``id`` is ``family/name``; ``args`` fill the catalogue's text for that id in either language; ``message`` is the
    English text, so that language never changes a digest; ``suppressed_by`` is the id of a justification.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    id: str
    severity: Severity
    clause: str
    message: str
    path: str = ""
    sha256: str = ""
    args: MessageArgs = field(default_factory=dict)
    suppressed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the contract with what this run can say of it; ``exceptions`` counts persons' dispositions."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    id: str
    status: ClauseStatus
    reason: str
    reason_code: str
    reason_args: MessageArgs = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    exceptions: int = 0


@dataclass(frozen=True, slots=True)
class JudgedExecutable:
    """An executable and the justification that covers it, if any."""

    fact: ExecutableFact
    justified_by: str | None


@dataclass(frozen=True, slots=True)
class JudgedOutbound:
    """An outbound contact and the declaration that covers it: a destination's id, ``own``, or None."""

    fact: OutboundFact
    declared_by: str | None


@dataclass(frozen=True, slots=True)
class ExternalService:
    """A service outside of this machine that the run used, its operator, and what was sent to it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENT_CONFIG
    name: str
    operator: str
    sent: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer to one examination under one policy."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    clauses: tuple[Clause, ...]
    executables: tuple[JudgedExecutable, ...]
    outbound: tuple[JudgedOutbound, ...]
    external_services: tuple[ExternalService, ...] = ()
    sample: bool = False
    """True where the malware database is not official: 見本・提出不可 / sample, not for submission."""
