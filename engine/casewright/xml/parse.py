"""Parse untrusted XML: no DOCTYPE, no entities, no network, bounded size, depth and count.

Every file is read twice. Expat goes first, because it reports a DOCTYPE in any encoding
before a single entity is declared, and because its messages never quote the file; only
what it lets pass is handed to lxml, which builds the tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

from lxml import etree

_ENCODINGS = re.compile(
    r"utf-?8|utf-?16(le|be)?|us-ascii|ascii|iso-8859-\d{1,2}|latin-?[12]|windows-125\d", re.I
)


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """How large a file may be."""

    size: int = 10 * 1024 * 1024
    depth: int = 200
    elements: int = 200_000


class XmlProblem(Exception):
    """A file that is not read: `code` is stable, `message` never quotes the file."""

    def __init__(self, code: str, message: str, file: str = "", line: int = 0) -> None:
        super().__init__(code, message, file, line)
        self.code = code
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" if place else self.message


DEFAULT = XmlLimits()


def parse(
    data: bytes, file: str = "", *, limits: XmlLimits = DEFAULT, comments: bool = False
) -> etree._Element:
    """Return the root element of `data`, without comments unless asked for.

    Raises XmlProblem with code xml-doctype, xml-size, xml-depth, xml-encoding or xml-syntax.
    """
    if len(data) > limits.size:
        raise XmlProblem("xml-size", f"the file is larger than {limits.size} bytes", file)
    _Guard(file, limits).run(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=not comments,
        remove_pis=not comments,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise XmlProblem("xml-syntax", "the XML is not well-formed", file, line) from None
    except ValueError:
        raise XmlProblem("xml-syntax", "the XML is not well-formed", file) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlProblem("xml-doctype", "a DOCTYPE is not allowed", file)
    return root


class _Guard:
    """The first reading: raises at the first thing that is not allowed."""

    def __init__(self, file: str, limits: XmlLimits) -> None:
        self._file = file
        self._limits = limits
        self._depth = 0
        self._count = 0
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def run(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            reason = expat.errors.messages.get(error.code, "not well-formed")
            message = f"the XML is not well-formed: {reason}"
            raise XmlProblem("xml-syntax", message, self._file, error.lineno) from None
        except (ValueError, LookupError):
            raise self._problem("xml-encoding", "the encoding is not supported") from None

    def _problem(self, code: str, message: str) -> XmlProblem:
        return XmlProblem(code, message, self._file, self._parser.CurrentLineNumber)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and not _ENCODINGS.fullmatch(encoding):
            raise self._problem("xml-encoding", "the encoding is not supported")

    def _doctype(self, *_ignored: object) -> None:
        raise self._problem("xml-doctype", "a DOCTYPE is not allowed")

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > self._limits.depth:
            raise self._problem(
                "xml-depth", f"elements are nested deeper than {self._limits.depth} levels"
            )
        if self._count > self._limits.elements:
            raise self._problem(
                "xml-size", f"the file has more than {self._limits.elements} elements"
            )

    def _end(self, _name: str) -> None:
        self._depth -= 1
