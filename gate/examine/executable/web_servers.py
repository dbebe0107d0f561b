"""What a web server runs that looks like a page or like settings.

Code of PHP and commands of server-side includes stand anywhere in a page; settings in the folder of a site hand files
of any name to an interpreter (Apache ``.htaccess``, PHP ``.user.ini``, IIS ``web.config``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.executable.content import Answer, Content, Family, Named, text_of
from gate.examine.executable.script_names import by_name, is_other_text, is_shared
from gate.models import Gap

LARGEST = 64 << 20
"""Largest page, in bytes, that is searched."""
_SETTINGS_BYTES = 4 << 20
_PAGES = frozenset({"html", "htm", "xhtml", "xht", "shtml", "shtm", "stm", "tpl", "svg"})
_MARKS = {
    "php": re.compile(rb"<\?php[\s/#;]", re.IGNORECASE),
    "ssi": re.compile(rb"<!--#\s{0,20}exec\s{1,20}c(?:md|gi)\s{0,20}(?==)", re.IGNORECASE),
}
_CODE = re.compile(rb"[;({=]")
"""What has to follow a mark where the name does not say that the text is a page: a sentence may quote the mark."""
_LINE = re.MULTILINE | re.IGNORECASE
_APACHE = re.compile(
    r"^[ \t]*+(?:"
    r"(?:Add|Set)Handler[ \t]++\"?(?!(?:none|default-handler|type-map)\b)\S"
    r"|(?:AddType|ForceType|SetType)[ \t]++\"?(?:application/x-httpd-|[a-z]+/x-php|text/x-server-parsed)"
    r"|Options\b(?:[ \t]++[-+]?\w++)*?[ \t]++\+?(?:ExecCGI|Includes|All)\b"
    r"|(?:Add|Set)OutputFilter(?:ByType)?[ \t]++\"?(?>(?:\w++;)*)INCLUDES\b|XBitHack[ \t]++(?:on|full)\b"
    r"|(?:Action|Script|FcgidWrapper|LuaMapHandler|WSGIScriptAlias|PassengerEnabled)[ \t]"
    r"|php_(?:admin_)?value[ \t]++\"?auto_(?:prepend|append)_file\b"
    r"|RewriteRule[ \t][^\n\[]{0,2000}\[[^\]\n]{0,400}\b(?:H(?:andler)?=|T(?:ype)?=application/x-httpd-)"
    r")",
    _LINE,
)
_PHP = re.compile(r"^[ \t]*+(?:auto_(?:prepend|append)_file|(?:zend_)?extension)[ \t]*+=[ \t]*+[^\s;]", _LINE)
_IIS = re.compile(
    r"\bscriptProcessor\s{0,20}=\s{0,20}[\"'][^\"']|<(?:aspNetCore|httpPlatform|fastCgi|isapiFilters)\b"
    r"|\bmodules\s{0,20}=\s{0,20}[\"'][^\"'<>]{0,200}(?:Cgi|Isapi)Module\b",
    re.IGNORECASE,
)
_SETTINGS = {b".htaccess": _APACHE, b".user.ini": _PHP, b"php.ini": _PHP, b"web.config": _IIS}


def code_in_page(content: Content) -> Iterator[Answer]:
    """Name code of PHP and commands of server-side includes in a page, or in a text whose name says nothing."""
    if not content.head or not _may_be_page(content):
        return
    if content.size > LARGEST:
        if content.suffix in _PAGES:
            yield Gap("too-large", f"page of more than {LARGEST} bytes: it is not searched for code of a server")
        return
    data = content.everything()
    for name, mark in _MARKS.items():
        found = None if name in content.told else mark.search(data)
        if found and (content.suffix in _PAGES or _CODE.search(data, found.end())):
            yield Named(name, "", ("by=code",))


def _may_be_page(content: Content) -> bool:
    if content.suffix in _PAGES:
        return True
    known = is_other_text(content.name) or (by_name(content.name) and not is_shared(content.name))
    return not known and content.text is not None


def web_settings(content: Content) -> Named | None:
    """Name settings of a web server that hand files to an interpreter, or put code before them."""
    pattern = _SETTINGS.get(content.name.rstrip(b". ").lower())
    if pattern is None:
        return None
    text = text_of(content.at(0, _SETTINGS_BYTES)).replace("\\\n", " ")
    return Named("web-handler", "", ("by=name",)) if pattern.search(text) else None


FAMILIES = (
    Family("script", tuple(_MARKS), code_in_page, by_name=True),
    Family("script", ("web-handler",), web_settings, by_name=True),
)
