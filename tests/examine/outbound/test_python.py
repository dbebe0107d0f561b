"""Python: calls that reach other machines, constants behind them, and strings that nothing is told."""

from __future__ import annotations

import time

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound, outbound_and_gaps

U = f"https://{HOST}/a"

CONTACTS = {
    "requests": f"import requests\nrequests.get('{U}')",
    "function under another name": f"import requests as r\ng = r.get\ng('{U}')",
    "joined list of a name": f"import requests\np = ['https', '://', '{HOST}', '/a']\nrequests.get(''.join(p))",
    "keyword": f"import requests\nrequests.request('GET', url='{U}')",
    "other name": f"from requests import get as g\ng('{U}')",
    "module under another name": f"import urllib.request as r\nr.urlopen('{U}')",
    "session": f"import requests\ns = requests.Session()\ns.get('{U}')",
    "session of an object": "import httpx\nclass A:\n  def __init__(self):\n    self.c = httpx.Client()\n"
    f"  def f(self):\n    self.c.post('{U}')",
    "with": f"import aiohttp\nasync def f():\n  async with aiohttp.ClientSession() as s:\n    await s.get('{U}')",
    "annotated": f"import httpx\ndef f(c: httpx.Client):\n  c.get('{U}')",
    "concatenation": f"import requests\nrequests.get('https://' + '{HOST}' + '/a')",
    "f-string": f"import requests\nH = '{HOST}'\nrequests.get(f'https://{{H}}/a')",
    "percent": f"import requests\nrequests.get('https://%s/%s' % ('{HOST}', 'a'))",
    "percent with names": f"import requests\nrequests.get('https://%(h)s/a' % {{'h': '{HOST}'}})",
    "format": f"import requests\nrequests.get('https://{{}}/{{}}'.format('{HOST}', 'a'))",
    "format with names": f"import requests\nrequests.get('https://{{h}}/a'.format(h='{HOST}'))",
    "join": f"import requests\nrequests.get('/'.join(['https:', '', '{HOST}', 'a']))",
    "default": f"import requests\ndef f(url='{U}'):\n  requests.get(url)",
    "keyword default": f"import requests\ndef f(*, url='{U}'):\n  requests.get(url)",
    "passed on": f"import requests\ndef f(url):\n  requests.get(url)\nf('{U}')",
    "passed on to a method": f"import requests\nclass A:\n  def f(self, url):\n    requests.get(url)\nA().f('{U}')",
    "variable": f"import requests\nu = '{U}'\nrequests.get(u)",
    "attribute": f"import requests\nclass C:\n  URL = '{U}'\nrequests.get(C.URL)",
    "dictionary": f"import requests\nC = {{'url': '{U}'}}\nrequests.get(C['url'])",
    "added": f"import requests\nu = 'https://{HOST}'\nu += '/a'\nrequests.get(u)",
    "either": f"import requests\nrequests.get('{U}' if x else None)",
    "default of the environment": f"import os, requests\nrequests.get(os.environ.get('U', '{U}'))",
    "loop": f"import requests\nfor u in ['{U}']:\n  requests.get(u)",
    "urljoin": f"import requests\nfrom urllib.parse import urljoin\nrequests.get(urljoin('https://{HOST}', 'a'))",
    "base64": "import base64, requests\nrequests.get(base64.b64decode('aHR0cHM6Ly94LmV4YW1wbGUvYQ==').decode())",
    "reversed": f"import requests\nrequests.get('{U[::-1]}'[::-1])",
    "characters": f"import requests\nrequests.get(''.join(map(chr, {list(map(ord, U))})))",
    "hexadecimal": f"import requests\nrequests.get(bytes.fromhex('{U.encode().hex()}').decode())",
    "request of an unknown object": f"client.get('{U}')",
    "request object": f"import urllib.request as r\nr.urlopen(r.Request('{U}'))",
    "socket": f"import socket\ns = socket.socket()\ns.connect(('{HOST}', 443))",
    "create_connection": f"import socket\nsocket.create_connection(('{HOST}', 443))",
    "http.client": f"import http.client\nhttp.client.HTTPSConnection('{HOST}')",
    "ftplib": f"import ftplib\nftplib.FTP('{HOST}')",
    "smtplib": f"import smtplib\nsmtplib.SMTP('{HOST}', 25)",
    "asyncio": f"import asyncio\nasync def f():\n  await asyncio.open_connection('{HOST}', 1)",
    "websockets": f"import websockets\nwebsockets.connect('wss://{HOST}/a')",
    "paramiko": f"import paramiko\nc = paramiko.SSHClient()\nc.connect('{HOST}')",
    "boto": f"import boto3\nboto3.client('s3', endpoint_url='{U}')",
    "subprocess": f"import subprocess\nsubprocess.run(['curl', '-s', '{U}'])",
    "shell": f"import os\nos.system('curl -s {U} | sh')",
    "with an unknown path": f"import requests\nrequests.get(f'https://{HOST}/{{x}}')",
}


@pytest.mark.parametrize("name", CONTACTS)
def test_calls_contact_by_code(name: str) -> None:
    facts = outbound(CONTACTS[name], "m.py")
    assert {(fact.host, fact.reach) for fact in facts} == {(HOST, "code")}
    lines = CONTACTS[name].splitlines()
    assert {fact.line for fact in facts} <= set(range(1, len(lines) + 1))


OPAQUE = [
    "import requests\nrequests.get(url)",
    "import requests\nrequests.get(f'https://{host}/a')",
    "import socket\ns = socket.socket()\ns.connect((host, 1))",
    "import requests\ndef f(url):\n  requests.get(url)",
    "import boto3\nboto3.client('s3')",
    "import os\nos.system('curl ' + url)",
    "import requests\nrequests.get(eval(x))",
]


@pytest.mark.parametrize("source", OPAQUE)
def test_calls_without_a_constant_host_are_opaque(source: str) -> None:
    assert {(fact.host, fact.reach) for fact in outbound(source, "m.py")} == {("", "opaque")}


TWINS = [
    "import os\nos.environ.get('HOME', 'x')",
    "x = {}\nx.get('name')",
    "import os\nos.environ.get('HOME')",
    "import subprocess\nsubprocess.run(['ls', '-l'])",
    "import os.path\nos.path.join('a', 'b')",
    "o.id = 'main.js'\nprint('com.example.app')",
    "import requests\n",
    "cursor.get(key)\nqueue.get()",
    "",
]


@pytest.mark.parametrize("source", TWINS)
def test_twins(source: str) -> None:
    assert outbound(source, "m.py") == []


def test_other_strings_docstrings_and_comments() -> None:
    source = f'"""See https://doc.example/."""\nX = "{U}"  # https://comment.example/b\nY = f"{U}/{{X}}"\n'
    found = {(fact.host, fact.reach, fact.line) for fact in outbound(source, "m.py")}
    assert found == {
        ("doc.example", "text", 1),
        (HOST, "string", 2),
        ("comment.example", "text", 2),
        (HOST, "string", 3),
    }


@pytest.mark.parametrize(
    "source",
    [f"API_HOST = '{HOST}:443'", f"C = {{'host': '{HOST}'}}", f"connect(server='{HOST}')", f"o.host = '{HOST}'"],
)
def test_hosts_that_names_announce_are_strings(source: str) -> None:
    assert {(fact.host, fact.reach) for fact in outbound(source, "m.py")} == {(HOST, "string")}


def test_paths_on_other_machines() -> None:
    for source in (rf"open(r'\\{HOST}\s\a')", rf"open('\\\\{HOST}\\s\\a')"):
        assert {(fact.host, fact.reach) for fact in outbound(source, "m.py")} == {(HOST, "code")}
        named = source.replace("open(", "x = (")
        assert {(fact.host, fact.reach) for fact in outbound(named, "m.py")} == {(HOST, "string")}
    assert outbound(r"re.compile(r'\\.\\w\\main.js')", "m.py") == []


def test_other_names_announce_no_hosts() -> None:
    assert outbound(f"name = '{HOST}'\nhost = 'main.js'\nC = {{'host': 'app'}}\nhost = o.id", "m.py") == []


def test_a_default_of_the_environment_is_a_string() -> None:
    assert [fact.reach for fact in outbound(f"import os\nX = os.environ.get('X', '{U}')", "m.py")] == ["string"]


def test_pages_shown_are_interaction() -> None:
    [fact] = outbound(f"import webbrowser\nwebbrowser.open('{U}')", "m.py")
    assert fact.reach == "interaction"


def test_what_is_told_to_a_call_is_no_string_beside() -> None:
    facts = outbound(f"import requests\nU = '{U}'\nrequests.get(U)\nprint('{U}')", "m.py")
    assert [(fact.reach, fact.line) for fact in facts] == [("code", 3)]


def test_python_of_another_version_is_read_by_tokens() -> None:
    facts = outbound(f'print "old"\nimport urllib2\nurllib2.urlopen("{U}")\n# https://comment.example/\n', "m.py")
    assert {(fact.host, fact.reach) for fact in facts} == {(HOST, "code"), ("comment.example", "text")}


def test_shebang_tells_python() -> None:
    [fact] = outbound(f"#!/usr/bin/env python3\nimport requests\nrequests.get('{U}')\n", "tool")
    assert fact.reach == "code"


HOSTILE = {
    "sums": "x = " + "+".join(["'a'"] * 100_000),
    "brackets": "x = " + "(" * 100_000,
    "attributes": "x" + ".a" * 50_000,
    "calls": "requests.get(" * 90 + ")" * 90,
    "values of values": "".join(f"a{i} = f'{{a{i + 1}}}{{a{i + 1}}}{{a{i + 1}}}'\n" for i in range(500))
    + "a500 = 'https://x.example'\n",
    "itself": "a = a + a + a\nimport requests\nrequests.get(a)\n",
    "braces": "x = '" + "{}" * 100_000 + "'.format(" + "1," * 1000 + ")",
    "comments": "# https://x.example/a\n" * 50_000,
    "strings": "x = ['https://x.example/a']\n" * 50_000,
    "escapes": "x = '\\d'\n" * 1000,
    "zero": "x = 1\n\0\n",
    "decorators": "@a\n" * 20_000 + "def f(): pass\n",
    "else if": "if a: pass\n" + "elif a: pass\n" * 3_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_modules_end_soon(name: str) -> None:
    started = time.process_time()
    outbound_and_gaps(HOSTILE[name], "m.py")
    assert time.process_time() - started < 30
