"""The families of formats that are not text, and not documents: programs, bytecode and installers."""

from __future__ import annotations

from gate.examine.executable import (
    bytecode,
    file_systems,
    images,
    installers,
    programs,
    rarer,
    setups,
    undecidable,
    zip_packages,
)
from gate.examine.executable.content import Family

FAMILIES: tuple[Family, ...] = (
    *programs.FAMILIES,
    *images.FAMILIES,
    *rarer.FAMILIES,
    *bytecode.FAMILIES,
    *installers.FAMILIES,
    *setups.FAMILIES,
    *zip_packages.FAMILIES,
    *file_systems.FAMILIES,
    *undecidable.FAMILIES,
)
