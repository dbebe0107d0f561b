"""URLs in texts that have an end of their own: string literals, constants of programs, fields of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.hosts import is_host_name

_SCHEMES = (
    r"https?|wss?|ftps?|sftp|tftp|ldaps?|mqtts?|amqps?|coaps?|tcp|udp|tls|ssl|ssh|git(?:\+https?|\+ssh)?|svn|rtmps?|rtsp"
    r"|smb|socks[45]?h?|stratum\+(?:tcp|ssl)|mongodb(?:\+srv)?|postgres(?:ql)?|mysql|mariadb|sqlserver|rediss?|nats|kafka"
    r"|rmi|iiop|dns|ajp|fcgi|scgi|uwsgi|ipps?|cifs|davs?"
    r"|ircs?|gopher|telnet|smtps?|imaps?|pop3s?|stuns?|turns?|grpcs?|nfs|afp|rsync|dict|file|webcal"
)
_MARK = re.compile(r":(?:\\?/){2}")
_SCHEME = re.compile(rf"(?<![A-Za-z0-9+.\-])(?:{_SCHEMES})\Z", re.IGNORECASE)
_LONGEST_SCHEME = 16
_REST = re.compile(r"(?>(?:[^\s\"'`<>\\^|\x00-\x1f\x7f-\x9f]{1,4096}|\\/){1,512})")
_TRAILING = ".,;:!?)]}*、。"
_UNC = re.compile(r"(?:\\\\|//)(?P<host>[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*)(?P<port>@(?:SSL|[0-9]{1,5}))?[\\/]")
_SHARE = re.compile(r"(?<![\\\w])\\{2,4}(?P<host>[A-Za-z0-9][A-Za-z0-9.\-]{2,252})(?:@(?:SSL|[0-9]{1,5}))?\\{1,2}[\w$]")
_EMPTY_SCHEME = re.compile(r"(?i)file:/{4,}")


def urls_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield the place and the text of each URL in ``text`` that names its scheme."""
    yield from shares_in(text)
    end = 0
    # What all URLs have in them is looked for first: far faster than to try each scheme in each place.
    for mark in _MARK.finditer(text):
        if mark.start() < end or not text[mark.start() - 1 : mark.start()].isalnum():
            continue  # within another URL, or behind no scheme
        scheme = _SCHEME.search(text, max(0, mark.start() - _LONGEST_SCHEME), mark.start())
        rest = _REST.match(text, mark.end()) if scheme else None
        if scheme and rest:
            end = rest.end()
            yield scheme.start(), trimmed(text[scheme.start() : end].replace("\\/", "/"))


def shares_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield the place of each path on another machine, and its host as a URL; backslashes may be escaped."""
    if "\\\\" in text:
        for found in _SHARE.finditer(text):
            if is_host_name(found["host"]):
                yield found.start(), f"smb://{found['host']}/"


def trimmed(url: str) -> str:
    """Return a URL without the punctuation of the sentence in which it stands; closing brackets stay if opened."""
    end = len(url)
    while end and url[end - 1] in _TRAILING:
        last = url[end - 1]
        opening = {")": "(", "]": "[", "}": "{"}.get(last)
        if opening and url.count(opening, 0, end) >= url.count(last, 0, end):
            break
        end -= 1
    return url[:end]


def network_path(text: str) -> str:
    r"""Return the host of a path on another machine (``\\host\share``, ``file:////host``) as a URL, or nothing."""
    found = _UNC.match(_EMPTY_SCHEME.sub("//", text.strip()[:1024], count=1))
    return f"smb://{found['host']}/" if found else ""
