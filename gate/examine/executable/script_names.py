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
    "batch": "bat cmd btm",
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
    "perl": "pl pm plx",
    "php": "php php3 php4 php5 php7 php8 phps pht phtml phar ctp inc",
    "powershell": "ps1 psm1 ps1xml psc1 pssc cdxml",
    "python": "py pyw py3 wsgi tac ipy xsh rpy",
    "r": "r rprofile",
    "ruby": "rb rbw rake gemspec ru podspec thor erb rjs",
    "sct": "sct wsc",
    "shell": "sh bash zsh ksh csh tcsh fish dash ash mksh command bashrc zshrc profile bash_profile bash_login "
    "bash_logout bash_aliases zprofile zshenv zlogin cshrc login kshrc envrc xinitrc xsession ebuild eclass csh bats",
    "tcl": "tcl tk itcl",
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
LINE_BY_LINE = frozenset({"batch", "shell"})
"""Formats whose interpreter reads one line at a time, and reports those that it does not understand and goes on."""
_SHARED = frozenset({"asa", "exp", "inc", "login", "master", "profile", "ru", "svc", "ws"})
"""Suffixes of which scripts are only one use: what has them has to look like code."""
_OTHER = (
    "ac adoc am asm astro bazel bib bzl c cabal cc cfg clj cmake conf cpp cs css csv cxx d dart desktop diff"
    " dtd ejs elm eml erl ex f f90 fs fsi fsx go gradle graphql h hbs hcl hh hpp hrl hs htm html hxx ics idl in inl"
    " ini ipynb ispc j2 java jinja jinja2 json json5 jsonl kt la ldif less lisp lock log m m4 map mako markdown"
    " mbox md mdx mk ml mli mm mod mustache nim ninja nix org pas patch pc po pod pot pri pro properties proto"
    " psd1 pxd pxi pyi pyx qml rbs rs rst rtf s sass sbt scala scm scss service sql srt styl sum svelte svg swift tex"
    " texi tf tmpl toml tpl tsv txt ui v vb vcf vhd vtt vue xht xhtml xml xsd xsl xslt yaml yml zig"
)
_OTHER_SUFFIXES = frozenset(_OTHER.split())
_WITHOUT_SUFFIX = (
    "makefile gnumakefile dockerfile containerfile kconfig kbuild license licence copying notice readme changelog"
    " changes news authors install todo contributors metadata record manifest control copyright"
)
_OTHER_NAMES = frozenset(_WITHOUT_SUFFIX.split())
"""Names of texts that are no script whatever their first lines look like: sources, documents, builds, data."""


def suffix_of(name: bytes) -> str:
    """Return what stands behind the last dot of a name, in lower case; of ``.bashrc`` that is ``bashrc``.

    Blanks and dots at the end do not count, as Windows drops them.
    """
    return name.rstrip(b". ").rpartition(b".")[2].decode("ascii", "replace").lower() if b"." in name else ""


def by_name(name: bytes) -> str:
    """Return the format of a script with such a name, or nothing."""
    lower = _lower(name)
    if lower.endswith(_DECLARATIONS):
        return ""
    return _BY_SUFFIX.get(suffix_of(name), "") or _BY_NAME.get(lower, "")


def is_served_inside(name: bytes) -> bool:
    """Say whether a suffix of PHP stands before the last one, as in ``a.php.jpg``.

    Web servers that were told of PHP by suffix alone take any of a name's suffixes (Apache, mod_mime, "Files with
    Multiple Extensions").
    """
    return any(_BY_SUFFIX.get(part, "") == "php" for part in _lower(name).split(".")[1:-1] if part not in _SHARED)


def is_shared(name: bytes) -> bool:
    """Say whether others than scripts have such a name too."""
    return suffix_of(name) in _SHARED


def is_other_text(name: bytes) -> bool:
    """Say whether the name is that of a source, document or data, for which a few lines of code prove nothing."""
    lower = _lower(name)
    return suffix_of(name) in _OTHER_SUFFIXES or lower in _OTHER_NAMES or lower.endswith(_DECLARATIONS)


def _lower(name: bytes) -> str:
    return name.rstrip(b". ").lower().decode("ascii", "replace")


FORMATS = tuple(_SUFFIXES)
"""Every format that a name can decide."""
