"""Serialized objects of other languages than Python whose loading runs code of the classes that they name."""

from __future__ import annotations

import re

from gate.examine.executable import pickles
from gate.examine.executable.content import Content, Family, Named, text_of
from gate.examine.executable.r_data import r_data

_JAVA_CONTENTS = range(0x70, 0x7F)
_DOTNET_HEADER = bytes.fromhex("0001000000ffffffff0100000000000000")
_RUBY_OBJECTS = b"oUuSeC"
_RUBY_COLLECTIONS = b"[{I}"
_RUBY_OBJECT = re.compile(rb"[oUuSC]:[\x06-\x7f][A-Z]|[eC]:[\x06-\x7f][A-Z]")
_RUBY_SEARCHED = 1 << 20
_YAML_TAG = re.compile(
    r"^[ \t]*+(?>(?:-[ \t]++)*)(?:[\w.\"'/\-]{1,80}+[ \t]*+:[ \t]++)?(?:&\w++[ \t]++)?"
    r"(?:!!python/(?:object|name|module)|!<tag:yaml\.org,2002:python/(?:object|name|module)|!ruby/(?:object|hash"
    r"|struct)"
    r"|!!(?:javax?|com|org)\.\w++\.)",
    re.MULTILINE,
)
_YAML_SUFFIXES = frozenset({"yml", "yaml"})
_YAML_BYTES = 16 << 20
_PHP_OBJECT = re.compile(
    r"(?:a:\d{1,9}:\{(?:i:\d{1,9};"
    r"|s:\d{1,9}:\"[^\"\n]{0,200}\";)){0,20}[OC]:\d{1,4}:\"[A-Za-z_\\][\w\\]{0,200}\":\d{1,9}:\{"
)


def java_objects(content: Content) -> Named | None:
    """Name a stream of Java objects (Java Object Serialization Specification, 6.4)."""
    is_one = content.head.startswith(b"\xac\xed\0\5") and content.number(4, 1) in _JAVA_CONTENTS
    return Named("java-objects") if is_one else None


def dotnet_objects(content: Content) -> Named | None:
    """Name a stream of .NET objects as ``BinaryFormatter`` writes it (MS-NRBF, 2.6.1)."""
    return Named("dotnet-objects") if content.head.startswith(_DOTNET_HEADER) else None


def ruby_objects(content: Content) -> Named | None:
    """Name marshalled Ruby objects of a class; numbers, strings and their collections are data."""
    if not content.head.startswith(b"\4\x08") or content.text is not None:
        return None
    kind = content.head[2:3]
    if kind and kind in _RUBY_OBJECTS and content.head[3:4] == b":":
        return Named("ruby-objects")
    if not kind or kind not in _RUBY_COLLECTIONS:
        return None
    return Named("ruby-objects") if _RUBY_OBJECT.search(content.at(0, _RUBY_SEARCHED)) else None


def php_objects(content: Content) -> Named | None:
    """Name serialized PHP objects, whose classes act when they are brought back."""
    return Named("php-objects") if _PHP_OBJECT.match(content.start) else None


def yaml_objects(content: Content) -> Named | None:
    """Name a YAML document with tags that make objects of a programming language, which loaders then run."""
    if content.suffix not in _YAML_SUFFIXES or content.text is None:
        return None
    return Named("yaml-objects") if _YAML_TAG.search(text_of(content.at(0, _YAML_BYTES))) else None


FAMILIES = (
    *pickles.FAMILIES,
    Family("serialized-code", ("r-data",), r_data, b"RXAB"),
    Family("serialized-code", ("java-objects",), java_objects, b"\xac"),
    Family("serialized-code", ("dotnet-objects",), dotnet_objects, b"\0"),
    Family("serialized-code", ("ruby-objects",), ruby_objects, b"\4"),
    Family("serialized-code", ("php-objects",), php_objects, b"aOC"),
    Family("serialized-code", ("yaml-objects",), yaml_objects, by_name=True),
)
