"""「遵守の方法（案）」: how the supplier means to keep Article 26-3, from ``gate.toml`` alone, before work begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.policy.clauses import status_label
from gate.policy.deviations import deviations
from gate.record.clauses import ClauseText, article
from gate.reports.escaping import shortened
from gate.reports.papers.blocks import Block, Cell, Column, Fields, Heading, Notice, Paper, Stamps, Table, Words
from gate.reports.papers.deviations_part import deviations_part
from gate.reports.papers.wording import (
    MOST_NAME,
    Speaker,
    code,
    contract_fields,
    deliverable_field,
    evidence_kind,
    name_of,
    one,
    plain,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from gate.policy import LoadedPolicy, Policy
    from gate.policy.model import Destination, Evidence, Executable
    from gate.text import Language


def compose_plan(loaded: LoadedPolicy, language: Language, *, created: datetime) -> Paper:
    """Return the plan as a paper in one language; ``created`` is an aware moment."""
    policy = loaded.policy
    say = Speaker.of(language, policy.gate.timezone, policy.gate.article_map, policy.parties)
    deliverable = policy.deliverable
    named = (
        shortened(f"{deliverable.name} {deliverable.version}", 2 * MOST_NAME) if deliverable else say("not-filled-in")
    )
    return Paper(
        language=language,
        title=say("plan.title"),
        subtitle=say("plan.subtitle", deliverable=named or say("not-filled-in")),
        author=name_of(deliverable.supplier if deliverable else None) or say("not-filled-in"),
        footer=say("plan.footer", sha256=loaded.agreement_sha256[:16]),
        page_label=say("page", page="{page}", pages="{pages}"),
        mark="",
        cover=(),
        body=tuple(_body(loaded, say, created)),
    )


def _body(loaded: LoadedPolicy, say: Speaker, created: datetime) -> Iterator[Block]:
    policy = loaded.policy
    yield Notice(say("plan.status.title"), (say.words("plan.status.text"), say.words("plan.status.limits")))
    yield Fields(tuple(_fields(loaded, say, created)))
    yield _stamps(policy, say)
    yield Heading(say("plan.method.title"))
    yield say.prose("plan.method.note")
    columns = (("clause", 15), ("sentence", 37), ("method", 34), ("reach-of-status", 14))
    rows = tuple(_method(text, policy, say) for text in article())
    yield Table(tuple(Column(say(f"column.{name}"), share) for name, share in columns), rows)
    yield Heading(say("plan.means.title"))
    yield Fields(tuple(_means(policy, say)))
    yield from deviations_part(deviations(policy), say)
    yield from _foreseen(policy, say)


def _fields(loaded: LoadedPolicy, say: Speaker, created: datetime) -> Iterator[tuple[str, Cell]]:
    given = loaded.policy.deliverable
    yield from contract_fields(given, say)
    yield deliverable_field(given, say)
    specification = loaded.policy.specification
    titled = f"{specification.title} {specification.version}" if specification else None
    yield say("field.specification"), say.given(titled)
    yield say("field.created"), one(say.moment(created))
    yield say("plan.digest"), (code(loaded.agreement_sha256), say.words("plan.digest.how", "quiet"))


def _stamps(policy: Policy, say: Speaker) -> Stamps:
    given = policy.deliverable
    places = (
        (say("plan.stamps.made", supplier=say.supplier), name_of(given.responsible if given else None)),
        (say("plan.stamps.consented", recipient=say.recipient), name_of(given.recipient if given else None)),
    )
    return Stamps(say("plan.stamps"), places, say("stamps.date"), say("stamps.mark"))


def _method(text: ClauseText, policy: Policy, say: Speaker) -> tuple[Cell, ...]:
    printed = say.article_map.get(text.id) or text.printed[say.language]
    required = (say.words("clauses.required", "quiet"),) if text.id in policy.gate.require else ()
    how = tuple(dict.fromkeys(plain(sentence.how[say.language]) for sentence in text.sentence))
    if text.evidence:
        kinds = say("list-separator").join(evidence_kind(kind, say) for kind in text.evidence)
        how = (*how, say.words("clauses.evidence", "quiet", evidence=kinds))
    ceiling = say("clauses.by-items") if text.ceiling == "items" else status_label(text.ceiling, say.language)
    sentences = tuple(Words(sentence.shown(say.language)) for sentence in text.sentence)
    return (Words(printed, form="strong"), *required), sentences, how, one(ceiling)


def _means(policy: Policy, say: Speaker) -> Iterator[tuple[str, Cell]]:
    malware = policy.malware
    yield (
        say("plan.malware"),
        (
            say.words("plan.malware.database", kind=say.label("paper.database-kind", malware.database)),
            say.words("plan.malware.age", days=malware.max_database_age_days),
            say.words("plan.malware.rules", rules=say("list-separator").join(malware.yara_rules)),
            say.words(f"plan.malware.suspected.{malware.suspected}", score=malware.suspicion_threshold),
        ),
    )
    yield say("plan.programs"), say.cell("plan.programs.how")
    own = say("list-separator").join(policy.outbound.own) or say("plan.none")
    yield say("plan.contacts"), (say.words("plan.contacts.how"), say.words("plan.contacts.own", hosts=own))
    signing = say("list-separator").join(policy.signing.use) or say("plan.none")
    yield say("plan.signing"), say.cell("plan.signing.how", backends=signing)
    yield say("plan.unexamined"), say.cell("plan.unexamined.how")


def _foreseen(policy: Policy, say: Speaker) -> Iterator[Block]:
    """Yield what is foreseen already: executables, contacts, papers to hand in."""
    executables = (("about", 34), ("grounds", 32), ("reason", 34))
    destinations = (("host", 28), ("purpose", 28), ("sent", 24), ("spec-ref", 20))
    evidence = (("clause", 26), ("paper", 44), ("made", 30))
    yield Heading(say("plan.executables"))
    if policy.executable:
        yield say.table(executables, policy.executable, lambda entry: _executable(entry, say))
    else:
        yield say.prose("plan.executables.none")
    yield Heading(say("plan.destinations"))
    if policy.outbound.destination:
        yield say.table(destinations, policy.outbound.destination, _destination)
    else:
        yield say.prose("plan.destinations.none")
    yield Heading(say("plan.evidence"))
    if policy.evidence:
        yield say.table(evidence, policy.evidence, lambda entry: _evidence(entry, say))
    else:
        yield say.prose("plan.evidence.none")


def _executable(entry: Executable, say: Speaker) -> tuple[Cell, ...]:
    basis: Cell = say.cell(f"plan.basis.{entry.basis}")
    if entry.spec_ref is not None:
        basis = (*basis, plain(entry.spec_ref))
    return (code(entry.path),), (*basis, *say.texts(entry.alternatives or ())), one(entry.reason)


def _destination(entry: Destination) -> tuple[Cell, ...]:
    return (code(entry.host),), one(entry.purpose), one(entry.sends), one(entry.spec_ref)


def _evidence(entry: Evidence, say: Speaker) -> tuple[Cell, ...]:
    what = (Words(say.label("paper.paper", entry.kind)), code(entry.file))
    return one(say.clause(entry.clause)), what, (*say.day(entry.date), plain(entry.by))
