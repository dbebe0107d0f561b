"""Shortcuts in the forms that one sample a format does not show."""

from __future__ import annotations

import plistlib

import pytest

from gate.examine.executable.examiner import ExecutableExaminer
from gate.models import ExecutableFact
from tests.examine.viewing import examined

COMMENTS = b"; nothing but comments\r\n" * 1000


def formats(data: bytes, name: bytes = b"item") -> set[str]:
    return {fact.format for fact in examined(ExecutableExaminer(), data, name) if isinstance(fact, ExecutableFact)}


@pytest.mark.parametrize("name", [b"a.url", b"A.URL. ", b"a.website"])
def test_a_section_is_found_behind_others_and_comments_under_its_name(name: bytes) -> None:
    other = COMMENTS + b"[DEFAULT]\r\nBASEURL=x\r\n"
    assert formats(other + b"[InternetShortcut]\r\nURL=file://host/x\r\n", name) == {"url"}
    assert formats(other + b"see [InternetShortcut] for more\r\n", name) == set()


def test_a_section_further_on_means_nothing_under_other_names() -> None:
    assert formats(COMMENTS + b"[InternetShortcut]\r\nURL=file://host/x\r\n", b"notes.txt") == set()


def test_binary_property_list() -> None:
    link = plistlib.dumps({"URL": "https://example.org/a"}, fmt=plistlib.FMT_BINARY)
    other = plistlib.dumps({"CFBundleName": "https://example.org/a"}, fmt=plistlib.FMT_BINARY)
    assert formats(link) == {"webloc"}
    assert formats(other) == set()


def test_root_of_xml_has_a_prefix_and_an_internal_subset() -> None:
    prolog = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "]>"> <!ELEMENT x ANY>]>\n<!-- ' + b"x" * 10_000 + b" -->\n"
    assert formats(prolog + b'<s:PCSettings xmlns:s="x"/>') == {"settingcontent-ms"}
    assert formats(prolog + b"<x>PCSettings</x>") == set()


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"Label": "a", "ProgramArguments": ["id"], "RunAtLoad": True}, {"launchd"}),
        ({"Label": "a", "Program": "/bin/id", "RunAtLoad": True, "Comment": "x" * 9000}, {"launchd"}),
        ({"Label": "a", "RunAtLoad": True}, set()),
        ({"CFBundleName": "a", "CFBundleExecutable": "Program"}, set()),
    ],
)
def test_job_of_launchd_in_a_binary_property_list(keys: dict[str, object], found: set[str]) -> None:
    assert formats(plistlib.dumps(keys, fmt=plistlib.FMT_BINARY), b"a.plist") == found
