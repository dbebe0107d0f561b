"""How samples are put together."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

TEXT = base64.b64encode(bytes(range(256)) * 8).decode()
"""Base64 of nothing in particular."""
_LETTERS = "".join(character for character in TEXT if character.isalnum())
_FILL: dict[str, Callable[[int], str]] = {
    "b": lambda count: TEXT[:count],
    "a": lambda count: _LETTERS[:count],
    "h": lambda count: (bytes(range(16, 128)).hex() * 9)[:count],
    "s": lambda count: " " * count,
    "v": lambda count: "\N{VARIATION SELECTOR-17}" * count,
    "o": lambda count: " ".join(f"var _0x{number:04x} = {number};" for number in range(count)),
}
_MARK = re.compile("§([bahsvo])([0-9]+)§")


def joined(text: str) -> bytes:
    """Return a text without the cuts ``¦``, and with its fillers put in.

    ``§b80§`` stands for 80 characters of base64, ``a`` for letters and digits, ``h`` for hexadecimal digits, ``s``
    for blanks, ``v`` for invisible characters, ``o`` for statements with machine-made names.
    """
    return _MARK.sub(lambda mark: _FILL[mark[1]](int(mark[2])), text.replace("¦", "")).encode()
