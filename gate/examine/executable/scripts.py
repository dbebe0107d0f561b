"""Scripts that their content gives away: by a first line that names the interpreter, or by a marker of the language.

Most scripts have neither; telling them needs their names, which this examiner does not look at.
"""

from __future__ import annotations

import re

from gate.examine.executable.content import Content, Family, Named
from gate.paths import printable

_INTERPRETERS = (
    "sh bash dash zsh ksh csh tcsh fish ash busybox python python2 python3 pythonw perl ruby node nodejs deno bun php "
    "pwsh powershell lua luajit awk gawk sed tclsh wish expect make osascript rscript groovy scala kotlin julia env"
)
_KNOWN = frozenset(_INTERPRETERS.split())
_SHEBANG = re.compile(r"#![ \t]*+([^\s\[\]]++)(?:[ \t]++([^\s]++))?")
_SHOWN = 60
_BATCH_FIRST = re.compile(
    r"\s*+(?:(?:::|rem\b)[^\n]*+\s*+)*+"
    r"@(?:(?:echo|%[^%\n]*+%)[ \t]*+o(?:ff|n)\b"
    r"|(?:rem|setlocal|cls|chcp|cmd|powershell|call|start)(?=[\s/.])[^={\n]*+$)",
    re.IGNORECASE | re.MULTILINE,
)
"""The first command of a batch file, after comments: with ``@`` before it, so that it is not shown."""
_MARKERS = {
    "powershell": re.compile(
        r"(?im)^\s*+#Requires[ \t]++-(?:Version|Modules?|RunAsAdministrator|PSEdition|PSSnapin)\b"
        r"|^\s*+\[CmdletBinding\b|^# SIG # Begin signature block"
    ),
    "encoded-script": re.compile(r"(?s).{0,2048}?#@~\^[A-Za-z0-9+/]{6}=="),
    "php": re.compile(r"\s*+<\?(?:php\b|=)", re.IGNORECASE),
    "asp": re.compile(r"\s*+<%@[^%]{0,400}\b(?:language|page|webservice|webhandler|import|codepage)\b", re.IGNORECASE),
    "hta": re.compile(r"(?is).{0,2048}?<hta:application\b"),
    "wsf": re.compile(r"(?is)\s*+(?:<\?[^>]*+>\s*+)*+<(?:package|job)\b.{0,2048}?<script\b[^>]*\blanguage\b"),
    "sct": re.compile(r"(?is)\s*+(?:<\?[^>]*+>\s*+)*+<(?:scriptlet|component)\b.{0,2048}?<(?:registration|script)\b"),
}
_VBS_START = re.compile(
    r"(?im)^\s*+(?:Option Explicit|On Error Resume Next|Set \w++\s*+=\s*+(?:\w++\.)?CreateObject\()"
)
_VBS_HOST = re.compile(r"(?i)\bWScript\.|\bCreateObject\(\s*+\"(?:WScript|Shell|Scripting|MSXML2|ADODB|WinHttp)\b")


def shebang(content: Content) -> Named | None:
    """Name a script whose first line names its interpreter.

    An attribute at the head of a Rust file begins with the same two characters and a bracket.
    """
    found = _SHEBANG.match(content.start)
    if not found:
        return None
    program, argument = found[1], found[2] or ""
    base = re.split(r"[/\\]", program)[-1].lower().removesuffix(".exe")
    if base == program.lower() and base not in _KNOWN and not re.fullmatch(r"(?:python|perl|ruby|lua)[\d.]++", base):
        return None
    interpreter = argument if base == "env" and argument else program
    return Named("shebang", "", (f"interpreter={printable(interpreter[:_SHOWN])}",))


def batch(content: Content) -> Named | None:
    """Name a Windows batch file by its first command."""
    return Named("batch") if _BATCH_FIRST.match(content.start) else None


def marked(content: Content) -> Named | None:
    """Name a script by a marker that nothing but its language has."""
    text = content.start
    for name, pattern in _MARKERS.items():
        if pattern.search(text) if name == "powershell" else pattern.match(text):
            return Named(name)
    return None


def visual_basic(content: Content) -> Named | None:
    """Name a Visual Basic script by a statement it begins with and an object of the script host that it makes."""
    text = content.start
    return Named("vbs") if _VBS_START.search(text) and _VBS_HOST.search(text) else None


FAMILIES = (
    Family("script", ("shebang",), shebang, text=True),
    Family("script", ("batch",), batch, text=True),
    Family("script", tuple(_MARKERS), marked, text=True),
    Family("script", ("vbs",), visual_basic, text=True),
)
