"""Simple expressions of JUEL, the language of Camunda 7, in FEEL.

What means the same whatever the variables hold is translated, and nothing else: methods of Java
objects, beans and functions are left to a person.
"""

from __future__ import annotations

import re

from casewright.bpmn.importers.work import Untranslated

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<string>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>&&|\|\||[=!<>]=|[-+*/%<>!?:().,\[\]]))"
)
_WORDS = {
    **{"and": "&&", "or": "||", "not": "!", "eq": "==", "ne": "!=", "div": "/", "mod": "%"},
    **{"lt": "<", "le": "<=", "gt": ">", "ge": ">="},
}
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"))
_FEEL = {"||": "or", "&&": "and", "==": "="}
_WHOLE = re.compile(r"[$#]\{([^{}]*)\}")


def text(value: str) -> str:
    """Return a literal as it is, and an expression as FEEL after “=”."""
    value = value.strip()
    if "${" not in value and "#{" not in value:
        if value.startswith("="):
            raise Untranslated("a text that begins with “=” would be FEEL here")
        return value
    return expression(value)


def expression(value: str) -> str:
    """Return one expression in `${…}` as FEEL after “=”."""
    match = _WHOLE.fullmatch(value.strip())
    if match is None:
        raise Untranslated("it is not one expression in ${…}")
    return "= " + _Reader(match[1]).whole()


def quoted(value: str) -> str:
    """Return a text as a FEEL string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


class _Reader:
    """Reads by descent, one method for a kind of expression, and writes FEEL."""

    def __init__(self, source: str) -> None:
        self._tokens = self._split(source)
        self._at = 0
        # Whether the right side of an equality is read.
        self._equal = 0

    def whole(self) -> str:
        made = self._choice()
        if self._peek() != ("", ""):
            raise Untranslated(f"“{self._peek()[1]}” is not understood")
        return made

    @staticmethod
    def _split(source: str) -> list[tuple[str, str]]:
        found, at = [], 0
        source = source.strip()
        while at < len(source):
            match = _TOKEN.match(source, at)
            if match is None:
                raise Untranslated(f"“{source[at : at + 10]}” is not understood")
            at = match.end()
            kind, word = str(match.lastgroup), match[match.lastgroup or 0]
            found.append(("sign", _WORDS[word]) if word in _WORDS else (kind, word))
        return found

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, *signs: str) -> str:
        kind, word = self._peek()
        if kind == "sign" and word in signs:
            self._at += 1
            return word
        return ""

    def _want(self, sign: str) -> None:
        if not self._take(sign):
            raise Untranslated(f"“{sign}” is missing")

    def _choice(self) -> str:
        condition = self._binary(0)
        if not self._take("?"):
            return condition
        yes = self._choice()
        self._want(":")
        return f"if {condition} then {yes} else {self._choice()}"

    def _binary(self, level: int) -> str:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while sign := self._take(*_LEVELS[level]):
            self._equal += level == 2
            right = self._binary(level + 1)
            self._equal -= level == 2
            if sign == "+" and '"' in left + right:
                raise Untranslated("JUEL adds numbers only, and a text stands beside “+”")
            if sign == "%":
                left = f"modulo({left}, {right})"
            else:
                left = f"{left} {_FEEL.get(sign, sign)} {right}"
            # Comparisons are not chained in FEEL.
            chained = self._peek()[1] in (*_LEVELS[2], *_LEVELS[3]) or (level == 3 and self._equal)
            if level in (2, 3) and chained:
                left = f"({left})"
        return left

    def _unary(self) -> str:
        if self._take("!"):
            return f"not({self._unary()})"
        if self._take("-"):
            return f"-{self._unary()}"
        return self._path()

    def _path(self) -> str:
        made = self._primary()
        while True:
            if self._take("."):
                kind, name = self._next()
                if kind != "name":
                    raise Untranslated("a name is missing behind “.”")
                made = self._method(made, name) if self._take("(") else f"{made}.{name}"
            elif self._take("["):
                kind, key = self._next()
                self._want("]")
                if kind == "string" and key[1:-1].isidentifier():
                    made = f"{made}.{key[1:-1]}"
                elif kind == "number" and key.isdecimal():
                    made = f"{made}[{int(key) + 1}]"
                else:
                    raise Untranslated("what stands in […] is known only when it runs")
            elif self._peek() == ("sign", "("):
                raise Untranslated("functions have no counterpart")
            else:
                return made

    def _method(self, target: str, name: str) -> str:
        arguments = []
        while not self._take(")"):
            arguments.append(self._choice())
            if not self._take(","):
                self._want(")")
                break
        if target == "execution" and name == "getVariable" and len(arguments) == 1:
            variable = arguments[0].strip('"')
            if variable.isidentifier() and arguments[0].startswith('"'):
                return variable
        if name == "equals" and len(arguments) == 1:
            return f"({target} = {arguments[0]})"
        if name == "size" and not arguments:
            return f"count({target})"
        raise Untranslated(f"the method {name}() of a Java object has no certain counterpart")

    def _primary(self) -> str:
        kind, word = self._next()
        if kind == "number":
            return word
        if kind == "string":
            return quoted(re.sub(r"\\(.)", r"\1", word[1:-1]))
        if kind == "name":
            if word == "empty":
                raise Untranslated("“empty” asks for null, no text and an empty list at once")
            # Camunda 7 counts the items from 0.
            return "(loopCounter - 1)" if word == "loopCounter" else word
        if word == "(":
            made = self._choice()
            self._want(")")
            return f"({made})"
        raise Untranslated(f"“{word}” is not understood" if word else "it ends too early")
