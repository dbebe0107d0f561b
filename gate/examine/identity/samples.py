"""The bytes by which the examiner proves itself."""

from __future__ import annotations

import struct

TEXT = b"A letter that speaks of a bundle of files, and holds none.\n"


def tiny_git_bundle() -> bytes:
    """Return the head of a Git bundle without any object (git, gitformat-bundle)."""
    return b"# v2 git bundle\n" + b"0" * 40 + b" refs/heads/main\n\n" + struct.pack(">4sLL", b"PACK", 2, 0)


def tiny_bzip3() -> bytes:
    """Return the head of a stream of bzip3 that holds nothing (bzip3, doc/file_format.md)."""
    return struct.pack("<5sL", b"BZ3v1", 16 << 20)
