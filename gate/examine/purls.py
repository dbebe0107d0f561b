"""Package URLs (package-url specification) in one form, so that two of them are compared as texts."""

from __future__ import annotations

from packageurl import PackageURL

_LENGTH = 1000


def canonical_purl(text: str) -> str | None:
    """Return a package URL without qualifiers and subpath, its name as its type demands; None where it is none."""
    if len(text) > _LENGTH:
        return None
    try:
        found = PackageURL.from_string(text)
        return make_purl(found.type, found.name, found.version or "", namespace=found.namespace or "")
    except ValueError:
        return None


def make_purl(kind: str, name: str, version: str, *, namespace: str = "") -> str:
    """Return the package URL of a package.  Raises ``ValueError`` where the parts make none."""
    made = PackageURL(type=kind, namespace=namespace or None, name=name, version=version or None).to_string()
    if len(made) > _LENGTH:
        raise ValueError("too long")
    return made
