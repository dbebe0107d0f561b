"""Reads Python by its syntax tree: calls that reach another machine, and every other URL in the text.

Nothing is imported or run.  What does not parse, being of another version of the language or a template, is read by
tokens like other languages.
"""

from __future__ import annotations

import ast
import warnings
from collections import deque
from collections.abc import Iterator

from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.hosts import is_host_name
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.literals import network_path, urls_in
from gate.examine.outbound.sources.commands import command_references
from gate.examine.outbound.sources.grammars import GRAMMARS
from gate.examine.outbound.sources.python_calls import ANY_OBJECT, BY_MAKER, BY_NAME, Sink
from gate.examine.outbound.sources.python_values import Values, last_name
from gate.examine.outbound.sources.settings import HOST_KEYS
from gate.examine.outbound.unknown import UNKNOWN, settled
from gate.models import Reach

TREE_CHARACTERS = 4_000_000
"""Longer modules are read by tokens: a tree takes about a hundred times the room of its text."""
_SOCKET_SCHEME = "tcp://"
_SHOWN = 80
_COMPARED = 200
_METHOD_FIRST = frozenset({"request", "stream", "urlopen", "send", "clone", "open"})
"""Methods whose second argument may be the URL; that of ``get`` is what stands for a missing value."""


class NotParsed(ValueError):
    """The text is no module of this version of Python, or too large to make a tree of."""


def read_python(text: str, lines: Lines) -> Iterator[Found]:
    """Yield what a module contacts by code, and the URLs in its strings and comments.  Raises :class:`NotParsed`."""
    if len(text) > TREE_CHARACTERS:
        raise NotParsed("too large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotParsed(type(error).__name__) from error
    return _Module(text, tree, lines).found()


class _Module:
    def __init__(self, text: str, tree: ast.Module, lines: Lines) -> None:
        self._text = text
        self._tree = tree
        self._lines = lines
        self._names = _imports(tree)
        self._makers = self._made()
        self._values = Values(tree)
        self._told: set[str] = set()

    def found(self) -> Iterator[Found]:
        """Yield what calls contact, then the URLs of other strings, then those of comments."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call):
                for reference in self._call(node):
                    self._told.add(reference.raw)
                    yield reference
        yield from self._strings()
        yield from self._announced()
        yield from self._comments()

    # --- calls -------------------------------------------------------------------------------------------------

    def _call(self, call: ast.Call) -> Iterator[Reference]:
        name = self._whole_name(call.func)
        sink = BY_NAME.get(name) or self._method(call.func)
        line = self._lines.counted(call.lineno)
        if sink is None:
            if last_name(call.func) in ANY_OBJECT:
                yield from self._request_of_any_object(call, name or last_name(call.func), line)
            return
        argument = _argument(call, sink)
        if sink.shape == "command":
            yield from self._command(argument, name, line)
        elif argument is None:
            if name.startswith("boto3."):
                yield Reference(name, "opaque", name, line, "the service's own host")
        else:
            yield from self._destination(sink, argument, name or last_name(call.func), line)

    def _destination(self, sink: Sink, argument: ast.expr, name: str, line: int) -> Iterator[Reference]:
        reach: Reach = "interaction" if sink.shape == "page" else "code"
        if sink.shape == "address" and isinstance(argument, ast.Tuple) and argument.elts:
            argument = argument.elts[0]
        if isinstance(argument, ast.List | ast.Tuple | ast.Set):
            for item in argument.elts[:50]:
                yield from self._destination(sink, item, name, line)
            return
        values = self._values.of(argument)
        known = False
        for value in values:
            raw = value if sink.shape in ("url", "page") or "://" in value else f"{_SOCKET_SCHEME}{value}"
            url, unknown = settled(raw)
            if not unknown:
                known = True
                yield Reference(url, reach, name, line)
        if not known or (UNKNOWN in values and reach == "code"):
            shown = values[0].replace(UNKNOWN, "*") if values else ast.unparse(argument)[:_SHOWN]
            yield Reference(shown, "opaque", name, line)

    def _request_of_any_object(self, call: ast.Call, name: str, line: int) -> Iterator[Reference]:
        count = 2 if last_name(call.func) in _METHOD_FIRST else 1
        for argument in call.args[:count]:
            if isinstance(argument, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Name | ast.Attribute | ast.Call):
                for value in self._values.of(argument):
                    url, unknown = settled(value)
                    if not unknown and any(not place for place, _ in urls_in(url)):
                        yield Reference(network_path(url) or url, "code", name, line)

    def _command(self, argument: ast.expr | None, name: str, line: int) -> Iterator[Reference]:
        if isinstance(argument, ast.List | ast.Tuple):
            words = [(self._values.of(item) or [UNKNOWN])[0] for item in argument.elts[:100]]
            commands = [" ".join(words)]
        else:
            commands = self._values.of(argument) if argument is not None else []
        for command in commands:
            yield from command_references(command, name, line)

    def _method(self, function: ast.expr) -> Sink | None:
        if not isinstance(function, ast.Attribute):
            return None
        owner = function.value
        maker = self._whole_name(owner.func) if isinstance(owner, ast.Call) else self._makers.get(last_name(owner), "")
        return BY_MAKER.get(maker, {}).get(function.attr)

    def _whole_name(self, function: ast.expr) -> str:
        parts: list[str] = []
        while isinstance(function, ast.Attribute):
            parts.append(function.attr)
            function = function.value
        if not isinstance(function, ast.Name):
            return ""
        parts.append(self._names.get(function.id, function.id))
        return ".".join(reversed(parts))

    def _made(self) -> dict[str, str]:
        """Return by which call the object with each name was made."""
        made: dict[str, str] = {}
        for node in ast.walk(self._tree):
            targets: list[ast.expr] = []
            value: ast.expr | None = None
            match node:
                case ast.Assign(targets=targets, value=value):
                    pass
                case ast.AnnAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
                    targets = [target]
                case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                    targets = [target]
                case ast.arg(arg=name, annotation=ast.expr() as annotation):
                    if (maker := self._whole_name(annotation)) in BY_MAKER:
                        made[name] = maker
            value = value.value if isinstance(value, ast.Await) else value
            if isinstance(value, ast.Call) and (maker := self._whole_name(value.func)) in BY_MAKER:
                made |= {last_name(target): maker for target in targets if last_name(target)}
        return made

    # --- strings and comments ----------------------------------------------------------------------------------

    def _strings(self) -> Iterator[Reference]:
        """Yield the URLs in strings that no call was told; whole where parts are put together."""
        pending: deque[tuple[ast.AST, bool]] = deque([(self._tree, False)])
        while pending:
            node, inside = pending.popleft()
            text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            whole = (
                isinstance(node, ast.JoinedStr) or _is_filled_in(node) or (isinstance(node, ast.BinOp) and not inside)
            )
            if text and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                yield from self._literal(node.value, "docstring", "text")
                continue
            if isinstance(node, ast.Constant):
                if not inside or self._values.exhausted:
                    yield from self._literal(node, "string", "string")
                continue
            if whole and isinstance(node, ast.expr):
                yield from self._composed(node)
            inside = whole or (inside and isinstance(node, ast.BinOp | ast.FormattedValue | ast.Attribute))
            pending.extend((child, inside) for child in ast.iter_child_nodes(node))

    def _announced(self) -> Iterator[Reference]:
        """Yield the hosts that names and keys announce as such: settings for calls that are made elsewhere."""
        for node in ast.walk(self._tree):
            for key, value in _named_texts(node):
                host = value.partition(":")[0]
                if HOST_KEYS.search(key) and is_host_name(host) and f"tcp://{value}" not in self._told:
                    line = self._lines.counted(getattr(node, "lineno", 1))
                    yield Reference(f"tcp://{value}", "string", f"name {key}", line)

    def _literal(self, node: ast.Constant, via: str, reach: Reach) -> Iterator[Reference]:
        value = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        if not isinstance(value, str):
            return
        for place, url in urls_in(value):
            if reach == "string" and self._is_told(url):
                continue
            line = node.lineno + (value.count("\n", 0, place) if node.end_lineno != node.lineno else 0)
            yield Reference(url, reach, via, self._lines.counted(line))

    def _composed(self, node: ast.expr) -> Iterator[Reference]:
        for value in self._values.of(node):
            for _, part in urls_in(value):
                url, unknown = settled(part)
                if not unknown and not self._is_told(url):
                    yield Reference(url, "string", "string", self._lines.counted(node.lineno))

    def _is_told(self, url: str) -> bool:
        """Say whether a call was told this URL, or one that begins with it."""
        if url in self._told or len(self._told) > _COMPARED:
            return url in self._told
        return any(told.startswith(url) for told in self._told)

    def _comments(self) -> Iterator[Reference]:
        if "#" not in self._text or not any(True for _ in urls_in(self._text)):
            return
        for token in GRAMMARS["python"].tokens.finditer(self._text):
            if token.lastgroup == "comment":
                for place, url in urls_in(token[0]):
                    yield Reference(url, "text", "comment", self._lines.at(token.start() + place))


def _argument(call: ast.Call, sink: Sink) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg in sink.keywords:
            return keyword.value
    if sink.argument < 0:
        return call.args[-1] if call.args else None
    return call.args[sink.argument] if sink.argument < len(call.args) else None


def _named_texts(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the names or keys in a node that are given a text, with the text."""
    match node:
        case ast.keyword(arg=str(key), value=ast.Constant(value=str(value))):
            yield key, value
        case ast.Assign(targets=[ast.Name(id=key) | ast.Attribute(attr=key)], value=ast.Constant(value=str(value))):
            yield key, value
        case ast.Dict(keys=keys, values=values):
            for key_node, value_node in zip(keys, values, strict=True):
                match key_node, value_node:
                    case ast.Constant(value=str(key)), ast.Constant(value=str(value)):
                        yield key, value


def _is_filled_in(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def _imports(tree: ast.Module) -> dict[str, str]:
    """Return the whole names of what is imported, by the names that the module gives it."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Attribute(value=ast.Name(id=module), attr=attribute)
            ):
                names.setdefault(name, f"{names.get(module, module)}.{attribute}")
    return names
