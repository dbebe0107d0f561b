"""Reads command lines: programs that reach another machine, with the URLs and hosts that they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.found import Reference
from gate.examine.outbound.hosts import is_host_name
from gate.examine.outbound.literals import network_path, urls_in
from gate.examine.outbound.unknown import UNKNOWN, settled
from gate.models import Reach

_URL_PROGRAMS = (
    "curl wget wget2 aria2c axel fetch lynx w3m links http https httpie xh httrack ftp lftp youtube-dl yt-dlp websocat "
    "git svn hg pip pip3 pipx uv conda npm npx yarn pnpm gem cargo go brew apt apt-get apt-key add-apt-repository yum "
    "dnf rpm zypper apk docker podman helm kubectl skopeo certutil bitsadmin mshta regsvr32 rundll32 msiexec hh "
    "start-bitstransfer invoke-webrequest invoke-restmethod iwr irm mpv ffmpeg vlc aws gsutil rclone "
    "composer install-module"
)
_HOST_PROGRAMS = (
    "nc ncat netcat socat telnet ssh scp sftp rsync ping ping6 traceroute nslookup dig host whois openssl "
    "mosquitto_pub mosquitto_sub mysql psql mongo mongosh redis-cli ldapsearch smbclient "
    "test-netconnection resolve-dnsname nmap"
)
_PROGRAM = re.compile(
    r"(?<![\w.\-/$@=])(?:[\w./\\:\-]{0,200}[/\\])?(?P<name>"
    + "|".join(re.escape(word) for word in sorted(f"{_URL_PROGRAMS} {_HOST_PROGRAMS}".split(), key=len, reverse=True))
    + r")(?:\.exe)?(?=[\s\"',\])]|\Z)",
    re.IGNORECASE,
)
_CERTAIN = (
    "curl wget wget2 aria2c nc ncat netcat telnet ssh scp sftp rsync invoke-webrequest invoke-restmethod iwr irm "
    "bitsadmin websocat start-bitstransfer"
)
"""Programs that reach another machine whenever they are run: without a constant host they are opaque."""
_ALWAYS = frozenset(_CERTAIN.split())
_OF_HOSTS = frozenset(_HOST_PROGRAMS.split())
_OF_BARE_URLS = frozenset({"curl", "wget", "docker", "podman", "skopeo", "http", "https"})
_NAMES = frozenset(f"{_URL_PROGRAMS} {_HOST_PROGRAMS}".split())
_NAME = re.compile(r"[a-z0-9_\-]+")
_DEVICE = re.compile(r"/dev/(?:tcp|udp)/([^/\s\"']{1,253})/")
_METHODS = re.compile(
    r"(?i)\b(?:DownloadString|DownloadFile|DownloadData|OpenRead|UploadString|UploadFile|UploadData|GetStringAsync"
    r"|GetAsync|PostAsync|TcpClient|UdpClient|XMLHTTP|WinHttpRequest|ServerXMLHTTP|WebClient|HttpWebRequest|WebRequest)\b"
)
"""What scripts of Windows reach another machine by, beside programs."""
_IS_RUN = re.compile(
    r"(?:\A|[|;&({`!\n]|\$\(|\b(?:then|do|else|exec|sudo|time|env|nohup|command|xargs|if|while|until|RUN|call|start|eval"
    r"|cmd(?:\.exe)? /c)\s+[\"']?)[\s@-]*\Z",
    re.IGNORECASE,
)
"""What stands before a program that a line runs, and does not only speak of."""
_CONNECTING = frozenset({"tcpclient", "udpclient", "webclient"})
_WORD = re.compile(r"[^\s\"'`|;&<>()]+")
_REMOTE_PLACE = re.compile(r"(?:[\w.\-]{1,64}@)?([A-Za-z0-9.\-]{1,253})(?::[^\s:]*)?")
_LONGEST = 16_384


def command_references(command: str, via: str, line: int, *, condition: str = "") -> Iterator[Reference]:
    """Yield what a command line contacts: URLs of programs that fetch, hosts of those that connect.

    Unknown parts of the line are written as :data:`~gate.examine.outbound.unknown.UNKNOWN`.
    """
    command = command[:_LONGEST]
    # Most lines have no word in them that could be the name of such a program; telling that costs little.
    likely = not _NAMES.isdisjoint(_NAME.findall(command.lower()))
    program = _PROGRAM.search(command) if likely else None
    method = _METHODS.search(command)
    for found in _DEVICE.finditer(command):
        yield from _reference(f"tcp://{found[1]}", "code", f"{via} (/dev/tcp)".strip(), line, condition)
    if program is None and method is None:
        return
    name = (program["name"] if program else method[0] if method else "").lower()
    place = f"{via} ({name})" if via else name
    known = False
    for raw in _targets(command, name, program.end() if program else 0):
        reference = next(_reference(raw, "code", place, line, condition))
        known = known or reference.reach != "opaque"
        yield reference
    if not known and (method or (name in _ALWAYS and program and _IS_RUN.search(command, 0, program.start()))):
        yield Reference(command.strip()[:80].replace(UNKNOWN, "*"), "opaque", place, line, condition)


def _reference(raw: str, reach: Reach, via: str, line: int, condition: str) -> Iterator[Reference]:
    url, unknown = settled(raw)
    yield Reference(url, "opaque" if unknown else reach, via, line, condition)


def _targets(command: str, name: str, end: int) -> Iterator[str]:
    urls = [url for _, url in urls_in(command)]
    yield from urls
    if urls:
        return
    words = [word[0] for word in _WORD.finditer(command, end)][:60]
    for word in words:
        if path := network_path(word):
            yield path
        elif "://" not in word and not word.startswith("-"):
            yield from _host_of_word(word, name)


def _host_of_word(word: str, name: str) -> Iterator[str]:
    """Yield what an argument names, if it is a host: ``user@host:path``, ``host/path`` of curl, or a bare host."""
    found = _REMOTE_PLACE.fullmatch(word)
    if found and is_host_name(found[1]) and (name in _OF_HOSTS or name in _CONNECTING or "@" in word):
        yield f"tcp://{found[1]}"
    elif name in _OF_BARE_URLS and is_host_name(word.partition("/")[0]):
        yield f"https://{word}"
