"""What a text without a first line for its interpreter and without a telling name shows of its language.

A strong mark is a construct that nothing but the language has at that place.  A weak mark is an ordinary statement:
it counts where the first line of code is one and a second sign stands in the text, and never under the name of a
source, document or data format, where quoted code is common.  All expressions take time linear in the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FLAGS = re.MULTILINE
STRONG: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "powershell",
        re.compile(
            r"#Requires[ \t]++-(?:Version|Modules?|RunAsAdministrator|PSEdition|PSSnapin)\b"
            r"|\[CmdletBinding\b|\$ErrorActionPreference[ \t]*+=|Set-StrictMode[ \t]|Import-Module[ \t]"
            r"|Add-Type[ \t]++-"
            r"|Set-ExecutionPolicy[ \t]|function[ \t]++(?:global:|script:)?[A-Za-z]++-[A-Za-z]\w*+[ \t\n({]"
            r"|(?:Invoke-(?:Expression|WebRequest|Command|RestMethod)|IEX)[ \t(]|Start-Process[ \t]"
            r"|using[ \t]++(?:namespace|module)[ \t]++[\w.]++[ \t]*+$",
            _FLAGS | re.IGNORECASE,
        ),
    ),
    ("shell", re.compile(r"set[ \t]++-(?:[aefuxCv]{1,6}|[aefuxCv]{0,6}o[ \t]++[a-z]++)[ \t]*+(?=[\n;&|#])")),
    (
        "tcl",
        re.compile(
            r"package[ \t]++require[ \t]++(?:-exact[ \t]++)?[\w:]++|namespace[ \t]++eval[ \t]++[\w:]++[ \t]*+\{"
        ),
    ),
    (
        "javascript",
        re.compile(
            r"(?:\"use strict\"|'use strict');?|;?\(?(?:async[ \t]++)?function[ \t]*+\([^)\n]{0,200}\)[ \t]*+\{"
            r"|[!+;]?\(?function[ \t]*+\([^)\n]{0,200}\)[ \t]*+\{|;?\(\([^)\n]{0,200}\)[ \t]*+=>[ \t]*+\{"
            r"|Object\.defineProperty\((?:module\.)?exports\b|module\.exports[ \t]*+="
        ),
    ),
    ("applescript-source", re.compile(r"tell[ \t]++application[ \t]++\"[^\"\n]++\"")),
    ("perl", re.compile(r"use[ \t]++(?:strict|warnings)\b[^;\n]*+;|require[ \t]++5\.[\d_]++;")),
    (
        "autohotkey",
        re.compile(r"#(?:NoEnv|SingleInstance|NoTrayIcon|Persistent|Requires[ \t]++AutoHotkey)\b", re.IGNORECASE),
    ),
    (
        "autoit",
        re.compile(r"#(?:include[ \t]++<\w++\.au3>|AutoIt3Wrapper_\w++|NoTrayIcon|RequireAdmin)", re.IGNORECASE),
    ),
)
"""Language and what its first line of code can be that no other text begins with."""


class Weak(NamedTuple):
    """A language, what its first line of code is often, and the second sign that is asked for."""

    format: str
    first: re.Pattern[str]
    second: re.Pattern[str]


WEAK: tuple[Weak, ...] = (
    Weak(
        "python",
        re.compile(
            r"(?:from[ \t]++[\w.]++[ \t]++import[ \t]++[\w*(]|import[ \t]++[\w.]++(?>(?:[ \t]*+,["
            r" \t]*+[\w.]++)*)(?:[ \t]++as[ \t]++\w++)?[ \t]*+(?:#[^\n]*+)?$)",
            _FLAGS,
        ),
        re.compile(
            r"^[ \t]*+(?:(?:async[ \t]++)?def[ \t]++\w++\(|class[ \t]++\w++[ \t]*+[(:]|if[ \t]++__name__\b|@\w"
            r"|for[ \t]++\w++[ \t]++in[ \t]"
            r"|(?:print|exec|eval)\(|\w++[ \t]*+=[ \t]*+\w[\w.]*+\(|\w++(?>(?:\.\w++)+)\()",
            _FLAGS,
        ),
    ),
    Weak(
        "ruby",
        re.compile(r"require(?:_relative)?[ \t]*+\(?[ \t]*+['\"][^'\"\n]++['\"]\)?[ \t]*+$", _FLAGS),
        re.compile(r"^[ \t]*+(?:end\b|(?:class|module)[ \t]++[A-Z]|def[ \t]++\w|puts[ \t])", _FLAGS),
    ),
    Weak(
        "ruby",
        re.compile(r"(?:class|module)[ \t]++[A-Z][\w:]*+(?:[ \t]*+<[ \t]*+[A-Z][\w:]*+)?[ \t]*+$", _FLAGS),
        re.compile(r"^end[ \t]*+$", _FLAGS),
    ),
    Weak(
        "perl",
        re.compile(
            r"package[ \t]++[\w:]++[ \t]*+;|(?:use|require)[ \t]++[A-Z][\w:]*+[^;\n]*+;|(?:my|our)[ \t]++[$@%]\w++"
        ),
        re.compile(
            r"(?:\b(?:my|our|local)[ \t]*+\(?[ \t]*+[$@%]\w|^[ \t]*+sub[ \t]++\w++|^use[ \t]++(?:strict|warnings)\b)",
            _FLAGS,
        ),
    ),
    Weak(
        "lua-source",
        re.compile(
            r"local[ \t]++(?:function[ \t]++\w++|\w++[ \t]*+=)|(?:function[ \t]++[\w.:]++\([^)\n]*+\))["
            r" \t]*+$",
            _FLAGS,
        ),
        re.compile(r"\bend\b[ \t]*+[,;)]?[ \t]*+$", _FLAGS),
    ),
    Weak(
        "expect",
        re.compile(r"(?:log_user|spawn|expect|set[ \t]++timeout)[ \t]"),
        re.compile(r"^[ \t]*+(?:spawn|expect|send(?:_user)?)[ \t]", _FLAGS),
    ),
    Weak(
        "tcl",
        re.compile(r"(?:proc[ \t]++[\w:]++[ \t]++(?:\{|\w++[ \t]*+\{)|set[ \t]++\w++[ \t]++[\[\"{\w])"),
        re.compile(
            r"^[ \t]*+(?:proc[ \t]++[\w:]++[ \t]|set[ \t]++\w++[ \t]++\[|if[ \t]++\{|foreach[ \t]++\w++["
            r" \t]++\$?[\w{\[])",
            _FLAGS,
        ),
    ),
    Weak(
        "javascript",
        re.compile(
            r"(?:import[ \t]++(?:[\w*{][^\"'\n;]{0,300}?\bfrom[ \t]++)?[\"'][^\"'\n]++[\"']|export["
            r" \t]++(?:default|const|function|class|async|\{)"
            r"|(?:var|let|const)[ \t]++[\w{$][^=\n]{0,200}=|(?:async[ \t]++)?function[ \t]++[\w$]++[ \t]*+\("
            r"|(?:window|document|self|globalThis|jQuery|\$)[.(\[]"
            r"|[A-Za-z_$][\w$.]{0,80}\((?:async[ \t]++)?function\b|exports\.\w++[ \t]*+=|require\([\"'])"
        ),
        re.compile(
            r"\bfunction\b[ \t]*+[\w$]*+[ \t]*+\([^)\n]{0,200}\)[ \t]*+\{|=>|\brequire\([\"']|\bdocument\.\w"
            r"|\bconsole\.\w|^import[ \t{*\"']|^export[ \t{]|;[ \t]*+$",
            _FLAGS,
        ),
    ),
    Weak(
        "powershell",
        re.compile(
            r"(?:param[ \t\n]*+\([ \t\n]*+(?:\[|\$)|\$(?:env:|global:|script:)?[A-Za-z]\w*+[ \t]*+=(?!=))",
            re.IGNORECASE,
        ),
        re.compile(
            r"(?:^|[|(={ \t])(?:[A-Z][a-z]+)-(?:[A-Z][A-Za-z]++)\b|\[(?:string|int|switch|System\.[\w.]++)\]|["
            r" \t]-(?:eq|ne|match|like)[ \t]",
            _FLAGS,
        ),
    ),
    Weak(
        "batch",
        re.compile(
            r"(?:@?echo[ \t]++off|setlocal(?:[ \t]++(?:enable|disable)\w++)?|set[ \t]++(?:/[ap][ \t]++)?\"?\w++="
            r"|cd[ \t]++/d[ \t]|pushd[ \t]|if[ \t]++(?:not[ \t]++)?(?:exist|defined|errorlevel|\"?%)|for["
            r" \t]++/[fldr]\b|start[ \t]++\"|rem[ \t])",
            re.IGNORECASE,
        ),
        re.compile(
            r"%[\w~:*]{1,40}%|%~?\w|^[ \t]*+(?:goto[ \t]++:?\w|exit[ \t]++/b|call[ \t]|echo[ \t]|pause[ \t]*+$)",
            _FLAGS | re.IGNORECASE,
        ),
    ),
    Weak(
        "r",
        re.compile(r"(?:library|require)\([\w.\"']++\)|[\w.]++[ \t]*+<-[ \t]*+function[ \t]*+\("),
        re.compile(r"<-"),
    ),
    Weak(
        "shell",
        re.compile(
            r"(?:(?:export|local|readonly|declare|typeset)[ \t]++[A-Za-z_]|[A-Za-z_]\w*+=|if[ \t]++(?:\[|test|!"
            r"|command)|(?:function[ \t]++)?[A-Za-z_]\w*+[ \t]*+\(\)[ \t\n]*+\{"
            r"|\.[ \t]++[/$\"\w]|source[ \t]++[/$\"\w~]|for[ \t]++\w++[ \t]++in\b|case[ \t]++[\"$]|\[[ \t]++-"
            r"|test[ \t]++-|exec[ \t]|cd[ \t]|mkdir[ \t]|rm[ \t]++-|echo[ \t]|curl[ \t]|wget[ \t]|sudo[ \t]"
            r"|apt(?:-get)?[ \t]|unset[ \t]|alias[ \t]++\w++=|trap[ \t]|eval[ \t]|complete[ \t]++-)"
        ),
        re.compile(
            r"^[ \t]*+(?:fi|done|esac)\b|;[ \t]*+(?:then|do)[ \t]*+$|\$\([A-Za-z]|\$\{\w|(?:&&|\|\|)[ \t]|["
            r" \t\"]\$[A-Za-z_@#1-9]|\|[ \t]*+(?:sh|bash)\b|<<-?['\"]?[A-Z]{2,}",
            _FLAGS,
        ),
    ),
    Weak(
        "vim-script",
        re.compile(
            r"(?:scriptencoding|if[ \t]++exists\([\"']|set[ \t]++nocompatible|let[ \t]++[gsb]:\w++|augroup[ \t]"
            r"|finish\b)"
        ),
        re.compile(
            r"^[ \t]*+(?:endif|endfunction|endfunc|let[ \t]++[gsbl]:|finish|augroup|autocmd|syn(?:tax)?[ \t])", _FLAGS
        ),
    ),
    Weak(
        "emacs-lisp",
        re.compile(r"\((?:require[ \t]++'|defun[ \t]|defvar[ \t]|setq[ \t]|provide[ \t]++'|eval-when-compile)"),
        re.compile(r"\((?:defun|setq|provide|let\*?|require|defcustom|defvar)[ \t]"),
    ),
)
"""Ordinary first statements, and what else has to be there."""

_HASH = r"#[^\n]*+"
_COMMENTS = re.compile(
    r"(?>(?:\s++|/\*[^*]*+(?>(?:\*(?!/)[^*]*+)*)\*/|//[^\n]*+|#(?!Requires|include|NoEnv|Single|NoTray|Persist"
    r"|AutoIt)[^\n]*+|--[^\n]*+|<#[^#]*+(?>(?:#(?!>)[^#]*+)*)#>"
    r"|::[^\n]*+|;[^\n]*+|\"\"\"[^\"]*+(?>(?:\"(?!\"\")[^\"]*+)*)\"\"\"|'''[^']*+(?>(?:'(?!'')[^']*+)*)'''|\"(?=["
    r" \t])[^\"\n]*+$|=begin\b.*?^=end\b[^\n]*+|=pod\b.*?^=cut\b[^\n]*+)*)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
"""Blanks, comments and texts that document, in all the languages at once."""
_MAGIC_COMMENTS = (
    ("ruby", re.compile(r"#[ \t]*+frozen_string_literal:[ \t]*+(?:true|false)\b", re.IGNORECASE)),
    (
        "shell",
        re.compile(
            r"#[ \t]*+shellcheck[ \t]++shell=|#compdef[ \t]|#autoload\b|#[ \t]*+-\*-[^\n]{0,40}\bshell-script\b"
        ),
    ),
    (
        "python",
        re.compile(
            r"#[^\n]{0,60}\bcoding[:=][ \t]*+[-\w.]++[^\n]*+\n(?=.{0,3000}?^(?:import|from|def|class)[ \t])",
            re.DOTALL | re.MULTILINE,
        ),
    ),
    ("emacs-lisp", re.compile(r";;;?[ \t][^\n]{0,200}-\*-[^\n]{0,80}(?:lexical-binding|emacs-lisp)")),
    ("lua-source", re.compile(r"--[^\n]{0,60}-\*-[^\n]{0,40}\blua\b|---@\w|--!strict")),
    ("tcl", re.compile(r"#[^\n]{0,60}-\*-[^\n]{0,20}\btcl\b", re.IGNORECASE)),
)
"""Comments on the first line that only one language has."""


def marked_language(text: str, *, weak: bool) -> str:
    """Return the language that the marks of ``text`` show, or nothing; ``weak`` says whether ordinary code counts."""
    for name, pattern in _MAGIC_COMMENTS:
        if pattern.match(text):
            return name
    found = _COMMENTS.match(text)
    start = found.end() if found else 0
    for name, pattern in STRONG:
        if pattern.match(text, start):
            return name
    if weak:
        for language in WEAK:
            if language.first.match(text, start) and language.second.search(text, start):
                return language.format
    return ""


_OPENINGS = ("/*", "<#", '"""', "'''", "=begin", "=pod")


def is_comment(text: str) -> bool:
    """Say whether a text is nothing but comments, or ends in one that is not closed."""
    found = _COMMENTS.match(text)
    end = found.end() if found else 0
    return end == len(text) or text.startswith(_OPENINGS, end)
