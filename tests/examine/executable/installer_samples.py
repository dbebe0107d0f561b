"""Installers, built byte by byte, and for each a harmless twin that looks much like it."""

from __future__ import annotations

import struct

from tests.examine.executable.sample import Sample

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def compound_file(class_id: bytes) -> bytes:
    header = bytearray(OLE + bytes(504))
    struct.pack_into("<H", header, 0x1E, 9)
    return bytes(header) + bytes(80) + class_id + bytes(32)


def installer_class(first: int) -> bytes:
    return bytes([first]) + bytes.fromhex("100c0000000000c000000000000046")


SAMPLES: dict[str, Sample] = {
    "deb": b"!<arch>\ndebian-binary   0           0     0     644     4         `\n2.0\n",
    "rpm": bytes.fromhex("edabeedb0300") + bytes(90),
    "xar": b"xar!\0\x1c\0\1" + bytes(40),
    "flatpak": b"flatpak\0\1\0\x89\xe5" + bytes(40),
    "dmg": bytes(1000) + b"koly" + bytes(508),
    "msi": compound_file(installer_class(0x84)),
    "msp": compound_file(installer_class(0x86)),
    "mst": compound_file(installer_class(0x82)),
    "inf": b'; setup\r\n[Version]\r\nSignature="$Windows NT$"\r\nClass=Net\r\n',
    "clickonce": b'<?xml version="1.0"?>\n<asmv1:assembly xmlns:asmv1="urn:schemas-microsoft-com:asm.v1"><deployment/>',
    "appinstaller": b"<?xml version='1.0'?>\n<!-- x --><AppInstaller Version='1.0.0.0'><MainPackage/></AppInstaller>",
    "flatpakref": b"[Flatpak Ref]\nName=org.example.App\nUrl=https://example.org/repo\n",
}

TWINS: dict[str, Sample] = {
    "deb": b"debian-binary",
    "rpm": bytes.fromhex("edabeedc") + bytes(90),
    "xar": b"xar! says the poet",
    "flatpak": b"flatpak is a format",
    "dmg": bytes(1000) + b"koly" + bytes(509),
    "msi": compound_file(bytes(16)),
    "msp": compound_file(installer_class(0x87)),
    "mst": OLE,
    "inf": b"[Version]\r\nNumber=1\r\n",
    "clickonce": b'<?xml version="1.0"?>\n<assembly><member name="x"/></assembly>',
    "appinstaller": b"<?xml version='1.0'?>\n<Applications><AppInstaller/></Applications>",
    "flatpakref": b"A [Flatpak Ref] begins so.\n",
}
