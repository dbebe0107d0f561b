"""Shortcuts, built byte by byte, and for each a harmless twin that looks much like it."""

from __future__ import annotations

from tests.examine.executable.sample import Sample

SAMPLES: dict[str, Sample] = {
    "lnk": bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(56),
    "url": b"[InternetShortcut]\r\nURL=https://example.org/\r\n",
    "desktop": b"[Desktop Entry]\nName=x\nExec=sh -c true\n",
    "scf": b"[Shell]\r\nCommand=2\r\nIconFile=explorer.exe,3\r\n",
    "reg": "\ufeffWindows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\x]\r\n".encode("utf-16-le"),
    "iqy": b"WEB\r\n1\r\nhttps://example.org/q.txt\r\n",
    "slk": b"ID;PWXL;N;E\r\nC;X1;Y1;K1\r\n",
    "jnlp": b'<?xml version="1.0"?>\n<jnlp spec="1.0+" href="a.jnlp"/>',
    "settingcontent-ms": b"<?xml version='1.0'?><PCSettings><SearchableContent/></PCSettings>",
    "library-ms": b'<?xml version="1.0"?><libraryDescription xmlns="x"/>',
    "search-ms": b'<?xml version="1.0"?><persistedQuery version="1.0"/>',
    "searchconnector-ms": b'<?xml version="1.0"?><searchConnectorDescription xmlns="x"/>',
    "msc": b'<?xml version="1.0"?><MMC_ConsoleFile ConsoleVersion="3.0"/>',
}

TWINS: dict[str, Sample] = {
    "lnk": bytes.fromhex("4c0000000114020000000000c000000000000047") + bytes(56),
    "url": b"An [InternetShortcut] begins so.",
    "desktop": b"[Desktop Entry]\nType=Directory\nName=x\n",
    "scf": b"[Shell]\r\nName=x\r\n",
    "reg": b"Windows Registry Editor is a program\r\n",
    "iqy": b"WEB\r\n2\r\n",
    "slk": b"ID;Name;Value\r\n1;a;b\r\n",
    "jnlp": b"<?xml version='1.0'?><doc>&lt;jnlp&gt; is an element</doc>",
    "settingcontent-ms": b"<Settings/>",
    "library-ms": b"<library/>",
    "search-ms": b"<query/>",
    "searchconnector-ms": b"<connector/>",
    "msc": b"<console/>",
}
