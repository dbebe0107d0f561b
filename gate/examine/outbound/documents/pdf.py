"""Reads PDF (ISO 32000-2) by walking its objects: actions, file specifications, scripts, forms of XFA.

What an open action or an additional action leads to is automatic; what a person has to click is a link or an
interaction.  The file is read as it lies as well, for what its tables do not name.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import pikepdf

from gate.examine.interface import View
from gate.examine.outbound.binaries.identifiers import identifier_rule
from gate.examine.outbound.binaries.scan import scan
from gate.examine.outbound.documents.pdf_streams import NotExpanded, stream_text
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.lines import OneLine
from gate.examine.outbound.literals import network_path, urls_in
from gate.examine.outbound.sources.code import read_code
from gate.models import Gap, Reach

FILE_BYTES = 128 << 20
"""Larger files are only read as they lie."""
_OBJECTS = 300_000
_DEEPEST = 24
_VALUES = 2_000_000
_AT_ONCE = frozenset({"/OpenAction", "/AA"})
_ACTIONS: dict[str, Reach] = {
    "/URI": "link",
    "/Launch": "interaction",
    "/SubmitForm": "interaction",
    "/ImportData": "interaction",
    "/GoToR": "interaction",
    "/GoToE": "interaction",
    "/Thread": "interaction",
    "/Rendition": "interaction",
    "/Movie": "interaction",
    "/Sound": "interaction",
    "/RichMediaExecute": "interaction",
}
"""How an action that a person sets off leads elsewhere (ISO 32000-2, table 201)."""
_PLACES = ("/F", "/Win", "/D", "/R", "/Movie")
"""Where an action names its target."""
_FILES = frozenset({"/F", "/UF", "/DOS", "/Unix", "/Mac"})
"""Where a file specification names a file, which can lie on another machine (7.11)."""
_TIMESTAMP = frozenset({"/TimeStamp", "/SV", "/Cert"})

_Key = tuple[int, int]


def read_pdf(view: View) -> Iterator[Found]:
    """Yield what a document leads to; what cannot be read is a gap, and is searched as it lies."""
    told: set[str] = set()
    try:
        if view.size > FILE_BYTES:
            yield Gap("too-large", f"PDF of {view.size} bytes, at most {FILE_BYTES} are read by objects")
        else:
            with pikepdf.open(io.BytesIO(view.read()), suppress_warnings=True) as document:
                walk = _Walk(document)
                for found in walk.found():
                    if isinstance(found, Reference):
                        told.add(found.raw)
                    yield found
    except pikepdf.PasswordError:
        yield Gap("encrypted", "PDF that needs a password")
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, MemoryError, UnicodeError) as error:
        yield Gap("corrupt", f"PDF: {type(error).__name__}")
    for hit in scan(view):
        if not any(each.startswith(hit.url) for each in ([hit.url] if hit.url in told else told)):
            rule = identifier_rule(hit.url, hit.measured)
            yield Reference(hit.url, "identifier" if rule else "string", f"pdf at 0x{hit.offset:x}", 0, rule)


class _Walk:
    """All objects of a document, each looked at once, with direct objects in the place where they stand."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        self._document = document
        self._values = 0
        self._at_once = self._set_off()

    def found(self) -> Iterator[Found]:
        """Yield what every object leads to."""
        base = _text(self._document.Root.get("/URI", pikepdf.Dictionary()).get("/Base")) or None
        scripts = self._document_scripts()
        objects: Iterable[object] = self._document.objects
        for number, value in enumerate(objects):
            if number >= _OBJECTS or self._values > _VALUES:
                yield Gap("too-many", "more objects in a PDF than are read")
                return
            if not isinstance(value, pikepdf.Object):
                continue  # a number or truth value
            at_once = value.objgen in self._at_once or value.objgen in scripts
            yield from self._value(value, at_once, 0, base, f"pdf object {value.objgen[0]}")
        root = self._document.trailer.get("/Root")
        if root is not None and not root.is_indirect:
            yield from self._value(root, False, 0, base, "pdf root")

    # --- what is set off without a person ----------------------------------------------------------------------

    def _set_off(self) -> set[_Key]:
        """Return the indirect objects that an open or additional action is, or leads to by ``/Next``."""
        at_once: set[_Key] = set()
        waiting = []
        for number, value in enumerate(self._document.objects):
            if number >= _OBJECTS:
                break
            if isinstance(value, pikepdf.Dictionary):
                waiting += [value[key] for key in _AT_ONCE if key in value]
        while waiting and len(at_once) < _OBJECTS:
            value = waiting.pop()
            if _type(value) not in ("", "/Action"):
                continue  # a page, which an open action may name as the place to show
            if value.is_indirect:
                if value.objgen in at_once:
                    continue
                at_once.add(value.objgen)
            waiting += _inner(value)
        return at_once

    def _document_scripts(self) -> set[_Key]:
        """Return the actions of the document's scripts: a reader runs them when it opens the file (12.6.4.17)."""
        scripts: set[_Key] = set()
        names = self._document.Root.get("/Names")
        waiting = [names["/JavaScript"]] if isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names else []
        while waiting and len(scripts) < _OBJECTS:
            value = waiting.pop()
            if value.is_indirect:
                if value.objgen in scripts:
                    continue
                scripts.add(value.objgen)
            if isinstance(value, pikepdf.Array):
                waiting += [each for each in value if isinstance(each, pikepdf.Dictionary | pikepdf.Array)]
            elif isinstance(value, pikepdf.Dictionary):
                waiting += [
                    value[key] for key in ("/Kids", "/Names", "/JS") if isinstance(value.get(key), pikepdf.Object)
                ]
        return scripts

    # --- objects -----------------------------------------------------------------------------------------------

    def _value(self, value: object, at_once: bool, depth: int, base: str | None, via: str) -> Iterator[Found]:
        self._values += 1
        if depth > _DEEPEST:
            yield Gap("too-deep", f"PDF objects more than {_DEEPEST} deep")
        elif isinstance(value, pikepdf.Array):
            for item in value:
                if not getattr(item, "is_indirect", True):
                    yield from self._value(item, at_once, depth + 1, base, via)
        elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            yield from self._dictionary(value, at_once, depth, base, via)

    def _dictionary(
        self, value: pikepdf.Object, at_once: bool, depth: int, base: str | None, via: str
    ) -> Iterator[Found]:
        action = str(value.get("/S", ""))
        if action in _ACTIONS:
            yield from self._action(value, action, "automatic" if at_once else _ACTIONS[action], base, via)
        if "/JS" in value:
            yield from self._script(value["/JS"], at_once, via)
        if "/XFA" in value:
            yield from self._form(value["/XFA"], via)
        if isinstance(value, pikepdf.Stream) and "/F" in value:
            yield from _targets(value["/F"], "automatic", f"{via} external stream", base)
        elif str(value.get("/FS", "")) == "/URL":
            yield from _targets(value, "automatic" if at_once else "conditional", f"{via} file specification", base)
        if action not in _ACTIONS:
            yield from self._texts(value, via)
        handled = _PLACES if action in _ACTIONS else ("/F",) if isinstance(value, pikepdf.Stream) else ()
        for key in value.keys():  # noqa: SIM118  # not a dict: iteration gives values of arrays
            item = value[key]
            if not (getattr(item, "is_indirect", True) or key in handled):
                yield from self._value(item, at_once or key in _AT_ONCE, depth + 1, base, via)

    def _action(
        self, value: pikepdf.Object, action: str, reach: Reach, base: str | None, via: str
    ) -> Iterator[Reference]:
        place = f"{via} {action}"
        if action == "/URI":
            url = _text(value.get("/URI"))
            if url:
                yield Reference(url, reach, place, 0, "", base)
            return
        for key in _PLACES:
            if key in value:
                yield from _targets(value[key], reach, place, base)

    def _script(self, value: pikepdf.Object, at_once: bool, via: str) -> Iterator[Found]:
        try:
            text = stream_text(value)
        except NotExpanded as problem:
            yield Gap("too-large", f"PDF script: {problem}")
            return
        for found in read_code(text, "acrobat", OneLine(0)):
            if isinstance(found, Reference) and found.reach == "code" and at_once:
                yield found._replace(reach="automatic", via=f"{via} script {found.via}")
            elif isinstance(found, Reference):
                yield found._replace(via=f"{via} script {found.via}")
            else:
                yield found
        yield Nested("script", text, f"{via} script", OneLine(0))

    def _form(self, value: pikepdf.Object, via: str) -> Iterator[Found]:
        parts = list(value) if isinstance(value, pikepdf.Array) else [value]
        for part in parts[:100]:
            if not isinstance(part, pikepdf.Stream):
                continue
            try:
                text = stream_text(part)
            except NotExpanded as problem:
                yield Gap("too-large", f"PDF form: {problem}")
                continue
            for _, url in urls_in(text):
                rule = identifier_rule(url)
                reach: Reach = "identifier" if rule else "conditional"
                yield Reference(url, reach, f"{via} XFA", 0, rule or "programs that show forms of XFA")

    def _texts(self, value: pikepdf.Object, via: str) -> Iterator[Reference]:
        for key in value.keys():  # noqa: SIM118  # not a dict: iteration gives values of arrays
            item = value[key]
            if isinstance(item, pikepdf.String):
                path = network_path(_text(item)) if key in _FILES else ""
                if path:
                    yield Reference(path, "conditional", f"{via} {key}", 0, "the file is asked for")
                    continue
                for _, url in urls_in(_text(item)):
                    signing = key == "/URL" or str(value.get("/Type", "")) in _TIMESTAMP
                    reach: Reach = "conditional" if signing else "text"
                    yield Reference(url, reach, f"{via} {key}", 0, "when it is signed" if signing else "")


def _targets(value: object, reach: Reach, via: str, base: str | None, depth: int = 0) -> Iterator[Reference]:
    """Yield where a file specification leads (7.11): a text, or a dictionary with one for each system."""
    if isinstance(value, pikepdf.String):
        text = _text(value)
        path = network_path(text)
        if path or "://" in text or text.startswith("//"):
            yield Reference(path or text, reach, via, 0, "", base)
    elif isinstance(value, pikepdf.Dictionary) and depth < 4:  # noqa: PLR2004  # a rendition, its clip, its data, a file
        for key in ("/F", "/UF", "/DOS", "/Unix", "/Mac", "/P", "/C", "/D"):
            if key in value:
                yield from _targets(value[key], reach, via, base, depth + 1)


def _inner(value: pikepdf.Object) -> list[pikepdf.Object]:
    """Return the dictionaries and arrays in one; pages and other parents are not gone back to."""
    if isinstance(value, pikepdf.Array):
        return [each for each in value if isinstance(each, pikepdf.Dictionary | pikepdf.Array)]
    if isinstance(value, pikepdf.Dictionary):
        items = [value[key] for key in value.keys() if key not in ("/Parent", "/P")]  # noqa: SIM118  # not a dict
        return [each for each in items if isinstance(each, pikepdf.Dictionary | pikepdf.Array | pikepdf.Stream)]
    return []


def _text(value: object) -> str:
    return str(value)[: 1 << 14] if isinstance(value, pikepdf.String) else ""


def _type(value: object) -> str:
    return str(value.get("/Type", "")) if isinstance(value, pikepdf.Dictionary) else ""
