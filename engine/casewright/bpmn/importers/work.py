"""A file while it is translated: what is written, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from casewright import xml
from casewright.bpmn.expressions import setting
from casewright.bpmn.findings import owner
from casewright.xml import NS, Element
from casewright.xml.findings import Finding, Severity

FOREIGN = ("camunda", "spiffworkflow")
# What is not foreign: BPMN itself, its drawing, our vocabulary and the editor's own data.
_KNOWN = frozenset(
    {NS[name] for name in ("bpmn", "bpmndi", "dc", "di", "zeebe", "modeler", "xsi")} | {""}
)
Translate = Callable[[str], str]


class Untranslated(Exception):
    """A text that has no certain counterpart in FEEL; it says why."""


class Work:
    """One file: its tree, which is changed, and the findings."""

    def __init__(self, root: Element, file: str) -> None:
        self.root = root
        self.file = file
        self.findings: list[Finding] = []

    def vocabularies(self) -> set[str]:
        """Return which foreign vocabularies the file uses."""
        spaces = {NS[name]: name for name in FOREIGN}
        found = set()
        for node in xml.descendants(self.root):
            found.add(spaces.get(xml.ns(node), ""))
            found |= {spaces.get(name[1:].partition("}")[0], "") for name in xml.attrs(node)}
        return found - {""}

    def each(self, *kinds: str) -> Iterator[Element]:
        """Yield the elements with one of the names."""
        for kind in kinds:
            yield from list(xml.descendants(self.root, f"bpmn:{kind}"))

    def say(self, node: Element, code: str, message: str, severity: Severity = "warning") -> None:
        """Add a finding at the element around a node."""
        self.findings.append(
            Finding(self.file, owner(node), xml.line(node), code, message, severity)
        )

    def left(self, node: Element, what: str, why: str) -> None:
        """List something that a person has to translate."""
        self.say(node, "import-left", f"{what} is left as it is: {why}")

    def dropped(self, node: Element, what: str, why: str) -> None:
        """Tell of something that has no meaning here."""
        self.say(node, "import-dropped", f"{what} is dropped: {why}", "note")

    def text(self, node: Element, text: str, translate: Translate, what: str) -> str | None:
        """Return a text in our language; None, with a finding, where it has no counterpart."""
        try:
            made = translate(text)
        except Untranslated as problem:
            self.left(node, f"{what} “{text.strip()}”", str(problem))
            return None
        expression = setting(made, what).expression
        if expression is not None and expression.problems:
            self.left(node, f"{what} “{text.strip()}”", "its translation is no FEEL")
            return None
        return made

    def rewrite(self, node: Element | None, translate: Translate) -> None:
        """Translate the text of an element in its place."""
        if node is None or not xml.text(node) or xml.text(node).startswith("="):
            return
        made = self.text(node, xml.text(node), translate, xml.local(node))
        if made is not None:
            xml.set_text(node, made)
            if xml.attr(node, "language"):
                xml.remove_attr(node, "language")

    def extension(self, node: Element) -> Element:
        """Return the element's extensionElements, made where there are none."""
        found = xml.child(node, "bpmn:extensionElements")
        if found is not None:
            return found
        before = len(xml.children(node, "bpmn:documentation"))
        return xml.insert(node, before, "bpmn:extensionElements")

    def put(self, node: Element, name: str, attributes: Mapping[str, str]) -> Element:
        """Write a zeebe element with those attributes that say something."""
        extension = self.extension(node)
        made = xml.child(extension, f"zeebe:{name}")
        if made is None:
            made = xml.subelement(extension, f"zeebe:{name}")
        for key, value in attributes.items():
            if value:
                xml.set_attr(made, key, value)
        return made

    def map(self, node: Element, side: str, source: str, target: str) -> None:
        """Write an input or output mapping."""
        mapping = self.put(node, "ioMapping", {})
        xml.subelement(mapping, f"zeebe:{side}", {"source": source, "target": target})

    def items(self, node: Element, name: str) -> list[Element]:
        """Return the extension elements of a node with a name."""
        extension = xml.child(node, "bpmn:extensionElements")
        return xml.children(extension, name) if extension is not None else []

    def leftovers(self) -> None:
        """List everything of another vocabulary that nobody spoke of."""
        spoken = {(found.element, found.line) for found in self.findings}
        for node in list(xml.descendants(self.root)):
            above = xml.parent(node)
            if xml.ns(node) == NS["bpmn"]:
                self._attributes_left(node)
            elif above is not None and xml.ns(above) == NS["bpmn"] and xml.ns(node) not in _KNOWN:
                parts = {(owner(part), xml.line(part)) for part in xml.descendants(node)}
                if not parts & spoken:
                    self.left(node, _prefixed(node), "it has no counterpart")
        for node in list(xml.descendants(self.root, "bpmn:extensionElements")):
            if not xml.children(node):
                xml.remove(node)

    def _attributes_left(self, node: Element) -> None:
        prefixes = {space: prefix for prefix, space in xml.prefixes(node).items()}
        for name, value in xml.attrs(node).items():
            space, _, short = name[1:].partition("}")
            if name.startswith("{") and space not in _KNOWN and not self._spoken(node, short):
                what = f"{prefixes.get(space, '?')}:{short} “{value}”"
                self.left(node, what, "it has no counterpart")

    def _spoken(self, node: Element, short: str) -> bool:
        return any(
            found.element == owner(node) and f":{short} “" in found.message
            for found in self.findings
            if found.code == "import-left"
        )


def _prefixed(node: Element) -> str:
    prefixes = {space: prefix for prefix, space in xml.prefixes(node).items()}
    return f"{prefixes.get(xml.ns(node), '?')}:{xml.local(node)}"
