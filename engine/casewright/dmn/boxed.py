"""Read boxed expressions out of DMN XML."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from casewright import xml
from casewright.dmn import model as m
from casewright.xml.findings import Finding, Severity

# The elements by whose names people know what stands in them.
_NAMED = frozenset(
    {
        "decision",
        "businessKnowledgeModel",
        "decisionService",
        "inputData",
        "itemDefinition",
        "import",
    }
)


class Place:
    """Makes places of a file, and gathers its findings."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def at(self, node: xml.Element) -> m.At:
        """Return where the node stands; without an id of its own it is known by its owner's."""
        key = xml.attr(node, "id")
        if not key:
            around = (xml.attr(item, "id") for item in xml.ancestors(node))
            key = next((item for item in around if item), "")
        return m.At(self.file, key, xml.line(node), self._owner(node))

    def _owner(self, node: xml.Element) -> str:
        around = (node, *xml.ancestors(node))
        return next((name_of(item) for item in around if xml.local(item) in _NAMED), "")

    def problem(
        self, node: xml.Element, code: str, message: str, severity: Severity = "error"
    ) -> None:
        """Add a finding at the node."""
        at = self.at(node)
        made = Finding(at.file, at.element, at.line, code, message, severity, at.name)
        self.findings.append(made)


def name_of(node: xml.Element) -> str:
    """Return the element's name with single spaces, as FEEL reads it."""
    return " ".join(xml.attr(node, "name").split())


def variable(node: xml.Element) -> tuple[str, str]:
    """Return name and type of the element's variable; its own name if it has none."""
    found = xml.child(node, "variable")
    if found is None:
        return name_of(node), xml.attr(node, "typeRef")
    return name_of(found) or name_of(node), xml.attr(found, "typeRef")


class BoxedReader:
    """Reads the expression elements that DMN allows wherever an expression may stand."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._kinds: dict[str, Callable[[xml.Element], m.Boxed]] = {
            "literalExpression": self.literal,
            "decisionTable": self.table,
            "context": self.context,
            "list": self.items,
            "relation": self.relation,
            "invocation": self.invocation,
            "functionDefinition": self.function,
            "conditional": self.conditional,
            "filter": self.filter,
            "for": self.loop,
            "some": self.loop,
            "every": self.loop,
        }

    def only(self, node: xml.Element, needed: bool = True) -> m.Boxed | None:
        """Return the one expression under `node`, None when there is none."""
        for item in xml.children(node):
            kind = self._kinds.get(xml.local(item))
            if kind is not None and xml.ns(item) == xml.ns(node):
                return kind(item)
        if needed:
            self.place.problem(node, "dmn-no-expression", f"“{xml.local(node)}” has no expression")
        return None

    def one(self, node: xml.Element | None, around: xml.Element) -> m.Boxed:
        """Return the expression under `node`; null, with a finding, when it is missing."""
        if node is None:
            self.place.problem(
                around, "dmn-no-expression", f"“{xml.local(around)}” is not complete"
            )
            found = None
        else:
            found = self.only(node)
        return found or m.Literal(self.place.at(around), "null")

    def literal(self, node: xml.Element) -> m.Literal:
        """Read a literal expression or any other element with a text in it."""
        self._language(node)
        if xml.child(node, "importedValues") is not None:
            self.place.problem(node, "dmn-unsupported", "“importedValues” is not supported")
        text = xml.text(xml.child(node, "text"))
        return m.Literal(self.place.at(node), text, xml.attr(node, "typeRef"))

    def _language(self, node: xml.Element) -> None:
        language = xml.attr(node, "expressionLanguage")
        if language and "feel" not in language.lower():
            message = f"the expression language “{language}” is not supported"
            self.place.problem(node, "dmn-language", message)

    def table(self, node: xml.Element) -> m.Table:
        """Read a decision table."""
        at = self.place.at(node)
        hit = xml.attr(node, "hitPolicy", "UNIQUE")
        if hit not in get_args(m.HitPolicy):
            self.place.problem(node, "dmn-hit-policy", f"the hit policy “{hit}” is not known")
            hit = "UNIQUE"
        aggregation = xml.attr(node, "aggregation")
        if aggregation not in get_args(m.Aggregation):
            message = f"the aggregation “{aggregation}” is not known"
            self.place.problem(node, "dmn-aggregation", message)
            aggregation = ""
        inputs = tuple(self._input(item) for item in xml.children(node, "input"))
        outputs = tuple(self._output(item) for item in xml.children(node, "output"))
        if not outputs:
            self.place.problem(node, "dmn-no-output", "the decision table has no output")
        rules = tuple(
            self._rule(item, index, len(inputs), len(outputs))
            for index, item in enumerate(xml.children(node, "rule"), 1)
        )
        label = xml.attr(node, "outputLabel")
        type_ref = xml.attr(node, "typeRef")
        return m.Table(
            at,
            hit,  # type: ignore[arg-type]
            aggregation,  # type: ignore[arg-type]
            inputs,
            outputs,
            rules,
            label,
            type_ref,
        )

    def _input(self, node: xml.Element) -> m.InputClause:
        found = xml.child(node, "inputExpression")
        empty = m.Literal(self.place.at(node), "")
        expression = empty if found is None else self.literal(found)
        if not expression.text:
            self.place.problem(node, "dmn-no-expression", "an input has no expression")
        for name in xml.attrs(node):
            if name.endswith("}inputVariable"):
                message = "an input variable of its own name is not supported"
                self.place.problem(node, "dmn-unsupported", message)
        label = xml.attr(node, "label") or (found is not None and xml.attr(found, "label")) or ""
        values = xml.text(xml.path(node, "inputValues", "text"))
        return m.InputClause(self.place.at(node), label or expression.text, expression, values)

    def _output(self, node: xml.Element) -> m.OutputClause:
        default = xml.child(node, "defaultOutputEntry")
        return m.OutputClause(
            self.place.at(node),
            name_of(node),
            xml.attr(node, "label"),
            xml.attr(node, "typeRef"),
            xml.text(xml.path(node, "outputValues", "text")),
            "" if default is None else xml.text(xml.child(default, "text")),
        )

    def _rule(self, node: xml.Element, index: int, inputs: int, outputs: int) -> m.Rule:
        conditions = xml.children(node, "inputEntry")
        results = xml.children(node, "outputEntry")
        if len(conditions) != inputs or len(results) != outputs:
            message = (
                f"rule {index} has {len(conditions)} conditions and {len(results)} results, "
                f"the table {inputs} and {outputs}"
            )
            self.place.problem(node, "dmn-rule-width", message)
        for item in conditions:
            self._language(item)
        notes = [
            xml.text(xml.child(item, "text")) for item in xml.children(node, "annotationEntry")
        ]
        annotation = "; ".join(note for note in notes if note)
        return m.Rule(
            self.place.at(node),
            index,
            tuple(xml.text(xml.child(item, "text")) for item in conditions),
            tuple(self.literal(item) for item in results),
            annotation or xml.text(xml.child(node, "description")),
        )

    def context(self, node: xml.Element) -> m.Context:
        """Read a boxed context."""
        entries: list[tuple[m.Parameter, m.Boxed]] = []
        result: m.Boxed | None = None
        for item in xml.children(node, "contextEntry"):
            named = xml.child(item, "variable")
            value = self.one(item, node)
            if named is None:
                result = value
            else:
                entries.append((self._parameter(named), value))
        return m.Context(self.place.at(node), tuple(entries), result, xml.attr(node, "typeRef"))

    def _parameter(self, node: xml.Element) -> m.Parameter:
        return m.Parameter(name_of(node), xml.attr(node, "typeRef"))

    def _all(self, node: xml.Element) -> tuple[m.Boxed, ...]:
        kinds = self._kinds
        return tuple(
            kinds[xml.local(item)](item) for item in xml.children(node) if xml.local(item) in kinds
        )

    def items(self, node: xml.Element) -> m.Items:
        """Read a boxed list."""
        return m.Items(self.place.at(node), self._all(node), xml.attr(node, "typeRef"))

    def relation(self, node: xml.Element) -> m.Relation:
        """Read a boxed relation."""
        columns = tuple(self._parameter(item) for item in xml.children(node, "column"))
        rows = tuple(self._all(item) for item in xml.children(node, "row"))
        if any(len(row) != len(columns) for row in rows):
            message = f"a row of the relation has not {len(columns)} cells"
            self.place.problem(node, "dmn-relation", message)
        return m.Relation(self.place.at(node), columns, rows, xml.attr(node, "typeRef"))

    def invocation(self, node: xml.Element) -> m.Invocation:
        """Read a boxed invocation."""
        bindings = []
        for item in xml.children(node, "binding"):
            named = xml.child(item, "parameter")
            value = self.only(item, needed=False) or m.Literal(self.place.at(item), "null")
            bindings.append(("" if named is None else name_of(named), value))
        callee = self.one(node, node)
        return m.Invocation(self.place.at(node), callee, tuple(bindings), xml.attr(node, "typeRef"))

    def function(self, node: xml.Element) -> m.FunctionDefinition:
        """Read a function definition, also a knowledge model's encapsulated logic."""
        kind = xml.attr(node, "kind", "FEEL")
        if kind != "FEEL":
            self.place.problem(
                node, "dmn-function-kind", f"functions of kind “{kind}” are not supported"
            )
            body: m.Boxed = m.Literal(self.place.at(node), "null")
        else:
            body = self.only(node, needed=False) or m.Literal(self.place.at(node), "null")
        parameters = tuple(self._parameter(item) for item in xml.children(node, "formalParameter"))
        return m.FunctionDefinition(
            self.place.at(node), parameters, body, xml.attr(node, "typeRef")
        )

    def conditional(self, node: xml.Element) -> m.Conditional:
        """Read a boxed conditional."""
        condition, then, otherwise = (
            self.one(xml.child(node, name), node) for name in ("if", "then", "else")
        )
        type_ref = xml.attr(node, "typeRef")
        return m.Conditional(self.place.at(node), condition, then, otherwise, type_ref)

    def filter(self, node: xml.Element) -> m.Filter:
        """Read a boxed filter."""
        source, match = (self.one(xml.child(node, name), node) for name in ("in", "match"))
        return m.Filter(self.place.at(node), source, match, xml.attr(node, "typeRef"))

    def loop(self, node: xml.Element) -> m.Loop:
        """Read a boxed for, some or every."""
        kind = xml.local(node)
        body = "return" if kind == "for" else "satisfies"
        return m.Loop(
            self.place.at(node),
            kind,  # type: ignore[arg-type]
            " ".join(xml.attr(node, "iteratorVariable").split()),
            self.one(xml.child(node, "in"), node),
            self.one(xml.child(node, body), node),
            xml.attr(node, "typeRef"),
        )
