"""What expressions of Python come to, as far as reading tells: texts in which unknown parts have a mark of their own.

A name has all the values that it is given anywhere in the file: which of them counts is for no reader to say.
"""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import count, islice, product

from gate.examine.outbound.unknown import UNKNOWN

ALTERNATIVES = 6
"""How many values of one expression are followed."""
_DEPTH = 12
_TEXT_LENGTH = 8192
_STEPS = 200_000
"""How many expressions are looked into for one file, so that values of values of values come to an end."""
_TEMPLATE = 1024
_FILLING = 256
_PARTS = 512
_PERCENT = re.compile(r"%(?:\((\w+)\))?[\-+ #0-9.*]*+[A-Za-z]|%%")
_BRACES = re.compile(r"\{\{|\}\}|\{(\w*)[^{}]*\}")
_WRAPPERS = frozenset({"str", "bytes", "URL", "Url", "Request", "quote", "unquote", "urlparse", "urlsplit"})
_UNCHANGED = frozenset({"strip", "rstrip", "lstrip", "lower", "encode", "decode", "removesuffix", "geturl"})
_WITH_DEFAULT = frozenset({"get", "getenv", "getattr", "setdefault", "pop", "config", "option", "env"})
_ROT13 = codecs.lookup("rot13")


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("latin-1")
    except (binascii.Error, ValueError):
        return UNKNOWN


def _from_hexadecimal(text: str) -> str:
    try:
        return bytes.fromhex(text).decode("latin-1")
    except ValueError:
        return UNKNOWN


_DECODERS = {
    "b64decode": _from_base64,
    "urlsafe_b64decode": lambda text: _from_base64(text.replace("-", "+").replace("_", "/")),
    "standard_b64decode": _from_base64,
    "fromhex": _from_hexadecimal,
    "unhexlify": _from_hexadecimal,
    "rot13": lambda text: _ROT13.decode(text)[0],
}
"""Functions that hide a text from the eye and from nobody else."""


class Values:
    """The values of names, attributes and parameters in one module, and what expressions come to with them."""

    def __init__(self, tree: ast.Module) -> None:
        self._given: dict[str, list[ast.expr]] = defaultdict(list)
        self._parameters: dict[str, list[list[str]]] = defaultdict(list)
        self._steps = 0
        nodes = list(ast.walk(tree))
        for node in nodes:
            self._take(node)
        for node in nodes:
            if isinstance(node, ast.Call):
                self._pass_on(node)

    def of(self, node: ast.expr) -> list[str]:
        """Return the texts that an expression can come to; nothing where no part of it is a known text."""
        values = list(dict.fromkeys(islice(self._of(node, 0), ALTERNATIVES)))
        return [value for value in values if value.strip(UNKNOWN)]

    @property
    def exhausted(self) -> bool:
        """Whether so much was looked into that the later values are not told any more."""
        return self._steps > _STEPS

    # --- gathering ---------------------------------------------------------------------------------------------

    def _take(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._give(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                self._give(target, value)
            case ast.AugAssign(target=ast.Name() as target, op=ast.Add(), value=value):
                self._give(target, ast.BinOp(target, ast.Add(), value))
            case ast.For(target=target, iter=ast.List(elts=items) | ast.Tuple(elts=items)):
                for item in items:
                    self._give(target, item)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._defaults(node.args)
                names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
                self._parameters[node.name].append(names[1:] if names[:1] in (["self"], ["cls"]) else names)
            case ast.Lambda(args=arguments):
                self._defaults(arguments)

    def _defaults(self, arguments: ast.arguments) -> None:
        positional = [*arguments.posonlyargs, *arguments.args]
        for argument, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
            self._add(argument.arg, default)
        for argument, keyword in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if keyword is not None:
                self._add(argument.arg, keyword)

    def _give(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Name(id=name) | ast.Attribute(attr=name), _:
                self._add(name, value)
            case ast.Subscript(slice=ast.Constant(value=str(name))), _:
                self._add(name, value)
            case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), (ast.Tuple(elts=values) | ast.List(elts=values))):
                for one, other in zip(targets, values, strict=False):
                    self._give(one, other)

    def _add(self, name: str, value: ast.expr) -> None:
        if len(self._given[name]) < 4 * ALTERNATIVES:
            self._given[name].append(value)
        if isinstance(value, ast.Dict):
            for key, item in zip(value.keys, value.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    self._add(key.value, item)

    def _pass_on(self, call: ast.Call) -> None:
        """Take the arguments of a call as values of the parameters of a function that this file defines."""
        name = last_name(call.func)
        for keyword in call.keywords:
            if keyword.arg and isinstance(keyword.value, ast.Constant | ast.JoinedStr | ast.BinOp):
                self._add(keyword.arg, keyword.value)
        for parameters in self._parameters.get(name, ()):
            for parameter, argument in zip(parameters, call.args, strict=False):
                if not (isinstance(argument, ast.Name) and argument.id == parameter):
                    self._add(parameter, argument)

    # --- evaluation --------------------------------------------------------------------------------------------

    def _of(self, node: ast.expr, depth: int) -> Iterator[str]:  # noqa: C901, PLR0912  # one case a form of expression
        self._steps += 1
        if depth > _DEPTH or self._steps > _STEPS:
            yield UNKNOWN
            return
        deeper = depth + 1
        match node:
            case ast.Constant(value=value):
                yield _constant(value)
            case ast.JoinedStr(values=parts):
                yield from self._joined(
                    [part.value if isinstance(part, ast.FormattedValue) else part for part in parts], deeper
                )
            case ast.BinOp(op=ast.Add() | ast.Div()):
                yield from self._sum(node, deeper)
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                arguments = right.elts if isinstance(right, ast.Tuple) else [right]
                named = _named_items(right) if isinstance(right, ast.Dict) else {}
                yield from self._filled(left, _PERCENT, arguments, named, deeper)
            case ast.IfExp(body=body, orelse=other):
                yield from self._of(body, deeper)
                yield from self._of(other, deeper)
            case ast.BoolOp(values=values):
                for value in values:
                    yield from self._of(value, deeper)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
                yield from self._named(name, deeper)
            case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=None, step=ast.UnaryOp())):
                yield from (text[::-1] for text in self._of(value, deeper))
            case ast.Await(value=value) | ast.Starred(value=value) | ast.NamedExpr(value=value):
                yield from self._of(value, deeper)
            case ast.Call():
                yield from self._called(node, deeper)
            case _:
                yield UNKNOWN

    def _named(self, name: str, depth: int) -> Iterator[str]:
        values = self._given.get(name)
        if not values:
            yield UNKNOWN
            return
        for value in values[:ALTERNATIVES]:
            yield from self._of(value, depth)

    def _sum(self, node: ast.expr, depth: int) -> Iterator[str]:
        """Yield what additions come to; long chains of them stand in each other's left side."""
        parts: list[ast.expr] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Div):
            parts.append(node.right)
            node = node.left
        yield from self._joined([node, *reversed(parts)], depth)

    def _joined(self, parts: list[ast.expr], depth: int, between: str = "") -> Iterator[str]:
        kept = 2 if len(parts) > 2 else ALTERNATIVES  # noqa: PLR2004  # of many parts few combinations are followed
        choices = [list(islice(self._of(part, depth), kept)) for part in parts[:_PARTS]]
        for choice in islice(product(*choices), ALTERNATIVES):
            yield _clipped(choice, between)

    def _filled(
        self,
        template: ast.expr,
        pattern: re.Pattern[str],
        arguments: list[ast.expr],
        named: dict[str, ast.expr],
        depth: int,
    ) -> Iterator[str]:
        """Yield a template with its placeholders filled in, each with the first value of what it stands for."""
        for text in islice(self._of(template, depth), 2):
            numbers = count()

            def fill(found: re.Match[str], numbers: Iterator[int] = numbers) -> str:
                if found[0] in ("%%", "{{", "}}"):
                    return found[0][0]
                key = found[1] or ""
                place = int(key[:4]) if key.isdigit() else next(numbers) if not key else len(arguments)
                node = arguments[place] if place < len(arguments) else named.get(key)
                return UNKNOWN if node is None else next(self._of(node, depth), UNKNOWN)[:_FILLING]

            yield pattern.sub(fill, text[:_TEMPLATE])[:_TEXT_LENGTH]

    def _called(self, call: ast.Call, depth: int) -> Iterator[str]:  # noqa: C901  # one case a function
        name, arguments = last_name(call.func), call.args
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if name == "format" and owner is not None:
            named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
            yield from self._filled(owner, _BRACES, arguments, named, depth)
        elif name == "join" and owner is not None and arguments:
            yield from self._join(owner, arguments[0], depth)
        elif name == "urljoin" and arguments:
            yield from self._urljoin(arguments, depth)
        elif name in _WRAPPERS and arguments:
            yield from self._of(arguments[0], depth)
        elif name in _WITH_DEFAULT and arguments:
            for argument in arguments[1:]:
                yield from self._of(argument, depth)
            yield UNKNOWN
        elif name in _DECODERS and arguments:
            yield from map(_DECODERS[name], self._of(arguments[0], depth))
        elif name == "decode" and len(arguments) > 1 and _is_rot13(arguments[1]):
            yield from map(_DECODERS["rot13"], self._of(arguments[0], depth))
        elif name == "replace" and owner is not None and len(arguments) > 1:
            olds, news = list(self._of(arguments[0], depth)), list(self._of(arguments[1], depth))
            for text in self._of(owner, depth):
                yield text.replace(olds[0], news[0])[:_TEXT_LENGTH] if olds and news and olds[0] else text
        elif name in _UNCHANGED and owner is not None:
            yield from self._of(owner, depth)
        else:
            yield UNKNOWN

    def _join(self, between: ast.expr, items: ast.expr, depth: int) -> Iterator[str]:
        separator = next(self._of(between, depth), UNKNOWN)
        if isinstance(items, ast.Name) and len(self._given.get(items.id, ())) == 1:
            items = self._given[items.id][0]
        match items:
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                yield from self._joined(parts, depth, separator)
            case ast.Call(
                func=ast.Name(id="map"), args=[ast.Name(id="chr"), ast.List(elts=codes) | ast.Tuple(elts=codes)]
            ):
                yield separator.join(map(_character, codes[:_TEXT_LENGTH]))
            case ast.Call(func=ast.Name(id="reversed"), args=[text]):
                yield from (value[::-1] for value in self._of(text, depth))
            case _:
                yield UNKNOWN

    def _urljoin(self, arguments: list[ast.expr], depth: int) -> Iterator[str]:
        bases = list(self._of(arguments[0], depth))
        for other in self._of(arguments[1], depth) if len(arguments) > 1 else ("",):
            if "://" in other[:10] or other.startswith("//"):
                yield other
            else:
                yield from (f"{base.rstrip('/')}/{other.lstrip('/')}"[:_TEXT_LENGTH] for base in bases)


def last_name(function: ast.expr) -> str:
    """Return the last part of the name of what is called, or an empty text."""
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _named_items(items: ast.Dict) -> dict[str, ast.expr]:
    pairs = zip(items.keys, items.values, strict=True)
    return {key.value: value for key, value in pairs if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def _is_rot13(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and str(node.value).lower().replace("-", "").replace("_", "") == "rot13"


def _clipped(pieces: Iterable[str], between: str) -> str:
    """Join pieces, but no more of them than the longest text that is followed has room for."""
    text = ""
    for number, piece in enumerate(pieces):
        text += (between if number else "") + piece
        if len(text) > _TEXT_LENGTH:
            return text[:_TEXT_LENGTH]
    return text


def _constant(value: object) -> str:
    match value:
        case str():
            return value[:_TEXT_LENGTH]
        case bytes():
            return value[:_TEXT_LENGTH].decode("latin-1")
        case bool() | None:
            return UNKNOWN
        case int():
            return str(value) if abs(value) < 1 << 64 else UNKNOWN
        case _:
            return UNKNOWN


def _character(node: ast.expr) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    return chr(value) if isinstance(value, int) and 0 < value < 0x110000 else UNKNOWN  # noqa: PLR2004  # Unicode's end
