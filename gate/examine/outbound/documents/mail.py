"""Reads the header fields of mails (RFC 5322): their bodies are items of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.literals import trimmed, urls_in
from gate.models import Reach

_HEADER_CHARACTERS = 1 << 20
_FIELD = re.compile(r"(?P<name>[!-9;-~]{1,76}):(?P<value>[^\n]*+(?>(?:\n[ \t][^\n]*+)*))")
_ADDRESS = re.compile(r"[\w.+\-=]{1,64}@([A-Za-z0-9.\-]{1,253})")
_RECEIPTS = frozenset({"disposition-notification-to", "return-receipt-to", "x-confirm-reading-to", "x-pmrqc"})
"""RFC 8098, and its forerunners: the program of the reader answers, most often after it has asked."""
_FOLLOWED: dict[str, tuple[Reach, str]] = {
    "list-unsubscribe": ("interaction", ""),
    "list-subscribe": ("link", ""),
    "list-help": ("link", ""),
    "list-archive": ("link", ""),
    "list-owner": ("link", ""),
    "list-post": ("link", ""),
    "bimi-location": ("conditional", "programs that show the sender's sign"),
    "face-url": ("conditional", "programs that show the sender's picture"),
    "x-image-url": ("conditional", "programs that show the sender's picture"),
    "content-base": ("identifier", ""),
    "content-location": ("identifier", ""),
}
_EXTERNAL = re.compile(r"message/external-body", re.IGNORECASE)
_EXTERNAL_SITE = re.compile(r"\bsite\s*=\s*\"?([A-Za-z0-9.\-]{1,253})", re.IGNORECASE)


def read_mail_header(text: str, lines: Lines) -> Iterator[Found]:
    """Yield what the header of a mail, and those of parts with their content elsewhere, make its reader contact."""
    end = re.search(r"\n[ \t]*\n", text[:_HEADER_CHARACTERS])
    header = text[: end.start() if end else _HEADER_CHARACTERS]
    for found in _FIELD.finditer(header):
        yield from _field(found["name"].lower(), found["value"], lines.at(found.start()))
    for found in _EXTERNAL.finditer(text):
        yield from _external(text[found.end() : found.end() + 2000], lines.at(found.start()))


def _field(name: str, value: str, line: int) -> Iterator[Reference]:
    unfolded = re.sub(r"\n[ \t]+", "", value)
    if name in _RECEIPTS:
        for address in _ADDRESS.finditer(unfolded[:10_000]):
            yield Reference(f"smtp://{address[1]}", "conditional", name, line, "a receipt is sent")
        return
    reach, condition = _FOLLOWED.get(name, ("text", ""))
    for _, url in urls_in(unfolded):
        yield Reference(trimmed(url), reach, name, line, condition)


def _external(parameters: str, line: int) -> Iterator[Reference]:
    """Yield where a part whose content is elsewhere is fetched from (RFC 2046 5.2.3, RFC 2017)."""
    head = re.split(r"\n[ \t]*\n", parameters, maxsplit=1)[0]
    for _, url in urls_in(re.sub(r"\n[ \t]+", "", head)):
        yield Reference(url, "automatic", "message/external-body", line)
    site = _EXTERNAL_SITE.search(head)
    if site:
        yield Reference(f"ftp://{site[1]}/", "automatic", "message/external-body", line)
