"""Programs: native ones, Java, .NET, Go, WebAssembly, compiled Python, and bytes of no known form."""

from __future__ import annotations

import marshal
import shutil
import time
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from gate.examine.outbound.binaries.groups import HOSTS, URLS_OF_A_HOST
from gate.examine.outbound.binaries.scan import PIECE_BYTES, scan_bytes
from gate.examine.outbound.hosts import host_of_run, is_host_name
from tests.examine.outbound.outbound_kit import HOST, outbound, outbound_and_gaps
from tests.examine.outbound.programs_kit import (
    assembly,
    c_program,
    c_program_without_calls,
    der_uri,
    go_program,
    java_class,
    pe_with,
    wasm_module,
)

U = f"https://{HOST}/a"
compiled_c = pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
compiled_java = pytest.mark.skipif(not shutil.which("javac"), reason="no Java compiler")


@compiled_c
def test_native_program_names_a_host(tmp_path: Path) -> None:
    [fact] = outbound(c_program(tmp_path, "updates.example.com"), "main")
    assert (fact.host, fact.reach) == ("updates.example.com", "string")
    assert fact.via.startswith("elf at 0x")
    assert "getaddrinfo" in fact.condition


@compiled_c
def test_native_program_without_network_calls_names_no_bare_host(tmp_path: Path) -> None:
    assert outbound(c_program_without_calls(tmp_path, "updates.example.com"), "main") == []
    [fact] = outbound(c_program_without_calls(tmp_path, U), "main")
    assert (fact.url, fact.condition) == (U, "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("updates.example.com".encode("utf-16-le") + b"\0", "https://updates.example.com/"),
        (b"203.0.113.77", "https://203.0.113.77/"),
        (b"203.0.113.77:443", "https://203.0.113.77/"),
    ],
)
def test_native_program_names_hosts_in_other_forms(text: bytes, shown: str) -> None:
    named = b"\0WSAConnect\0\0" + text + b"\0"
    assert [fact.url for fact in outbound(pe_with(named), "a.exe")] == [shown]
    assert outbound(pe_with(b"\0\0" + text + b"\0"), "a.exe") == []
    assert outbound(pe_with(b"\0WSAConnect\0\x001.2.3.4\0" + "Main.Form.Info".encode("utf-16-le") + b"\0\0"), "a") == []


@compiled_java
def test_java_class(tmp_path: Path) -> None:
    [fact] = outbound(java_class(tmp_path, f'new java.net.URL("{U}").openStream()'), "Main.class")
    assert (fact.url, fact.reach) == (U, "string")
    assert fact.via.startswith("class constant #")
    assert "java.net.URL" in fact.condition
    [named] = outbound(java_class(tmp_path, 'new java.net.Socket("updates.example.com", 443)'), "Main.class")
    assert named.host == "updates.example.com"


@compiled_java
def test_java_class_whose_host_is_not_constant_is_opaque(tmp_path: Path) -> None:
    data = java_class(tmp_path, 'new java.net.URL("https://" + a[0] + "/x")')
    [fact] = outbound(data, "Main.class")
    assert (fact.host, fact.reach) == ("", "opaque")


@compiled_java
def test_java_class_twin(tmp_path: Path) -> None:
    assert outbound(java_class(tmp_path, '"com.example.app.Main" + "updates.example.com"'), "Main.class") == []


def test_damaged_java_class_is_a_gap_and_is_searched() -> None:
    data = b"\xca\xfe\xba\xbe\0\0\0\x41\xff\xff\1\0\x05abcde\xee\0\0" + U.encode() + b"\0"
    facts, gaps = outbound_and_gaps(data, "A.class")
    assert [gap.reason for gap in gaps] == ["corrupt"]
    assert [fact.url for fact in facts] == [U]


def test_dotnet_user_strings() -> None:
    facts = outbound(assembly(["hello", U, "updates.example.com", "x" * 100 + f" {U}/2"], ["HttpClient"]), "a.dll")
    assert {fact.via for fact in facts} == {f".NET user string 0x700000{offset:02x}" for offset in (13, 53, 93)}
    assert {fact.url for fact in facts} == {U, "https://updates.example.com/", f"{U}/2"}
    assert all(fact.reach == "string" and "HttpClient" in fact.condition for fact in facts)


def test_dotnet_twin() -> None:
    assert outbound(assembly(["hello", "System.Data.Info", "updates.example.com"], ["Console"]), "a.dll") == []


def test_dotnet_program_is_searched_outside_of_its_strings() -> None:
    [fact] = outbound(assembly(["hello"], ["Console"]) + U.encode() + b"\0", "a.dll")
    assert fact.via.startswith(".NET assembly at 0x")


def test_go_texts_are_cut_at_the_grammar() -> None:
    program = go_program(["unexpected newline", "https://c2.bad.comunexpected EOF", f"{U}https://other.example/b"])
    facts = outbound(program, "server")
    assert {fact.url for fact in facts} == {"https://c2.bad.com/", U, "https://other.example/b"}
    assert all("net/http." in fact.condition for fact in facts)
    assert outbound(go_program(["http: server closed", "https://", "net/http: abort"]), "server") == []


def test_utf_16_texts() -> None:
    little = pe_with(b"\0\0" + U.encode("utf-16-le") + b"\0\0")
    big = pe_with(b"\0\0" + U.encode("utf-16-be") + b"\0\0")
    for data in (little, big, b"\0" + little, b"\1" + big):
        [fact] = outbound(data, "a.bin")
        assert (fact.url, fact.via.endswith("(UTF-16)")) == (U, True)


def test_hosts_in_other_letters_and_shares() -> None:
    [fact] = outbound(bytes(9) + "https://例え.jp/a".encode() + b"\xff\0", "a.bin")
    assert fact.host == "xn--r8jz45g.jp"
    share = "\\\\files.example.com\\s\\a.dll"
    for text in (share.encode(), share.encode("utf-16-le")):
        [fact] = outbound(pe_with(b"\0" + text + b"\0"), "a.exe")
        assert (fact.url, fact.reach) == ("smb://files.example.com/", "string")
    twin = "\\\\.\\pipe\\a \\\\?\\C:\\a \\\\server\\s C:\\\\a.b\\c"
    assert outbound(pe_with(twin.encode()), "a.exe") == []


def test_urls_across_pieces_are_found_once() -> None:
    for before in (PIECE_BYTES - 2, PIECE_BYTES - 5, PIECE_BYTES - 6, PIECE_BYTES - 7, PIECE_BYTES - 8, PIECE_BYTES):
        [fact] = outbound(bytes(before) + U.encode() + bytes(9), "a.bin")
        assert (fact.url, fact.via) == (U, f"bytes at 0x{before:x}")


def test_escaped_and_filled_in_urls() -> None:
    [fact] = outbound(bytes(9) + rb'"https:\/\/x.example\/a"' + bytes(9), "a.bin")
    assert fact.url == U
    [fact] = outbound(bytes(9) + b"http://%s:%d/gate.php" + bytes(9), "a.bin")
    assert (fact.reach, fact.host) == ("opaque", "")


def test_wasm_data_and_what_only_describes_it() -> None:
    facts = outbound(wasm_module(U.encode(), b"\x1ehttps://maps.example/app.wasm.map"), "a.wasm")
    assert {(fact.host, fact.reach) for fact in facts} == {(HOST, "string"), ("maps.example", "identifier")}


def test_compiled_python() -> None:
    code = compile(f"import socket\nA = '{U}'\nzebra = A\nB = 'updates.example.com'\n", "m.py", "exec")
    facts = outbound(MAGIC_NUMBER + bytes(12) + marshal.dumps(code), "m.pyc")
    assert {fact.url for fact in facts} == {U, "https://updates.example.com/"}
    assert all("socket" in fact.condition for fact in facts)
    twin = compile("import os.path\nA = 'os.path.name'\nB = 'updates.example.com'\n", "m.py", "exec")
    assert outbound(MAGIC_NUMBER + bytes(12) + marshal.dumps(twin), "m.pyc") == []


@pytest.mark.parametrize(
    "data",
    [
        b"\0http://www.w3.org/2000/svg\0",
        der_uri("http://crl3.digicert.com/DigiCertAssuredIDRootCA.crl"),
        der_uri("http://ocsp.digicert.com"),
    ],
)
def test_identifiers(data: bytes) -> None:
    [fact] = outbound(pe_with(data), "a.exe")
    assert fact.reach == "identifier"
    assert fact.condition in {"namespace", "address in a certificate"}


@pytest.mark.parametrize(
    "data",
    [
        b"\0http://www.w3.org.evil.example/2000/svg\0",
        b"\0http://crl3.digicert.com/DigiCertAssuredIDRootCA.crl\0",  # not as a certificate holds it
        der_uri("http://crl3.digicert.com.evil.example/a.crl"),
        der_uri("http://evil.example/a.crl"),
        der_uri("http://ocsp.digicert.com")[:-2] + b".evil.example\0",
    ],
)
def test_hosts_that_look_like_identifiers_are_none(data: bytes) -> None:
    [fact] = outbound(pe_with(data), "a.exe")
    assert fact.reach == "string"


def test_pictures_name_identifiers() -> None:
    [fact] = outbound(b"\x89PNG\r\n\x1a\n" + bytes(9) + U.encode() + b"\0", "a.png")
    assert fact.reach == "identifier"


def test_many_urls_of_one_host_are_a_few_facts() -> None:
    facts = outbound(bytes(9) + b"\0".join(f"{U}/{number}".encode() for number in range(500)), "a.bin")
    assert len(facts) == URLS_OF_A_HOST
    assert all(fact.condition == f"at least {500 - URLS_OF_A_HOST} more URLs of this host" for fact in facts)


def test_too_many_hosts_are_a_gap() -> None:
    data = b"\0".join(f"https://h{number}.example/".encode() for number in range(HOSTS + 1))
    facts, gaps = outbound_and_gaps(bytes(9) + data, "a.bin")
    assert len(facts) == HOSTS
    assert [gap.reason for gap in gaps] == ["too-many"]


def test_host_names() -> None:
    hosts = "updates.example.com c2.bad.co.jp 8.8.8.8 203.0.113.77 www.site.app UPDATES.EXAMPLE.COM abc.onion"
    assert [host for host in hosts.split() if not is_host_name(host)] == []
    no_hosts = (
        "o.id main.js lib.so com.example.app org.apache.net 1.2.3.4 1.10.0.2 System.Net a.b x.py self.data.name com.net"
    )
    assert [host for host in no_hosts.split() if is_host_name(host)] == []


def test_host_of_a_run() -> None:
    assert host_of_run("c2.bad.comunexpected") == "c2.bad.com"
    assert host_of_run("c2.bad.com") == "c2.bad.com"
    assert host_of_run("printer") == "printer"
    assert host_of_run("a.unknowable9") == "a.unknowable9"


HOSTILE = {
    "marks": b"://" * 2_000_000,
    "schemes": b"https://" * 500_000,
    "wide marks": b":\0/\0/\0" * 1_000_000,
    "wide schemes": "https://".encode("utf-16-le") * 400_000,
    "names": b"\x7fELF getaddrinfo" + b"a.com\0" * 400_000,
    "dots": b"\x7fELF getaddrinfo" + b".com" * 1_500_000,
    "long hosts": b"http://" + b"a." * 2_000_000,
    "brackets": b"http://[" * 500_000,
    "users": b"http://" + b"u@" * 1_000_000,
    "class": b"\xca\xfe\xba\xbe\0\0\0\x41\xff\xff" + b"\1\xff\xff" + b"a" * 4_000_000,
    "assembly": assembly(["a" * 60] * 40_000),
    "sections": b"\0asm\1\0\0\0" + b"\0\0" * 2_000_000,
    "compiled": MAGIC_NUMBER + bytes(12) + b"\xe3" + b"z\x20" * 1_500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_programs_end_soon(name: str) -> None:
    started = time.process_time()
    outbound_and_gaps(HOSTILE[name], "item")
    # A guard against what grows with the square; also holds while branches are counted.
    assert time.process_time() - started < 30


def test_scan_reports_places() -> None:
    data = b"ab\0" + U.encode() + b"\0"
    assert [hit.offset for hit in scan_bytes(data)] == [3]
