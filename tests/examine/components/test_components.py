"""Components: a case of each kind of metadata with a twin that is none, and what cannot be read."""

from __future__ import annotations

import json
import struct
import time
from typing import Any

import pytest
from packageurl import PackageURL

from gate.examine.components import may_name_a_component
from gate.examine.components.examiner import LARGEST_BYTES, MOST, ComponentsExaminer
from gate.examine.components.found import component
from gate.models import ComponentFact, Gap, Item
from tests.examine.viewing import view_of

EXAMINER = ComponentsExaminer()


def seen(name: str, data: bytes | str, *labels: str) -> list[ComponentFact]:
    raw = data.encode() if isinstance(data, str) else data
    with view_of(raw, EXAMINER, name=name.encode(), labels=labels) as view:
        facts = list(EXAMINER.examine(view))
    assert all(isinstance(fact, ComponentFact) for fact in facts)
    return [fact for fact in facts if isinstance(fact, ComponentFact)]


def rpm(*, name: bytes = b"bash", epoch: int | None = None, version: bytes = b"5.2", release: bytes = b"1.el9",
        licence: bytes = b"GPLv3+") -> bytes:  # fmt: skip
    """Return the start of an RPM file: lead, an empty signature header, a header with these tags."""
    texts = {1000: name, 1001: version, 1002: release, 1014: licence}
    tags = [(tag, 6, value + b"\0") for tag, value in texts.items()]
    if epoch is not None:
        tags.append((1003, 4, struct.pack("!I", epoch)))
    index, store = b"", b""
    for tag, kind, value in tags:
        store += b"\0" * (-len(store) % 4)
        index += struct.pack("!IIII", tag, kind, len(store), 1)
        store += value
    magic = b"\x8e\xad\xe8\x01" + bytes(4)
    signature = magic + struct.pack("!II", 1, 4) + struct.pack("!IIII", 1000, 4, 0, 1) + bytes(4)
    padding = bytes(-(96 + len(signature)) % 8)
    header = magic + struct.pack("!II", len(tags), len(store)) + index + store
    return b"\xed\xab\xee\xdb".ljust(96, b"\0") + signature + padding + header


GEM = """--- !ruby/object:Gem::Specification
name: rake
version: !ruby/object:Gem::Version
  version: 13.0.6
platform: ruby
dependencies:
- !ruby/object:Gem::Dependency
  name: minitest
  requirement: !ruby/object:Gem::Requirement
    requirements:
    - - "~>"
      - !ruby/object:Gem::Version
        version: '5.0'
licenses:
- MIT
- Ruby
"""
NUSPEC = """<?xml version="1.0"?><package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata>
<id>Newtonsoft.Json</id><version>13.0.1</version><license type="expression">MIT</license>
<dependencies><group><dependency id="x" version="1"/></group></dependencies></metadata></package>"""

BUNDLE_MANIFEST = (
    "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.exam\r\n ple.core;singleton:=true\r\n"
    "Bundle-Version: 1.0.0.v1\r\nBundle-License: EPL-2.0\r\n\r\nName: x\r\nBundle-SymbolicName: y\r\n"
)

PACKAGES: list[tuple[str, bytes | str, str, str]] = [
    ("METADATA", "Metadata-Version: 2.4\nName: Jinja2\nVersion: 3.1.2\nLicense-Expression: BSD-3-Clause\n\nName: no",
     "pkg:pypi/jinja2@3.1.2", "BSD-3-Clause"),
    ("PKG-INFO", "Metadata-Version: 1.1\r\nName: Zope.Interface\r\nVersion: 5.0\r\nLicense: ZPL\r\n  2.1\r\n\r\nText",
     "pkg:pypi/zope.interface@5.0", "ZPL 2.1"),
    ("package.json", '{"name": "left-pad", "version": "1.3.0", "license": "WTFPL"}', "pkg:npm/left-pad@1.3.0", "WTFPL"),
    ("package.json", '{"name": "@babel/core", "version": "7.0.0", "licenses": [{"type": "MIT"}, {"type": "Apache"}]}',
     "pkg:npm/%40babel/core@7.0.0", "MIT, Apache"),
    ("pom.properties", "#Created by Maven\nversion=1.2\ngroupId=org.example\nartifactId=core\n",
     "pkg:maven/org.example/core@1.2", ""),
    ("MANIFEST.MF", BUNDLE_MANIFEST,
     "pkg:generic/org.example.core@1.0.0.v1", "EPL-2.0"),
    ("MANIFEST.MF", "Bundle-SymbolicName: a.b\n", "pkg:generic/a.b@0.0.0", ""),
    ("control", "Package: bash\nVersion: 5.2-1\nArchitecture: amd64\nDescription: x\n Package: no\n",
     "pkg:deb/bash@5.2-1", ""),
    ("Cargo.toml", '[package]\nname = "serde"\nversion = "1.0.1"\nlicense = "MIT OR Apache-2.0"\n',
     "pkg:cargo/serde@1.0.1", "MIT OR Apache-2.0"),
    ("Newtonsoft.Json.nuspec", NUSPEC, "pkg:nuget/Newtonsoft.Json@13.0.1", "MIT"),
    ("metadata", GEM, "pkg:gem/rake@13.0.6", "MIT, Ruby"),
    ("rake-13.0.6.gemspec", "# -*- encoding: utf-8 -*-\n# stub: rake 13.0.6 ruby lib\n\nGem::Specification.new\n",
     "pkg:gem/rake@13.0.6", ""),
    ("bash.rpm", rpm(), "pkg:rpm/bash@5.2-1.el9", "GPLv3+"),
    ("bash", rpm(epoch=2), "pkg:rpm/bash@2:5.2-1.el9", "GPLv3+"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "purl", "licence"), PACKAGES)
def test_what_metadata_names(name: str, data: bytes | str, purl: str, licence: str) -> None:
    labels = ("rpm",) if data[:1] == b"\xed" else ()
    (fact,) = seen(name, data, *labels)
    assert (fact.purl, fact.licence, fact.problem, fact.delivered) == (purl, licence, "", True)
    item = Item("a", "", 1, name.encode(), labels=labels)
    assert may_name_a_component(item)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("METADATA", "Name: a\nVersion: 1\n"),
        ("metadata", "name: rake\n"),
        ("package.json", '{"type": "module"}'),
        ("MANIFEST.MF", "Manifest-Version: 1.0\n\nBundle-SymbolicName: x\n"),
        ("control", "Source: bash\nMaintainer: x\n\nPackage: bash\nDescription: x\n"),
        ("status", "all is well\n"),
        ("Cargo.toml", '[workspace]\nmembers = ["a"]\n'),
        ("packages.db", b"not a database"),
    ],
)
def test_what_only_looks_like_it(name: str, data: bytes | str) -> None:
    assert seen(name, data) == []


@pytest.mark.parametrize("name", ["index.html", "metadata.json", "package.json5", "status.txt", "a.rpm.txt"])
def test_other_names_are_not_looked_at(name: str) -> None:
    assert not may_name_a_component(Item("a", "", 1, name.encode()))


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("METADATA", "Metadata-Version: 2.1\nName: a\n", "no version"),
        ("METADATA", "Metadata-Version: 2.1\nVersion: 1\n", "no name"),
        ("package.json", '{"name": "a"}', "no version"),
        ("package.json", '{"name": 3, "version": "1"}', "no text"),
        ("package.json", '{"name": "a", "version": ["1"]}', "no text"),
        ("package.json", '{"name": "a", "name": "b", "version": "1"}', "twice"),
        ("package.json", b'{"name": "\xff"}', "UTF-8"),
        ("package.json", "{", "not JSON"),
        ("package.json", "[]", "object"),
        ("package-lock.json", '{"packages": []}', "object"),
        ("package-lock.json", '{"packages": {"node_modules/a": {"version": 1}}}', "no text"),
        ("pom.properties", "artifactId=core\nversion=1\n", "groupId"),
        ("pom.properties", "", "no name"),
        ("MANIFEST.MF", "Bundle-SymbolicName: ;x\n", "symbolic name"),
        ("Cargo.toml", "[package\n", "not TOML"),
        ("Cargo.toml", '[package]\nname = "a"\nversion.workspace = true\n', "elsewhere"),
        ("Cargo.toml", '[package]\nname = "a"\n', "no version"),
        ("a.nuspec", "<package><metadata><id>x</id></metadata></package>", "no version"),
        ("a.nuspec", "<package>", "not XML"),
        ("a.nuspec", '<?xml version="1.0" encoding="x-unknown"?><package/>', "not XML"),
        ("a.nuspec", '<!DOCTYPE p [<!ENTITY a "x">]><package><metadata><id>&a;</id></metadata></package>', "document"),
        ("metadata", "--- !ruby/object:Gem::Specification\nname: a\n", "no version"),
        ("a.gemspec", "Gem::Specification.new { |s| s.name = 'a' }", "program"),
        ("rpmdb.sqlite", b"SQLite format 3\0", "not read"),
        ("status", "Package: bash\nStatus: install ok installed\nArchitecture: all\n", "no version"),
    ],
)
def test_what_cannot_be_read_is_incomplete(name: str, data: bytes | str, problem: str) -> None:
    (fact,) = seen(name, data)
    assert fact.purl == ""
    assert problem in fact.problem


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (rpm()[:97], "cut off"),
        (rpm()[:150], "cut off"),
        (rpm()[:96] + bytes(40), "no header"),
        (rpm(name=b""), "no name"),
        (rpm(version=b"", release=b""), "no version"),
        (rpm()[:96] + b"\x8e\xad\xe8\x01" + bytes(4) + b"\xff" * 8, "no header"),
        (rpm()[:-4], ""),
    ],
)
def test_headers_of_rpm_that_are_not_whole(data: bytes, problem: str) -> None:
    (fact,) = seen("a.rpm", data, "rpm")
    assert problem in fact.problem
    assert bool(fact.problem) is bool(problem)


def test_packages_of_a_system_are_those_that_are_installed() -> None:
    status = "\n".join(
        f"Package: {name}\nStatus: {state}\nArchitecture: amd64\nVersion: 1.{number}\n"
        for number, (name, state) in enumerate(
            [("bash", "install ok installed"), ("gone", "deinstall ok config-files"), ("half", "install ok unpacked"),
             ("libc6", "hold ok installed")]
        )
    )  # fmt: skip
    assert [fact.purl for fact in seen("status", status)] == ["pkg:deb/bash@1.0", "pkg:deb/libc6@1.3"]


LOCK: dict[str, Any] = {
    "name": "app",
    "packages": {
        "": {"name": "app", "version": "1.0.0"},
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/a/node_modules/@s/b": {"version": "2.0.0"},
        "node_modules/alias": {"name": "real", "version": "3.0.0"},
        "node_modules/linked": {"link": True},
    },
}
OLD_LOCK = {"dependencies": {"a": {"version": "1.0.0", "dependencies": {"@s/b": {"version": "2.0.0"}}}}}


@pytest.mark.parametrize(
    ("lock", "purls"),
    [
        (LOCK, {"pkg:npm/a@1.0.0", "pkg:npm/%40s/b@2.0.0", "pkg:npm/real@3.0.0"}),
        (OLD_LOCK, {"pkg:npm/a@1.0.0", "pkg:npm/%40s/b@2.0.0"}),
        ({}, set()),
    ],
)
def test_what_a_lock_file_asks_for_is_not_delivered(lock: dict[str, Any], purls: set[str]) -> None:
    for name in ("package-lock.json", "npm-shrinkwrap.json"):
        facts = seen(name, json.dumps(lock))
        assert {fact.purl for fact in facts} == purls
        assert not any(fact.delivered for fact in facts)


def test_names_are_shown_safely_and_short() -> None:
    evil = "a\u202e\x1b" + "b" * 100_000
    (fact,) = seen("package.json", json.dumps({"name": evil, "version": evil, "license": evil}))
    for shown in (fact.name, fact.version, fact.licence, fact.problem):
        assert shown.isprintable()
        assert len(shown) <= 201


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("METADATA", "Metadata-Version: 1\n" + " x\n" * 200_000),
        ("METADATA", "Metadata-Version: 1\n" + "a" * 2_000_000),
        ("pom.properties", "a" * 2_000_000),
        ("pom.properties", " " * 2_000_000),
        ("MANIFEST.MF", "Bundle-SymbolicName: a\n" + " b\n" * 200_000),
        ("metadata", GEM + "name: '" * 200_000),
        ("metadata", GEM.split("licenses", maxsplit=1)[0] + "licenses:\n" + "- x\n" * 200_000),
        ("package.json", '{"a":' * 100_000),
        ("package-lock.json", '{"dependencies": {"a": ' * 500 + "{}" + "}}" * 500),
        ("a.nuspec", "<a>" * 300_000),
    ],
)
def test_hostile_metadata_takes_little_time(name: str, line: str) -> None:
    begun = time.process_time()
    seen(name, line)
    assert time.process_time() - begun < 5


def test_too_much_is_a_gap() -> None:
    many = "\n".join(f"Package: p{number}\nVersion: 1\n" for number in range(MOST + 1))
    with view_of(many.encode(), EXAMINER, name=b"status") as view:
        found = list(EXAMINER.examine(view))
    assert found[-1] == Gap("too-many", f"more than {MOST} components")
    assert len(found) == MOST + 1
    with view_of(b" " * (LARGEST_BYTES + 1), EXAMINER, name=b"METADATA") as view:
        assert [each.reason for each in EXAMINER.examine(view) if isinstance(each, Gap)] == ["too-large"]


def test_it_proves_itself() -> None:
    for info in (EXAMINER.start(), EXAMINER.finish()):
        assert (info.name, info.canary) == ("components", "passed")
    EXAMINER.close()


@pytest.mark.parametrize(
    ("name", "version", "namespace"),
    [("/", "1", ""), ("//", "1", "@a"), (" ", "1", ""), ("@^\\`", " ", "|"), ("//", '("', "A</\u2028")],
)
def test_a_name_of_which_nothing_is_left_makes_no_package_url(name: str, version: str, namespace: str) -> None:
    for kind in ("pypi", "npm", "maven", "deb", "generic", "nuget"):
        fact = component(kind, name, version, "test", namespace=namespace)
        assert fact.problem or PackageURL.from_string(fact.purl).to_string() == fact.purl
    (fact,) = seen("METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    assert fact.problem or fact.purl
