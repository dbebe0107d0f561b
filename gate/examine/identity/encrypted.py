"""Encrypted files that libmagic does not know, by the marks that their own programs look for.

The sources are the specification of age (age-encryption.org/v1, also in armor) and the source of git-crypt.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.models import Gap

_MARKS = {
    b"age-encryption.org/v1\n": "file of age",
    b"-----BEGIN AGE ENCRYPTED FILE-----": "file of age in armor",
    b"\0GITCRYPT\0": "file of git-crypt",
}


def encrypted(head: bytes) -> Iterator[Gap]:
    """Yield a gap where the start of a file is that of an encrypted one."""
    start = head.lstrip(b" \t\r\n")
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            yield Gap("encrypted", f"{name}: its content is not seen")
