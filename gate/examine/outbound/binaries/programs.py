"""Reads programs, and bytes of no known form: URLs and hosts with their places, and which network calls are named.

That a program names a host does not say that it goes there: such references are strings.  The names of network calls
in the same program are told as the condition, for the person who has to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gate.examine.interface import View
from gate.examine.outbound.binaries import dotnet, pyc, wasm
from gate.examine.outbound.binaries.forms import Form
from gate.examine.outbound.binaries.groups import Groups
from gate.examine.outbound.binaries.identifiers import identifier_rule
from gate.examine.outbound.binaries.java_class import NotAClass, read_class
from gate.examine.outbound.binaries.scan import PIECE_BYTES, Hit, scan
from gate.examine.outbound.found import Found
from gate.examine.outbound.hosts import is_host_name
from gate.examine.outbound.literals import urls_in
from gate.models import Gap, Reach

_WHOLE_BYTES = 64 << 20
"""Class files and compiled modules larger than this are read as bytes of no known form."""
_CALLS = (
    b"getaddrinfo", b"gethostbyname", b"connect\0", b"WSAStartup", b"WSAConnect", b"InternetOpen", b"InternetConnect",
    b"WinHttpConnect", b"URLDownloadToFile", b"HttpSendRequest", b"curl_easy_perform", b"SSL_connect", b"net/http.",
    b"net.Dial", b"CFNetwork", b"NSURLSession", b"reqwest", b"libcurl", b"QNetworkAccessManager",
)  # fmt: skip  # one name a line would be a page
"""Names by which programs of the usual systems and compilers reach other machines."""
_CALLS_SHOWN = 5


def read_program(view: View, form: Form | None, reach: Reach) -> Iterator[Found]:
    """Yield what a program names; ``reach`` is that of bytes of no known form, where ``form`` is None."""
    if form in ("java-class", "pyc") and view.size <= _WHOLE_BYTES:
        yield from (_class if form == "java-class" else _compiled_python)(view)
    elif form == "pe" and (strings := dotnet.user_strings(view.read)):
        yield from _assembly(view, strings)
    elif form == "wasm":
        spans = wasm.described_spans(view.read, view.size)
        yield from _searched(view, form, "string", _within(spans))
    else:
        yield from _searched(view, form or "bytes", reach)


def _class(view: View) -> Iterator[Found]:
    try:
        yield from read_class(view.read())
    except NotAClass as problem:
        yield Gap("corrupt", f"Java class: {problem}")
        yield from _searched(view, "java-class", "string")


def _compiled_python(view: View) -> Iterator[Found]:
    data = view.read()
    modules = pyc.modules_named(data)
    groups = Groups()
    for hit in scan(view):
        length = pyc.text_length(data[max(0, hit.offset - 5) : hit.offset])
        url = hit.url[:length] if 0 < length < len(hit.url) else hit.url
        _add(groups, hit._replace(url=url), "pyc", "string")
    if modules:
        for offset, host in pyc.hosts_named(data):
            groups.add(f"//{host}", "string", _place("pyc", offset))
    yield from groups.found(f"the module names {', '.join(modules[:_CALLS_SHOWN])}" if modules else "")


def _assembly(view: View, strings: dotnet.Strings) -> Iterator[Found]:
    groups = Groups()
    for token, text in dotnet.texts_of(strings):
        via = f".NET user string 0x70{token:06x}"
        for _, url in urls_in(text):
            _add(groups, Hit(0, url, "utf-16"), "", "string", via)
        if strings.network and is_host_name(text):
            groups.add(f"//{text}", "string", via)
    span = [(strings.start, strings.start + len(strings.heap))]
    for hit in scan(view):
        if not _within(span)(hit):
            _add(groups, hit, ".NET assembly", "string")
    yield from groups.found(f"the assembly refers to {', '.join(strings.network)}" if strings.network else "")
    if strings.cut:
        yield Gap("too-large", "more user strings than are read")


def _within(spans: list[tuple[int, int]]) -> Callable[[Hit], bool]:
    return lambda hit: any(start <= hit.offset < stop for start, stop in spans)


def _searched(
    view: View, kind: str, reach: Reach, described: Callable[[Hit], bool] = lambda _: False
) -> Iterator[Found]:
    calls = _calls(view) if kind != "bytes" else ()
    groups = Groups()
    for hit in scan(view, names=bool(calls)):
        _add(groups, hit, kind, "identifier" if described(hit) else reach)
    yield from groups.found(f"the program names {', '.join(calls[:_CALLS_SHOWN])}" if calls else "")


def _calls(view: View) -> tuple[str, ...]:
    """Return which of the network calls a program names anywhere in its bytes."""
    named: dict[bytes, None] = {}
    for offset in range(0, view.size, PIECE_BYTES):
        data = view.read(PIECE_BYTES + 32, offset)
        named |= {call: None for call in _CALLS if call not in named and data.find(call) >= 0}
    return tuple(call.strip(b"\0").decode("ascii") for call in _CALLS if call in named)


def _add(groups: Groups, hit: Hit, kind: str, reach: Reach, via: str = "") -> None:
    rule = identifier_rule(hit.url, hit.measured)
    condition = rule or ("in a sentence" if hit.in_text and reach == "string" else "")
    groups.add(hit.url, "identifier" if rule else reach, via or _place(kind, hit.offset, hit.encoding), condition)


def _place(kind: str, offset: int, encoding: str = "ascii") -> str:
    return f"{kind} at 0x{offset:x}" + (" (UTF-16)" if encoding == "utf-16" else "")
