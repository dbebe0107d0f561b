"""What a name says of a text: the language in which it is run as it stands.

A name decides only for content that reads as text, and only for languages that an interpreter takes as they stand:
sources that have to be compiled first (C, Java, Go …) and descriptions of a build that a person has to start
(Makefiles, CMake, Gradle …) are no programs yet.  Declarations without code (``.pyi``, ``.d.ts``) and PowerShell data
(``.psd1``) are none either.
"""

from __future__ import annotations

_SUFFIXES = {
    "applescript-source": "applescript scpt jxa",
    "asp": "asp aspx asax ascx ashx asmx asa cshtml vbhtml svc master",
    "autohotkey": "ahk",
    "autoit": "au3",
    "awk": "awk gawk",
    "batch": "bat cmd nt btm",
    "cgi": "cgi fcgi",
    "coffeescript": "coffee litcoffee",
    "coldfusion": "cfm cfc cfml",
    "elixir-script": "exs",
    "emacs-lisp": "el",
    "expect": "exp",
    "groovy": "groovy gvy gsh",
    "hta": "hta htc",
    "javascript": "js mjs cjs jsx es6 jsm",
    "jscript": "jse wsh",
    "jsp": "jsp jspx jspf jsw jsv",
    "julia": "jl",
    "kotlin-script": "kts",
    "lua-source": "lua nse wlua",
    "nushell": "nu",
    "perl": "pl pm plx al ph",
    "php": "php php3 php4 php5 php7 php8 phps pht phtml phar ctp inc",
    "powershell": "ps1 psm1 ps1xml psc1 pssc cdxml",
    "python": "py pyw py3 wsgi tac ipy xsh rpy",
    "r": "r rprofile",
    "ruby": "rb rbw rake gemspec ru podspec thor erb rjs",
    "sct": "sct wsc",
    "shell": "sh bash zsh ksh csh tcsh fish dash ash mksh command bashrc zshrc profile bash_profile bash_login "
    "bash_logout bash_aliases zprofile zshenv zlogin cshrc login kshrc envrc xinitrc xsession ebuild eclass csh bats",
    "tcl": "tcl tk itcl tm",
    "typescript": "ts tsx mts cts",
    "vbs": "vbs vbe vbscript",
    "vim-script": "vim vimrc",
    "wsf": "wsf ws",
}
"""Format -> suffixes."""
_NAMES = {
    "ruby": "rakefile gemfile vagrantfile podfile fastfile capfile guardfile berksfile brewfile",
    "groovy": "jenkinsfile",
    "python": "sconstruct sconscript wscript",
    "shell": "pkgbuild apkbuild",
    "vim-script": "_vimrc",
}
"""Format -> whole names of files without a suffix."""
_BY_SUFFIX = {suffix: name for name, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_BY_NAME = {whole: name for name, wholes in _NAMES.items() for whole in wholes.split()}
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
SERVED = frozenset({"asp", "cgi", "coldfusion", "hta", "jsp", "php"})
"""Formats whose interpreter takes whatever stands around the code, pictures too: with these names all content is run.

A suffix that others use as well (``.inc``) needs text all the same.
"""
_SHARED = frozenset("al asa bb exp inc login master nt ph profile r ru svc tm ts ws".split())
"""Suffixes of which scripts are only one use: what has them has to look like code."""
_SOURCES = frozenset(
    "c h cc cpp cxx hpp hh hxx inl java kt go rs cs fs fsx vb swift scala m mm d dart zig nim hs ml mli pas f f90 asm s"
    " pyi pyx pxd psd1 md markdown rst adoc tex texi html htm xhtml xht css scss sass less styl json jsonl json5 xml xsl xslt xsd"
    " svg yml yaml toml ini cfg conf properties po pot csv tsv log sql proto graphql lock patch diff ipynb vue svelte"
    " map mk cmake am ac m4 in gradle bazel bzl ninja sbt erl hrl ex clj lisp scm pro pri qml ui desktop service rtf eml"
    " mbox srt vtt ics vcf tmpl tpl j2 jinja jinja2 mustache hbs ejs sum mod txt"
    .split()
)
"""Suffixes of text that is no script whatever its first lines look like: sources, documents, data."""


def suffix_of(name: bytes) -> str:
    """Return what stands behind the last dot of a name, in lower case; of ``.bashrc`` that is ``bashrc``.

    Blanks and dots at the end do not count, as Windows drops them.
    """
    return name.rstrip(b". ").rpartition(b".")[2].decode("ascii", "replace").lower() if b"." in name else ""


def by_name(name: bytes) -> str:
    """Return the format of a script with such a name, or nothing."""
    lower = name.rstrip(b". ").lower().decode("ascii", "replace")
    if lower.endswith(_DECLARATIONS):
        return ""
    return _BY_SUFFIX.get(suffix_of(name), "") or _BY_NAME.get(lower, "")


def is_shared(name: bytes) -> bool:
    """Say whether others than scripts have such a name too."""
    return suffix_of(name) in _SHARED


def is_other_text(name: bytes) -> bool:
    """Say whether the name is that of a source, document or data, for which a few lines of code prove nothing."""
    return suffix_of(name) in _SOURCES


FORMATS = tuple(_SUFFIXES)
"""Every format that a name can decide."""
