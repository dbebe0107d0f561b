"""The limits within which the gate looks at hostile input: one leaf module, known to intake and to the policy.

The defaults come from measurements on real deliveries and on bombs; ``[limits]`` of the policy replaces them.
What goes beyond a limit becomes a gap, never "clean".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is unpacked and examined; all whole numbers of at least one."""

    depth: int = 12
    """Containers inside containers; each compression layer counts as one."""

    entries: int = 100_000
    """Entries of one container."""

    entries_total: int = 300_000
    """Entries of all containers and folders of one run together."""

    member_bytes: int = 2 << 30
    """Bytes of one member after unpacking."""

    total_bytes: int = 8 << 30
    """Bytes of all members of one run together after unpacking."""

    ratio: int = 200
    """Bytes that one byte of a container may become, once ``ratio_from_bytes`` of output have been reached."""

    ratio_from_bytes: int = 16 << 20
    """Bytes of output up to which ``ratio`` is not looked at, as small files compress well."""

    total_ratio_from_bytes: int = 256 << 20
    """Bytes of output of the whole run from which ``ratio`` is held against the bytes of all artifacts."""

    name_bytes: int = 1024
    """Bytes of one stored name, with all its components."""

    name_depth: int = 64
    """Components of one stored name."""

    paths_total: int = 128 << 20
    """Characters of all item paths of one run together: names as long as allowed, many levels deep, add up."""

    total_seconds: int = 1200
    """Seconds that all unpacking of one run may take; what is opened later is a gap."""

    item_seconds: int = 60
    """Seconds that one worker may take over one item, not counting what an engine is allowed for its size."""
