"""Objects that describe a contact: options of requests, servers of peer connections, sources of maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from tree_sitter import Node

from gate.examine.outbound.javascript.contacts import Contacts
from gate.examine.outbound.javascript.folding import Folded
from gate.examine.outbound.unknown import UNKNOWN

Properties: TypeAlias = Mapping[bytes, Sequence[Node]]

_URL_KEYS = (b"url", b"uri", b"baseURL", b"baseUrl", b"prefixUrl", b"href", b"endpoint", b"urls", b"tileUrl")
_HOST_KEYS = (b"hostname", b"host")
_SOCKET_SCHEMES = frozenset({"tcp", "udp", "tls", "dns"})


def url_or_options(contacts: Contacts, value: Node | None, construct: str, at: Node, *, opaque: bool = True) -> None:
    """Take an argument that is a URL, or an object with one among its properties."""
    objects = [] if value is None else contacts.program.structures(value)
    objects = [each for each in objects if each.type == "object"]
    for each in objects:
        options(contacts, contacts.program.properties(each), construct, at, opaque=opaque)
    if not objects:
        contacts.contact(value, construct, at, opaque=opaque)


def options(
    contacts: Contacts, properties: Properties, construct: str, at: Node, *, scheme: str = "https", opaque: bool = True
) -> None:
    """Take the URLs, or host and path apart, among the properties of an object."""
    for key in _URL_KEYS:
        for value in properties.get(key, ()):
            items = contacts.program.items(value) if key == b"urls" else None
            for each in items if items is not None else [value]:
                contacts.contact(each, f"{construct} {key.decode()}", at, opaque=opaque)
    for key in _HOST_KEYS:
        for value in properties.get(key, ()):
            _host_and_path(contacts, value, properties, f"{construct} {key.decode()}", at, scheme)


def _host_and_path(
    contacts: Contacts, value: Node, properties: Properties, construct: str, at: Node, scheme: str
) -> None:
    fold = contacts.folder.fold
    protocol = _first(contacts, properties, b"protocol").rstrip(":")
    port = _first(contacts, properties, b"port")
    paths = [each for node in properties.get(b"path", ())[:2] for each in fold(node)]
    scheme = protocol if protocol.isalpha() else scheme
    port = f":{port}" if port.isascii() and port.isdigit() else ""
    for host in fold(value):
        for path in paths[:4] or [Folded("")]:
            plain = path.text if path.text.startswith("/") and scheme not in _SOCKET_SCHEMES else ""
            joined = host._replace(origins=host.origins | (path.origins if plain else frozenset()))
            contacts.host(joined, scheme, port + plain, construct, at)


def _first(contacts: Contacts, properties: Properties, key: bytes) -> str:
    for node in properties.get(key, ())[:1]:
        text = contacts.folder.constant(node)
        return text if text is not None else ""
    return ""


def socket(contacts: Contacts, arguments: Sequence[Node], scheme: str, construct: str, at: Node) -> None:
    """Take the host of ``connect(port, host)``, ``connect(options)``, ``lookup(host)`` or ``send(…, port, host)``."""
    objects = [each for node in arguments[:1] for each in contacts.program.structures(node) if each.type == "object"]
    for each in objects:
        options(contacts, contacts.program.properties(each), construct, at, scheme=scheme)
    if objects:
        return
    positions = arguments[:1] if scheme == "dns" else arguments[1:6]
    hosts = [value for node in positions if "function" not in node.type for value in contacts.folder.fold(node)]
    texts = [each for each in hosts if UNKNOWN not in each.text and each.text and not each.text.isdigit()]
    for text in texts:
        contacts.host(text, scheme, "", construct, at)
    if not texts and hosts and all(UNKNOWN in each.text for each in hosts):
        contacts.opaque(construct, at)


def peer_connection(contacts: Contacts, value: Node, at: Node) -> None:
    """Take the STUN and TURN servers of an ``RTCPeerConnection`` (W3C WebRTC, "RTCConfiguration")."""
    program = contacts.program
    construct = "RTCPeerConnection iceServers"
    objects = [each for each in program.structures(value) if each.type == "object"]
    if not objects:
        contacts.opaque(construct, at)
    for each in objects:
        for servers in program.properties(each).get(b"iceServers", ()):
            listed = program.items(servers)
            if listed is None:
                contacts.opaque(construct, at)
            for server in listed or ():
                _ice_server(contacts, server, construct, at)


def _ice_server(contacts: Contacts, server: Node, construct: str, at: Node) -> None:
    objects = [each for each in contacts.program.structures(server) if each.type == "object"]
    if not objects:
        contacts.opaque(construct, at)
    for each in objects:
        properties = contacts.program.properties(each)
        for value in (*properties.get(b"urls", ()), *properties.get(b"url", ())):
            items = contacts.program.items(value)
            for item in items if items is not None else [value]:
                for text in contacts.folder.fold(item):
                    contacts.url(with_slashes(text), construct, at)


def with_slashes(value: Folded) -> Folded:
    """Return a STUN or TURN URI (RFC 7064, RFC 7065) in the form of URLs that have a host."""
    scheme, colon, rest = value.text.partition(":")
    if colon and scheme.lower() in ("stun", "stuns", "turn", "turns") and not rest.startswith("//"):
        return value._replace(text=f"{scheme}://{rest}")
    return value
