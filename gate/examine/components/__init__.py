"""Components: the packages that a delivery holds, as their own metadata names them.  Imports no parser."""

from __future__ import annotations

import re
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
_IMAGE: Final = re.compile(rb"(?:index\.json|manifest\.json|config\.json|[0-9a-f]{64}(?:\.json)?)")
ENDINGS: Final = (b".nuspec", b".gemspec")


def may_name_a_component(item: Item) -> bool:
    """Say whether an item bears the name of metadata of a package, or is a package that names itself."""
    name = item.name.rpartition(b"/")[2].lower()
    return name in NAMES or name.endswith(ENDINGS) or "rpm" in item.labels or may_be_an_image(name)


def may_be_an_image(name: bytes) -> bool:
    """Say whether a name is one that manifests and configurations have in image layouts and saved images."""
    return _IMAGE.fullmatch(name) is not None
