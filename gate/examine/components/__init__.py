"""Components: the packages that a delivery holds, as their own metadata names them.  Imports no parser."""

from __future__ import annotations

from typing import Final

from gate.models import Item

NAME: Final = "components"
NAMES: Final = frozenset(
    {
        b"metadata",
        b"pkg-info",
        b"package.json",
        b"package-lock.json",
        b"npm-shrinkwrap.json",
        b"pom.properties",
        b"manifest.mf",
        b"status",
        b"control",
        b"cargo.toml",
        b"rpmdb.sqlite",
        b"packages.db",
    }
)
ENDINGS: Final = (b".nuspec", b".gemspec")


def may_name_a_component(item: Item) -> bool:
    """Say whether an item bears the name of metadata of a package, or is a package that names itself."""
    name = item.name.rpartition(b"/")[2].lower()
    return name in NAMES or name.endswith(ENDINGS) or "rpm" in item.labels
