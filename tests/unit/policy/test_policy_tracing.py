"""Source tracing judged: what stands against a delivery, what its clause is then, and what counts as one repository."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, get_args

import pytest

from gate.models import (
    BuilderFact,
    ContainerFact,
    Coverage,
    EngineInfo,
    Examination,
    Gap,
    ItemFact,
    LinkFact,
    RevisionFact,
    SecretFact,
    SecretKind,
    TraceFact,
)
from gate.policy.addresses import same_repository
from gate.policy.findings import finding_message
from gate.policy.problems import UnusablePolicyError
from tests.unit.policy.policy_kit import (
    ENGINES,
    OTHER_SHA,
    SHA,
    clause,
    examined,
    ids,
    judged,
    only,
    policy_of,
    suppress_entry,
)

if TYPE_CHECKING:
    from gate.models import Fact, Judgement, Traced

QUALITY = "26-3(1)"
COMMIT = "c0" * 20
KEY = "AB" * 20
SIGNER = f'[source]\n[[source.signer]]\nfingerprint = "{KEY}"\nkey = "a.asc"\n'


def revision(**changes: Any) -> RevisionFact:
    fact = RevisionFact(
        commit=COMMIT, tree="70" * 20, object_format="sha1", branch="main", tags=(), author="Yamada <y@example.jp>",
        authored_at="2026-11-20T00:00:00Z", committer="Yamada <y@example.jp>", committed_at="2026-11-20T00:00:00Z",
        signature="", signed_by="", tag_signature="", tag_signed_by="", remote="https://git.example.jp/acme/app.git",
        shallow=False, work_tree="clean", differences=(), differing=0, files=3,
    )  # fmt: skip
    return dataclasses.replace(fact, **changes)


def item(path: str, *labels: str, sha256: str = SHA) -> ItemFact:
    return ItemFact(10, labels=labels, path=path, sha256=sha256)


def trace(path: str, traced: Traced = "content", *sources: str, detail: str = "", count: int = 1) -> TraceFact:
    return TraceFact(traced, sources or ("src/a.py",), count, detail, path=path, sha256=SHA)


def run(*facts: Fact, gaps: tuple[Gap, ...] = (), revisions: tuple[RevisionFact, ...] = (revision(),)) -> Examination:
    """Return an examination in which the repository was read and every item looked at."""
    seen = examined(*facts, *revisions, gaps=gaps)
    items = sum(isinstance(fact, ItemFact) for fact in seen.facts)
    return dataclasses.replace(
        seen,
        engines=(*ENGINES, EngineInfo("source", "1", None, "passed")),
        coverage=(*seen.coverage, Coverage("source", items, 0, 0)),
    )


def asked(*sections: str, seen: Examination) -> Judgement:
    return judged(*sections, seen=seen)


def against(judgement: Judgement) -> list[str]:
    return [each for each in ids(judgement) if each.startswith(("source/", "justification/"))]


def test_a_delivery_whose_files_are_all_traced_is_supported_and_never_more() -> None:
    judgement = asked(seen=run(item("a/a.py"), trace("a/a.py")))
    found = clause(judgement, QUALITY)
    assert (found.status, found.reason_code) == ("supported", "clause.reason.traced")
    assert found.reason_args == {"commit": COMMIT[:12], "traced": 1, "generated": 0, "papers": 0}
    assert {"engine:source", f"revision:sha1:{COMMIT}"} <= set(found.evidence)
    assert judgement.verdict == "approved" or "26-3 3(4)" not in found.evidence


def test_what_the_runner_says_of_itself_decides_nothing() -> None:
    plain = asked(seen=run(item("a/a.py"), trace("a/a.py")))
    claimed = asked(seen=run(item("a/a.py"), trace("a/a.py"), BuilderFact("local", "urn:x")))
    assert claimed == plain
    known = asked(seen=run(item("a/a.py"), trace("a/a.py"), BuilderFact("gitlab-ci", "urn:x")))
    assert "builder:gitlab-ci" in clause(known, QUALITY).evidence
    assert (known.verdict, clause(known, QUALITY).status) == (plain.verdict, clause(plain, QUALITY).status)


def test_a_file_without_a_trace_is_untraced_whatever_says_nothing_of_it() -> None:
    nothing = asked(seen=run(item("a/a.py")))
    assert only(nothing, "source/untraced").path == "a/a.py"
    told = asked(seen=run(item("a/a.py"), trace("a/a.py", "untraced")))
    assert (only(told, "source/untraced").severity, told.verdict) == ("reject", "rejected")
    assert clause(told, QUALITY).status == "violated"
    other = asked(seen=run(item("a/a.py"), trace("a/a.py", "different", "src/a.py")))
    assert only(other, "source/changed").args["source"] == "src/a.py"


def test_a_trace_that_names_no_file_of_the_commit_traces_nothing() -> None:
    """Facts may be those of somebody else, judged again."""
    bare = TraceFact("content", (), 0, path="a/a.py", sha256=SHA)
    assert only(asked(seen=run(item("a/a.py"), bare)), "source/untraced").path == "a/a.py"
    other = TraceFact("different", (), 0, path="a/a.py", sha256=SHA)
    assert only(asked(seen=run(item("a/a.py"), other)), "source/changed").args["source"] == "–"


def test_only_a_disposition_of_the_very_bytes_sets_an_untraced_file_aside() -> None:
    seen = run(item("a/a.py"), trace("a/a.py", "untraced"), item("a/b.py"), trace("a/b.py", "content", "b.py"))
    with pytest.raises(UnusablePolicyError):
        policy_of(suppress_entry("source/untraced", more='path = "a/*"'))
    entry = suppress_entry("source/untraced", more=f'path = "a/*"\nsha256 = ["{SHA}"]')
    judgement = asked(entry, seen=seen)
    assert only(judgement, "source/untraced").suppressed_by == "aside"
    assert (clause(judgement, QUALITY).status, clause(judgement, QUALITY).exceptions) == ("supported", 1)
    entry = suppress_entry("source/untraced", more=f'path = "a/*"\nsha256 = ["{OTHER_SHA}"]')
    assert only(asked(entry, seen=seen), "source/untraced").suppressed_by is None


def test_an_archive_counts_by_its_members_unless_something_of_it_is_hidden() -> None:
    inside = (item("a.whl", "zip"), item("a.whl!/a.py"), item("a.whl!/b.py"))
    traces = (trace("a.whl!/a.py"), trace("a.whl!/b.py"))
    assert against(asked(seen=run(*inside, *traces))) == ["source/renamed"]
    hidden = ContainerFact("hidden-data", "x", path="a.whl", sha256=SHA)
    assert only(asked(seen=run(*inside, *traces, hidden)), "source/untraced").path == "a.whl"
    unread = Gap("corrupt", "", "intake", "a.whl", SHA)
    assert only(asked(seen=run(*inside, *traces, gaps=(unread,))), "source/untraced").path == "a.whl"
    locked = Gap("encrypted", "", "intake", "a.whl!/locked.bin", "")
    assert only(asked(seen=run(*inside, *traces, gaps=(locked,))), "source/untraced").path == "a.whl"
    unseen = Gap("corrupt", "", "outbound", "a.whl", SHA)
    assert "source/untraced" not in ids(asked(seen=run(*inside, *traces, gaps=(unseen,))))
    both = (item("a.whl", "zip", "overlay"), *inside[1:])
    assert only(asked(seen=run(*both, *traces)), "source/untraced").path == "a.whl"
    assert only(asked(seen=run(*inside, traces[0])), "source/untraced").path == "a.whl!/b.py"


def test_what_lies_in_a_file_that_is_accounted_for_is_not_asked_for() -> None:
    inside = (item("a/doc.pdf", "pdf"), item("a/doc.pdf!/x"), item("a/doc.pdf!/x!/!decoded"))
    assert against(asked(seen=run(*inside, trace("a/doc.pdf", "content", "doc.pdf")))) == []
    assert [each.path for each in asked(seen=run(*inside)).findings if each.id == "source/untraced"] == ["a/doc.pdf"]


def test_declared_generated_files_pass_are_counted_and_none_is_said_where_there_is_none() -> None:
    own = (item("a/a.py"), trace("a/a.py"))
    seen = run(*own, item("a/x.js"), item("a/y.js"), item("a/y.css"))
    section = '[source]\ngenerated = ["a/*.js", "a/?.css", "b/*.js"]\n'
    judgement = asked(section, seen=seen)
    assert against(judgement) == ["justification/unused", "source/generated", "source/generated"]
    assert clause(judgement, QUALITY).status == "supported"
    assert clause(judgement, QUALITY).reason_args["generated"] == 3
    with pytest.raises(UnusablePolicyError):
        policy_of('[source]\ngenerated = ["**"]')


def test_where_nothing_is_of_the_commit_papers_decide() -> None:
    """A commit beside files of which all are declared as generated shows nothing of them."""
    seen = run(item("a/x.js"), item("a/METADATA"), TraceFact("packer-metadata", path="a/METADATA", sha256=SHA))
    section = '[source]\ngenerated = ["a/*.js"]\n'
    alone = clause(asked(section, seen=seen), QUALITY)
    assert (alone.status, alone.reason_code) == ("not-confirmed", "clause.reason.nothing-traced")
    paper = f'[[evidence]]\nclause = "{QUALITY}"\nfile = "a.pdf"\nkind = "procedure"\ndate = 2026-11-20\nby = "佐藤"\n'
    with_paper = clause(asked(section, paper, seen=seen), QUALITY)
    assert (with_paper.status, with_paper.reason_code) == ("supported", "clause.reason.papers")


def test_content_under_another_name_is_noted() -> None:
    renamed = asked(seen=run(item("a/b.so"), trace("a/b.so", "content", "tests/data.bin")))
    assert only(renamed, "source/renamed").args["source"] == "tests/data.bin"
    assert clause(renamed, QUALITY).status == "supported"
    copies = asked(seen=run(item("a/b.so"), trace("a/b.so", "content", *"cdefg", count=9)))
    assert only(copies, "source/renamed").args["source"] == "c", "many copies hide no change of name"
    for fact in (
        trace("a/b.so", "content", "lib/b.so", "tests/data.bin", count=2),
        trace("a/b.so", "content", "tests/data.bin", detail="empty"),
        TraceFact("packer-metadata", path="a/b.so", sha256=SHA),
    ):
        assert "source/renamed" not in ids(asked(seen=run(item("a/b.so"), fact)))


def test_links_are_accounted_for_like_files() -> None:
    link, hard = LinkFact("symbolic", "b", path="a/l"), LinkFact("hard", "b", path="a/h")
    base = (item("a/b"), trace("a/b", "content", "b"), link, hard)
    assert [each.path for each in asked(seen=run(*base)).findings if each.id == "source/untraced"] == ["a/l"]
    assert "source/untraced" not in ids(asked(seen=run(*base, TraceFact("content", ("l",), 1, path="a/l"))))
    inside = LinkFact("symbolic", "b", path="a/b!/l")
    assert "source/untraced" not in ids(asked(seen=run(*base[:2], inside)))


# --- the commit -------------------------------------------------------------------------------------------------------

TRACED = (item("a/a.py"), trace("a/a.py"))


def test_a_changed_work_tree_leaves_the_clause_unconfirmed() -> None:
    dirty = revision(work_tree="different", differences=("modified a.py", "untracked b.py"), differing=7)
    judgement = asked(seen=run(*TRACED, revisions=(dirty,)))
    finding = only(judgement, "source/dirty")
    assert (finding.args["count"], finding.args["detail"]) == (7, "modified a.py, untracked b.py")
    assert clause(judgement, QUALITY).status == "not-confirmed"
    bare = asked(seen=run(*TRACED, revisions=(revision(work_tree="none"),)))
    assert "source/dirty" not in ids(bare)


@pytest.mark.parametrize(
    ("section", "finding"),
    [
        ('[source]\nrepository = "git@git.example.jp:acme/app"', None),
        ('[source]\nrepository = "https://git.example.jp/acme/other"', "source/other-repository"),
        (f'[source]\ncommit = "{COMMIT}"', None),
        (f'[source]\ncommit = "{"d0" * 20}"', "source/other-commit"),
        (SIGNER, "source/unsigned"),
        ("[source]", None),
    ],
)
def test_the_commit_is_the_one_that_the_policy_names(section: str, finding: str | None) -> None:
    judgement = asked(section, seen=run(*TRACED))
    assert [each for each in against(judgement) if each != "source/renamed"] == ([finding] if finding else [])
    assert judgement.verdict == ("rejected" if finding else "approved")


def test_a_verified_signature_of_commit_or_tag_is_enough_and_is_named() -> None:
    for fact in (revision(signed_by=KEY, signature="openpgp"), revision(tag_signed_by=KEY, tag_signature="openpgp")):
        judgement = asked(SIGNER, seen=run(*TRACED, revisions=(fact,)))
        assert "source/unsigned" not in ids(judgement)
        assert f"revision-signed-by:{KEY}" in clause(judgement, QUALITY).evidence
    present = asked(SIGNER, seen=run(*TRACED, revisions=(revision(signature="ssh"),)))
    assert only(present, "source/unsigned").args["signature"] == "ssh"


@pytest.mark.parametrize("commit", ["abc", "C0" * 20, "c0" * 19])
def test_a_commit_is_named_by_its_whole_id(commit: str) -> None:
    with pytest.raises(UnusablePolicyError) as caught:
        policy_of(f'[source]\ncommit = "{commit}"')
    assert [each.code for each in caught.value.problems] == ["policy.commit"]


def test_without_a_repository_papers_decide_and_a_policy_that_names_one_is_not_answered() -> None:
    assert clause(judged(), QUALITY).reason_code == "clause.reason.no-evidence"
    judgement = judged('[source]\nrepository = "https://git.example.jp/acme/app"')
    assert (only(judgement, "source/unread").severity, judgement.verdict) == ("gap", "incomplete")


def test_a_commit_without_a_tracer_is_an_absent_engine() -> None:
    seen = examined(revision(), trace("app.whl", "content", "app.whl"))
    assert only(judged(seen=seen), "engine/absent").clause == QUALITY


def test_a_gap_of_the_tracer_leaves_the_clause_unconfirmed() -> None:
    seen = run(*TRACED, gaps=(Gap("unreadable", "", "source", "a/a.py", SHA),))
    assert clause(asked(seen=seen), QUALITY).status == "not-confirmed"


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [
        ("https://git.example.jp/a/b", "https://git.example.jp/a/b.git", True),
        ("https://git.example.jp/a/b/", "ssh://GIT.example.jp:2222/a/b.git", True),
        ("https://git.example.jp/a/b", "git.example.jp:a/b", True),
        ("https://user@git.example.jp/a/b", "git@git.example.jp:a/b.git", True),
        ("https://git.example.jp/a/B", "https://git.example.jp/a/b", False),
        ("https://git.example.jp/a/b", "https://git.example.com/a/b", False),
        ("https://git.example.jp/a/b", "/a/b", False),
        ("/srv/a.git", "/srv/a.git/", True),
        ("/srv/a.git", "/srv/a", False),
        ("https://git.example.jp/a/b", "", False),
        ("https://[broken", "https://[broken", True),
        ("https://[broken", "https://git.example.jp/a", False),
    ],
)
def test_one_repository_has_several_spellings(expected: str, found: str, *, same: bool) -> None:
    assert same_repository(expected, found) is same


# --- secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("certain", "severity", "status"), [(True, "reject", "violated"), (False, "warn", "not-confirmed")]
)
def test_a_proven_secret_rejects_and_a_likely_one_warns(severity: str, status: str, *, certain: bool) -> None:
    seen = run(*TRACED, SecretFact("npm-token", certain, 3, 40, 36, path="a/a.py", sha256=SHA))
    judgement = asked(seen=seen)
    finding = only(judgement, "source/secret")
    assert (finding.severity, clause(judgement, QUALITY).status) == (severity, status)
    assert finding.message == "A token of npm, 36 bytes from byte 40 on (line 3)."
    assert finding_message(finding, "ja").startswith("npm のトークン")
    entry = suppress_entry("source/secret", more=f'path = "a/a.py"\nsha256 = ["{SHA}"]')
    assert only(asked(entry, seen=seen), "source/secret").suppressed_by == "aside"
    with pytest.raises(UnusablePolicyError):
        policy_of(suppress_entry("source/secret", more='path = "a/a.py"'))


def test_every_kind_of_secret_has_a_name_in_both_languages() -> None:
    for kind in get_args(SecretKind):
        finding = only(judged(facts=[SecretFact(kind, True, 0, 0, 9, path="app.whl", sha256=SHA)]), "source/secret")
        assert finding_message(finding, "ja") != finding_message(finding, "en")
