"""Calls of desktop programs that are written in JavaScript (Electron, NW.js): windows, updates, the person's browser.

Sources: Electron's documentation of BrowserWindow, webContents, autoUpdater and shell; NW.js's of Shell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tree_sitter import Node

from gate.examine.outbound.javascript.call import Call, Handler
from gate.examine.outbound.javascript.contacts import Contacts
from gate.examine.outbound.javascript.options import url_or_options

_OWN_FILE: Final = re.compile(rb"""[`"']file://(?:\$\{\s*|["']\s*\+\s*)(?:path\.(?:join|resolve)\(\s*)?__dirname\b""")
_OTHER_FOLDER: Final = re.compile(rb"\b__dirname\s*=(?!=)")


def _is_own_file(contacts: Contacts, value: Node) -> bool:
    """Say whether a URL is that of a file beside the script: ``file://`` and ``__dirname``, which Node.js sets."""
    own = _OWN_FILE.match(contacts.program.bytes_of(value))
    return own is not None and _OTHER_FOLDER.search(contacts.program.data) is None


def _loaded(contacts: Contacts, call: Call) -> None:
    """Take ``window.loadURL(url)``, which shows a page of that host as the program's own."""
    if call.arguments and not _is_own_file(contacts, call.arguments[0]):
        contacts.contact(call.arguments[0], f"{call.name}()", call.node)


def _fed(contacts: Contacts, call: Call) -> None:
    """Take ``autoUpdater.setFeedURL(url)`` and ``({url})``: whence the program fetches what replaces it."""
    if call.arguments and not _is_own_file(contacts, call.arguments[0]):
        url_or_options(contacts, call.arguments[0], f"{call.name}()", call.node)


def _opened(contacts: Contacts, call: Call) -> None:
    """Take ``shell.openExternal(url)``, which the person's own browser opens."""
    contacts.contact(call.argument(0), f"{call.name}()", call.node, reach="interaction", opaque=False)


DESKTOP: Mapping[str, Handler] = {"loadURL": _loaded, "setFeedURL": _fed, "openExternal": _opened}
"""By the last part of the name of what is called."""
