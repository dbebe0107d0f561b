"""Links in folders and containers: recorded, never followed."""

from __future__ import annotations

from typing import Literal, TypeAlias

from gate.intake.listening import Listener
from gate.models import ContainerFact, LinkFact
from gate.paths import escape_name

LinkKind: TypeAlias = Literal["symbolic", "hard"]


def tell_link(
    listener: Listener, path: str, kind: LinkKind, target: bytes, *, below: bytes, rooted: bool = False
) -> None:
    """Record a link; one that leads out of the folder or container that it lies in is an issue.

    ``below`` is its name in there.  In something ``rooted`` (a package's or system's file tree, which has a root of
    its own) absolute targets are looked for from that root.
    """
    escaped = escape_name(target)
    listener.fact(LinkFact(kind, escaped, path=path))
    folder = below.rpartition(b"/")[0] if kind == "symbolic" else b""
    if rooted and target.startswith(b"/"):
        folder, target = b"", target.lstrip(b"/") or b"."
    if leaves(folder, target):
        listener.fact(ContainerFact("unsafe-link", f"leads outside: {escaped}", path=path))


def leaves(folder: bytes, target: bytes) -> bool:
    """Say whether a link target leads out of the root that ``folder`` is relative to."""
    if target.startswith(b"/") or b"\\" in target or target[1:2] == b":" or not target:
        return True
    depth = len([part for part in folder.split(b"/") if part not in (b"", b".")])
    for part in target.split(b"/"):
        if part == b"..":
            depth -= 1
            if depth < 0:
                return True
        elif part not in (b"", b"."):
            depth += 1
    return False
