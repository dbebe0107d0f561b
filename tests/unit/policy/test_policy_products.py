"""Names of products: the same thing by different names, and different things by one name."""

from __future__ import annotations

import pytest

from gate.models import ComponentFact
from gate.policy.delivery import delivery_of
from gate.policy.products import Meaning
from tests.unit.policy.policy_kit import SHA, deliverable, examined, policy_of


def component(purl: str) -> ComponentFact:
    return ComponentFact(purl, "x", "1", "package.json", path="app.whl!/x", sha256=SHA)


@pytest.mark.parametrize(
    ("found", "product", "has"),
    [
        ("pkg:npm/ms@2.1.3", "pkg:npm/ms@2.1.3", True),
        ("pkg:npm/ms@2.1.3", "pkg:npm/ms", True),
        ("pkg:npm/ms@2.1.3", "ms@2.1.3", True),
        ("pkg:npm/ms@2.1.3", "MS@2.1.3", True),
        ("pkg:npm/ms@2.1.3", "pkg:pypi/ms@2.1.3", False),
        ("pkg:npm/ms@2.1.3", "pkg:npm/ms@2.1.4", False),
        ("pkg:npm/ms@2.1.3", "ms@2.1.4", False),
        ("pkg:npm/%40babel/core@7.0.0", "pkg:npm/%40babel/core@7.0.0", True),
        ("pkg:npm/%40babel/core@7.0.0", "pkg:npm/%40babel/core", True),
        ("pkg:npm/%40babel/core@7.0.0", "@babel/core@7.0.0", True),
        ("pkg:npm/%40babel/core@7.0.0", "@babel/core", True),
        ("pkg:npm/%40babel/core@7.0.0", "core@7.0.0", True),
        ("pkg:npm/%40babel/core@7.0.0", "pkg:npm/core@7.0.0", False),
        ("pkg:maven/org.a/core@1", "pkg:maven/org.b/core@1", False),
        ("pkg:maven/org.a/core@1", "org.a/core@1", True),
        ("pkg:pypi/zope.interface@5", "pkg:pypi/zope-interface@5", True),
        ("pkg:pypi/zope.interface@5", "Zope_Interface@5", True),
        ("pkg:deb/bash@5.2-1", "pkg:deb/debian/bash@5.2-1", True),
        ("pkg:deb/bash@5.2-1", "pkg:deb/debian/dash@5.2-1", False),
        ("pkg:rpm/bash@2:5.2-1", "pkg:rpm/redhat/bash@2%3A5.2-1", True),
        ("pkg:npm/ms@2.1.3", "pkg:generic/sample@1.0", True),
        ("pkg:npm/ms@2.1.3", "Sample@1.0", True),
        ("pkg:npm/ms@2.1.3", "pkg:generic/sample@1.1", False),
    ],
)
def test_what_a_delivery_is_recognised_by(found: str, product: str, *, has: bool) -> None:
    delivery = delivery_of(examined(component(found)), policy_of(deliverable("application")))
    assert delivery.has([product]) is has
    if "sample" not in product.lower() and product.rpartition("@")[0] not in {"", "pkg:npm/%40babel/core"}:
        assert (delivery.left_out([product]) == ()) is has


def test_any_version_is_no_look_at_the_one_that_is_delivered() -> None:
    delivery = delivery_of(examined(component("pkg:npm/ms@2.1.3")), policy_of())
    assert delivery.left_out(["pkg:npm/ms", "ms"]) == ("pkg:npm/ms@2.1.3",)
    assert delivery.left_out(["pkg:pypi/ms@2.1.3"]) == ("pkg:npm/ms@2.1.3",), "another kind of package"
    assert delivery.left_out([f"sha256:{SHA}"]) == (), "the whole artifact"


@pytest.mark.parametrize(
    ("answer", "result", "meant"),
    [
        (["pkg:npm/ms@2.1.3"], ["pkg:npm/ms@2.1.3"], True),
        (["pkg:npm/ms"], ["pkg:npm/ms@2.1.3"], True),
        (["pkg:npm/ms@2.1.3"], ["ms@2.1.3"], True),
        (["ms@2.1.3"], ["pkg:npm/ms@2.1.3"], True),
        (["ms"], ["ms@2.1.3"], True),
        (["pkg:pypi/ms@2.1.3"], ["pkg:npm/ms@2.1.3"], False),
        (["pkg:npm/ms@2.1.3"], ["pkg:npm/ms@2.1.4"], False),
        ([], ["pkg:npm/ms@2.1.3"], False),
        (["other@1", "pkg:npm/ms@2.1.3"], ["x@1", "ms@2.1.3"], True),
    ],
)
def test_whether_an_answer_means_what_a_result_speaks_of(answer: list[str], result: list[str], *, meant: bool) -> None:
    assert Meaning.of(answer).shares(Meaning.of(result)) is meant
