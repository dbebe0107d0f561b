"""The kinds of facts: what an examiner saw, knowing nothing of policy.

`path` and `sha256` of a fact or gap, and `examiner` of a gap, are stamped by the runner: an examiner leaves them
empty and so cannot report for another item than the one that it was handed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from gate.models.components import BaseImageFact, ComponentFact
from gate.models.evidence import EvidenceFact
from gate.models.run_facts import BuilderFact, PreviousFact, ServiceFact
from gate.models.secret_facts import SecretFact
from gate.models.source_facts import ApprovalFact, RevisionFact, TraceFact
from gate.models.vocabulary import (  # pydantic reads annotations when the module is loaded
    DOCUMENT_CONFIG,
    Certainty,
    ContainerIssue,
    Disguise,
    ExecutableClass,
    Reach,
)


@dataclass(frozen=True, slots=True)
class ItemFact:
    """That an item exists: the inventory of a release is the list of these.

    ``decoded`` is its stored name as text where that is not UTF-8 (Japanese archives), escaped like a path, and
    ``encoding`` in what it was read: ``cp932``, ``euc-jp``, ``cp437``, or ``unknown``, with what could not be read
    escaped.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
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

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    link: Literal["symbolic", "hard"]
    target: str
    path: str = ""
    sha256: str = ""
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True)
class ContainerFact:
    """Something about a container that makes readers disagree or that reaches outside of it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    issue: ContainerIssue
    detail: str
    path: str = ""
    sha256: str = ""
    kind: Literal["container"] = "container"


@dataclass(frozen=True, slots=True)
class OpenedFact:
    """An encrypted container that was opened; ``entry`` is the glob of ``[archive_passwords]`` that had the key."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    entry: str
    path: str = ""
    sha256: str = ""
    kind: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True)
class DetectionFact:
    """An engine's statement that an item is, or may be, a malicious program.

    ``score`` is 1 to 100 where the engine weighs what it saw (``heuristics``), 0 where it knows only yes and no.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
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

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
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

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    disguise: Disguise
    detail: str
    path: str = ""
    sha256: str = ""
    kind: Literal["disguise"] = "disguise"


@dataclass(frozen=True, slots=True)
class ReferenceFact:
    """A page or browser script that names a file of its own place by the relative path ``target``.

    ``role`` says as what: a WebAssembly ``module``, with the path as it is written; or a ``script`` or ``style`` sheet
    that the name of the file does not say that it is, with the path escaped like an item path.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    target: str
    path: str = ""
    sha256: str = ""
    role: Literal["module", "script", "style"] = "module"
    kind: Literal["reference"] = "reference"


@dataclass(frozen=True, slots=True)
class OutboundFact:
    """A URL or host in an item, and how reading or running the item would reach it.

    ``host`` is the lower-case A-label, ``via`` names the construct (``img[src]``), ``line`` counts from 1 and is 0
    where the item has no lines, ``url`` has user information and query values redacted.  ``integrity`` says that the
    reader accepts nothing but the bytes of a digest that stands beside the URL (W3C Subresource Integrity).
    ``by_code`` says of a ``conditional`` contact that code makes it when that is run, and not a document that is shown.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    url: str
    host: str
    reach: Reach
    via: str
    line: int = 0
    condition: str = ""
    path: str = ""
    sha256: str = ""
    integrity: bool = False
    by_code: bool = False
    kind: Literal["outbound"] = "outbound"


@dataclass(frozen=True, slots=True)
class PageFact:
    """A page: where its links lead within the delivery, and what it says where it speaks of what users should know.

    ``links`` are relative paths, escaped like item paths, those from the root of the site with a ``/`` before them.
    ``frames`` are those among them that are shown inside of the page.  ``disclosure`` is the visible text of a page
    that speaks of privacy, cookies or data sent to others; else empty.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
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

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    name: str
    version: str
    by: Literal["banner", "sha256", "package"]
    path: str = ""
    sha256: str = ""
    kind: Literal["library"] = "library"


WorkerFact: TypeAlias = (
    ContainerFact
    | DetectionFact
    | ExecutableFact
    | DisguiseFact
    | ReferenceFact
    | OutboundFact
    | LibraryFact
    | PageFact
    | ComponentFact
    | BaseImageFact
    | SecretFact
)
"""What examiners in confined workers may say of the item in hand; the inventory, and where an item is from, is not
theirs to tell, whatever has taken a worker over."""

SeenFact: TypeAlias = ItemFact | LinkFact | OpenedFact | TraceFact | WorkerFact
"""What may be said of an item: by intake, by examiners, by the tracing of sources."""

RunFact: TypeAlias = ApprovalFact | BuilderFact | PreviousFact | RevisionFact | EvidenceFact | ServiceFact
"""What is no item's, and no examiner may say."""

Fact: TypeAlias = SeenFact | RunFact
