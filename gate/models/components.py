"""A component: a package of someone's that an item is, or that an item says it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from gate.models.vocabulary import DOCUMENT_CONFIG  # pydantic reads annotations when the module is loaded


@dataclass(frozen=True, slots=True)
class ComponentFact:
    """A component as the metadata of its own package names it.

    ``purl`` is the package URL without qualifiers (package-url specification), ``licence`` what the metadata declares,
    as it is written, ``found_by`` the kind of metadata (``wheel-metadata``, ``package.json`` …).  ``delivered`` is
    False where a file only asks for the component: a lock file does not show that its packages are in the delivery.
    ``problem`` says in English what of the metadata cannot be read, or is missing: such a component is incomplete, and
    has no package URL where its name or version is not known.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    purl: str
    name: str
    version: str
    found_by: str
    licence: str = ""
    delivered: bool = True
    problem: str = ""
    path: str = ""
    sha256: str = ""
    kind: Literal["component"] = "component"


@dataclass(frozen=True, slots=True)
class BaseImageFact:
    """The image that a container image says it was built on.

    ``name`` is a reference as it is written, ``digest`` the SHA-256 of the base's manifest; one of them may be empty.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    name: str
    digest: str
    path: str = ""
    sha256: str = ""
    kind: Literal["base-image"] = "base-image"
