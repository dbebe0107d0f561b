"""Documents that do something, built byte by byte, and for each a harmless twin that looks much like it."""

from __future__ import annotations

from tests.examine.executable.pdf_kit import pdf, stream
from tests.examine.executable.sample import File, Sample

SAMPLES: dict[str, Sample] = {
    "chm": b"ITSF\3\0\0\0\x60\0\0\0" + bytes(80),
    "onenote": bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(60),
    "winhelp": b"?_\3\0" + bytes(40),
    "rtf-object": b"{\\rtf1 {\\object\\objemb\\objupdate{\\*\\objclass Equation.3}{\\*\\objdata 0105}}}",
    "svg-script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "xfa": b'<xdp:xdp xmlns:xdp="x"><template><script contentType="application/x-javascript"/></template></xdp:xdp>',
    "xaml-code": b"<ResourceDictionary xmlns='x'><ObjectDataProvider MethodName='Start'/></ResourceDictionary>",
    "xsl-script": b"<xsl:stylesheet xmlns:ms='urn:x'><ms:script language='JScript'>x</ms:script></xsl:stylesheet>",
    "msbuild-task": b"<Project><UsingTask TaskFactory='CodeTaskFactory' TaskName='X'/></Project>",
    "notebook": File(b'{"cells": [{"cell_type": "code", "source": ["import os"]}], "nbformat": 4}', b"a.ipynb"),
    "pdf-javascript": pdf(b"<< /S /J#61vaScript /JS (app.alert\\(1\\)) >>", catalog=b"/OpenAction 4 0 R"),
    "pdf-launch": pdf(b"<< /S /Launch /F (cmd.exe) >>", catalog=b"/OpenAction 4 0 R"),
    "pdf-submit-form": pdf(b"<< /S /SubmitForm /F (https://example.org/) >>"),
    "pdf-import-data": pdf(b"<< /S /ImportData /F (x.fdf) >>"),
    "pdf-embedded-file": pdf(stream(b"/Type /EmbeddedFile", b"x"), b"<< /Type /Filespec /F (x) /EF << /F 4 0 R >> >>"),
    "pdf-rich-media": pdf(b"<< /Type /Annot /Subtype /RichMedia /Rect [0 0 9 9] >>"),
    "pdf-xfa": pdf(stream(b"", b"<xdp/>"), catalog=b"/AcroForm << /Fields [] /XFA [(template) 4 0 R] >>"),
}

TWINS: dict[str, Sample] = {
    "chm": b"ITSF is a name",
    "onenote": bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d4") + bytes(60),
    "winhelp": b"?_ is a smile",
    "rtf-object": b"{\\rtf1 the word \\\\objdata begins an object, and \\objwidth does not}",
    "svg-script": b"<svg><!-- <script> --><text>&lt;script&gt; and onload=</text><![CDATA[<script>]]></svg>",
    "xfa": b"<template><text>script</text></template>",
    "xaml-code": b"<ResourceDictionary xmlns='x'><SolidColorBrush x:Key='Code'/></ResourceDictionary>",
    "xsl-script": b"<xsl:stylesheet><xsl:template match='script'><script/></xsl:template></xsl:stylesheet>",
    "msbuild-task": b"<Project><PropertyGroup><Name>CodeTask</Name></PropertyGroup></Project>",
    "notebook": File(
        b'{"cells": [{"cell_type": "markdown", "source": "\\"cell_type\\": \\"code\\""},'
        b' {"cell_type": "code", "source": [" "]}], "nbformat": 4}',
        b"a.ipynb",
    ),
    "pdf-javascript": pdf(b"<< /Title (/S /JavaScript /JS \\(x\\)) /Subject (\\)/JS \\() >>"),
    "pdf-launch": pdf(b"<< /S /URI /URI (https://example.org/Launch) >>"),
    "pdf-submit-form": pdf(b"<< /S /GoTo /D /SubmitForm >>"),
    "pdf-import-data": pdf(b"<< /S /Named /N /ImportData >>"),
    "pdf-embedded-file": pdf(b"<< /Type /Filespec /F (x) /AFRelationship /EFX >>"),
    "pdf-rich-media": pdf(b"<< /Type /Annot /Subtype /Link /Contents (RichMedia) /Rect [0 0 9 9] >>"),
    "pdf-xfa": pdf(catalog=b"/AcroForm << /Fields [] /DA (/XFA) >>"),
}
