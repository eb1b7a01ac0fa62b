"""Collecting what is wrong with a file, with its place."""

from __future__ import annotations

import re

from casewright import feel, xml
from casewright.bpmn.expressions import Setting, setting
from casewright.xml import Element
from casewright.xml.findings import Finding, Severity

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
_CLOCK = re.compile(r"(?<![\w.])(now|today)\s*\(")


class Collector:
    """The findings of one file so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def add(
        self,
        node: Element | None,
        code: str,
        message: str,
        place: str = "",
        severity: Severity = "error",
    ) -> None:
        """Add a finding at the element around `node`."""
        self.findings.append(
            Finding(
                file=self.file,
                element=owner(node),
                line=xml.line(node) if node is not None else 0,
                code=code,
                message=message,
                severity=severity,
                place=place,
            )
        )

    def unsupported(self, node: Element, what: str, place: str = "") -> None:
        """Refuse something by name."""
        self.add(node, "bpmn-unsupported", f"{what} is not supported", place)

    def text(self, node: Element, text: str, place: str) -> Setting:
        """Compile a text that is literal, or FEEL after "="; syntax problems are findings."""
        item = setting(text.strip(), place)
        if item.expression is not None:
            for problem in item.expression.problems:
                where = f"{place}, line {problem.line}, column {problem.column}"
                self.add(node, "feel-syntax", f"{problem.message} in “{item.text}”", where)
            if not item.expression.problems:
                self._mistakes(node, item, place)
        return item

    def _mistakes(self, node: Element, item: Setting, place: str) -> None:
        """Warn of what can give nothing but null, whatever the variables hold."""
        # Variables come from anywhere, so that an unknown name is no mistake.
        for problem in feel.analyse(item.text[1:].strip(), closed=False).problems:
            where = f"{place}, line {problem.line}, column {problem.column}"
            message = f"{problem.message} in “{item.text}”"
            self.add(node, f"feel-{problem.kind}", message, where, "warning")

    def feel(self, node: Element, text: str, place: str) -> Setting:
        """Compile a text that has to be FEEL."""
        if not text.strip().startswith("="):
            self.add(
                node,
                "feel-missing",
                f"{place} has to be FEEL with a leading “=”, not “{text.strip()}”",
                place,
            )
        return self.text(node, text, place)

    def condition(self, node: Element, text: str, place: str) -> Setting:
        """Compile a condition, which may not ask for the time."""
        item = self.feel(node, text, place)
        found = _CLOCK.search(_STRINGS.sub('""', text))
        if found:
            self.add(
                node,
                "clock-in-condition",
                f"{found[1]}() is not allowed in a condition: nothing would wake it; use a timer",
                place,
            )
        return item


def owner(node: Element | None) -> str:
    """Return the id of the nearest element with one, from `node` outwards."""
    while node is not None:
        found = xml.attr(node, "id")
        if found:
            return found
        node = xml.parent(node)
    return ""
