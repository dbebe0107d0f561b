"""Scripts, built byte by byte, and for each a harmless twin that looks much like it."""

from __future__ import annotations

import codecs

from tests.examine.executable.sample import Sample

SAMPLES: dict[str, Sample] = {
    "shebang": b"#!/bin/sh\necho\n",
    "batch": b"@echo off\r\ndel x\r\n",
    "powershell": b"#Requires -Version 5\n[CmdletBinding()]\nparam($x)\n",
    "encoded-script": b"#@~^AAAAAA==abc^#~@",
    "php": b"<?php system('x');",
    "asp": b'<%@ Page Language="C#" %>\n<html></html>',
    "hta": b"<html><head><HTA:APPLICATION id=x></head>",
    "wsf": b"<job id='x'><script language='JScript'>x</script></job>",
    "sct": b"<?XML version='1.0'?>\n<scriptlet><registration progid='x'/></scriptlet>",
    "vbs": b'Option Explicit\r\nDim s\r\nSet s = CreateObject("WScript.Shell")\r\ns.Run "x"\r\n',
}

TWINS: dict[str, Sample] = {
    "shebang": b"#![allow(dead_code)]\nfn main() {}\n",
    "batch": b"@import url(x.css);\n@echo(x)\n",
    "powershell": b"# Requirements\n\nparam is a word\n",
    "encoded-script": b"#@~^ begins an encoded script",
    "php": b"Use <?php to begin.",
    "asp": b"<%= name %> is a template",
    "hta": b"<!doctype html><html><head><title>t</title></head><body>text</body></html>",
    "wsf": b"<job><name>painter</name></job>",
    "sct": b"<?xml version='1.0'?><component><name>x</name></component>",
    "vbs": b'Public Class A\r\n    Private x = CreateObject("Excel.Application")\r\nEnd Class\r\n',
}

TEXTS = {
    "with byte order mark": codecs.BOM_UTF8 + b"#!/usr/bin/env python3\n",
    "utf-16": codecs.BOM_UTF16_LE + "#!/bin/sh\n".encode("utf-16-le"),
    "utf-16 big": codecs.BOM_UTF16_BE + "#!/bin/sh\n".encode("utf-16-be"),
    "utf-16 without mark": "#!/bin/sh\necho hello\n".encode("utf-16-be"),
    "utf-32": codecs.BOM_UTF32_LE + "#!/bin/sh\n".encode("utf-32-le"),
    "windows": b"#!python3.exe\r\nprint(1)\r\n",
    "bare name": b"#!python3\nprint(1)\n",
    "space": b"#! /bin/bash -e\n",
    "japanese": "#!/bin/sh\n# 日本語の注釈\n".encode("cp932"),
}
"""Scripts with a first line, in every encoding."""
