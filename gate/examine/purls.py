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
    """Return the package URL of a package.  Raises ``ValueError`` where the parts make none.

    The library makes some of parts that nothing is left of in the one form (a name of blanks or slashes), and then
    either stumbles or cannot read them.
    """
    try:
        made = PackageURL(type=kind, namespace=namespace or None, name=name, version=version or None).to_string()
    except TypeError as error:
        raise ValueError("nothing is left of a part") from error
    if len(made) > _LENGTH:
        raise ValueError("too long")
    if PackageURL.from_string(made).to_string() != made:
        raise ValueError("read otherwise than written")
    return made
