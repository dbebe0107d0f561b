"""``gate.toml`` as frozen values: what this version judges of the policy file, and nothing else.

Sections and keys that the policy format knows and this version does not judge are refused before the model is built
(``gate.policy.checks``); unknown ones are refused by the model.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias, get_args

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from gate.models import EvidenceForm, ExecutableClass, Reach  # pydantic reads annotations when the module is loaded
from gate.policy.clauses import DEFAULT_REQUIRED
from gate.policy.content import Basis, DeliverableKind
from gate.policy.keyless_section import Keyless
from gate.policy.limits_section import LimitsSection
from gate.policy.registry import FINDINGS
from gate.policy.section import Section
from gate.policy.source_section import Source
from gate.policy.values import (
    Clamd,
    ClauseId,
    Clauses,
    Count,
    Day,
    Fingerprint,
    FormatNames,
    Glob,
    Globs,
    Host,
    Hosts,
    Identifier,
    Score,
    SentenceId,
    Sha256,
    Sha256s,
    Text,
    Texts,
    Timezone,
    WordList,
    Words,
    is_remote,
    names_something,
    problem,
    url_pattern_host,
)
from gate.policy.x509_section import X509

PaperKind: TypeAlias = Literal[
    "procedure", "quality-system", "code-review", "test-record", "assessment", "checklist", "tag-list", "other"
]
"""Papers: 管理手順書, 品質保証体制図, コードレビュー記録, 試験記録, 診断報告書, チェックリスト, タグ一覧, any other."""

EvidenceKind: TypeAlias = Literal[PaperKind, EvidenceForm]
"""Papers, which are bound and not read, and the results and statements of tools, which are."""

Threshold: TypeAlias = Literal["none", "note", "low", "warning", "medium", "error", "high", "critical"]
"""Levels of results, in the words of SARIF or of CVSS: note is low, warning is medium, error is high."""


def _with_ids(data: Any, key: str) -> Any:  # noqa: ANN401  # whatever stands in the file
    """Give the entries of an array of tables that name no id one by their place."""
    entries = data.get(key) if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return data
    named = [
        {"id": f"{key}-{number}", **entry} if isinstance(entry, dict) else entry
        for number, entry in enumerate(entries, 1)
    ]
    return {**data, key: named}


def _name_something(globs: Globs | None) -> Globs | None:
    if globs is not None and not all(map(names_something, globs)):
        raise problem("policy.glob-everything")
    return globs


class Deliverable(Section):
    """``[deliverable]``: what is delivered, by whom and to whom; goes into record and reports."""

    title: Text | None = None
    name: Text
    version: Text
    kind: DeliverableKind
    supplier: Text | None = None
    responsible: Text | None = None
    inspector: Text | None = None
    checker: Text | None = None
    recipient: Text | None = None
    contract: Text | None = None
    contracted_on: Day | None = None
    delivered_on: Day | None = None
    document: Text | None = None


class Specification(Section):
    """``[specification]``: what "contrary to the specification" is held against; ``file`` is bound by its digest."""

    title: Text
    version: Text
    agreed_on: Day | None = None
    file: Text | None = None
    sha256: Sha256 | None = None


class Agreement(Section):
    """``[agreement]``: the method agreed with the other party (see ``LoadedPolicy.agreement_sha256``)."""

    policy_sha256: Sha256
    agreed_on: Day
    reference: Text | None = None


class Parties(Section):
    """``[parties]``: what papers call the two parties; a subcontractor's counterpart is not the ministry."""

    supplier: Text = "乙"
    recipient: Text = "甲"


class GateSection(Section):
    """``[gate]``: the time zone of days, the clauses without which nothing is approved, an engine that is an extra."""

    timezone: Timezone = "Asia/Tokyo"
    require: Clauses = DEFAULT_REQUIRED
    article_map: dict[SentenceId, Text] = Field(default_factory=dict)
    """How this contract prints a clause, by its id here: other contracts number the same text differently."""
    script_model: Literal["magika"] | None = None
    """A trained model that is asked of texts which bear no mark of a script; it has to be installed."""


class Malware(Section):
    """``[malware]``: engines, their databases, and what a mere suspicion means."""

    clamd: Clamd = "auto"
    clamd_remote: Literal["unauthenticated"] | None = None
    database: Literal["official", "bundled"] = "official"
    max_database_age_days: Count = 3
    yara_rules: Texts = ("bundled",)
    yara_ignore: tuple[Text, ...] = ()
    """Rule files, by folder and place in it, that are left out without a gap where they do not compile."""
    suspected: Literal["reject", "warn"] = "reject"
    suspicion_threshold: Score = 60
    """From which score on what ``heuristics`` saw is a suspicion; below it, it is told as a note."""

    @model_validator(mode="after")
    def _remote_is_asked_for(self) -> Self:
        if is_remote(self.clamd) != (self.clamd_remote is not None):
            raise problem("policy.clamd-not-remote" if self.clamd_remote else "policy.clamd-remote")
        return self


class Approval(Section):
    """What every justification names: who decided it, for which party, and the days between which it holds."""

    approved_by: Text
    role: Text
    party: Literal["乙", "甲"]
    approved_on: Day
    reference: Text | None = None
    expires: Day
    """The last day on which it holds, in the policy's time zone."""

    @field_validator("expires")
    @classmethod
    def _not_before_approval(cls, expires: Day, info: ValidationInfo) -> Day:
        approved_on = info.data.get("approved_on")
        if approved_on is not None and expires < approved_on:
            raise problem("policy.expires-first", approved_on=str(approved_on), expires=str(expires))
        return expires


class Executable(Approval):
    """``[[executable]]``: justification of content in executable program format.

    ``basis`` says why: a program that the specification orders (``spec_ref``), or content that cannot be provided
    in another way (``alternatives``: what was considered, and why each fails).  ``format`` narrows it to some formats
    of its classes.  Only where ``sha256`` names the item does it cover a disguised one.
    """

    id: Identifier
    path: Glob
    sha256: Sha256s | None = None
    class_: tuple[ExecutableClass, ...] = Field(alias="class", min_length=1)
    format: FormatNames | None = None
    basis: Basis
    spec_ref: Text | None = None
    alternatives: Texts | None = None
    reason: Text

    @model_validator(mode="after")
    def _basis_is_shown(self) -> Self:
        if self.basis == "specified-program" and self.spec_ref is None:
            raise problem("policy.basis-spec-ref")
        if self.basis == "no-alternative" and self.alternatives is None:
            raise problem("policy.basis-alternatives")
        return self


class Destination(Approval):
    """``[[outbound.destination]]``: a host that the delivery contacts by its specification.

    ``url`` narrows it (``*`` any characters), ``reach`` lists the ways of contact that are declared, ``where`` the
    items in which (absent: all).
    """

    id: Identifier
    host: Host
    url: Text | None = None
    reach: tuple[Reach, ...] = Field(min_length=1)
    where: Globs | None = None
    purpose: Text
    operator: Words
    sends: WordList
    disable: Words | None = None
    privacy_page: Text | None = None
    safety_check: Text | None = None
    spec_ref: Text

    @field_validator("url")
    @classmethod
    def _url_is_of_host(cls, url: str | None, info: ValidationInfo) -> str | None:
        host = info.data.get("host")
        if url is not None and url_pattern_host(url) != host and host is not None:
            raise problem("policy.url-host", host=host)
        return url


class Reviewed(Approval):
    """``[[outbound.reviewed]]``: a person's disposition of URLs in strings and of contacts that reading cannot tell.

    ``host`` says of which host, ``where`` in which items; contacts without a known host have only a place.  Where
    ``sha256`` names the bytes that were looked at it holds for no others.  ``id`` defaults to ``reviewed-<n>``, by the
    place in the file.
    """

    id: Identifier = "reviewed"
    host: Host | None = None
    where: Globs | None = None
    sha256: Sha256s | None = None
    disposition: Text

    @model_validator(mode="after")
    def _speaks_of_something(self) -> Self:
        if self.host is None and (self.where is None or not all(map(names_something, self.where))):
            raise problem("policy.reviewed-nothing")
        return self


class Outbound(Section):
    """``[outbound]``: the recipient's own hosts, which are not outside, and the declared destinations.

    ``vendor`` are the places of third-party libraries, where a banner is taken at its word.  ``browser_pages`` is how
    many pages ``--browser`` opens at most; each further one is a gap.
    """

    own: Hosts = ()
    vendor: Annotated[Globs | None, AfterValidator(_name_something)] = None
    browser_pages: int = Field(default=50, ge=1, le=10_000, strict=True)
    destination: tuple[Destination, ...] = ()
    reviewed: tuple[Reviewed, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _name_reviews(cls, data: Any) -> Any:  # noqa: ANN401  # whatever stands in the file
        return _with_ids(data, "reviewed")


class Suppression(Approval):
    """``[[suppress]]``: a person's disposition of any finding but those that ``[[executable]]`` answers.

    Without ``path`` it is for findings of the whole run, which have none.  ``id`` defaults to ``suppress-<n>``, by
    the place in the file.
    """

    id: Identifier = "suppress"
    finding: str
    path: Glob | None = None
    sha256: Sha256s | None = None
    reason: Text

    @field_validator("finding")
    @classmethod
    def _finding_may_be_suppressed(cls, finding: str) -> str:
        if finding not in FINDINGS:
            near = difflib.get_close_matches(finding, FINDINGS, n=1)
            raise problem("policy.finding-unknown-near", near=near[0]) if near else problem("policy.finding-unknown")
        if FINDINGS[finding].suppressible == "never":
            code = "policy.suppress-executable" if finding.startswith("executable/") else "policy.suppress-never"
            raise problem(code)
        return finding

    @model_validator(mode="after")
    def _digest_where_needed(self) -> Self:
        if FINDINGS[self.finding].suppressible == "digest" and self.sha256 is None:
            raise problem("policy.suppress-digest", finding=self.finding)
        return self


class Evidence(Section):
    """``[[evidence]]``: a paper of a person, or a result of another tool that is read, for a clause.

    ``sha256`` is filled in from the file when the policy is loaded.  ``reject_at`` is the least level from which on an
    unresolved result violates the clause; ``none``: any result at all.
    """

    clause: ClauseId
    file: Text
    sha256: Sha256 | None = None
    kind: EvidenceKind
    tool: Text | None = None
    date: Day
    by: Text
    reject_at: Threshold = "low"
    max_age_days: Count | None = None

    @field_validator("reject_at")
    @classmethod
    def _threshold_of_what_is_read(cls, reject_at: Threshold, info: ValidationInfo) -> Threshold:
        if info.data.get("kind") in get_args(PaperKind):
            raise problem("policy.reject-at-paper", kind=info.data["kind"])
        return reject_at


class OpenPgp(Section):
    """``[signing.openpgp]``: the key to sign with, and the GnuPG home that holds it (absent: the user's)."""

    fingerprint: Fingerprint
    home: Text | None = None

    def home_folder(self, base: Path) -> Path | None:
        """Return the home, relative to the folder ``base``; ``~`` is the user's, one of an unknown user a mere name."""
        # Path.expanduser raises for unknown users.
        return base / os.path.expanduser(self.home) if self.home else None  # noqa: PTH111


class Signing(Section):
    """``[signing]``: the back ends that a release is signed with."""

    use: tuple[Literal["openpgp", "x509", "keyless"], ...] = ()
    openpgp: OpenPgp | None = None
    x509: X509 | None = None
    keyless: Keyless | None = None


class PasswordSource(Section):
    """Where the password of archives is: in an environment variable, or in a file (one final line end is no part)."""

    env: Text | None = None
    file: Text | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise problem("policy.password-source")
        return self


class Policy(Section):
    """A whole ``gate.toml``; every section has a default, so that an empty file is the default policy."""

    deliverable: Deliverable | None = None
    specification: Specification | None = None
    agreement: Agreement | None = None
    parties: Parties = Parties()
    gate: GateSection = GateSection()
    malware: Malware = Malware()
    executable: tuple[Executable, ...] = ()
    outbound: Outbound = Outbound()
    suppress: tuple[Suppression, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    source: Source | None = None
    signing: Signing = Signing()
    archive_passwords: dict[Glob, PasswordSource] = Field(default_factory=dict)
    """By item path glob; the first that fits a container counts."""
    limits: LimitsSection = LimitsSection()

    @model_validator(mode="before")
    @classmethod
    def _name_suppressions(cls, data: Any) -> Any:  # noqa: ANN401  # whatever stands in the file
        return _with_ids(data, "suppress")
