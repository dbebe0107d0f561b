"""What can be the name of a host: by the public suffix list, as dots alone stand in far too much else."""

from __future__ import annotations

import re
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

_SUFFIXES = PublicSuffixList(accept_unknown=False)
_SPECIAL = frozenset({"example", "test", "invalid", "localhost", "local", "internal", "onion"})
"""Names that no registry hands out and that mean something all the same (RFC 2606, RFC 6761, RFC 6762, RFC 7686)."""
_LONGEST = 253
_NAME = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])"
)
_ADDRESS = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")
_LABEL = re.compile(r"[a-z]++")

_FILE_LIKE = (
    "ac ai app as bz cab cc cfg cl cpp cs csv dev dll do doc dot exe fm foo gd gz hs id im in inc info ini io is it js "
    "la lc log ls lt md me ml mm mo mov mp my name net2 nu now page php pl pm pn po pr ps pub py pyc ph re rs run sc "
    "sh so sql src st style sv sys tc tf tk tm to top ts tt tv txt vi wf ws xml xyz zip zone work play link data map "
    "prof support build docs host one select system box call cat channel report menu new open band best click"
)
"""Top-level domains, and what looks like them, that are more often the end of a file name or of an attribute."""
_FILE_SUFFIXES = frozenset(_FILE_LIKE.split())
_PACKAGE_LIKE = "com org net io java javax jp android androidx sun kotlin groovy de me gov edu co uk fr"
"""First labels of names of packages, which are written from the right (Java Language Specification 6.1)."""
_PACKAGES = frozenset(_PACKAGE_LIKE.split())


@lru_cache(maxsize=4096)
def known_suffix(host: str) -> str:
    """Return the public suffix of a host name in lower case, or an empty text where it has none."""
    last = host.rpartition(".")[2]
    return last if last in _SPECIAL else (_SUFFIXES.publicsuffix(host) or "")


@lru_cache(maxsize=4096)
def is_host_name(text: str) -> bool:
    """Say whether a text that stands alone is meant as a host name or public address, and as nothing else.

    Names of files, packages and attributes are none: of top-level domains that are more often a part of these only
    names of three and more labels below ``www`` or ``api`` count.
    """
    if len(text) > _LONGEST:
        return False
    if _ADDRESS.fullmatch(text):
        return _is_no_version(text)
    name = text.lower()
    if not _NAME.fullmatch(text) or "_" in name.rpartition(".")[0].rpartition(".")[2]:
        return False
    suffix = known_suffix(name)
    if not suffix or suffix == name:
        return False
    labels = name.split(".")
    usual = labels[0] in {"www", "api", "ftp", "cdn", "mail", "smtp", "update", "updates"}
    if labels[0] in _PACKAGES and len(labels) > 1 and not usual:
        return False
    if text != name and text != text.upper():  # `Module.Class.Info`: no person writes a host in this way
        return False
    return labels[-1] not in _FILE_SUFFIXES or (usual and len(labels) > 2)  # noqa: PLR2004  # www.NAME.TLD


def _is_no_version(address: str) -> bool:
    """Say whether four numbers are rather an address than a version: versions have small numbers and zeros."""
    numbers = [int(number) for number in address.split(".")]
    return numbers[0] not in {0, 255} and (sum(number > 25 for number in numbers) > 1 or len(set(numbers)) == 1)  # noqa: PLR2004


@lru_cache(maxsize=4096)
def host_of_run(run: str) -> str:
    """Return the host at the start of ``run``, letters that may go on with another text behind it.

    Go and Rust keep texts without anything between them.  Where the last label is no top-level domain, the longest
    beginning of it that is one ends the name; without such a beginning the whole is returned.
    """
    name = run.lower().rstrip(".")
    if known_suffix(name) or "." not in name:
        return run
    head, _, last = name.rpartition(".")
    for length in range(min(len(last), 24), 1, -1):
        label = last[:length]
        if _LABEL.fullmatch(label) and known_suffix(f"{head}.{label}"):
            return run[: len(head) + 1 + length]
    cut = host_of_run(head) if head.count(".") else run
    return cut if cut != head else run
