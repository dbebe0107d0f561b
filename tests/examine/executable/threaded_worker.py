"""A worker's target that starts a thread when it is imported, as some libraries do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

threading.Thread(target=threading.Event().wait, daemon=True).start()


def serve(_options: Mapping[str, Any]) -> Callable[[Mapping[str, Any], list[int]], Iterator[object]]:
    """Return a handler that answers."""

    def handle(_request: Mapping[str, Any], _descriptors: list[int]) -> Iterator[object]:
        yield "answer"

    return handle
