"""Serialized objects, built byte by byte, and for each a harmless twin that looks much like it."""

from __future__ import annotations

import pickle

from tests.examine.executable.sample import Sample


class Calls:
    """An object whose pickle calls something."""

    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("called",))


SAMPLES: dict[str, Sample] = {
    "pickle": pickle.dumps(Calls()),
    "npy-objects": b"\x93NUMPY\1\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n" + bytes(20),
}

TWINS: dict[str, Sample] = {
    "pickle": pickle.dumps({"a": [1, 2.5, "x"]}),
    "npy-objects": b"\x93NUMPY\1\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n" + bytes(20),
}
