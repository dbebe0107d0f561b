"""Facts about where a delivery comes from: the commit of the repository, and what each file is in it.

Those of the whole run have an empty ``path``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from gate.models.vocabulary import DOCUMENT_CONFIG  # pydantic reads annotations when the module is loaded

SignatureKind: TypeAlias = Literal["", "openpgp", "ssh", "x509", "unknown"]
"""Of a signature in a commit or tag; empty where there is none."""

WorkTree: TypeAlias = Literal["clean", "different", "none"]
"""Whether the checked-out files are those of the commit; ``none``: a repository without any (bare)."""

Traced: TypeAlias = Literal[
    "content", "line-endings", "large-file", "file-list", "packer-metadata", "different", "untraced"
]
"""What a delivered file is in the commit.

``content``: the bytes of a blob.  ``line-endings``: those of a blob, but for CRLF and LF.  ``large-file``: the bytes
that a Git LFS pointer of the commit names by SHA-256.  ``file-list``: the list of files of a wheel, each line of which
holds.  ``packer-metadata``: what a packer writes, all of it understood.  ``different``: the commit has other bytes at
this path.  ``untraced``: the commit has nothing of the kind.
"""


@dataclass(frozen=True, slots=True)
class RevisionFact:
    """The commit that a repository was at, as its own objects prove it by their ids.

    ``commit`` and ``tree`` are hex ids in ``object_format``.  ``branch`` is what HEAD names, empty where it names a
    commit; ``tags`` are those that lead to the commit.  ``author`` and ``committer`` are ``name <address>``, escaped
    for display: anybody can write any name into a commit.  ``authored_at`` and ``committed_at`` are RFC 3339 in UTC,
    empty where the commit's time cannot be read.  ``signature`` and ``tag_signature`` say of which kind one is present;
    ``signed_by`` and ``tag_signed_by`` hold the fingerprint of the key of the policy that it was verified against, and
    are empty where it was not.  ``remote`` is the address of ``origin`` without user information.  ``differences`` are
    the first ways in which the work tree is not the commit (``modified``, ``missing``, ``untracked`` and a path),
    ``differing`` counts them all.  ``files`` counts the commit's files, ``submodules`` are their paths.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    commit: str
    tree: str
    object_format: Literal["sha1", "sha256"]
    branch: str
    tags: tuple[str, ...]
    author: str
    authored_at: str
    committer: str
    committed_at: str
    signature: SignatureKind
    signed_by: str
    tag_signature: SignatureKind
    tag_signed_by: str
    remote: str
    shallow: bool
    work_tree: WorkTree
    differences: tuple[str, ...]
    differing: int
    files: int
    submodules: tuple[str, ...] = ()
    path: str = ""
    sha256: str = ""
    kind: Literal["revision"] = "revision"


@dataclass(frozen=True, slots=True)
class TraceFact:
    """What a delivered file is in the commit that the run was told of.

    ``sources`` are paths of the commit, that which is most like the item's first, at most a few; ``count`` is how many
    have this content.  ``detail`` says more, in English words.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    traced: Traced
    sources: tuple[str, ...] = ()
    count: int = 0
    detail: str = ""
    path: str = ""
    sha256: str = ""
    kind: Literal["trace"] = "trace"


@dataclass(frozen=True, slots=True)
class ApprovalFact:
    """The commit that last changed an entry of the policy file, where that lies in the repository.

    ``policy_sha256`` says which file the entry stands in, ``section`` and ``entry`` (its id) where.  ``commit`` is
    empty where the file as it was used is no file of the commit; then nobody is known.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    policy_sha256: str
    section: str
    entry: str
    commit: str
    author: str
    committed_at: str
    path: str = ""
    sha256: str = ""
    kind: Literal["approval"] = "approval"
