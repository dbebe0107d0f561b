"""URLs in the literals and comments of a script that reach no sink that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from gate.examine.outbound.javascript.contacts import HELD, Contacts
from gate.examine.outbound.javascript.folding import Folded
from gate.examine.outbound.javascript.hosts import expanded, is_host_name, is_vocabulary
from gate.examine.outbound.javascript.literals import unescaped
from gate.examine.outbound.javascript.options import with_slashes
from gate.examine.outbound.unknown import UNKNOWN, settled
from gate.models import Reach

URL = re.compile(r"\b(?:https?|wss?|ftps?):(?:\\*+/){2}(?>(?:[^\s\"'`<>\\]++|\\+/)+)", re.IGNORECASE)
"""A URL anywhere in a text; slashes may be escaped."""
TRAILING = ".,;:!?)]}*"
"""What ends a sentence, or a bracket around a URL, rather than the URL."""
ESCAPED_SLASH = re.compile(r"\\+/")
_URL_BYTES = re.compile(rb"(?:https?|wss?|ftps?):(?:\\*+/){2}", re.IGNORECASE)
_WHOLE = re.compile(r"\s*+(?:(?:https?|wss?|ftps?):[/\\]{2}|(?:stun|turn)s?:)\S++\s*+", re.IGNORECASE)
SCHEMELESS = re.compile(r"//(?>(?:[\w\-]++\.)+)[A-Za-z][\w\-]*+(?=[/:?#]|\Z)", re.ASCII)
"""A text that begins with a host and nothing before it: dots are demanded, as ``//`` alone means many things."""
_STYLE = re.compile(r"@import\s|url\(\s*+[\"']?(?:https?:)?//", re.IGNORECASE)
_TILES = re.compile(r"\{z\}.{0,200}\{[xy]\}|\{[xy]\}.{0,200}\{z\}|\{(?:bbox-epsg-3857|quadkey)\}", re.DOTALL)
_MOST_INSIDE = 200
_URL_LENGTH = 2048
_CONFIGURATION = frozenset(
    b"serviceUrl serviceURL validatorUrl endpoint apiEndpoint endpointUrl endpointURL dsn dflt path baseURL baseUrl "
    b"apiUrl apiURL apiBase apiHost apiBaseUrl serverUrl serverURL tileUrl tiles sprite glyphs style wsUrl socketUrl "
    b"trackingUrl collectorUrl beaconUrl reportUri reportUrl ingestUrl uploadUrl proxyUrl cdnUrl cdn loaderUrl "
    b"scriptUrl scriptURL workerUrl iconUrl tokenUrl authUrl graphqlUrl webhookUrl analyticsUrl telemetryUrl "
    b"topojsonURL stylesheetUrl fontUrl".split()
)
"""Keys of configuration whose URL a script contacts rather than shows."""
_HOST_KEYS = (b"host", b"hostname", b"server", b"domain", b"apiHost")


def take_configuration(contacts: Contacts) -> None:
    """Take URLs under keys that are typical of configuration, and hosts under keys that name hosts.

    No use of them was seen, and most are used all the same: such a URL is a contact under the condition of that.
    """
    program = contacts.program
    for key in sorted(program.names_among(_CONFIGURATION)):
        for value in program.values_named(key):
            for node in program.items(value) or [value]:
                _take_option(contacts, key.decode(), node)
    for key in _HOST_KEYS:
        for value in program.values_named(key):
            for each in contacts.folder.fold(value):
                if not each.origins <= contacts.told and is_host_name(each.text):
                    contacts.url(Folded(f"//{each.text}", each.origins), f"{key.decode()}:", value, reach="string")


def _take_option(contacts: Contacts, key: str, value: Node) -> None:
    for each in contacts.folder.fold(value):
        if each.origins and each.origins <= contacts.told:
            continue  # what is done with it was seen
        if _WHOLE.fullmatch(each.text.replace(UNKNOWN, "x")) and not each.text.startswith(UNKNOWN):
            contacts.url(each, f"{key}:", value, opaque=False, condition=f"where the option {key} is used")


def take_literals(contacts: Contacts, strings: Reach) -> None:
    """Take the URLs of literals that were not told of as something else."""
    for node in contacts.telling:
        start, end = node.start_byte, node.end_byte
        if start in contacts.told:
            continue
        text = contacts.program.slice(start + 1, end - 1)
        if node.type == "template_string" and "${" in text:
            values: Sequence[Folded] = contacts.folder.fold(node)
        else:
            values = (Folded(unescaped(text)),)
        for value in values:
            for raw, reach in _urls_of(value.text):
                construct = "tiles" if reach == "code" else HELD
                condition = "where a map shows it" if reach == "code" else ""
                _string(contacts, raw, reach if reach != "string" else strings, construct, node, condition)
            if _STYLE.search(value.text) and ("{" in value.text or "@import" in value.text):
                contacts.style_text(value, "style", node)


def _urls_of(text: str) -> Iterator[tuple[str, Reach]]:
    """Yield the URLs of a literal's text."""
    if is_vocabulary(text):
        yield text.strip(), "identifier"
    elif _TILES.search(text) and URL.match(text.strip()):
        yield text.strip(), "code"
    elif SCHEMELESS.match(text) or _WHOLE.fullmatch(text):
        yield with_slashes(Folded(text.split(maxsplit=1)[0])).text, "string"
    else:
        for _, url in zip(range(_MOST_INSIDE), URL.finditer(text), strict=False):
            yield ESCAPED_SLASH.sub("/", url[0]).rstrip(TRAILING), "string"


def _string(contacts: Contacts, raw: str, reach: Reach, construct: str, node: Node, condition: str) -> None:
    for each in expanded(raw):
        shown, unknown = settled(each)
        if not unknown:
            contacts.url(Folded(shown), construct, node, reach=reach, opaque=False, condition=condition)
        elif reach != "identifier":
            contacts.opaque(construct, node, shown)


def take_comments(contacts: Contacts, comments: Sequence[Node]) -> None:
    """Take the URLs of comments, which nothing contacts."""
    data = contacts.program.data
    for node in comments:
        place, end, line = node.start_byte, node.end_byte, 0
        while found := _URL_BYTES.search(data, place, end):
            line += data.count(b"\n", place, found.start())
            url = URL.match(contacts.program.slice(found.start(), min(end, found.start() + _URL_LENGTH)))
            place = found.start() + max(1, len(url[0]) if url is not None else len(found[0]))
            if url is not None:
                contacts.text(url[0].rstrip(TRAILING), node, line)
