"""Net logs as Chromium writes them, whole and cut off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.examine.browser.net_log import read_net_log

ORIGIN = "http://delivery.localhost:8000"
TYPES = {
    "URL_REQUEST_START_JOB": 1,
    "HOST_RESOLVER_MANAGER_REQUEST": 2,
    "HTTP_STREAM_JOB_CONTROLLER": 3,
    "HOST_RESOLVER_MANAGER_JOB": 4,
    "OTHER": 5,
}
PAGE = "http://delivery.localhost http://delivery.localhost"


def log(tmp_path: Path, *events: tuple[str, dict[str, Any]], end: str = '],\n"polledData": [{}]\n}\n') -> Path:
    head = json.dumps({"constants": {"clientInfo": {"version": "1.2.3"}, "logEventTypes": TYPES}})[:-1]
    lines = [json.dumps({"params": parameters, "type": TYPES[name]}) for name, parameters in events]
    file = tmp_path / "net.json"
    file.write_text(f'{head},\n"events": [\n' + ",\n".join(lines) + end)
    return file


def request(url: str, key: str = PAGE) -> tuple[str, dict[str, Any]]:
    return "URL_REQUEST_START_JOB", {"url": url, "network_isolation_key": key}


def resolution(host: str, key: str = PAGE, kind: str = "HOST_RESOLVER_MANAGER_REQUEST") -> tuple[str, dict[str, Any]]:
    return kind, {"host": host, "network_anonymization_key": key}


def test_requests_names_and_connections_made_ahead(tmp_path: Path) -> None:
    file = log(
        tmp_path,
        request("https://a.example/x"),
        request("wss://b.example/"),
        resolution("https://c.example"),
        resolution("d.example", kind="HOST_RESOLVER_MANAGER_JOB"),
        ("HTTP_STREAM_JOB_CONTROLLER", {"url": "https://e.example/", "is_preconnect": True}),
        ("HTTP_STREAM_JOB_CONTROLLER", {"url": "https://f.example/", "is_preconnect": False}),
        ("OTHER", {"url": "https://g.example/"}),
    )
    asked = read_net_log(file, ORIGIN)
    assert list(asked.urls) == ["https://a.example/x", "wss://b.example/", "https://e.example/"]
    assert list(asked.hosts) == ["https://c.example", "https://d.example"]
    assert (asked.version, asked.complete) == ("1.2.3", True)


def test_the_site_itself_and_what_is_no_server_are_left_out(tmp_path: Path) -> None:
    ours = [request(f"{ORIGIN}/a"), resolution(ORIGIN), request("blob:http://x/1"), request("file:///etc/passwd")]
    asked = read_net_log(log(tmp_path, *ours, request("http://delivery.localhost:9/a")), ORIGIN)
    assert list(asked.urls) == ["http://delivery.localhost:9/a"]
    assert not asked.hosts


def test_the_browsers_own_errands_are_left_out_and_those_of_pages_to_the_same_server_are_not(tmp_path: Path) -> None:
    url = "https://update.googleapis.com/service"
    own = [request(url, "null null"), resolution("https://update.googleapis.com", "null")]
    assert not read_net_log(log(tmp_path, *own), ORIGIN).urls
    assert list(read_net_log(log(tmp_path, *own, request(url)), ORIGIN).urls) == [url]
    assert list(read_net_log(log(tmp_path, request("https://a.example/", "null null")), ORIGIN).urls)


@pytest.mark.parametrize("end", ["", ",\n", ',\n{"params": {"url": "https://cut.exa'])
def test_a_log_that_is_cut_off_is_read_to_its_end_and_not_complete(tmp_path: Path, end: str) -> None:
    asked = read_net_log(log(tmp_path, request("https://a.example/"), end=end), ORIGIN)
    assert list(asked.urls) == ["https://a.example/"]
    assert not asked.complete


@pytest.mark.parametrize("text", ["", "[" * 100_000, "null\n", '{"constants"'])
def test_what_is_no_log_says_nothing_and_is_not_complete(tmp_path: Path, text: str) -> None:
    file = tmp_path / "net.json"
    file.write_text(text)
    asked = read_net_log(file, ORIGIN)
    assert not asked.urls
    assert not asked.complete


def test_a_log_that_is_too_large_is_not_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = log(tmp_path, *(request(f"https://a{number}.example/") for number in range(50)))
    assert read_net_log(file, ORIGIN).complete
    monkeypatch.setattr("gate.examine.browser.net_log.LOG_BYTES", 2000)
    asked = read_net_log(file, ORIGIN)
    assert 0 < len(asked.urls) < 50
    assert not asked.complete
