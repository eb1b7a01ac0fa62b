"""DMN files made in tests."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from casewright import dmn

DMN15 = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def text(value: str) -> str:
    return f"<text>{escape(value)}</text>"


def table(
    inputs: Sequence[tuple[str, str]],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    policy: str = "UNIQUE",
    extra: str = "",
    values: dict[str, str] | None = None,
    default: str = "",
) -> str:
    """Return a decision table; a rule lists conditions, results, then maybe an annotation."""
    values = values or {}
    parts = [f'<decisionTable id="table" hitPolicy="{policy}" {extra}>']
    for index, (expression, kind) in enumerate(inputs):
        allowed = values.get(expression)
        listed = f"<inputValues>{text(allowed)}</inputValues>" if allowed else ""
        parts.append(
            f'<input id="in{index}"><inputExpression typeRef="{kind}">{text(expression)}'
            f"</inputExpression>{listed}</input>"
        )
    for name in outputs:
        allowed = values.get(f"={name}")
        listed = f"<outputValues>{text(allowed)}</outputValues>" if allowed else ""
        other = f"<defaultOutputEntry>{text(default)}</defaultOutputEntry>" if default else ""
        parts.append(
            f"<output id={quoteattr('out' + name)} name={quoteattr(name)}>{listed}{other}</output>"
        )
    for number, rule in enumerate(rules, 1):
        cells = "".join(f"<inputEntry>{text(cell)}</inputEntry>" for cell in rule[: len(inputs)])
        rest = rule[len(inputs) :]
        cells += "".join(
            f"<outputEntry>{text(cell)}</outputEntry>" for cell in rest[: len(outputs)]
        )
        for note in rest[len(outputs) :]:
            cells += f"<annotationEntry>{text(note)}</annotationEntry>"
        parts.append(f'<rule id="r{number}">{cells}</rule>')
    return "".join([*parts, "</decisionTable>"])


def decision(body: str, name: str = "Result", needs: str = "", kind: str = "") -> str:
    type_ref = f' typeRef="{kind}"' if kind else ""
    return (
        f'<decision id="{name.lower().replace(" ", "-")}" name="{name}">'
        f'<variable name="{name}"{type_ref}/>{needs}{body}</decision>'
    )


def literal(expression: str) -> str:
    return f'<literalExpression id="lit">{text(expression)}</literalExpression>'


def needs(*targets: str) -> str:
    """Return requirements such as "input:age", "decision:score", "knowledge:f"."""
    names = {"input": "requiredInput", "decision": "requiredDecision"}
    found = []
    for target in targets:
        kind, _colon, key = target.partition(":")
        if kind == "knowledge":
            inner = f'<requiredKnowledge href="#{key}"/>'
            found.append(f"<knowledgeRequirement>{inner}</knowledgeRequirement>")
        else:
            found.append(
                f'<informationRequirement><{names[kind]} href="#{key}"/></informationRequirement>'
            )
    return "".join(found)


def data(name: str, kind: str = "") -> str:
    key = name.lower().replace(" ", "-")
    variable = f'<variable name="{name}" typeRef="{kind}"/>'
    return f'<inputData id="{key}" name="{name}">{variable}</inputData>'


def definitions(*parts: str, namespace: str = DMN15) -> bytes:
    return (
        f'<definitions xmlns="{namespace}" id="d" name="d" namespace="urn:test">\n'
        + "\n".join(parts)
        + "\n</definitions>"
    ).encode()


def load(*parts: str, namespace: str = DMN15) -> dmn.Model:
    return dmn.load([("t.dmn", definitions(*parts, namespace=namespace))])


def codes(model: dmn.Model) -> list[str]:
    return [problem.code for problem in model.problems]
