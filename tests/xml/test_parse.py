"""Untrusted XML is refused early, by code, without quoting it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright import xml

BOMB = """<?xml version="1.0"{encoding}?>
<!DOCTYPE x [<!ENTITY a "secretsecret"><!ENTITY b "&a;&a;&a;">]>
<x>&b;</x>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "iso-8859-1"])
def test_a_doctype_is_refused_in_every_encoding(encoding: str) -> None:
    named = "" if encoding == "utf-8-sig" else f' encoding="{encoding}"'
    data = BOMB.replace("{encoding}", named).encode(encoding)
    with pytest.raises(xml.XmlProblem) as caught:
        xml.parse(data, "a.bpmn")
    assert caught.value.code == "xml-doctype"
    assert (caught.value.file, caught.value.line) == ("a.bpmn", 2)


def test_a_doctype_in_utf_16_without_a_declaration_is_refused() -> None:
    with pytest.raises(xml.XmlProblem) as caught:
        xml.parse("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>".encode("utf-16"))
    assert caught.value.code == "xml-doctype"


@pytest.mark.parametrize("encoding", ["utf-7", "cp037", "unicode_escape", "nonsense", "utf-32"])
def test_unusual_encodings_are_refused(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><x/>'.encode()
    with pytest.raises(xml.XmlProblem) as caught:
        xml.parse(data)
    assert caught.value.code == "xml-encoding"


def test_utf_32_bytes_are_refused() -> None:
    with pytest.raises(xml.XmlProblem):
        xml.parse("<!DOCTYPE x><x/>".encode("utf-32"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1250", "iso-8859-2"])
def test_usual_encodings_are_read(encoding: str) -> None:
    root = xml.parse(f'<?xml version="1.0" encoding="{encoding}"?><x>żółć</x>'.encode(encoding))
    assert xml.text(root) == "żółć"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xml-syntax"),
        (b"topsecret", "xml-syntax"),
        (b"<topsecret>", "xml-syntax"),
        (b"<x>&topsecret;</x>", "xml-syntax"),
        (b"<p:topsecret/>", "xml-syntax"),
        (b"<x topsecret='1' topsecret='2'/>", "xml-syntax"),
        (b"<a>" * 201 + b"</a>" * 201, "xml-depth"),
        (b"<a>" + b"<b/>" * 200_000 + b"</a>", "xml-size"),
        (b"<a>" + b" " * (10 * 1024 * 1024) + b"</a>", "xml-size"),
    ],
)
def test_bad_files_have_a_code_and_are_not_quoted(data: bytes, code: str) -> None:
    with pytest.raises(xml.XmlProblem) as caught:
        xml.parse(data, "f.xml")
    assert caught.value.code == code
    assert "topsecret" not in str(caught.value)
    assert "topsecret" not in repr(caught.value)
    assert caught.value.__cause__ is None


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda s: f"<x>{s}</x>".encode()))
def test_any_bytes_give_a_tree_or_a_problem(data: bytes) -> None:
    code = "xml-"
    try:
        xml.parse(data)
    except xml.XmlProblem as problem:
        code = problem.code
    assert code.startswith("xml-")
