"""``gate/sbom.cdx.json``: a CycloneDX 1.6 list of what was delivered and of the components found in it.

Each artifact is a component of the deliverable, each found component one of its artifact.  It names what names itself:
what is in the artifacts beside that is said to be incomplete, and no list of this kind is a register (管理台帳).
Same examination, same policy, same clock: same bytes; the serial number is derived from the content.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Final

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.license import DisjunctiveLicense, LicenseAcknowledgement
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.spdx import is_supported_id
from packageurl import PackageURL

from gate.policy.delivery import found_components
from gate.record.canonical import canonical
from gate.record.packages import Packages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from gate.models import Artifact, ComponentFact, Examination
    from gate.policy.model import Policy
    from gate.record.identity import GateIdentity

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:x-release-gate:sbom:v1")
_DELIVERABLE: Final = "deliverable"
_KINDS: Final = {
    "application": ComponentType.APPLICATION,
    "website": ComponentType.APPLICATION,
    "content": ComponentType.DATA,
}
_UNNAMED: Final = "(unnamed)"
_PREFIX: Final = "release-gate"


def sbom_document(examination: Examination, policy: Policy, gate: GateIdentity, *, created: datetime) -> bytes:
    """Return the bytes of the document; ``created`` is its time, with an offset."""
    found = found_components(examination.facts)
    packages = Packages.of(examination.facts, found)
    artifacts = [_artifact(artifact, _inside(artifact, found), packages) for artifact in examination.artifacts]
    whole = _deliverable(policy, examination)
    tools = ToolRepository(components=[_gate(gate)])
    bom = Bom(
        components=artifacts,
        dependencies=_dependencies(whole, artifacts),
        metadata=BomMetaData(timestamp=created, tools=tools, component=whole),
    )
    # The library would look through all of them for each; a subclass it cannot write.
    bom.register_dependency = _is_registered  # type: ignore[method-assign]  # as said above
    bom.serial_number = _NAMESPACE  # else the library makes one up; the real one follows from the content
    document: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    document["compositions"] = _compositions(document)
    document["serialNumber"] = uuid.uuid5(_NAMESPACE, canonical(document).decode()).urn
    return canonical(document)


def _dependencies(whole: Component, artifacts: Sequence[Component]) -> list[Dependency]:
    parts = [Dependency(artifact.bom_ref) for artifact in artifacts]
    return [Dependency(whole.bom_ref, parts), *parts]


def _is_registered(*_: object, **__: object) -> None:
    """Do nothing: every component at the top has been given with its dependencies."""


def _gate(gate: GateIdentity) -> Component:
    return Component(
        name="release-gate",
        version=gate.version,
        type=ComponentType.APPLICATION,
        bom_ref="tool:release-gate",
        properties=[_property("record-sha256", gate.sha256)],
    )


def _deliverable(policy: Policy, examination: Examination) -> Component:
    """Return the deliverable as the policy declares it; without a declaration it is named for its artifacts."""
    declared = policy.deliverable
    if declared is None:
        name = ", ".join(artifact.path for artifact in examination.artifacts)
        return Component(name=name, type=ComponentType.DATA, bom_ref=_DELIVERABLE)
    return Component(
        name=declared.name,
        version=declared.version,
        type=_KINDS[declared.kind],
        bom_ref=_DELIVERABLE,
        description=declared.title,
        supplier=OrganizationalEntity(name=declared.supplier) if declared.supplier else None,
    )


def _inside(artifact: Artifact, found: Sequence[ComponentFact]) -> list[ComponentFact]:
    return [fact for fact in found if fact.path == artifact.path or fact.path.startswith(_below(artifact))]


def _below(artifact: Artifact) -> tuple[str, str]:
    return f"{artifact.path}/", f"{artifact.path}!/"


def _artifact(artifact: Artifact, found: Sequence[ComponentFact], packages: Packages) -> Component:
    """Return an artifact; the digest of a folder is that of the list of its files, which is no file's of that name."""
    is_file = artifact.kind == "file"
    return Component(
        name=artifact.path,
        type=ComponentType.FILE,
        bom_ref=f"artifact:{artifact.path}",
        hashes=[_sha256(artifact.sha256)] if is_file else [],
        properties=[] if is_file else [_property("file-list-sha256", artifact.sha256)],
        components=_components(artifact, found, packages),
    )


def _components(artifact: Artifact, found: Iterable[ComponentFact], packages: Packages) -> list[Component]:
    """Return the components of an artifact, each once with all places that name it."""
    places: dict[str, list[ComponentFact]] = {}
    for fact in found:
        places.setdefault(fact.purl or fact.path, []).append(fact)
    return [_component(f"component:{artifact.path}:{key}", facts, packages) for key, facts in sorted(places.items())]


def _component(reference: str, facts: Sequence[ComponentFact], packages: Packages) -> Component:
    fact = facts[0]
    licences = sorted({each.licence for each in facts if each.licence})
    problems = sorted({each.problem for each in facts if each.problem})
    digests = {digest for each in facts if (digest := packages.digest(each))}
    return Component(
        name=fact.name or _UNNAMED,
        version=fact.version or None,
        type=ComponentType.LIBRARY,
        bom_ref=reference,
        purl=PackageURL.from_string(fact.purl) if fact.purl else None,
        # Two different files that call themselves the same have no digest in common.
        hashes=map(_sha256, digests) if len(digests) == 1 else (),
        licenses=map(_licence, licences),
        evidence=ComponentEvidence(
            occurrences=[
                Occurrence(location=each.path, bom_ref=f"{reference}#{number}") for number, each in enumerate(facts, 1)
            ]
        ),
        properties=[
            *(_property("found-by", word) for word in sorted({each.found_by for each in facts})),
            *(_property("incomplete", problem) for problem in problems),
        ],
    )


def _licence(declared: str) -> DisjunctiveLicense:
    """Return a licence as the package declares it: by its SPDX id where it is one, else by its text."""
    acknowledgement = LicenseAcknowledgement.DECLARED
    if is_supported_id(declared):
        return DisjunctiveLicense(id=declared, acknowledgement=acknowledgement)
    return DisjunctiveLicense(name=declared, acknowledgement=acknowledgement)


def _compositions(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Say what the list leaves open (CycloneDX 1.6, "compositions"), which the library has no values for.

    The deliverable is made of the artifacts and nothing else.  Of an artifact only those parts are listed that bear
    metadata; how its parts depend on one another is not known.
    """
    artifacts = [component["bom-ref"] for component in document.get("components", [])]
    return [
        {"aggregate": "complete", "assemblies": [_DELIVERABLE]},
        {"aggregate": "incomplete", "assemblies": artifacts},
        {"aggregate": "unknown", "dependencies": [_DELIVERABLE, *artifacts]},
    ]


def _sha256(digest: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=digest)


def _property(name: str, value: str) -> Property:
    return Property(name=f"{_PREFIX}:{name}", value=value)
