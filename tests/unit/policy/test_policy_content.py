"""What is content and what is a program by the kind of the deliverable, and disguises: each rule and its breach."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest

from gate.models import DisguiseFact, ExecutableClass, ExecutableFact, ItemFact, ReferenceFact
from gate.policy.content import FORMS, Contents, bases_for
from gate.policy.model import Deliverable, Policy
from gate.policy.rules import Reading
from gate.text import LANGUAGES, render
from tests.unit.policy.policy_kit import (
    OTHER_SHA,
    SHA,
    TODAY,
    approval,
    clause,
    deliverable,
    executable_entry,
    ids,
    judged,
    only,
    policy_of,
)

if TYPE_CHECKING:
    from gate.models import Fact, Judgement
    from gate.policy.content import DeliverableKind

EXECUTABLES = "26-3 3(3)"
KINDS: tuple[DeliverableKind | None, ...] = ("website", "application", "content", None)
SCRIPT = ExecutableFact("script", "javascript", path="site/js/app.js", sha256=SHA)
WASM = ExecutableFact("bytecode", "wasm", path="site/js/app_bg.wasm", sha256=OTHER_SHA)


def of_kind(kind: str | None, *facts: Fact, sections: tuple[str, ...] = ()) -> Judgement:
    return judged(*([deliverable(kind)] if kind else []), *sections, facts=facts)


def coverage(judgement: Judgement) -> dict[str, str | None]:
    return {f"{each.fact.path} {each.fact.format}": each.justified_by for each in judgement.executables}


# --- browser scripts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_browser_script_is_content_of_a_website_alone(kind: str | None) -> None:
    judgement = of_kind(kind, SCRIPT)
    assert [each.justified_by for each in judgement.executables] == ["content:website" if kind == "website" else None]
    assert ids(judgement) == ([] if kind == "website" else ["executable/unjustified"])
    status = "confirmed" if kind == "website" else "violated"
    assert (clause(judgement, EXECUTABLES).status, clause(judgement, EXECUTABLES).exceptions) == (status, 0)


@pytest.mark.parametrize(
    ("change", "content"),
    [
        ({"path": "site/js/app.MJS"}, True),
        ({"detail": "by=name"}, True),
        ({"path": "site/server.cjs"}, False),
        ({"path": "site/app.jsx"}, False),
        ({"path": "site/app"}, False),
        ({"detail": "by=name runtime=node"}, False),
        ({"detail": "runtime=unknown"}, False),
        ({"detail": "noruntime=node"}, True),
        ({"format": "jscript"}, False),
        ({"format": "shebang"}, False),
        ({"format": "php", "path": "site/index.js"}, False),
        ({"class_": "shortcut"}, False),
    ],
)
def test_only_what_a_browser_loads_as_a_script_is_one(change: dict[str, Any], content: bool) -> None:
    judgement = of_kind("website", replace(SCRIPT, **change))
    assert (judgement.executables[0].justified_by is not None) is content


@pytest.mark.parametrize(
    ("class_", "format_", "path"),
    [
        ("script", "php", "site/index.php"),
        ("script", "cgi", "site/cgi-bin/form.cgi"),
        ("script", "asp", "site/default.asp"),
        ("script", "jsp", "site/index.jsp"),
        ("script", "python", "site/app.py"),
        ("script", "hta", "site/install.hta"),
        ("native", "pe", "site/download/setup.exe"),
        ("installer", "msi", "site/download/setup.msi"),
        ("bytecode", "jar", "site/applet.jar"),
        ("bytecode", "swf", "site/movie.swf"),
        ("macro", "vba", "site/form.xlsm"),
        ("active-document", "pdf-javascript", "site/form.pdf"),
        ("serialized-code", "pickle", "site/model.pkl"),
        ("shortcut", "lnk", "site/open.lnk"),
    ],
)
def test_what_runs_outside_of_a_page_is_a_program_of_a_website_too(class_: Any, format_: str, path: str) -> None:
    judgement = of_kind("website", ExecutableFact(class_, format_, path=path, sha256=SHA))
    assert ids(judgement) == ["executable/unjustified"]


@pytest.mark.parametrize("class_", get_args(ExecutableClass))
def test_a_script_that_is_something_else_as_well_is_no_content(class_: Any) -> None:
    other = ExecutableFact(class_, "other", path=SCRIPT.path, sha256=SHA)
    judgement = of_kind("website", SCRIPT, other)
    assert set(coverage(judgement).values()) == {None}
    assert ids(judgement) == ["executable/unjustified", "executable/unjustified"]


def test_a_disguised_script_is_no_content() -> None:
    disguised = DisguiseFact("polyglot", "gif and javascript", SCRIPT.path, SHA)
    judgement = of_kind("website", SCRIPT, disguised)
    assert ids(judgement) == ["executable/disguised", "executable/unjustified"]
    beside = of_kind("website", SCRIPT, replace(disguised, path="site/other.js"))
    assert ids(beside) == ["executable/disguised"]


def test_a_justification_that_speaks_of_content_decides_on_it() -> None:
    entry = executable_entry("site/**", classes='"script"', name="all")
    assert coverage(of_kind("website", SCRIPT, sections=(entry,))) == {"site/js/app.js javascript": "all"}
    old = executable_entry("site/**", classes='"script"', approval=approval(expires="2026-11-22"))
    assert "executable/expired" in ids(of_kind("website", SCRIPT, sections=(old,)))
    pinned = executable_entry("site/**", classes='"script"', more=f"sha256 = ['{OTHER_SHA}']")
    assert "executable/pin-mismatch" in ids(of_kind("website", SCRIPT, sections=(pinned,)))


@pytest.mark.parametrize(
    ("script", "page", "content"),
    [
        ("site.zip!/js/app.js", None, True),
        ("site/download/tool.zip!/install.js", None, False),
        ("site/download/tool.zip!/install.js", "site/index.html", False),
        ("site/download/tool.zip!/install.js", "site/download/tool.zip!/inner.zip!/index.html", False),
        ("site.zip!/tool.zip!/install.js", "site.zip!/index.html", False),
        ("site/manual.zip!/js/app.js", "site/manual.zip!/INDEX.HTM", True),
        ("site.tar.gz!/site.tar!/app.js", "site.tar.gz!/site.tar!/index.html", True),
    ],
)
def test_a_script_in_an_archive_that_holds_no_page_is_a_program(script: str, page: str | None, content: bool) -> None:
    pages = [ItemFact(1, path=page, sha256=OTHER_SHA)] if page else []
    judgement = of_kind("website", replace(SCRIPT, path=script), *pages)
    assert (judgement.executables[0].justified_by is not None) is content


# --- modules that pages name --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named_by", "target", "declared"),
    [
        ("site/index.html", "js/app_bg.wasm", True),
        ("site/index.html", "/js/app_bg.wasm", True),
        ("site/index.html", "./js/./app_bg.wasm", True),
        ("site/js/app.js", "app_bg.wasm", True),
        ("site/map/index.html", "../js/app_bg.wasm", True),
        ("site/index.html", "js/other.wasm", False),
        ("site/index.html", "xjs/app_bg.wasm", False),
        ("site/index.html", "bg.wasm", False),
        ("site/index.html", "JS/app_bg.wasm", False),
        ("site/index.html", "/", False),
        ("other/index.html", "js/app_bg.wasm", False),
        ("site/docs.zip!/index.html", "js/app_bg.wasm", False),
        ("index.html", "js/app_bg.wasm", False),
    ],
)
def test_web_assembly_is_content_where_a_page_of_the_same_place_names_it(
    named_by: str, target: str, declared: bool
) -> None:  # fmt: skip
    facts = (WASM, ReferenceFact(target, named_by, SHA))
    judgement = of_kind("website", *facts)
    assert coverage(judgement) == {"site/js/app_bg.wasm wasm": "content:website" if declared else None}
    assert set(coverage(of_kind("application", *facts)).values()) == {None}


@pytest.mark.parametrize(("artifact", "declared"), [("site.zip!/", True), ("site.tar!/www.zip!/", True), ("", False)])
def test_web_assembly_in_a_container(artifact: str, declared: bool) -> None:
    module = replace(WASM, path=f"{artifact}app_bg.wasm")
    page = ReferenceFact("app_bg.wasm", f"{artifact}index.html", SHA)
    assert (of_kind("website", module, page).executables[0].justified_by is not None) is declared


def test_web_assembly_that_no_page_names_is_a_program() -> None:
    assert ids(of_kind("website", WASM)) == ["executable/unjustified"]
    assert ids(of_kind("website", WASM, sections=(executable_entry("site/**", classes='"bytecode"'),))) == []


# --- the table ----------------------------------------------------------------------------------------------------


def test_every_class_is_in_the_table_and_documents_hold_no_program() -> None:
    for class_ in get_args(ExecutableClass):
        fact = ExecutableFact(class_, "none", path="a", sha256=SHA)
        for kind in KINDS:
            assert Contents(kind, [fact]).covers(fact) is None
    assert {form.readings["content"] for form in FORMS} == {"refused"}
    assert {form.readings["application"] for form in FORMS} == {"program"}
    assert [bases_for(kind) for kind in ("website", "application")] == [("specified-program", "no-alternative")] * 2
    assert [bases_for(kind) for kind in ("content", None)] == [("no-alternative",)] * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_and_reading_has_a_text(language: Any) -> None:
    texts = [render(f"policy.form.{form.id}", language) for form in FORMS]
    texts += [render(f"policy.reading.{reading}", language) for reading in ("content", "program", "refused")]
    texts += [render(f"policy.condition.{condition}", language) for condition in ("served", "declared")]
    assert len(set(texts)) == len(texts)


def test_a_basis_that_the_kind_does_not_know_covers_nothing_whatever_made_the_policy() -> None:
    ordered = executable_entry("site/**", classes='"script"', more='spec_ref = "4"').replace("no-alt", "specified-alt")
    application = policy_of(deliverable("application"), ordered.replace("specified-alternative", "specified-program"))
    kind = Deliverable(name="a", version="1", kind="content")
    forced = Policy.model_construct(**{**dict(application), "deliverable": kind})
    covered = {}
    for name, policy in (("application", application), ("content", forced)):
        reading = Reading(policy, TODAY)
        reading.take([SCRIPT], [])
        covered[name] = reading.executables[0].justified_by
    assert covered == {"application": "native-core", "content": None}


# --- formats ------------------------------------------------------------------------------------------------------


def test_an_entry_may_be_for_some_formats_only() -> None:
    shell = ExecutableFact("script", "shell", path="app/run", sha256=SHA)
    entry = executable_entry("app/**", classes='"script"', more="format = ['shell', 'shebang']")
    assert coverage(of_kind("application", shell, sections=(entry,))) == {"app/run shell": "native-core"}
    batch = replace(shell, format="batch")
    assert ids(of_kind("application", batch, sections=(entry,)))[0] == "executable/unjustified"


def test_of_entries_for_one_path_that_with_formats_is_the_narrower() -> None:
    shell = ExecutableFact("script", "shell", path="app/run", sha256=SHA)
    wide = executable_entry("app/**", classes='"script"', name="a-wide")
    narrow = executable_entry("app/**", classes='"script"', name="narrow", more="format = ['shell']")
    assert coverage(of_kind("application", shell, sections=(wide, narrow))) == {"app/run shell": "narrow"}
    old = executable_entry(
        "app/**", classes='"script"', name="narrow", more="format = ['shell']", approval=approval(expires="2026-11-22")
    )
    assert "executable/expired" in ids(of_kind("application", shell, sections=(wide, old)))


# --- disguises ----------------------------------------------------------------------------------------------------

HIDDEN = ExecutableFact("native", "pe", path="app/photo.jpg", sha256=SHA)
DISGUISE = DisguiseFact("extension", "pe in a .jpg", "app/photo.jpg", SHA)


def test_a_path_does_not_cover_a_disguise() -> None:
    judgement = of_kind("application", HIDDEN, DISGUISE, sections=(executable_entry("app/photo.jpg"),))
    assert coverage(judgement) == {"app/photo.jpg pe": "native-core"}
    assert ids(judgement) == ["executable/disguised"]
    assert judgement.verdict == "rejected"


def test_the_digest_does_and_the_finding_stays_on_record() -> None:
    pinned = executable_entry("app/photo.jpg", more=f"sha256 = ['{OTHER_SHA}', '{SHA}']")
    judgement = of_kind("application", HIDDEN, DISGUISE, sections=(pinned,))
    assert ids(judgement) == []
    assert only(judgement, "executable/disguised").suppressed_by == "native-core"
    found = clause(judgement, EXECUTABLES)
    assert (found.status, found.exceptions) == ("confirmed-with-exceptions", 1)


@pytest.mark.parametrize(
    "entry",
    [
        executable_entry("app/photo.jpg", more=f"sha256 = ['{OTHER_SHA}']"),
        executable_entry("app/other.jpg", more=f"sha256 = ['{SHA}']"),
        executable_entry("app/photo.jpg", more=f"sha256 = ['{SHA}']", approval=approval(expires="2026-11-22")),
    ],
    ids=["other bytes", "other path", "expired"],
)
def test_a_digest_covers_its_bytes_at_its_path_in_its_time(entry: str) -> None:
    assert "executable/disguised" in ids(of_kind("application", HIDDEN, DISGUISE, sections=(entry,)))


def test_the_narrowest_entry_with_digests_decides_on_a_disguise() -> None:
    wide = executable_entry("app/**", name="wide", more=f"sha256 = ['{SHA}']")
    narrow = executable_entry("app/photo.jpg", name="narrow", more=f"sha256 = ['{OTHER_SHA}']")
    assert "executable/disguised" in ids(of_kind("application", HIDDEN, DISGUISE, sections=(wide, narrow)))
    path_only = executable_entry("app/photo.jpg", name="narrow")
    assert ids(of_kind("application", HIDDEN, DISGUISE, sections=(wide, path_only))) == []


def test_a_digest_for_one_class_covers_the_disguise_and_no_other_class() -> None:
    script = ExecutableFact("script", "shell", path="app/photo.jpg", sha256=SHA)
    pinned = executable_entry("app/photo.jpg", more=f"sha256 = ['{SHA}']")
    judgement = of_kind("application", HIDDEN, script, DISGUISE, sections=(pinned,))
    assert coverage(judgement) == {"app/photo.jpg pe": "native-core", "app/photo.jpg shell": None}
    assert ids(judgement) == ["executable/unjustified"]


def test_an_entry_that_only_sets_a_disguise_aside_is_used() -> None:
    data = DisguiseFact("mode", "text", "app/notes.txt", SHA)
    pinned = executable_entry("app/notes.txt", more=f"sha256 = ['{SHA}']")
    assert ids(of_kind("application", data, sections=(pinned,))) == []


def test_pins_that_do_not_hold_show_both_digests() -> None:
    pinned = executable_entry("app/photo.jpg", more=f"sha256 = ['{OTHER_SHA}']")
    finding = only(of_kind("application", HIDDEN, sections=(pinned,)), "executable/pin-mismatch")
    assert SHA in finding.message
    assert OTHER_SHA in finding.message


# --- marks that say nothing ---------------------------------------------------------------------------------------

MARKED = DisguiseFact("mode", "mode 0755", "app.zip!/notes.txt", SHA)


def marked(path: str, mode: int | None) -> ItemFact:
    return ItemFact(10, mode, path=path, sha256=SHA)


@pytest.mark.parametrize(
    ("others", "severity"),
    [
        ([], "note"),
        ([marked("app.zip!/run", 0o755), marked("app.zip!/a/b.png", 0o777)], "note"),
        ([marked("app.zip!/a.png", None), marked("app.zip", 0o644)], "note"),
        ([marked("app.zip!/inner.zip!/a.png", 0o644)], "note"),
        ([marked("app.zip!/run", 0o755), marked("app.zip!/a.png", 0o644)], "reject"),
        ([marked("app.zip!/a/b/c.png", 0)], "reject"),
    ],
)
def test_a_mark_that_every_file_has_says_nothing(others: list[Fact], severity: str) -> None:
    judgement = of_kind("application", marked(MARKED.path, 0o755), MARKED, *others)
    assert only(judgement, "executable/disguised").severity == severity


def test_only_the_mark_is_excused_where_every_file_has_it() -> None:
    judgement = of_kind("application", marked(MARKED.path, 0o755), replace(MARKED, disguise="polyglot"))
    assert only(judgement, "executable/disguised").severity == "reject"
