"""Which language a text is in, by its name or its first line."""

from __future__ import annotations

import re

_SUFFIXES = {
    "python": "py pyw pyi pyx pxd pxi wsgi gyp gypi bzl star",
    "c": "c h cc cpp cxx c++ hpp hh hxx m mm cu cl glsl ino idl y l proto thrift v sv zig d",
    "rust": "rs",
    "go": "go",
    "java": "java kt kts scala groovy gradle aidl smali clj",
    "csharp": "cs csx fs",
    "swift": "swift dart",
    "php": "php php3 php4 php5 php7 phtml inc",
    "ruby": "rb rake gemspec ru podspec erb cr ex exs",
    "perl": "pl pm t cgi",
    "r": "r rmd jl nim",
    "lua": "lua",
    "sql": "sql ddl psql plsql",
    "basic": "vb vbs bas cls frm vba vbe",
    "shell": "sh bash zsh ksh fish csh command mk mak cmake am ac m4 ebuild eclass install postinst prerm",
    "powershell": "ps1 psm1 psd1",
    "batch": "bat cmd",
    "docker": "dockerfile containerfile",
    "settings": (
        "yml yaml toml ini cfg conf config properties env lock gitmodules npmrc service socket timer desktop url "
        "webloc reg list repo tf tfvars hcl plist nix bp csv tsv json5 jsonc edn rules "
        "sources policy spec target pc la cnf"
    ),
    "prose": (
        "txt text md markdown rst adoc asciidoc log po pot pod tex "
        "bib org man mdown textile 1 2 3 4 5 6 7 8 9 3pm diff "
        "patch changes license licence notice copyright"
    ),
}
"""Language or kind of text -> suffixes of names."""
_NAMES = {
    "docker": "dockerfile containerfile",
    "shell": "makefile gnumakefile configure pkgbuild apkbuild postinst preinst prerm postrm config.guess config.sub",
    "ruby": "rakefile gemfile vagrantfile podfile brewfile fastfile guardfile",
    "java": "jenkinsfile",
    "python": "sconstruct sconscript snapcraft wscript",
    "settings": "crontab pipfile procfile pyproject requirements constraints sources control rules watch",
    "prose": (
        "readme license licence copying notice authors contributors changelog changes news thanks todo install "
        "metadata pkg-info copyright history maintainers credits patents security record wheel top_level "
        "contributing code_of_conduct about faq upgrading releasing hacking"
    ),
}
_PACKAGES = (
    "pyproject.toml cargo.toml setup.cfg control composer.lock pubspec.yaml meta.yaml galaxy.yml chart.yaml antora.yml "
    "mkdocs.yml description"
)
"""Files that describe a package: what they say of its home page is for people."""
_PACKAGE_FILES = frozenset(_PACKAGES.split())
_BY_SUFFIX = {suffix: language for language, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_BY_NAME = {name: language for language, names in _NAMES.items() for name in names.split()}
_SHEBANG = re.compile(r"#!\s*(?:\S*/)?(?P<program>[\w+.\-]+)(?=\s|\Z)(?:\s+(?:-S\s+)?(?P<argument>[\w+.\-/]+))?")
_PROGRAMS = {
    "python": "python pypy", "perl": "perl", "ruby": "ruby jruby", "php": "php", "lua": "lua luajit texlua",
    "r": "rscript", "shell": "sh bash dash zsh ksh ash fish csh tcsh busybox make awk gawk tclsh expect openrc-run",
    "powershell": "pwsh powershell", "script": "node nodejs deno bun", "java": "groovy scala kotlin jshell",
    "swift": "swift dart", "go": "go", "rust": "rust-script cargo",
}  # fmt: skip  # one program a line would be a page
_BY_PROGRAM = {program: language for language, programs in _PROGRAMS.items() for program in programs.split()}


def language_of(name: bytes, start: str) -> str:
    """Return the language of a text from its name and first characters; ``""`` where neither tells.

    A first line that names an interpreter counts for more than the name: it is what the system goes by.
    """
    shebang = _SHEBANG.match(start)
    if shebang:
        program = shebang["argument"] if shebang["program"] == "env" and shebang["argument"] else shebang["program"]
        known = _BY_PROGRAM.get(program.rpartition("/")[2].rstrip("0123456789.").lower())
        if known:
            return known
    lower = name.decode("utf-8", "replace").lower()
    stem, dot, suffix = lower.rpartition(".")
    by_name = _BY_NAME.get(lower) or _BY_NAME.get(stem if dot else lower) or _BY_NAME.get(lower.partition(".")[0])
    if dot and suffix in _BY_SUFFIX:
        kind = _BY_SUFFIX[suffix]
        return by_name if kind == "prose" and by_name == "settings" and by_name else kind
    if by_name:
        return by_name
    return "prose" if start.startswith(('.\\"', ".TH ", "'\\\"")) else ""


def describes_package(name: bytes) -> bool:
    """Say whether a file by its name describes a package."""
    return name.decode("utf-8", "replace").lower() in _PACKAGE_FILES
