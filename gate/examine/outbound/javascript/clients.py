"""Calls of HTTP clients, sockets and programs, as Node.js and packages for it have them."""

from __future__ import annotations

from tree_sitter import Node

from gate.examine.outbound.javascript.call import Call
from gate.examine.outbound.javascript.contacts import Contacts
from gate.examine.outbound.javascript.modules import (
    COMMANDS,
    HTTP_MODULES,
    SOCKET_MODULES,
    imported,
    module_of,
)
from gate.examine.outbound.javascript.options import socket, url_or_options
from gate.examine.outbound.javascript.scopes import NO_TEXT, plain
from gate.examine.outbound.unknown import UNKNOWN

_NO_URL = NO_TEXT - {"object"}
_HTTP_OBJECTS = frozenset(b"axios $http superagent got ky needle request https http http2 $ jQuery".split())


def verb(contacts: Contacts, call: Call) -> None:
    """Take a request of an HTTP client; on other objects ``get`` means many things, and only a URL tells."""
    receiver = call.receiver
    if not call.arguments or call.arguments[0].type in _NO_URL:
        return
    if receiver is None:
        is_client = module_of(contacts.program, call.function) in HTTP_MODULES
    else:
        name = contacts.program.bytes_of(receiver)[-20:]
        is_client = name in _HTTP_OBJECTS or module_of(contacts.program, receiver) in HTTP_MODULES
    if is_client:
        url_or_options(contacts, call.arguments[0], f"{call.name}()", call.node)
    elif receiver is not None:
        contacts.contact(call.arguments[0], f"{call.name}()", call.node, opaque=False)


def client(contacts: Contacts, call: Call) -> None:
    """Take a call of a client itself: ``axios(options)``, ``got(url)``."""
    if call.receiver is None and call.arguments:
        own = contacts.program.scopes.is_declared(call.name.encode(), call.node.start_byte)
        module = module_of(contacts.program, call.function) if own else call.name
        opaque = module in HTTP_MODULES or call.name == "axios"
        url_or_options(contacts, call.arguments[0], f"{call.name}()", call.node, opaque=opaque)


def connect(contacts: Contacts, call: Call) -> None:
    """Take a connection of a socket, or of a client that is given a URL."""
    module = ""
    if call.receiver is not None:
        module = module_of(contacts.program, call.receiver)
    else:
        module = module_of(contacts.program, call.function)
    if module in SOCKET_MODULES:
        socket(contacts, call.arguments, SOCKET_MODULES[module], f"{module}.{call.name}()", call.node)
    elif call.arguments and call.arguments[0].type == "number" and call.arguments[1:]:
        socket(contacts, call.arguments, "tcp", f"{call.name}()", call.node)
    elif call.arguments:
        contacts.contact(call.arguments[0], f"{call.name}()", call.node, opaque=False)


def resolve(contacts: Contacts, call: Call) -> None:
    """Take a name that is looked up."""
    module = module_of(contacts.program, call.receiver if call.receiver is not None else call.function)
    if module in SOCKET_MODULES:
        socket(contacts, call.arguments, SOCKET_MODULES[module], f"{module}.{call.name}()", call.node)


def send(contacts: Contacts, call: Call) -> None:
    """Take the host that a datagram is sent to."""
    if len(call.arguments) > 2:  # noqa: PLR2004  # message, port, host
        texts = [each for value in call.arguments[1:] for each in contacts.folder.fold(value)]
        hosts = [each for each in texts if "." in each.text and UNKNOWN not in each.text]
        ports = any(each.type == "number" for each in call.arguments[1:])
        for host in hosts if ports else ():
            contacts.host(host, "udp", "", f"{call.name}()", call.node)


def command(contacts: Contacts, call: Call) -> None:
    """Take the URLs in a command line or in the arguments of a program that Node.js starts."""
    owner = call.receiver if call.receiver is not None else call.function
    certain = module_of(contacts.program, owner) == COMMANDS or call.name.endswith(("Sync", "File"))
    if call.receiver is not None and not certain:
        return
    for value in call.arguments[:2]:
        items = contacts.program.items(value)
        for each in items if items is not None else [value]:
            if plain(each).type not in ("object", "arrow_function", "function_expression"):
                contacts.urls_inside(
                    each, f"child_process.{call.name}()", call.node, opaque=certain and value.id == call.arguments[0].id
                )


def imported_call(contacts: Contacts, node: Node) -> tuple[str, Node] | None:
    """Return the name in its module of what is called by another name, with what is called.

    A module that is itself called stands for its main function: ``request``.
    """
    function = plain(node.child(0))
    if function.type not in ("identifier", "member_expression", "call_expression"):
        return None
    found = imported(contacts.program, function)
    if found is None or not (
        found.module in HTTP_MODULES or found.module in SOCKET_MODULES or found.module == COMMANDS
    ):
        return None
    return found.name or "request", function
