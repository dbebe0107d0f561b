"""URLs of which a part is computed: whether the host is known, and what is shown."""

from __future__ import annotations

import pytest

from gate.examine.outbound.found import Reference
from gate.examine.outbound.unknown import UNKNOWN as U
from gate.examine.outbound.unknown import reached_by_script, settled


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("https://x.example/a", "https://x.example/a"),
        (f"https://x.example/{U}/b{U}", "https://x.example/*/b*"),
        (f"https://x.example{U}", "https://x.example/*"),
        (f"https://x.example:{U}/a", "https://x.example/a"),
        (f"https://{U}@x.example/a", "https://x.example/a"),
        (f"{U}://x.example/a", "//x.example/a"),
        (f"{U}//x.example/{U}", "//x.example/*"),
        (f"api/{U}", "api/*"),
        (f"./{U}", "./*"),
        (f"img{U}.png", "img*.png"),
        (f"?{U}", "?*"),
        (f"/api/{U}", "/api/*"),
        (f"data:image/png;base64,{U}", "data:image/png;base64,*"),
    ],
)
def test_known_host_or_none(raw: str, shown: str) -> None:
    assert settled(raw) == (shown, False)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (U, "*"),
        (f"  {U}", "  *"),
        (f"{U}/a", "*/a"),
        (f"/{U}", "/*"),
        (f"//{U}", "//*"),
        (f"https://{U}", "https://*"),
        (f"https:{U}", "https:*"),
        (f"ht{U}", "ht*"),
        (f"https://a.{U}.example/", "https://a.*.example/"),
        (f"https://x.example.{U}", "https://x.example.*"),
        (f"https://x.example@{U}/", "https://*/"),
        (f"wss://{U}:80/", "wss://*:80/"),
        (f"javascript:{U}", "javascript:*"),
    ],
)
def test_unknown_host(raw: str, shown: str) -> None:
    assert settled(raw) == (shown, True)


def test_what_a_script_brings_about_is_not_reached_by_itself() -> None:
    assert reached_by_script(Reference("//x.example/", "automatic", "img[src]"), "code").reach == "code"
    assert reached_by_script(Reference(U, "automatic", "img[src]"), "code").reach == "opaque"
    assert reached_by_script(Reference(f"//{U}", "conditional", "img[src]"), "code").reach == "opaque"
    assert reached_by_script(Reference("//x.example/", "link", "a[href]"), "code").reach == "link"
