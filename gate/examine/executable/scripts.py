"""Scripts: by a first line that names the interpreter, by marks of the language, and by their names last.

Only one script in six has a first line; a name decides where the content reads as text, and nothing else is known.
"""

from __future__ import annotations

import re

from gate.examine.executable.content import Content, Family, Named, readable, text_of
from gate.examine.executable.script_marks import STRONG, WEAK, is_comment, marked_language
from gate.examine.executable.script_names import (
    FORMATS,
    LINE_BY_LINE,
    SERVED,
    by_name,
    is_other_text,
    is_served_inside,
    is_shared,
)
from gate.examine.executable.text_starts import xml_root
from gate.paths import printable

_INTERPRETERS = (
    "sh bash dash zsh ksh csh tcsh fish ash busybox python python2 python3 pythonw perl ruby node nodejs deno"
    " bun php "
    "pwsh powershell lua luajit awk gawk sed tclsh wish expect make osascript rscript groovy scala kotlin julia env"
)
_KNOWN = frozenset(_INTERPRETERS.split())
_SHEBANG = re.compile(r"#![ \t]*+([^\s\[\]]++)(?:[ \t]++([^\s]++))?")
_SHOWN = 60
_BATCH_FIRST = re.compile(
    r"\s*+(?>(?:(?:::|rem\b)[^\n]*+\s*+)*)"
    r"@(?:(?:echo|%[^%\n]*+%)[ \t]*+o(?:ff|n)\b"
    r"|(?:rem|setlocal|cls|chcp|cmd|powershell|call|start)(?=[\s/.])[^={\n]*+$)",
    re.IGNORECASE | re.MULTILINE,
)
"""The first command of a batch file, after comments: with ``@`` before it, so that it is not shown."""
_POWERSHELL = re.compile(
    r"(?im)^[ \t]*+#Requires[ \t]++-(?:Version|Modules?|RunAsAdministrator|PSEdition|PSSnapin)\b"
    r"|^[ \t]*+\[CmdletBinding\b|^# SIG # Begin signature block"
)
_POWERSHELL_WORDS = ("#requires", "[cmdletbinding", "# sig # begin")
_MARKERS = {
    "encoded-script": re.compile(r"(?s).{0,2048}?#@~\^[A-Za-z0-9+/]{6}=="),
    "php": re.compile(r"\s*+<\?(?:php\b|=)", re.IGNORECASE),
    "asp": re.compile(
        r"\s*+<%@[^%]{0,400}\b(?:language|page|webservice|webhandler|import"
        r"|codepage)\b",
        re.IGNORECASE,
    ),
    "hta": re.compile(r"(?is).{0,2048}?<hta:application\b"),
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
    lower = text.lower()
    if any(word in lower for word in _POWERSHELL_WORDS) and _POWERSHELL.search(text):
        return Named("powershell")
    return next((Named(name) for name, pattern in _MARKERS.items() if pattern.match(text)), None)


def visual_basic(content: Content) -> Named | None:
    """Name a Visual Basic script by a statement it begins with and an object of the script host that it makes."""
    text = content.start
    return Named("vbs") if _VBS_START.search(text) and _VBS_HOST.search(text) else None


_JSCRIPT_HOST = re.compile(
    r"\bWScript\.(?:CreateObject|Shell|Echo|Quit|Sleep|Arguments|ScriptFullName|StdIn|StdOut)\b"
    r"|\bnew ActiveXObject\([ \t]*+[\"'](?:WScript|Scripting|Shell|ADODB|WinHttp)\b"
)
_JSCRIPT_CODE = re.compile(r"\b(?:var|function|try|if)\b[^\n]{0,300}[{;]|;[ \t]*+$", re.MULTILINE)


def windows_javascript(content: Content) -> Named | None:
    """Name a script in the JavaScript of the Windows script host, by the objects of that host.

    Pages make objects too (``Microsoft.XMLHTTP``); those that reach files and programs are not for pages.
    """
    text = content.start
    if not ("WScript." in text or "ActiveXObject" in text) or not _JSCRIPT_HOST.search(text) or _VBS_START.search(text):
        return None
    return Named("jscript") if _JSCRIPT_CODE.search(text) else None


_SCRIPTLETS = {"scriptlet": "sct", "component": "sct", "job": "wsf", "package": "wsf"}
_SCRIPTLET_BODY = re.compile(r"<registration\b|<script\b[^<>]{0,400}\blanguage\b", re.IGNORECASE)
_SCRIPTLET_BYTES = 4 << 20


def scriptlet(content: Content) -> Named | None:
    """Name XML that the Windows script host runs, by its root and an element of it that holds code.

    Hosts of scriptlets do not ask for a name.
    """
    root = xml_root(content)
    name = _SCRIPTLETS.get(root.name.lower(), "") if root else ""
    if not name or not _SCRIPTLET_BODY.search(text_of(content.at(0, _SCRIPTLET_BYTES))):
        return None
    return Named(name)


def marked_code(content: Content) -> Named | None:
    """Name a script by a construct that only its language has at the beginning."""
    if content.start.startswith("#!") and shebang(content):
        return None
    language = marked_language(_to_code(content, content.start), weak=False)
    return Named(language) if language else None


_FURTHER_BYTES = 1 << 20


def _to_code(content: Content, text: str) -> str:
    """Return the text with which an item begins: more of it where what is at hand is nothing but comments."""
    if content.size <= len(content.head) or not is_comment(text):
        return text
    return readable(text_of(content.at(0, _FURTHER_BYTES)))


_OF_CONTENT = frozenset(
    {"shebang", "batch", "powershell", *_MARKERS, "sct", "wsf", "vbs", "jscript", *(name for name, _ in STRONG)}
)
_PATH_CODE = re.compile(r"^import[ \t]", re.MULTILINE)
"""A line that Python runs when it starts, in a file that names folders for it (``site``, "path configuration")."""
_MOST_CONTROL = 0.1
"""Interpreters read over a few control characters; more of them, and the content is no text."""
_NO_CODE = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]|\x89PNG\r\n\x1a\n|\xff\xd8\xff[\xc0-\xfe]\0")
"""With what no language lets a script begin: control characters and pictures."""
_BROADCAST = re.compile(rb"(?:G.{187}){3}", re.DOTALL)
"""A film in packets as they are broadcast (ISO/IEC 13818-1), which have the suffix of TypeScript."""


def named_script(content: Content) -> Named | None:
    """Name a script by its name, where its content reads as text, or by ordinary code where the name says nothing.

    A text that may be run is handed to the shell where it names no interpreter (POSIX.1-2017, ``execlp``).

    What a web server hands to an interpreter is named whatever its content is: code may stand anywhere in it.  So is
    what a shell reads, which goes on after lines that are no commands, such as those of a picture.
    """
    if not content.head or not _OF_CONTENT.isdisjoint(content.told):
        return None
    name = content.name
    expected = "" if is_shared(name) else by_name(name)
    if expected in SERVED or expected in LINE_BY_LINE:
        return Named(expected, "", ("by=name",))
    if not expected and "<?" in content.start and is_served_inside(name):
        return Named("php", "", ("by=name",))
    if expected:
        return Named(expected, "", ("by=name",)) if _may_be_code(content) and not _is_translation(content) else None
    if content.suffix == "pth" and _PATH_CODE.search(content.start):
        return Named("python", "", ("by=name",))
    if is_other_text(name) or not _reads_as_text(content):
        return None
    language = marked_language(_to_code(content, readable(text_of(content.head))), weak=True)
    if language:
        return Named(language, "", ("by=code",))
    return Named("shell", "", ("by=mode",)) if content.may_be_run and not content.suffix else None


def _reads_as_text(content: Content) -> bool:
    if content.text is not None:
        return True
    text = text_of(content.head)
    return len(text) - len(readable(text)) <= _MOST_CONTROL * len(text)


def _may_be_code(content: Content) -> bool:
    """Say whether a script can begin so: behind a comment, or behind its end, may stand whatever bytes there are.

    Bytes that are a program of another kind have been named.
    """
    film = content.suffix in {"ts", "mts"} and _BROADCAST.match(content.head)
    return _reads_as_text(content) or not (content.told or film or _NO_CODE.match(content.head))


def _is_translation(content: Content) -> bool:
    """Say whether a ``.ts`` file is a translation for Qt, which is XML."""
    return content.suffix == "ts" and content.start.lstrip().startswith("<")


_BY_NAME = tuple(dict.fromkeys((*FORMATS, *(language.format for language in WEAK))))

FAMILIES = (
    Family("script", ("shebang",), shebang, text=True),
    Family("script", ("batch",), batch, text=True),
    Family("script", ("powershell", *_MARKERS), marked, text=True),
    Family("script", ("sct", "wsf"), scriptlet, text=True),
    Family("script", ("vbs",), visual_basic, text=True),
    Family("script", ("jscript",), windows_javascript, text=True),
    Family("script", tuple(dict.fromkeys(name for name, _ in STRONG)), marked_code, text=True),
    Family("script", _BY_NAME, named_script, by_name=True),
)
