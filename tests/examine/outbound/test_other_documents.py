"""Style sheets, SVG and other XML, and scripts that are items of their own."""

from __future__ import annotations

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound, outbound_and_gaps, reached

U = f"https://{HOST}/a"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


@pytest.mark.parametrize(
    ("sheet", "via"),
    [
        (f"body {{ background: url({U}) }}", "url()"),
        (f"body {{ background: URL( '{U}' ) }}", "url()"),
        (f'@import "{U}";', "@import"),
        (f"@import url({U}) screen;", "@import"),
        (f"@charset \"utf-8\"; @IMPORT '{U}'", "@import"),
        (rf"body {{ background: \75rl({U}) }}", "url()"),
        (rf"body {{ background: \000055 RL({U}) }}", "url()"),
        (rf'@\69mport "{U}";', "@import"),
        ("body { background: url(https\\3a //x.example/a) }", "url()"),
        ("body { background: url('https:\\\n//x.example/a') }", "url()"),
        (f"body {{ background: image-set('a.png' 1x, '{U}' 2x) }}", "image-set()"),
        (f"body {{ background: -webkit-image-set(url({U}) 1x) }}", "url()"),
        (f"body::before {{ content: 'a\\'b /*' url({U}) }}", "url()"),
        (f"body {{ /* ' */ background: url({U}) }}", "url()"),
        (f"body {{ a: 'not closed\n background: url({U}) }}", "url()"),
        ("body { background: url(//x.example/a", "url()"),
    ],
)
def test_style_sheet_contacts(sheet: str, via: str) -> None:
    assert reached(sheet, "a.css") == {(HOST, "automatic", via)}


@pytest.mark.parametrize(
    "sheet",
    [
        "body { background: url(a.png) }",
        '@import "b.css";',
        f"/* url({U}) */",
        f"body::before {{ content: '{U}' }}",
        f"body::before {{ content: 'url({U})' }}",
        f"body {{ curl: my-url({U}) }}",
        "body { background: url(data:image/png;base64,AAAA) }",
        f"body {{ color: red }} a[href='{U}'] {{ color: blue }}",
        "",
    ],
)
def test_style_sheet_twins(sheet: str) -> None:
    assert outbound(sheet, "a.css") == []


def test_namespace_of_a_sheet_is_an_identifier() -> None:
    assert reached("@namespace svg url(http://www.w3.org/2000/svg);", "a.css") == {
        ("www.w3.org", "identifier", "@namespace")
    }


def test_conditions_end_with_their_blocks() -> None:
    sheet = (
        f"@media print {{ p {{ a: url({U}1) }} }}\n* {{ a: url({U}2) }}\n@font-face {{ src: url({U}3) }}\n"
        f"@supports (a: b) {{ @media all {{ body {{ a: url({U}4) }} }} }}\n}} body {{ a: url({U}5) }}\n"
        f"@media(min-width: 9px) {{ * {{ a: url({U}6) }} }} .c, .d {{ a: url({U}7) }} "
        f"@layer a {{ html {{ b: url({U}8) }} }}"
    )
    assert [(fact.url[-1], fact.reach, fact.condition, fact.line) for fact in outbound(sheet, "a.css")] == [
        ("1", "conditional", "@media print", 1),
        ("2", "automatic", "", 2),
        ("3", "conditional", "@font-face", 3),
        ("4", "conditional", "@supports (a: b)", 4),
        ("5", "automatic", "", 5),
        ("6", "conditional", "@media (min-width: 9px)", 6),
        ("7", "conditional", "selector .c, .d", 6),
        ("8", "automatic", "", 6),
    ]


def test_lines_of_a_sheet_hold_where_names_are_escaped() -> None:
    sheet = f"\\70 {{}}\n\\71\n{{}}\np {{ a: \\75\\72\\6c({U}) }}"
    assert [fact.line for fact in outbound(sheet, "a.css")] == [4]


@pytest.mark.parametrize(
    ("body", "via"),
    [
        (f'<image href="{U}"/>', "image[href]"),
        (f'<image xlink:href="{U}"/>', "image[xlink:href]"),
        (f'<script href="{U}"/>', "script[href]"),
        (f"<style>@import url({U});</style>", "style @import"),
        (f"<style><![CDATA[* {{ mask: url({U}) }}]]></style>", "style url()"),
        (f'<rect style="mask: url({U})"/>', "rect[style] url()"),
        (f'<foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="{U}"/></foreignObject>', "img[src]"),
        (f'<title/><image href="{U}"/>', "image[href]"),
    ],
)
def test_svg_contacts(body: str, via: str) -> None:
    assert reached(SVG.format(body), "a.svg") == {(HOST, "automatic", via)}
    assert reached(SVG.format(body), "unnamed") == {(HOST, "automatic", via)}


@pytest.mark.parametrize("body", [f"<text>{U}</text>", f"<!-- {U} -->", f"<desc>{U}</desc>", '<use href="#a"/>'])
def test_svg_twins(body: str) -> None:
    assert outbound(SVG.format(body), "a.svg") == []


def test_svg_links_and_scripts() -> None:
    body = f'<a xlink:href="{U}">x</a><script>load("{U}")</script><rect onclick="open(\'{U}\')"/>'
    assert reached(SVG.format(body), "a.svg") == {
        (HOST, "link", "a[xlink:href]"),
        (HOST, "string", "script"),
        (HOST, "interaction", "rect[onclick] window.open()"),
    }


def test_entities_prefixes_and_instructions_of_xml() -> None:
    document = (
        '<?xml version="1.0"?>\n<?xml-stylesheet href="https://s.example/"?>\n'
        '<!DOCTYPE s:svg SYSTEM "http://d.example/dtd" [<!ENTITY u "https://x.example/a">]>\n'
        '<s:svg xmlns:s="http://www.w3.org/2000/svg" xmlns:l="http://www.w3.org/1999/xlink">\n'
        '<s:image l:href="&u;"/></s:svg>'
    )
    assert [(fact.host, fact.reach, fact.via, fact.line) for fact in outbound(document, "a.svg")] == [
        ("s.example", "automatic", "xml-stylesheet", 2),
        ("d.example", "identifier", "doctype", 3),
        (HOST, "automatic", "image[xlink:href]", 5),
    ]


def test_xhtml_is_read_as_xml() -> None:
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="{U}"/></head></html>'
    assert reached(page, "a.xhtml") == {(HOST, "automatic", "script[src]")}
    assert reached(f'<?xml version="1.0"?>{page}', "unnamed") == {(HOST, "automatic", "script[src]")}


def test_broken_xml_is_a_gap_and_what_stands_before_it_counts() -> None:
    facts, gaps = outbound_and_gaps(f'<svg>\n<image href="{U}"/>\n<style>p {{ a: url({U}2) }}</svg>', "a.svg")
    assert [fact.line for fact in facts] == [2, 3]
    assert [(gap.reason, gap.detail) for gap in gaps] == [("corrupt", "XML, line 3: mismatched tag")]


def test_nested_entities_are_stopped() -> None:
    entities = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12))
    document = f'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">{entities}]><svg><style>&m;</style></svg>'
    _, gaps = outbound_and_gaps(document, "a.svg")
    assert [gap.reason for gap in gaps] == ["corrupt"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (f'f("{U}")', "string"),
        (f"f('{U}')", "string"),
        (f"f(`{U}/${{id}}`)", "string"),
        (r'load("https:\/\/x.example\/a")', "string"),
        (r'load("\x68ttps://x.example/a")', "string"),
        (r'load("\u0068\u{74}tps://x.example/a")', "string"),
        ('load("https:\\\n//x.example/a")', "string"),
        ('load("//x.example/a.js")', "string"),
        (r'load("\/\/x.example/a.js")', "string"),
        (f'var a = /["\']/; load("{U}")', "string"),
        (f'x = a / b; load("{U}"); y = c / d', "string"),
        (f"// see {U}\n", "text"),
        (f"/*! library {U} */ f()", "text"),
    ],
)
def test_script_strings(script: str, expected: str) -> None:
    assert reached(script, "a.js") == {(HOST, expected, "script")}


@pytest.mark.parametrize(
    "script",
    [
        'load("a/b.js")',
        "x = a // b\n",
        'x = "//"',
        'x = "// comment"',
        'u = "https://" + host',
        "x = 'http'",
        "r = /https?:/",
        "",
    ],
)
def test_script_twins(script: str) -> None:
    assert outbound(script, "a.mjs") == []


def test_script_with_a_host_that_is_not_constant_is_opaque() -> None:
    assert reached("fetch(`https://${host}/a`)", "a.js") == {("", "opaque", "fetch()")}


def test_lines_of_a_script() -> None:
    assert [fact.line for fact in outbound(f'a()\nb("{U}1")\n/*\n{U}2 */\n', "a.js")] == [2, 4]
