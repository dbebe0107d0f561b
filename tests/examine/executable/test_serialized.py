"""Serialized objects in every protocol and form, and walks that hostile ones cannot make long."""

from __future__ import annotations

import collections
import pickle
import struct
import time
import zlib

import pytest

from gate.examine.executable import pickles
from gate.examine.executable.content import Content, Memory
from gate.examine.executable.examiner import ExecutableExaminer
from gate.models import ExecutableFact, Gap
from tests.examine.executable.office_kit import zipped
from tests.examine.executable.serialized_samples import PLAIN, Calls, r_saved
from tests.examine.viewing import examined


def seen(data: bytes, name: bytes = b"item") -> tuple[set[str], set[str]]:
    found = examined(ExecutableExaminer(), data, name)
    facts = {fact.format for fact in found if isinstance(fact, ExecutableFact)}
    return facts, {gap.reason for gap in found if isinstance(gap, Gap)}


def detail(data: bytes) -> str:
    [fact] = [fact for fact in examined(ExecutableExaminer(), data) if isinstance(fact, ExecutableFact)]
    return fact.detail


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_of_every_protocol(protocol: int) -> None:
    assert seen(pickle.dumps(Calls(), protocol)) == ({"pickle"}, set())
    assert seen(pickle.dumps(collections.OrderedDict(a=1), protocol)) == ({"pickle"}, set())
    assert seen(pickle.dumps(PLAIN, protocol)) == (set(), set())
    assert seen(pickle.dumps([b"x" * 70_000, "y" * 300, 2**70, True, None], protocol))[0] <= {"pickle"}


def test_what_is_called_first_is_told() -> None:
    assert detail(b"cos\nsystem\n(S'ls'\ntR.") == "calls=os.system"
    assert detail(b"(ios\nsystem\n.") == "calls=os.system"
    assert detail(pickle.dumps(Calls(), 4)) == "calls=builtins.print"


def test_a_pickle_that_breaks_off_has_made_its_calls() -> None:
    assert detail(pickle.dumps(Calls(), 2)[:-1] + b"\xff").split() == ["calls=__builtin__.print", "broken=opcode"]


def test_calls_behind_large_values_and_in_later_pickles_are_found() -> None:
    assert seen(pickle.dumps([b"x" * (9 << 20), Calls()], 4)) == ({"pickle"}, set())
    assert seen(pickle.dumps(1, 2) + pickle.dumps({"a": 1}, 2) + pickle.dumps(Calls(), 2)) == ({"pickle"}, set())


@pytest.mark.parametrize(
    "data",
    [
        b"cat\ndog\nemu\n" * 50,
        b"(A remark.)\nIn the beginning\nSo it is.\n",
        b"I\nS\nV.\nL\n" * 30,
        b"Format: text\nFiles: *\n" + b"cab\nate\nR.\n",
        b"S, or more\ncab\nate\nR.\n",
        b"Node.js is licensed",
        b"}",
        b"c\n\n.",
        b"(lp0\nI1\naI2\na.",
        b"configuration\nof the system\ntR.",
    ],
)
def test_texts_are_no_pickles(data: bytes) -> None:
    assert seen(data, b"words.txt") == (set(), set())


def test_compressed_pickles() -> None:
    assert seen(b"ZF0x20               " + zlib.compress(pickle.dumps(Calls(), 2))) == ({"joblib"}, set())
    assert seen(zlib.compress(b"a text")) == (set(), set())


def test_keras_weights_are_searched_to_the_end() -> None:
    head = b"\x89HDF\r\n\x1a\n" + bytes((1 << 20) - 20)
    assert seen(head + b'{"class_name": "Lambda", "config": {}}') == ({"keras-lambda"}, set())
    assert seen(head + b'{"class_name": "Dense"}') == (set(), set())


INTEGERS = struct.pack(">LL", 0x0D, 3) + bytes(12)
CHARACTERS = struct.pack(">LL", 0x40009, 1) + b"a"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (r_saved(0x13, 2, data=INTEGERS + struct.pack(">L", 5)), True),
        (r_saved(0x13, 2, data=INTEGERS * 2), False),
        (r_saved(0x402, 1, data=CHARACTERS + INTEGERS + struct.pack(">L", 254)), False),
        (r_saved(0x402, 1, data=CHARACTERS + struct.pack(">L", 0x403)), True),
        (r_saved(0x10, 2, data=CHARACTERS * 2), False),
        (b"RDX2\n" + r_saved(0x0E, 1, data=bytes(8)), False),
        (b"RDX2\n" + r_saved(0x15), True),
        (r_saved(0x04, 0, data=struct.pack(">4L", 253, 254, 254, 254)), False),
        (r_saved(0x0D, 0xFFFFFFFF, 0, 1, 5), False),
        (r_saved(0xFF), True),
        (b"X\n" + struct.pack(">4L", 3, 0x40201, 0x30500, 5) + b"UTF-8" + INTEGERS, False),
        (b"A\n2\n262657\n131840\n3\n", True),
        (b"B\n\2\0\0\0\1\2\4\0", True),
        (r_saved(), True),
    ],
)
def test_functions_in_saved_data_of_r(data: bytes, *, code: bool) -> None:
    assert seen(data) == ({"r-data"} if code else set(), set())


@pytest.mark.parametrize("name", [b"x.yaml", b"X.YML"])
@pytest.mark.parametrize(
    ("line", "makes"),
    [
        (b"- !!python/name:os.system", True),
        (b"  key: &a !ruby/object:Gem::Requirement", True),
        (b"!!javax.script.ScriptEngineManager [x]", True),
        (b"text: use !!python/object/apply here", False),
        (b"!!python/tuple [1, 2]", False),
        (b"!Ref bucket", False),
    ],
)
def test_tags_that_make_objects(name: bytes, line: bytes, *, makes: bool) -> None:
    data = b"# settings\n" * 1000 + line + b"\n"
    assert seen(data, name) == ({"yaml-objects"} if makes else set(), set())


def test_many_opcodes_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickles, "MOST_OPCODES", 1000)
    many = pickle.dumps(list(range(100)) * 100, 2)
    assert pickles.walk(Content(Memory(many)), 1000).cut
    assert seen(many) == (set(), {"engine-limit"})


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\4" + b"N0" * 700_000,
        b"(" * 1_200_000,
        b"I1\n" * 700_000,
        b"\x80\2" + b"\x8e" + b"\xff" * 8,
        b"\x80\4\x8c\xff" * 200_000,
        b"c" + b"a" * 3_000_000,
        b"S" + b"'" * 3_000_000,
        b"\x80\2." * 300_000,
        zlib.compress(bytes(100 << 20)),
        zipped({f"{number}.npy": b"\x93NUMPY" for number in range(1000)}),
        r_saved(0x13, 0x7FFFFFFF, data=struct.pack(">L", 254) * 1_000_000),
        b"a:1:{" * 100_000,
    ],
    ids=["pops", "marks", "numbers", "length", "strings", "line", "quotes", "stops", "zlib", "arrays", "list", "php"],
)
def test_hostile_objects_come_to_an_end(data: bytes) -> None:
    started = time.process_time()
    seen(data)
    seen(data, b"x.yaml")
    assert time.process_time() - started < 20  # a hang, not a speed: a machine may be slow
