"""SARIF 2.1.0 (OASIS): what static analysers and scanners write.  Section numbers are the standard's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, TypeGuard

from gate.examine.evidence.draft import Draft, greatest, level_of_score
from gate.examine.json_values import (
    Malformed,
    Table,
    moment,
    named,
    number,
    rows,
    sha256_of,
    shown,
    table,
    text,
    word,
)
from gate.models import EvidenceLevel, EvidenceResult

_LEVELS: Final[dict[str, EvidenceLevel]] = {"none": "none", "note": "low", "warning": "medium", "error": "high"}
_KINDS: Final = frozenset({"pass", "open", "informational", "notApplicable", "review", "fail"})
_ASKS_A_PERSON: Final = frozenset({"open", "review"})
_STATUSES: Final = frozenset({"", "accepted", "underReview", "rejected"})
_BASELINE: Final = frozenset({"", "new", "unchanged", "updated", "absent"})
_RULE_LENGTH: Final = 200
_RULE_DEPTH: Final = 8
_RANKS_PER_SCORE: Final = 10
_READ_HERE: Final = frozenset({"results", "invocations", "driver", "extensions", "policies"})
"""Parts of a run without which its results cannot be told (3.15.3)."""


def read_sarif(document: Table) -> Draft:
    """Return what a log says.  Raises ``Malformed`` where it is not SARIF 2.1.0."""
    if text(document, "version", "document") != "2.1.0":
        raise Malformed("document.version: not 2.1.0")
    draft = Draft("sarif")
    runs = rows(document, "runs", "document")
    if not runs:
        draft.fail("not-run", "no run")
    if rows(document, "inlineExternalProperties", "document"):  # 3.13.5: parts of runs that stand beside them
        draft.fail("not-run", "inlineExternalProperties: parts of a run stand outside of it")
    for index, run in enumerate(runs):
        _Run(run, f"runs[{index}]", draft).read()
    return draft


class _Run:
    """One run of one tool (3.14)."""

    def __init__(self, run: Table, place: str, draft: Draft) -> None:
        self._run = run
        self._place = place
        self._draft = draft
        tool = table(run, "tool", place)
        self._driver = table(tool, "driver", f"{place}.tool")
        components = [self._driver, *rows(tool, "extensions", f"{place}.tool")]
        self._rules = [rows(each, "rules", f"{place}.tool") for each in components]
        self._by_id: dict[str, list[Table]] = {}
        for rule in chain.from_iterable(self._rules):
            self._by_id.setdefault(text(rule, "id", f"{place}.tool"), []).append(rule)
        self._invocations = rows(run, "invocations", place)
        self._overrides = self._overriding(f"{place}.invocations")

    def read(self) -> None:
        """Take in tool, times, whether it ran, what it looked at, and its results."""
        name = text(self._driver, "name", f"{self._place}.tool.driver")
        if not name:
            raise Malformed(f"{self._place}.tool.driver.name: missing")
        version = text(self._driver, "semanticVersion", self._place) or text(self._driver, "version", self._place)
        self._draft.tools.append(named(name, version))
        for index, invocation in enumerate(self._invocations):
            self._invocation(invocation, f"{self._place}.invocations[{index}]")
        for index, artifact in enumerate(rows(self._run, "artifacts", self._place)):
            place = f"{self._place}.artifacts[{index}]"
            hashes = table(artifact, "hashes", place)
            digests = [sha256_of(each, text(hashes, each, f"{place}.hashes")) for each in hashes]
            self._draft.looked_at.update(each for each in digests if each)
        elsewhere = sorted(_READ_HERE.intersection(table(self._run, "externalPropertyFileReferences", self._place)))
        if elsewhere:  # 3.15.3: beside what stands here there is more
            self._draft.fail("not-run", f"{', '.join(elsewhere)} lie in another file")
        if self._run.get("results") is None:  # 3.14.23: absent or null where the tool did not look for any
            self._draft.fail("not-run", "no array of results")
        for index, result in enumerate(rows(self._run, "results", self._place)):
            self._result(result, f"{self._place}.results[{index}]")

    def _invocation(self, invocation: Table, place: str) -> None:
        """Take in one invocation (3.20); it has to say that it was successful."""
        if not isinstance(invocation.get("executionSuccessful"), bool):
            raise Malformed(f"{place}.executionSuccessful: missing")
        if not invocation["executionSuccessful"]:
            self._draft.fail("failed", "executionSuccessful is false")
        for key in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            for index, notification in enumerate(rows(invocation, key, place)):
                level = word(notification, "level", f"{place}.{key}[{index}]", frozenset(_LEVELS), "warning")
                if level == "error":
                    self._draft.fail("failed", f"{key}: {_message(notification, f'{place}.{key}[{index}]')}")
        self._draft.ran_at(moment(invocation, "startTimeUtc", place), moment(invocation, "endTimeUtc", place))

    def _result(self, result: Table, place: str) -> None:
        """Take in one result (3.27): unresolved, accepted by the tool's user with a justification, or none at all."""
        baseline = word(result, "baselineState", place, _BASELINE, "")
        kind = word(result, "kind", place, _KINDS, "fail")
        rules = self._rules_of(result, place)
        rule = rules[0] if rules else {}
        level = greatest([self._level(result, each, kind, place) for each in rules or [{}]])
        if baseline == "absent" or (kind not in {*_ASKS_A_PERSON, "fail"} and level == "none"):
            return
        suppressions = rows(result, "suppressions", place)
        accepted = bool(suppressions) and all(_is_justified(each, f"{place}.suppressions") for each in suppressions)
        state = "accepted" if accepted else "suppressed without acceptance and justification" if suppressions else kind
        found = EvidenceResult(
            shown(self._rule_id(result, rule, place), _RULE_LENGTH),
            level,
            state,
            _message(result, place),
            _location(result, place),
            "; ".join(shown(text(each, "justification", place)) for each in suppressions[:3]),
        )
        (self._draft.accepted if accepted else self._draft.unresolved).append(found)

    def _rule_id(self, result: Table, rule: Table, place: str) -> str:
        reference = table(result, "rule", place)
        return text(result, "ruleId", place) or text(reference, "id", place) or text(rule, "id", place) or "-"

    def _rules_of(self, result: Table, place: str) -> list[Table]:
        """Return the rules that a result names by id (also one below it, 3.52.4) or by index.

        Of rules with one id, in the driver and in extensions, any may be meant.
        """
        reference = table(result, "rule", place)
        rule_id = text(result, "ruleId", place) or text(reference, "id", place)
        for _ in range(_RULE_DEPTH):
            if rule_id in self._by_id:
                return self._by_id[rule_id]
            rule_id = rule_id.rpartition("/")[0]
        component = table(reference, "toolComponent", place).get("index", -1)
        part = self._rules[component + 1] if _is_index(component, self._rules[1:]) else self._rules[0]
        index = result.get("ruleIndex", reference.get("index", -1))
        return [part[index]] if _is_index(index, part) else []

    def _level(self, result: Table, rule: Table, kind: str, place: str) -> EvidenceLevel:
        """Return the gravest level that result and rule state: level, rank and security severity."""
        stated = word(result, "level", place, frozenset(_LEVELS), "") if result.get("level") else ""
        levels = [_LEVELS[stated]] if stated else list(self._usual_levels(rule, kind, place))
        if kind in _ASKS_A_PERSON and greatest(levels) == "none":
            levels.append("unknown")
        default = table(rule, "defaultConfiguration", place)
        for holder in (result, default):
            rank = number(holder, "rank", place)
            if rank is not None and rank >= 0 and kind in {"fail", *_ASKS_A_PERSON}:
                levels.append(level_of_score(rank / _RANKS_PER_SCORE))
        if kind in {"fail", *_ASKS_A_PERSON}:
            for holder in (result, rule):
                score = number(table(holder, "properties", place), "security-severity", place)
                if score is not None:
                    levels.append(level_of_score(score))
        return greatest(levels)

    def _usual_levels(self, rule: Table, kind: str, place: str) -> Iterator[EvidenceLevel]:
        """Yield the levels of a result that states none (3.27.10): the rule's, and any that the run gave it."""
        if kind not in {"fail", *_ASKS_A_PERSON}:
            yield "none"
            return
        default = table(rule, "defaultConfiguration", place)
        yield _LEVELS[word(default, "level", place, frozenset(_LEVELS), "warning")]
        yield from self._overrides.get(text(rule, "id", place), ())

    def _overriding(self, place: str) -> dict[str, list[EvidenceLevel]]:
        """Return the levels that a run gave to rules in place of their own (3.20.5), by the rule's id."""
        found: dict[str, list[EvidenceLevel]] = {}
        for invocation in self._invocations:
            for override in rows(invocation, "ruleConfigurationOverrides", place):
                configuration = table(override, "configuration", place)
                level = _LEVELS[word(configuration, "level", place, frozenset(_LEVELS), "warning")]
                for rule in self._rules_of({"rule": table(override, "descriptor", place)}, place):
                    found.setdefault(text(rule, "id", place), []).append(level)
        return found


def _is_index(index: object, part: list[Any]) -> TypeGuard[int]:
    return isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(part)


def _is_justified(suppression: Table, place: str) -> bool:
    """Say whether a suppression (3.35) was accepted by someone who said why; an absent status is nobody's decision."""
    status = word(suppression, "status", place, _STATUSES, "")
    return status == "accepted" and bool(text(suppression, "justification", place).strip())


def _message(holder: Table, place: str) -> str:
    message = table(holder, "message", place)
    return shown(text(message, "text", place) or text(message, "markdown", place) or text(message, "id", place))


def _location(result: Table, place: str) -> str:
    """Return the first place of a result as ``uri:line``."""
    for location in rows(result, "locations", place)[:1]:
        physical = table(location, "physicalLocation", place)
        uri = text(table(physical, "artifactLocation", place), "uri", place)
        line = table(physical, "region", place).get("startLine")
        return shown(uri) + (f":{line}" if isinstance(line, int) and uri else "")
    return ""
