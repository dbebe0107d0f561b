"""Serialized objects, built byte by byte, and for each a harmless twin that looks much like it."""

from __future__ import annotations

import pickle
import struct
import zlib

from tests.examine.executable.office_kit import zipped
from tests.examine.executable.sample import File, Sample


class Calls:
    """An object whose pickle calls something."""

    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("called",))


def array(kind: str) -> bytes:
    """Return a NumPy array file whose elements are of ``kind``."""
    return b"\x93NUMPY\1\0v\0{'descr': '%s', 'fortran_order': False, 'shape': (1,), }\n" % kind.encode() + bytes(20)


def r_saved(*words: int, data: bytes = b"") -> bytes:
    """Return R data in its portable form: three words of version, then the words of the first items."""
    return b"X\n" + struct.pack(f">{3 + len(words)}L", 2, 0x40201, 0x20300, *words) + data


PLAIN = {"a": [1, 2.5, "x"]}

SAMPLES: dict[str, Sample] = {
    "pickle": pickle.dumps(Calls()),
    "npy-objects": array("|O"),
    "npz-objects": zipped({"numbers.npy": array("<f8"), "objects.npy": array("|O")}),
    "joblib": zlib.compress(pickle.dumps(Calls(), 4)),
    "torch-archive": zipped({"model/version": b"3", "model/data.pkl": pickle.dumps(Calls(), 2)}),
    "keras-lambda": zipped(
        {"config.json": b'{"layers": [{"class_name": "Lambda", "config": {}}]}', "model.weights.h5": b""}
    ),
    "r-data": r_saved(0x02, 0x403, data=bytes(40)),
    "java-objects": b"\xac\xed\0\5sr\0\x11java.util.HashMap" + bytes(20),
    "dotnet-objects": bytes.fromhex("0001000000ffffffff0100000000000000") + b"\x0c\2\0\0\0",
    "ruby-objects": b"\4\x08[\x06o:\x08Gem\0",
    "php-objects": b'a:1:{i:0;O:8:"Exploits":1:{s:4:"file";s:1:"x";}}',
    "yaml-objects": File(b"job: !!python/object/apply:os.system ['ls']\n", b"job.yml"),
}

TWINS: dict[str, Sample] = {
    "pickle": pickle.dumps(PLAIN),
    "npy-objects": array("<f8"),
    "npz-objects": zipped({"numbers.npy": array("<f8"), "names.npy": array("<U9")}),
    "joblib": zlib.compress(pickle.dumps(PLAIN, 4)),
    "torch-archive": zipped({"model/version": b"3", "model/data.pkl": pickle.dumps(PLAIN, 2)}),
    "keras-lambda": zipped({"config.json": b'{"layers": [{"class_name": "Dense", "name": "Lambda"}]}'}),
    "r-data": r_saved(0x0D, 2, 7, 8),
    "java-objects": b"\xac\xed\0\5 is how Java begins",
    "dotnet-objects": bytes.fromhex("0001000000ffffffff0200000000000000"),
    "ruby-objects": b'\4\x08[\x07i\x06"\x06o',
    "php-objects": b'a:1:{i:0;s:8:"O:1:\\"A\\"";}',
    "yaml-objects": File(b"# Never use !!python/object/apply:os.system here\njob: '!!python/object:x'\n", b"job.yml"),
}
