"""Which module of Node.js or of a package an expression stands for, and which global object."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from gate.examine.outbound.javascript.program import Imported, Program
from gate.examine.outbound.javascript.scopes import FUNCTIONS, Binding, plain

HTTP_MODULES = frozenset(
    [
        "http", "https", "http2", "axios", "got", "request", "superagent", "ky", "needle", "undici", "node-fetch",
        "cross-fetch", "isomorphic-fetch", "jquery", "request-promise", "request-promise-native", "bent", "wretch",
        "phin", "follow-redirects",
    ]
)  # fmt: skip
SOCKET_MODULES = {"net": "tcp", "tls": "tls", "dgram": "udp", "dns": "dns", "dns/promises": "dns"}
COMMANDS = "child_process"
CONTACTING = frozenset({*HTTP_MODULES, *SOCKET_MODULES, COMMANDS})
_CONTACTING = "|".join(sorted(CONTACTING)).encode()
_NAMED = re.compile(rb"\s*+\(?\s*+[\"'`](?:node:)?(?:%s)[\"'`]" % _CONTACTING)
_QUOTED = re.compile(rb"[\"'`](?:node:)?(?:%s)[\"'`]" % _CONTACTING)
_NAMED_ELSEWHERE = re.compile(rb"\s*+\(\s*+[\w$]++\s*+\)")
_WORDS = (b"require", b"import", b"from")
_GLOBAL = re.compile(rb"(?<![\w$.])(?:axios|superagent|ky|jQuery)(?![\w$])")
_GLOBAL_CLIENTS = {b"axios": "axios", b"superagent": "superagent", b"ky": "ky", b"jQuery": "jquery", b"$": "jquery"}
"""Clients that stand ready by their name where a page loads them."""
_MADE = frozenset({b"create", b"extend", b"defaults", b"instance", b"agent", b"default", b"promises", b"wrap"})
"""Members of a client that give another one of it."""
_GLOBALS = re.compile(
    rb"(?:(?:window|self|globalThis|top|parent|frames|global)\.)*"
    rb"(?:window|self|globalThis|top|parent|frames|global|document|navigator)|.*\.(?:contentWindow|defaultView)",
    re.DOTALL,
)
_GLOBAL_LENGTH = 80
_VALUES = 8
_DEPTH = 8


def holds_modules(program: Program) -> bool:
    """Say whether a script names a module that contacts servers or starts programs."""
    if program.holds_modules is None:
        program.holds_modules = _names_modules(program.data)
    return program.holds_modules


def _names_modules(data: bytes) -> bool:
    elsewhere = False
    for word in _WORDS:
        place = data.find(word)
        while place >= 0:
            place += len(word)
            if _NAMED.match(data, place):
                return True
            elsewhere = elsewhere or (word != b"from" and _NAMED_ELSEWHERE.match(data, place) is not None)
            place = data.find(word, place)
    return elsewhere and _QUOTED.search(data) is not None


def _holds_clients(program: Program) -> bool:
    if program.holds_clients is None:
        program.holds_clients = holds_modules(program) or _GLOBAL.search(program.data) is not None
    return program.holds_clients


def module_of(program: Program, node: Node) -> str:
    """Return the name of the module that an expression stands for or is taken from, or an empty text."""
    found = imported(program, node) if _holds_clients(program) else None
    return found.module if found is not None else ""


def imported(program: Program, node: Node, depth: int = 0) -> Imported | None:  # a case for each kind
    """Return the module that an expression stands for, or the part of it; clients made of a client are that module."""
    node = plain(node)
    if depth > _DEPTH or not program.work():
        return None
    match node.type:
        case "await_expression" if node.named_children:
            return imported(program, node.named_children[-1], depth + 1)
        case "call_expression":
            return _called(program, node, depth)
        case "member_expression":
            return _member(program, node, depth)
        case "assignment_expression" | "binary_expression" | "ternary_expression":
            values = node.named_children[-2:] if node.type != "assignment_expression" else node.named_children[-1:]
            return _first(imported(program, value, depth + 1) for value in values)
        case "identifier":
            return _named(program, node, depth)
        case "object_pattern":  # the first parameter of a function, taken apart
            return _promised(program, node, depth + 1)
        case _:
            return None


def _member(program: Program, node: Node, depth: int) -> Imported | None:
    owner, name = node.named_children[0], program.bytes_of(node.named_children[-1])
    found = imported(program, owner, depth + 1)
    if found is None:
        values = program.members(owner, name)[:_VALUES] if program.bytes_of(owner) == b"this" else ()
        return _first(imported(program, value, depth + 1) for value in values)
    return found if name in _MADE else Imported(found.module, name.decode("utf-8", "replace"))


def _promised(program: Program, node: Node, depth: int) -> Imported | None:
    """Return the module that a function is given for its first parameter: ``import("http").then(h => h.get(url))``.

    ``node`` is the function, or that parameter.
    """
    path = program.path_to(node.start_byte)
    for index in range(len(path) - 1, 2, -1):
        function, listed, call = path[index], path[index - 1], path[index - 2]
        if function.type in FUNCTIONS and function.end_byte >= node.end_byte:
            callee = plain(call.child(0))
            if listed.type != "arguments" or callee.type != "member_expression":
                return None
            owner, name = callee.named_children[0], callee.named_children[-1]
            return imported(program, owner, depth) if program.bytes_of(name) == b"then" else None
    return None


def _named(program: Program, node: Node, depth: int) -> Imported | None:
    """Return the module that a name stands for; each name of a scope is looked up once."""
    name = program.bytes_of(node)
    key = (name, program.scopes.declaring(name, node.start_byte))
    if key not in program.modules:
        program.modules[key] = None  # what leads back here adds nothing
        bindings = program.scopes.bindings(name, node.start_byte)[:_VALUES]
        if not bindings and name in _GLOBAL_CLIENTS and not program.scopes.is_declared(name, node.start_byte):
            found: Imported | None = Imported(_GLOBAL_CLIENTS[name])
        else:
            found = _first(_bound(program, binding, depth + 1) for binding in bindings)
        program.modules[key] = found
    return program.modules[key]


def _first(found: Iterator[Imported | None]) -> Imported | None:
    return next((each for each in found if each is not None), None)


def _bound(program: Program, binding: Binding, depth: int) -> Imported | None:
    match binding.kind:
        case "module":
            name = binding.name.decode("utf-8", "replace")
            module = program.text(plain(binding.node))[1:-1].removeprefix("node:")
            return Imported(module, "" if name == "default" else name)
        case "value":
            return imported(program, binding.node, depth)
        case "part":
            found = imported(program, binding.node, depth)
            return found and Imported(found.module, binding.name.decode("utf-8", "replace"))
        case "parameter":
            sites = program.calls_of(binding.node)[:_VALUES]
            values = [site[binding.position] for site in sites if binding.position < len(site)]
            found = _first(imported(program, value, depth) for value in values)
            return found or (_promised(program, binding.node, depth) if binding.position == 0 else None)
        case _:
            return None


def _called(program: Program, call: Node, depth: int) -> Imported | None:
    """Return the module of ``require("name")``, also inside of a helper for default exports, or of a made client."""
    arguments = program.arguments(call)
    name = program.callee_name(call)
    if name in (b"require", b"import") and arguments:
        named = next((each for each in program.structures(arguments[0]) if each.type == "string"), None)
        if named is not None:
            return Imported(program.text(named)[1:-1].removeprefix("node:"))
    if b"mport" in name or b"nterop" in name:
        return imported(program, arguments[0], depth + 1) if arguments else None
    if name in _MADE:
        function = plain(call.child(0))
        if function.type == "member_expression":
            found = imported(program, function.named_children[0], depth + 1)
            return found if found is not None and found.module in HTTP_MODULES else None
    return None


def is_global(program: Program, node: Node, depth: int = 0) -> bool:
    """Say whether an expression is the global object of a page, its document or its navigator, also by another name."""
    node = plain(node)
    written = program.data[node.start_byte : min(node.end_byte, node.start_byte + _GLOBAL_LENGTH + 1)]
    if len(written) <= _GLOBAL_LENGTH and _GLOBALS.fullmatch(written):
        return True
    if depth > _DEPTH or not program.work():
        return False
    match node.type:
        case "identifier":
            for binding in program.scopes.bindings(written, node.start_byte)[:_VALUES]:
                values = [binding.node] if binding.kind == "value" else []
                if binding.kind == "parameter":
                    sites = program.calls_of(binding.node)[:_VALUES]
                    values = [site[binding.position] for site in sites if binding.position < len(site)]
                # The page's own object is what `this` means outside of functions.
                if any(value.type == "this" or is_global(program, value, depth + 1) for value in values):
                    return True
            return False
        case "binary_expression" | "ternary_expression":
            return any(is_global(program, value, depth + 1) for value in node.named_children[-2:])
        case "assignment_expression":
            return is_global(program, node.named_children[-1], depth + 1)
        case _:
            return False
