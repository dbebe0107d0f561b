"""The explicit list of examiners: nothing is discovered, so nothing inside an artifact can add or replace one.

Settings are plain values; no examiner sees policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gate.data_files import data_folder
from gate.examine import components, script_model
from gate.examine.antivirus.examiner import ClamAVExaminer
from gate.examine.browser.examiner import BrowserExaminer
from gate.examine.identity import is_unnamed
from gate.examine.interface import Examiner, Together
from gate.examine.isolated import Host, Hosted, IsolatedExaminer
from gate.examine.rules.sources import aspects, pack, read_rule_sources
from gate.models import DatabaseKind, Item

EXAMINERS = ("clamav", "yara", "heuristics", "executable", "outbound", "identity", "components", "secrets")
"""The examiners of this version, in the order in which reports show them."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What the engines need to know.

    ``clamd`` is ``auto``, ``unix:/path`` or ``tcp://host:port``; ``database`` the folder of the malware database, or
    None for the bundled signatures; ``signatures`` and ``rule_folders`` hold house signatures and YARA rules;
    ``script_model`` asks a model of scripts as well.
    """

    clamd: str
    clamd_remote: bool
    database: Path | None
    signatures: Path
    rule_folders: tuple[Path, ...]
    workers: int
    item_seconds: float
    rules_ignored: tuple[str, ...] = ()
    script_model: bool = False
    browser_pages: int = 0
    """How many pages to open in a browser; none where nobody asked for it."""


def _always(_item: Item) -> bool:
    return True


def _kind_of(folders: Sequence[Path]) -> DatabaseKind:
    """Say whose rules the folders hold: the project's own, as shipped, or others (too)."""
    shipped = data_folder("yara-rules").resolve()
    return "bundled" if {folder.resolve() for folder in folders} == {shipped} else "custom"


_OUTBOUND = Hosted(
    "outbound", "gate.examine.outbound.examiner:OutboundExaminer", {}, frozenset({"content", "name"}), _always
)


_EXECUTABLE = Hosted(
    "executable",
    "gate.examine.executable.examiner:ExecutableExaminer",
    {},
    frozenset({"content", "name", "mode"}),
    _always,
)


_COMPONENTS = Hosted(
    components.NAME,
    "gate.examine.components.examiner:ComponentsExaminer",
    {},
    frozenset({"content", "name"}),
    components.may_name_a_component,
)


_SCRIPT_MODEL = Hosted(
    script_model.NAME,
    "gate.examine.script_model.examiner:ScriptModelExaminer",
    {},
    frozenset({"content", "name", "mode"}),
    script_model.is_unnamed,
)


def build_contact_examiner(settings: EngineSettings) -> Sequence[Examiner]:
    """Return the examiner ``outbound`` alone, not started: what a look at contacts needs."""
    host = Host([_OUTBOUND], workers=settings.workers, item_seconds=settings.item_seconds)
    return [IsolatedExaminer(host, _OUTBOUND)]


def build_drafting_examiners(settings: EngineSettings) -> Sequence[Examiner]:
    """Return the examiners that drafts of a policy are made from, not started: no malware is looked for."""
    hosted = [_EXECUTABLE, _OUTBOUND, _COMPONENTS]
    host = Host(hosted, workers=settings.workers, item_seconds=settings.item_seconds)
    return [IsolatedExaminer(host, each) for each in hosted]


def build_examiners(settings: EngineSettings) -> Sequence[Examiner]:
    """Return all examiners, not started.  Raises ``GateError`` where rule sources cannot be read."""
    rules = read_rule_sources(settings.rule_folders)
    hosted = [
        Hosted(
            "yara",
            "gate.examine.rules.examiner:RulesExaminer",
            {
                "sources": pack(rules),
                "kind": _kind_of(settings.rule_folders),
                "broken": "gap",
                "ignore": list(settings.rules_ignored),
                "by_name": "name" in aspects(rules),
            },
            aspects(rules),
            _always,
        ),
        Hosted(
            "heuristics",
            "gate.examine.heuristics.examiner:HeuristicsExaminer",
            {},
            frozenset({"content", "name"}),
            _always,
        ),
        _EXECUTABLE,
        _OUTBOUND,
        _COMPONENTS,
        Hosted("secrets", "gate.examine.secrets.examiner:SecretsExaminer", {}, frozenset({"content", "name"}), _always),
    ]
    host = Host(hosted, workers=settings.workers, item_seconds=settings.item_seconds)
    # A model has workers of its own as well, which load it before they are confined.
    asked = [_SCRIPT_MODEL] if settings.script_model else []
    # libmagic has workers of its own: what takes it over must not speak for the other examiners.
    identity = Hosted(
        "identity", "gate.examine.identity.examiner:IdentityExaminer", {}, frozenset({"content"}), is_unnamed
    )
    # It answers several times as fast as the others, so that half as many keep up.
    second = Host([identity], workers=max(1, settings.workers // 2), item_seconds=settings.item_seconds)
    antivirus = ClamAVExaminer(
        settings.clamd,
        database=settings.database,
        house_signatures=settings.signatures,
        remote_allowed=settings.clamd_remote,
    )
    return [
        antivirus,
        *(IsolatedExaminer(host, each) for each in hosted),
        IsolatedExaminer(second, identity),
        *(
            IsolatedExaminer(Host([each], workers=settings.workers, item_seconds=settings.item_seconds), each)
            for each in asked
        ),
    ]


def build_together(settings: EngineSettings) -> Sequence[Together]:
    """Return what looks at items among their siblings, not started: the browser, where it was asked for."""
    if not settings.browser_pages:
        return []
    pages, seconds = settings.browser_pages, settings.item_seconds
    return [BrowserExaminer(pages=pages, workers=settings.workers, page_seconds=seconds)]
