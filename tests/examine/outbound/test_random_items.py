"""Random content of documents, programs and sources: whatever it is, reading it ends without an exception."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.examine.outbound.examiner import OutboundExaminer
from tests.examine.outbound.documents_kit import macro_stream, open_document, relationship, sheet, word
from tests.examine.outbound.programs_kit import assembly, der_uri, go_program, pe_with, wasm_module
from tests.examine.viewing import examined

U = "https://x.example/a"
_NAMES = (
    b"a.py a.c a.cs a.go a.rs A.java a.rb a.php a.sh a.bat Dockerfile a.yml a.sql a.vbs a.lua a.pl a.rtf a.pdf a.xml "
    b"a.rels a.class a.dll a.pyc a.wasm WordDocument %01Ole a.vcf a.lnk a.url a a.bin \xff\xfe.x"
)
NAMES = st.sampled_from(_NAMES.split())
SAMPLES = [
    b"%PDF-1.7\n1 0 obj <</S/URI/URI(https://x.example)>> endobj trailer <</Root 1 0 R>>",
    b'{\\rtf1{\\*\\template https://x.example}{\\field{\\*\\fldinst INCLUDEPICTURE "https://x.example"}}}',
    relationship("attachedTemplate", U).encode(),
    word(f'<w:p><w:instrText>INCLUDEPICTURE "{U}"</w:instrText></w:p>').encode(),
    sheet(f'WEBSERVICE("{U}")').encode(),
    open_document(f'<draw:image xlink:href="{U}"/>').encode(),
    macro_stream(f'Attribute VB_Name = "M"\r\nx.Open "GET", "{U}"\r\n'),
    assembly([U, "a"], ["HttpClient"]),
    go_program([U]),
    pe_with(der_uri(U)),
    wasm_module(U.encode(), U.encode()),
    b"\xca\xfe\xba\xbe\0\0\0\x41\0\3\1\0\x13" + U.encode() + b"\x08\0\1",
    f"import requests\nu = f'{{h}}'\nrequests.get('{U}' + u % (1, 2))\n".encode(),
    f"A={U}\ncurl $A \\\n -o f # c\n".encode(),
    f'var a = "{U}"; new URL(a + b); /* c */ // d\n'.encode(),
    f"BEGIN:VCARD\nPHOTO:{U}\n".encode(),
    f"[InternetShortcut]\nURL={U}\nIconFile=\\\\x.example\\a\n".encode(),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw a sample with pieces cut out, repeated, and overwritten."""
    data = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 12))
        kind = draw(st.integers(0, 2))
        if kind == 0:
            del data[place : place + length]
        elif kind == 1:
            data[place:place] = data[place : place + length] * draw(st.integers(1, 40))
        else:
            data[place : place + length] = draw(st.binary(max_size=12))
    return bytes(data)


@settings(max_examples=300)
@given(damaged(), NAMES)
def test_damaged_items_never_raise(data: bytes, name: bytes) -> None:
    examined(OutboundExaminer(), data, name)


@settings(max_examples=100)
@given(st.binary(max_size=400), NAMES)
def test_random_items_never_raise(data: bytes, name: bytes) -> None:
    examined(OutboundExaminer(), data, name)
