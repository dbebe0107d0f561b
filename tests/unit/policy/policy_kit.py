"""What tests of the policy share: examinations in which every engine did its work, and sections of gate.toml."""

from __future__ import annotations

import dataclasses
import textwrap
from datetime import date
from typing import TYPE_CHECKING, Any

from gate.models import (
    Artifact,
    Coverage,
    DatabaseInfo,
    DetectionFact,
    EngineInfo,
    Examination,
    ExecutableFact,
    ItemFact,
    OutboundFact,
    PageFact,
)
from gate.policy import Policy, SigningState, judge, parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.models import Clause, Fact, Finding, Gap, Judgement, Reach

TODAY = date(2026, 11, 23)
SHA = "ab" * 32
OTHER_SHA = "cd" * 32
CHECK = SigningState(intended=False, ready=())
RELEASE = SigningState(intended=True, ready=("openpgp",))

APPROVED = """\
approved_by = "山田"
role = "責任者"
party = "乙"
approved_on = 2026-11-01
expires = 2027-03-31
"""


def deliverable(kind: str) -> str:
    """Return a ``[deliverable]`` of a kind."""
    return f"""\
[deliverable]
name = "sample"
version = "1.0"
kind = "{kind}"

"""


def executable_entry(path: str = "app.whl!/**/*.so", *, name: str = "native-core", more: str = "",
                     classes: str = '"native"', approval: str = APPROVED) -> str:  # fmt: skip
    """Return an ``[[executable]]`` that holds on TODAY."""
    return f"""\
[[executable]]
id = "{name}"
path = "{path}"
class = [{classes}]
basis = "no-alternative"
alternatives = ["HTML: 速度が不足する"]
reason = "計算の速度"
{more}
{approval}
"""


def destination_entry(host: str = "tile.example.org", *, name: str = "maps", reach: str = '"automatic"',
                      more: str = "", approval: str = APPROVED) -> str:  # fmt: skip
    """Return an ``[[outbound.destination]]`` that holds on TODAY."""
    return f"""\
[[outbound.destination]]
id = "{name}"
host = "{host}"
reach = [{reach}]
purpose = "地図の表示"
operator = "Example"
sends = "IP アドレス、User-Agent"
disable = "設定で無効にする"
privacy_page = "site/privacy.html"
safety_check = "TLS を確認"
spec_ref = "仕様書 5.1"
{more}
{approval}
"""


def suppress_entry(finding: str, *, name: str = "aside", more: str = "", approval: str = APPROVED) -> str:
    """Return a ``[[suppress]]`` that holds on TODAY."""
    return f"""\
[[suppress]]
id = "{name}"
finding = "{finding}"
reason = "確認した"
{more}
{approval}
"""


def approval(approved_on: str = "2026-11-01", expires: str = "2027-03-31") -> str:
    """Return the keys of an approval with other days."""
    return APPROVED.replace("2026-11-01", approved_on).replace("2027-03-31", expires)


def policy_of(*sections: str) -> Policy:
    """Return the policy of a file with these sections."""
    return parse_policy("\n".join(textwrap.dedent(section) for section in sections).encode(), "gate.toml").policy


# --- examinations -----------------------------------------------------------------------------------------------

OFFICIAL = DatabaseInfo("official", "27500", "2026-11-22T08:00:00Z", 2_000_000, SHA)
ENGINES = (
    EngineInfo("clamav", "1.4.6", OFFICIAL, "passed"),
    EngineInfo("yara", "4.5.4", DatabaseInfo("bundled", "1", "", 40, SHA), "passed"),
    EngineInfo("heuristics", "1", None, "passed"),
    EngineInfo("executable", "1", None, "passed"),
    EngineInfo("outbound", "1", None, "passed"),
    EngineInfo("identity", "1", None, "passed"),
    EngineInfo("secrets", "1", None, "passed"),
)
EXAMINERS = ("intake", "clamav", "yara", "heuristics", "executable", "outbound", "identity", "secrets")


def item(path: str = "app.whl", sha256: str = SHA) -> ItemFact:
    return ItemFact(10, path=path, sha256=sha256)


def detection(path: str = "app.whl!/x", *, certainty: Any = "known", sha256: str = SHA) -> DetectionFact:
    return DetectionFact("clamav", "Test.Malicious", certainty, path=path, sha256=sha256)


def program(path: str = "app.whl!/a/core.so", *, sha256: str = SHA, class_: Any = "native") -> ExecutableFact:
    return ExecutableFact(class_, "elf", "x86-64", path=path, sha256=sha256)


def contact(host: str = "tile.example.org", *, reach: Reach = "automatic", path: str = "site/index.html",
            url: str | None = None, condition: str = "") -> OutboundFact:  # fmt: skip
    return OutboundFact(f"https://{host}/v1/a.png" if url is None else url, host, reach, "img[src]", 3, condition,
                        path=path, sha256=SHA)  # fmt: skip


def pages() -> tuple[PageFact, ...]:
    """Return the pages of a site that tells its users what the destinations of these tests say."""
    told = "Example（運営者）へIPアドレス及びUser-Agentを送信します。設定で無効にすることができます。設定で無効にする"
    index = PageFact(("privacy.html",), path="site/index.html", sha256=SHA)
    return index, PageFact((), told, path="site/privacy.html", sha256=SHA)


def examined(*facts: Fact, gaps: Iterable[Gap] = (), **changes: Any) -> Examination:
    """Return an examination with one item and the given facts, in which every engine did its work.

    Unless the facts have pages of their own, there are those of a site that discloses its destinations.
    """
    seen = facts if any(isinstance(fact, ItemFact) for fact in facts) else (item(), *facts)
    seen = seen if any(isinstance(fact, PageFact) for fact in facts) else (*seen, *pages())
    items = sum(isinstance(fact, ItemFact) for fact in seen)
    examination = Examination(
        artifacts=(Artifact("app.whl", "file", SHA, 10, items),),
        facts=tuple(seen),
        gaps=tuple(gaps),
        engines=ENGINES,
        problems=(),
        coverage=tuple(Coverage(name, items, 0, 0) for name in EXAMINERS),
        started="2026-11-23T01:00:00Z",
        finished="2026-11-23T01:05:00Z",
    )
    return dataclasses.replace(examination, **changes)


def with_engine(name: str, **changes: Any) -> tuple[EngineInfo, ...]:
    """Return the engines of a good run with one of them changed."""
    return tuple(dataclasses.replace(each, **changes) if each.name == name else each for each in ENGINES)


def without(rows: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """Return engines or coverage without the rows of one examiner."""
    return tuple(row for row in rows if getattr(row, "name", None) != name and getattr(row, "examiner", None) != name)


# --- judgements -------------------------------------------------------------------------------------------------


def judged(*sections: str, seen: Examination | None = None, facts: Iterable[Fact] = (), today: date = TODAY,
           signing: SigningState = CHECK) -> Judgement:  # fmt: skip
    """Judge an examination (or a good one with these facts) under a policy of these sections."""
    examination = seen or examined(*facts)
    return judge(examination, policy_of(*sections), policy_sha256=SHA, today=today, signing=signing)


def ids(judgement: Judgement) -> list[str]:
    """Return the ids of open findings."""
    return [finding.id for finding in judgement.findings if finding.suppressed_by is None]


def only(judgement: Judgement, finding_id: str) -> Finding:
    """Return the one finding of an id."""
    (finding,) = [each for each in judgement.findings if each.id == finding_id]
    return finding


def clause(judgement: Judgement, clause_id: str) -> Clause:
    """Return a clause of a judgement."""
    (found,) = [each for each in judgement.clauses if each.id == clause_id]
    return found
