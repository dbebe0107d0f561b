"""Reads a script: what it contacts, followed through its constants, and the URLs that it only holds."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tree_sitter import Node

from gate.examine.outbound.found import Found
from gate.examine.outbound.javascript.aliases import SINKS, take_aliases
from gate.examine.outbound.javascript.call import MEMBERS, Call
from gate.examine.outbound.javascript.calls import CALLS, CONSTRUCTORS, is_loader, take_loader
from gate.examine.outbound.javascript.clients import imported_call
from gate.examine.outbound.javascript.contacts import Contacts
from gate.examine.outbound.javascript.elements import jsx_attribute, take_assignments
from gate.examine.outbound.javascript.folding import FEW_STEPS
from gate.examine.outbound.javascript.modules import holds_modules, is_global
from gate.examine.outbound.javascript.pieces import take_pieces
from gate.examine.outbound.javascript.program import Program
from gate.examine.outbound.javascript.reflection import take_reflected
from gate.examine.outbound.javascript.scopes import plain
from gate.examine.outbound.javascript.strings import take_comments, take_configuration, take_literals
from gate.examine.outbound.javascript.syntax import parse
from gate.examine.outbound.lines import Lines
from gate.models import Reach

_ERRORS_TOLD = 20


@contextmanager
def without_cycles() -> Iterator[None]:
    """Look for no cycles of garbage meanwhile: hundreds of thousands of nodes hold none, and looking takes its time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def read_parsed(
    data: bytes, base: str | None, lines: Lines, condition: str, via: str, strings: Reach
) -> tuple[Sequence[Found], bool] | None:
    """Return what a script contacts, then its strings with reach ``strings``, then its comments, and if all was parsed.

    Parts that do not parse are opaque: what they would do is not known.  None stands for a script that keeps the
    parser busy out of all proportion.
    """
    with without_cycles():
        return _read(data, base, lines, condition, via, strings)


def _read(
    data: bytes, base: str | None, lines: Lines, condition: str, via: str, strings: Reach
) -> tuple[Sequence[Found], bool] | None:
    syntax = parse(data)
    if syntax is None:
        return None
    contacts = Contacts(Program(syntax), base, lines, via, condition)
    _take_flows(contacts)
    take_literals(contacts, strings)
    take_pieces(contacts, strings)
    take_comments(contacts, syntax.captures.get("comment", ()))
    for node in syntax.captures.get("error", ())[:_ERRORS_TOLD]:
        contacts.opaque("script that does not parse", node)
    contacts.settle()
    return contacts.found, not syntax.tree.root_node.has_error


def _take_flows(contacts: Contacts) -> None:
    program = contacts.program
    for node in program.captures.get("import", ()):
        contacts.contact(node.child_by_field_name("source"), "import", node, reach="automatic")
    for written, calls in program.calls.items():
        _take_calls(contacts, written, calls)
    for written, made in program.news.items():
        name = written.rstrip(b")").decode("utf-8", "replace")
        handler = CONSTRUCTORS.get(name)
        if handler is not None:
            for node in made:
                handler(contacts, Call(program, node, name))
    take_aliases(contacts)
    take_reflected(contacts)
    if holds_modules(program):
        _take_imported(contacts)
    take_assignments(contacts)
    for node in program.captures.get("jsx", ()):
        jsx_attribute(contacts, node)
    if contacts.can_hold_urls or any(word in program.data for word in (b"host", b"server", b"domain")):
        take_configuration(contacts)


def _take_calls(contacts: Contacts, written: bytes, calls: Sequence[Node]) -> None:
    name = written.rstrip(b")").decode("utf-8", "replace")
    if name.endswith("]"):
        for node in calls:
            name = _computed_name(contacts, node)
            handler = CALLS.get(name)
            if handler is not None:
                handler(contacts, Call(contacts.program, node, name))
        return
    if name in ("call", "apply"):
        for node in calls:
            _take_indirect(contacts, node, name)
        return
    handler = CALLS.get(name) or (take_loader if is_loader(name) else None)
    if handler is not None:
        for node in calls:
            handler(contacts, Call(contacts.program, node, name))


def _take_indirect(contacts: Contacts, node: Node, name: str) -> None:
    """Take ``f.call(x, url)`` and ``f.apply(x, [url])`` of a function that is known by its name."""
    program = contacts.program
    member = node.child(0)
    function = plain(member.named_children[0]) if member.type == "member_expression" else None
    if function is None or not function.type.endswith(MEMBERS):  # lone names are followed as values
        return
    called = program.text(function.named_children[-1])
    if function.type == "subscript_expression":
        called = contacts.folder.constant(function.named_children[-1], FEW_STEPS) or ""
    handler = CALLS.get(called)
    if handler is None or called in SINKS:
        return
    arguments: list[Node] | None = program.arguments(node)[1:]
    if name == "apply":
        arguments = program.items(arguments[0]) if arguments else None
    if arguments is not None:
        handler(contacts, Call(program, node, called, function, arguments))


def _take_imported(contacts: Contacts) -> None:
    """Take calls of modules and of clients made of them by names of the script's own."""
    for written, calls in contacts.program.calls.items():
        if written.decode("utf-8", "replace") in CALLS:
            continue
        for node in calls:
            found = imported_call(contacts, node)
            if found is None:
                continue
            handler = CALLS.get(found[0])
            if handler is not None:
                handler(contacts, Call(contacts.program, node, *found))


def _computed_name(contacts: Contacts, node: Node) -> str:
    """Return the name of ``object["name"]`` where that is called; a computed name of a global object is opaque."""
    function = plain(node.child(0))
    if function.type != "subscript_expression":
        return ""
    owner, index = function.named_children[0], function.named_children[-1]
    if index.type == "number":
        return ""
    name = contacts.folder.constant(index, FEW_STEPS)
    if name is None and is_global(contacts.program, owner):
        contacts.opaque(f"{contacts.program.text(owner)[:40]}[…]()", node)
    return name or ""
