"""The tables and keys of ``gate.toml`` and ``trust.toml`` as the models have them, with what each means in words.

The words stand in the catalogue (domain ``field``); a test holds that every key has some, in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from gate.text import UnknownMessage, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from gate.text import Language

FileKind = Literal["policy", "trust"]
_OF_APPROVAL: Final = frozenset({"approved_by", "role", "party", "approved_on", "reference", "expires"})
"""Who decided an entry: told after what it says."""
_EXAMPLE_DAY: Final = date(2026, 4, 1)


@dataclass(frozen=True, slots=True)
class Field:
    """A key: its name, whether it has to be given, and the value that holds where it is not (None: nothing).

    ``example`` is a value of its type.
    """

    name: str
    required: bool
    default: Any
    example: Any


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its dotted name (empty: the top of the file), whether it may come several times, and its keys.

    ``keyed`` says that its keys are a person's own and the fields those of their values.
    """

    path: str
    many: bool
    fields: tuple[Field, ...]
    keyed: bool = False


def tables(model: type[BaseModel], path: str = "", *, many: bool = False, keyed: bool = False) -> Iterator[Table]:
    """Yield the table of a model and those below it, in the order of the model."""
    own, below = [], []
    for key, info in sorted(model.model_fields.items(), key=lambda each: each[0] in _OF_APPROVAL):
        name = info.alias or key
        inner = _inner(info.annotation)
        if inner is None:
            own.append(_field(name, info))
        else:
            several, by_key = _holds(info.annotation, tuple), _holds(info.annotation, list)
            below.append((f"{path}.{name}".lstrip("."), inner, several or by_key, _holds(info.annotation, dict)))
    if own or not below:
        yield Table(path, many, tuple(own), keyed)
    for name, inner, several, with_keys in below:
        yield from tables(inner, name, many=several, keyed=with_keys)


def words(kind: FileKind, table: str, name: str, language: Language) -> str:
    """Return what a key means (empty ``name``: the table); keys of every approval share theirs."""
    code = ".".join(each for each in ("field", kind, table, name) if each)
    try:
        return render(code, language)
    except UnknownMessage:
        return render(f"field.{kind}.approval.{name}", language)


def _field(name: str, info: FieldInfo) -> Field:
    default = None if info.is_required() or info.default is PydanticUndefined else info.default
    return Field(name, info.is_required(), default, _example(info.annotation) if default is None else default)


def _inner(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401  # whatever a model annotates
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _inner(each))), None)


def _holds(annotation: Any, wanted: type) -> bool:  # noqa: ANN401  # as above
    origin = getattr(annotation, "__origin__", annotation)
    return origin is wanted or any(_holds(each, wanted) for each in get_args(annotation))


def _example(annotation: Any) -> Any:  # noqa: ANN401  # as above
    for wanted, example in ((dict, {}), (tuple, ()), (list, ()), (date, _EXAMPLE_DAY), (bool, False), (int, 0)):
        if _holds(annotation, wanted):
            return example
    choices = [each for each in get_args(annotation) if isinstance(each, str)]
    return choices[0] if choices else ""
