"""How a reader says what it found: one place that makes facts, safe to show and bounded."""

from __future__ import annotations

from typing import Final

from gate.examine.json_values import shown
from gate.examine.purls import make_purl
from gate.models import ComponentFact

_LENGTH: Final = 200


class NotReadable(Exception):
    """Metadata that cannot be read; the argument says in English why."""


def component(
    kind: str,
    name: str,
    version: str,
    found_by: str,
    *,
    namespace: str = "",
    licence: str = "",
    delivered: bool = True,
) -> ComponentFact:
    """Return the fact of a component of a package-url type; one without name or version is incomplete."""
    name, version = name.strip(), version.strip()
    problem = "no name" if not name else "no version" if not version else ""
    purl = ""
    if not problem:
        try:
            purl = make_purl(kind, name, version, namespace=namespace.strip())
        except ValueError:
            problem = "its name is none of a package"
    fullname = f"{namespace.strip()}/{name}" if namespace.strip() else name
    return ComponentFact(
        purl,
        shown(fullname, _LENGTH),
        shown(version, _LENGTH),
        found_by,
        shown(licence, _LENGTH),
        delivered=delivered,
        problem=problem,
    )


def unreadable(found_by: str, problem: str) -> ComponentFact:
    """Return the fact of a component of which nothing can be told but that there is one."""
    return ComponentFact("", "", "", found_by, problem=shown(problem, _LENGTH))
