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
    "msc": b'<?xml version="1.0"?><!--' + b"-" * 6000 + b'--><MMC_ConsoleFile ConsoleVersion="3.0"/>',
    "pif": bytes(0x171) + b"MICROSOFT PIFEX\0" + bytes(200),
    "autorun": b"[autorun]\r\nicon=x.ico\r\nopen=setup.exe\r\n",
    "theme": b"; made\r\n[Theme]\r\nDisplayName=x\r\n[Control Panel\\Desktop]\r\nSCRNSAVE.EXE=\\\\host\\x.scr\r\n",
    "udl": "\ufeff[oledb]\r\n; x\r\nProvider=SQLOLEDB.1;Data Source=host\r\n".encode("utf-16-le"),
    "systemd-unit": b"[Unit]\nDescription=x\n\n[Service]\nExecStart=/opt/x\n",
    "odbc-query": b"XLODBC\r\n1\r\nDRIVER=SQL Server;SERVER=host\r\n",
    "rdp": b"screen mode id:i:2\r\nfull address:s:host.example\r\n",
    "appref-ms": "\ufeffhttps://example.org/x.application#x, Culture=neutral".encode("utf-16-le"),
    "windows-sandbox": b"<Configuration><LogonCommand><Command>calc</Command></LogonCommand></Configuration>",
    "scheduled-task": b"<?xml version='1.0'?>"
    b"<Task version='1.2' xmlns='http://schemas.microsoft.com/windows/2004/02/mit/task'/>",
    "launchd": b"<?xml version='1.0'?><!DOCTYPE plist PUBLIC 'x' 'x'>\n<plist version='1.0'><dict>"
    b"<key>ProgramArguments</key><array><string>/bin/sh</string></array></dict></plist>",
    "terminal": b"<plist><dict><key>CommandString</key><string>ls</string></dict></plist>",
    "mobileconfig": b"<plist><dict><key>PayloadType</key><string>Configuration</string></dict></plist>",
    "webloc": b"<?xml version='1.0'?><plist><dict><key>URL</key><string>https://example.org</string></dict></plist>",
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
    "pif": bytes(0x171) + b"MICROSOFT PIFEY\0" + bytes(200),
    "autorun": b"[autorun]\r\nicon=x.ico\r\n",
    "theme": b"[Icon Theme]\nName=Adwaita\n[Theme]\nname=x\n",
    "udl": b"[oledb] is a section\nProvider=x\n",
    "systemd-unit": b"[Unit]\nDescription=x\n[Mount]\nWhat=/dev/x\n",
    "odbc-query": b"XLODBC is a first line\n",
    "rdp": b"screen mode id:i:2\r\nanswer: full address:s:\r\n",
    "appref-ms": b"https://example.org/x.application is an address\n",
    "windows-sandbox": b"<Configuration><MemoryInMB>4096</MemoryInMB></Configuration>",
    "scheduled-task": b'<?xml version="1.0"?><Task xmlns="http://schemas.microsoft.com/project"/>',
    "launchd": b"<plist><dict><key>CFBundleName</key><string>ProgramArguments</string></dict></plist>",
    "terminal": b"<plist><dict><key>name</key><string>CommandString</string></dict></plist>",
    "mobileconfig": b"<plist><dict><key>PayloadType</key><string>of a configuration</string></dict></plist>",
    "webloc": b"<plist><dict><key>name</key><string>URL</string></dict></plist>",
}
