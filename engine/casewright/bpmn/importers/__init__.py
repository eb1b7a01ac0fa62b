"""Files in the vocabularies of other engines, translated into ours; what is left is listed."""

from __future__ import annotations

from dataclasses import dataclass

from casewright import xml
from casewright.bpmn.importers import camunda, spiffworkflow
from casewright.bpmn.importers.work import Work
from casewright.xml import NS
from casewright.xml.findings import Finding

__all__ = ["Imported", "convert"]


@dataclass(frozen=True, slots=True)
class Imported:
    """A translated file, the vocabulary it was in, and what was done and left."""

    content: bytes
    vocabulary: str
    findings: tuple[Finding, ...]

    @property
    def left(self) -> tuple[Finding, ...]:
        """The findings about what a person has to translate."""
        return tuple(found for found in self.findings if found.severity == "warning")


def convert(data: bytes, file: str, vocabulary: str = "") -> Imported:
    """Return the file in our vocabulary; what could not be carried over stays where it was.

    `vocabulary` is "camunda" or "spiffworkflow"; without it the file's own names decide. Raises
    XmlProblem for a file that is not read.
    """
    root = xml.parse(data, file, comments=True)
    if xml.local(root) != "definitions" or xml.ns(root) != NS["bpmn"]:
        raise xml.XmlProblem("not-bpmn", "the file is no BPMN 2.0 file", file)
    work = Work(root, file)
    vocabulary = vocabulary or _own(work)
    _CONVERTERS[vocabulary](work)
    work.leftovers()
    return Imported(xml.tostring(root), vocabulary, tuple(work.findings))


_CONVERTERS = {"camunda": camunda.convert, "spiffworkflow": spiffworkflow.convert}


def _own(work: Work) -> str:
    return "spiffworkflow" if "spiffworkflow" in work.vocabularies() else "camunda"
