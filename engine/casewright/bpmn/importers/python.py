"""Simple Python expressions, the language of SpiffWorkflow, in FEEL; nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from casewright.bpmn.importers.juel import quoted
from casewright.bpmn.importers.work import Untranslated

_BINARY: dict[type[ast.operator], str] = {
    **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"},
}
_COMPARE: dict[type[ast.cmpop], str] = {
    **{ast.Eq: "=", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="},
}
_PARTS = {"weeks": "W", "days": "D", "hours": "H", "minutes": "M", "seconds": "S"}


def expression(value: str) -> str:
    """Return an expression as FEEL after “=”."""
    return "= " + _feel(_parsed(value))


def time(value: str) -> str:
    """Return the time of a timer: a quoted text as it is, `timedelta(…)` as a duration."""
    node = _parsed(value)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value.startswith("="):
            raise Untranslated("a text that begins with “=” would be FEEL here")
        return node.value
    called = node.func if isinstance(node, ast.Call) else None
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    if isinstance(node, ast.Call) and name == "timedelta" and not node.args:
        return _duration(node.keywords)
    return "= " + _feel(node)


def assignment(value: str) -> tuple[str, str]:
    """Return the variable and the FEEL of a script that is one assignment."""
    try:
        body = ast.parse(value.strip()).body
    except (SyntaxError, ValueError, RecursionError):
        raise Untranslated("it is no Python") from None
    if len(body) != 1 or not isinstance(body[0], ast.Assign) or len(body[0].targets) != 1:
        raise Untranslated("it is more than one assignment")
    target = body[0].targets[0]
    if not isinstance(target, ast.Name):
        raise Untranslated("it changes a part of a variable")
    return target.id, "= " + _feel(body[0].value)


def _parsed(value: str) -> ast.expr:
    try:
        return ast.parse(value.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise Untranslated("it is no Python expression") from None


def _duration(parts: list[ast.keyword]) -> str:
    values: dict[str, int] = {}
    for part in parts:
        number = part.value.value if isinstance(part.value, ast.Constant) else None
        if part.arg not in _PARTS or not isinstance(number, int) or number < 0:
            raise Untranslated("the time is known only when it runs")
        values[_PARTS[part.arg]] = number
    days = values.get("D", 0) + 7 * values.get("W", 0)
    date = f"{days}D" if days else ""
    clock = "".join(f"{values[unit]}{unit}" for unit in "HMS" if values.get(unit))
    if not date and not clock:
        return "PT0S"
    return f"P{date}" + (f"T{clock}" if clock else "")


def _feel(node: ast.expr) -> str:
    maker = _MAKERS.get(type(node))
    if maker is None:
        raise Untranslated(f"“{ast.unparse(node)}” has no certain counterpart")
    return maker(node)


def _constant(node: ast.Constant) -> str:
    value = node.value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)) and "e" not in repr(value) and "n" not in repr(value):
        return repr(value)
    if isinstance(value, str):
        return quoted(value)
    raise Untranslated(f"“{value!r}” has no certain counterpart")


def _inner(node: ast.expr) -> str:
    made = _feel(node)
    simple = (ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.List, ast.Dict)
    return made if isinstance(node, simple) else f"({made})"


def _both(node: ast.BoolOp) -> str:
    word = " and " if isinstance(node.op, ast.And) else " or "
    return word.join(_inner(part) for part in node.values)


def _one(node: ast.UnaryOp) -> str:
    if isinstance(node.op, ast.Not):
        return f"not({_feel(node.operand)})"
    if isinstance(node.op, ast.USub):
        return f"-{_inner(node.operand)}"
    raise Untranslated(f"“{ast.unparse(node)}” has no certain counterpart")


def _arithmetic(node: ast.BinOp) -> str:
    left, right = _inner(node.left), _inner(node.right)
    if isinstance(node.op, ast.Mod) and not left.startswith('"'):
        return f"modulo({left}, {right})"
    sign = _BINARY.get(type(node.op))
    if sign is None or (sign == "*" and '"' in (left[0], right[0])):
        raise Untranslated(f"“{ast.unparse(node)}” has no certain counterpart")
    return f"{left} {sign} {right}"


def _compared(node: ast.Compare) -> str:
    parts, left = [], node.left
    for sign, right in zip(node.ops, node.comparators, strict=True):
        parts.append(_comparison(left, sign, right))
        left = right
    return " and ".join(parts)


def _comparison(left: ast.expr, sign: ast.cmpop, right: ast.expr) -> str:
    null = isinstance(right, ast.Constant) and right.value is None
    if isinstance(sign, (ast.Is, ast.IsNot)) and null:
        return f"{_inner(left)} {'=' if isinstance(sign, ast.Is) else '!='} null"
    if isinstance(sign, (ast.In, ast.NotIn)) and isinstance(right, (ast.List, ast.Tuple)):
        listed = ", ".join(_feel(item) for item in right.elts)
        made = f"list contains([{listed}], {_feel(left)})"
        return made if isinstance(sign, ast.In) else f"not({made})"
    word = _COMPARE.get(type(sign))
    if word is None:
        raise Untranslated("what “in” and “is” mean depends on what the variables hold")
    return f"{_inner(left)} {word} {_inner(right)}"


def _attribute(node: ast.Attribute) -> str:
    return f"{_inner(node.value)}.{node.attr}"


def _subscript(node: ast.Subscript) -> str:
    key = node.slice
    if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isidentifier():
        return f"{_inner(node.value)}.{key.value}"
    raise Untranslated("what […] means depends on what the variable holds")


def _list(node: ast.List) -> str:
    return f"[{', '.join(_feel(item) for item in node.elts)}]"


def _dict(node: ast.Dict) -> str:
    entries = []
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise Untranslated("a key is no text")
        entries.append(f"{quoted(key.value)}: {_feel(value)}")
    return "{" + ", ".join(entries) + "}"


def _choice(node: ast.IfExp) -> str:
    return f"if {_feel(node.test)} then {_feel(node.body)} else {_feel(node.orelse)}"


def _name(node: ast.Name) -> str:
    return node.id


_MAKERS: dict[type[ast.expr], Callable[[Any], str]] = {
    ast.Constant: _constant,
    ast.BoolOp: _both,
    ast.UnaryOp: _one,
    ast.BinOp: _arithmetic,
    ast.Compare: _compared,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.List: _list,
    ast.Dict: _dict,
    ast.IfExp: _choice,
    ast.Name: _name,
}
