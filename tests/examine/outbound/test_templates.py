"""Templates of many languages: read as the page that they become, with the strings of their code."""

from __future__ import annotations

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound, reached

U = f"https://{HOST}/a"

PAGES = {
    "php": ("a.php", f'<?php include "head.php"; if ($a > 1) {{ ?><img src="{U}"><?php }} ?>'),
    "php attribute": ("a.php", f'<img <?php if ($a->b) echo "x"; ?> src="{U}">'),
    "php short": ("a.phtml", f'<p title="<?= $a["b"] ?>"><img src="{U}"></p>'),
    "jsp": ("a.jsp", f'<%@ page import="a.b" %><c:if test="${{a > 1}}"><img src="{U}"></c:if>'),
    "asp": ("a.aspx", f'<asp:Label Text=\'<%# Eval("a>b") %>\' /><img src="{U}">'),
    "erb": ("a.html.erb", f'<% if a > 1 %><img src="{U}"><% end %>'),
    "ejs": ("a.ejs", f'<%- include("head") %><img src="{U}">'),
    "jinja": ("a.j2", f'{{% if a > "b" %}}<img class="{{{{ c["d"] }}}}" src="{U}">{{% endif %}}'),
    "twig": ("a.twig", f'{{# comment #}}<img src="{U}">'),
    "handlebars": ("a.hbs", f'{{{{#if a}}}}<img alt="{{{{b "c"}}}}" src="{U}">{{{{/if}}}}'),
    "blade": ("a.blade.php", f'@if($a)<img title="{{!! $b["c"] !!}}" src="{U}">@endif'),
    "freemarker": ("a.ftl", f'<#if a??><img alt="${{b["c"]}}" src="{U}"></#if>'),
    "vue": ("a.vue", f'<template>\n<img :alt="b" src="{U}">\n</template>\n<script>export default {{}}</script>'),
    "svelte": ("a.svelte", f'<script>let a = 1</script>\n<img alt={{a}} src="{U}">'),
    "razor": ("a.cshtml", f'@{{ var a = "b"; }}<img alt="@a" src="{U}">'),
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_read_through_the_code(name: str) -> None:
    item, page = PAGES[name]
    assert reached(page, item) == {(HOST, "automatic", "img[src]")}


@pytest.mark.parametrize("name", PAGES)
def test_own_place_is_none(name: str) -> None:
    item, page = PAGES[name]
    assert outbound(page.replace(U, "own/a"), item) == []


@pytest.mark.parametrize(
    ("item", "page"),
    [
        ("a.php", '<img src="https://<?= $host ?>/a">'),
        ("a.php", "<img src='https://<?php echo $a['b'] ?>/a'>"),
        ("a.erb", '<img src="https://<%= a["b"] %>/a">'),
        ("a.j2", '<img src="https://{{ a["b"] }}/a">'),
        ("a.jsp", '<img src="https://${a}.example/a">'),
    ],
)
def test_host_made_by_code_is_opaque(item: str, page: str) -> None:
    assert reached(page, item) == {("", "opaque", "img[src]")}


@pytest.mark.parametrize(
    ("item", "page", "reach"),
    [
        ("a.php", f'<?php $a = "{U}"; ?>', "string"),
        ("a.php", f"<?php $a = '{U}'; // open", "string"),
        ("a.php", "<?php $a = '//x.example/a.js'; ?>", "string"),
        ("a.php", f"<?php // see {U}\n $a = 1; ?>", "text"),
        ("a.php", f"<?php /* it's\n {U} */ ?>", "text"),
        ("a.jsp", f'<% String a = "{U}"; %>', "string"),
        ("a.erb", f'<%= image_tag "{U}" %>', "string"),
        ("a.j2", f'{{% set a = "{U}" %}}', "string"),
        ("a.j2", f'<script src="{{{{ a or "{U}" }}}}"></script>', "string"),
        ("a.j2", f'<img src="{{% if a %}}{U}{{% else %}}b.png{{% endif %}}">', "string"),
    ],
)
def test_strings_of_code(item: str, page: str, reach: str) -> None:
    assert (HOST, reach) in {(fact.host, fact.reach) for fact in outbound(page, item)}


@pytest.mark.parametrize(
    ("item", "page"),
    [
        ("a.php", "<?php $a = 'b/c'; // d\n $e = $f // $g;"),
        ("a.erb", '<%= link_to "a", b_path %>'),
        ("a.j2", "{{ a // b }}"),
    ],
)
def test_code_that_leads_nowhere(item: str, page: str) -> None:
    assert outbound(page, item) == []


def test_bindings_of_components_are_script() -> None:
    page = f"<template>\n<img :src=\"'{U}'\" @click=\"load('{U}2')\">\n</template>"
    assert {(fact.host, fact.via) for fact in outbound(page, "a.vue")} == {(HOST, "img[:src]"), (HOST, "img[@click]")}


def test_lines_are_those_of_the_template() -> None:
    page = f'<?php\nf("{U}1");\n?>\n<p title="<?= $a\n?>">x</p>\n<img src="{U}2">\n<?php g("\n{U}3");'
    facts = {fact.url[-1]: fact.line for fact in outbound(page, "a.php")}
    assert facts == {"1": 2, "2": 6, "3": 8}


def test_scripts_and_styles_of_a_template_are_read() -> None:
    page = f"<style>body {{ background: url({U}) }}</style><script>var a = '<?= $b ?>'; load('{U}2')</script>"
    assert {(fact.via, fact.host) for fact in outbound(page, "a.php")} == {("style url()", HOST), ("script", HOST)}


def test_code_in_a_page_that_is_no_template_by_its_name() -> None:
    page = f'<!doctype html>\n<script src="{{{{ "{U}" }}}}"></script><p title=\'{{% a "{U}2" %}}\'>'
    facts = {(fact.host, fact.reach, fact.line) for fact in outbound(page, "a.html")}
    assert facts == {(HOST, "string", 2)}
    assert outbound('<!doctype html><script src="{{ "own/a" }}"></script>', "a.html") == []
