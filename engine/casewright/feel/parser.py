"""Recursive-descent parser with precedence climbing: FEEL text to a syntax tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import nodes as n
from .cursor import KEYWORDS, BadSyntax, Cursor
from .hints import advice
from .lexer import Token, unescape
from .problems import FeelError, Problem
from .temporal import parse_at
from .values import number

MAX_TEXT = 1_048_576
MAX_DEPTH = 100
_CONSTANTS = {"true": True, "false": False, "null": None}
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ARITHMETIC = {"+": 4, "-": 4, "*": 5, "/": 5, "**": 6}
_OR, _AND, _COMPARE, _ADD = 1, 2, 3, 4
_UNARY = 7
_BINDS = {
    **_ARITHMETIC,
    **dict.fromkeys((*_COMPARISONS, "between", "in"), _COMPARE),
    **{"or": _OR, "and": _AND, "instance": _UNARY + 1},
    **dict.fromkeys(".([", 9),
}
_CONTINUES = frozenset(
    {"and", "or", "then", "else", "return", "satisfies", "in", "between", "instance", "of"}
)
_STARTS = frozenset({"(", "[", "{", "-", "@", "?"})
_TYPES = [
    ("date", "and", "time"),
    ("days", "and", "time", "duration"),
    ("years", "and", "months", "duration"),
]


@dataclass(slots=True)
class Parsed:
    """What the parser found: a tree or tests, the names it reads, and problems."""

    tree: n.Node | None = None
    tests: tuple[n.Test, ...] = ()
    negated: bool = False
    reads: frozenset[str] = frozenset()
    uncertain: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


class Parser(Cursor):
    """Parses one text."""

    # -- expressions

    def expression(self, level: int = 0) -> n.Node:
        """Parse operators that bind at least as tightly as level."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadSyntax("nested too deeply", self.tokens[self.position].start, "limit")
        left = self.prefix()
        while True:
            text = self.tokens[self.position].text
            power = _BINDS.get(text)
            if power is None or power < level:
                break
            more = self.postfix(left, text) if power == 9 else self.infix(left, text, power)
            if more is None:
                break
            left = more
        self.depth -= 1
        return left

    def postfix(self, left: n.Node, text: str) -> n.Node | None:
        """Parse a path, a call or a filter after an operand."""
        if text == "(":
            return self.call(left)
        place = self.place()
        if text == ".":
            self.position += 1
            return n.Path(place, left, self.path_name())
        if self._starts_expression(self.peek()):
            self.position += 1
            self.scopes.append({"item"})
            self.filters += 1
            condition = self.expression()
            self.filters -= 1
            self.scopes.pop()
            self.expect("]")
            return n.Filter(place, left, condition)
        return None

    def _starts_expression(self, token: Token) -> bool:
        if token.kind == "operator":
            return token.text in _STARTS
        if token.kind == "name":
            return token.text not in _CONTINUES
        return token.kind != "end"

    def path_name(self) -> str:
        """Take the name after a point; words that can be nothing else belong to it."""
        token = self.tokens[self.position]
        long = self.long_name()
        if long is None and token.kind == "name":
            # After a point a keyword is a key like any other.
            self.position += 1
        name = long or (token.text if token.kind == "name" else self.name())
        while self.tokens[self.position].kind == "name":
            token = self.tokens[self.position]
            if token.text in KEYWORDS:
                break
            name += " " + token.text
            self.position += 1
        return name

    def infix(self, left: n.Node, text: str, power: int) -> n.Node | None:
        """Parse an operator and its right side."""
        place = self.place()
        if power == _COMPARE:
            self.position += 1
            return self.comparison(left, text, place)
        if power <= _AND:
            operands = [left]
            while self.take(text):
                operands.append(self.expression(power + 1))
            return n.Logic(place, text, tuple(operands))
        if text != "instance":
            self.position += 1
            return n.Arithmetic(place, text, left, self.expression(power + 1))
        if self.peek().text != "of":
            return None
        self.position += 2
        return n.InstanceOf(place, left, self.type())

    def comparison(self, left: n.Node, text: str, place: n.Place) -> n.Node:
        """Parse what follows the sign of a comparison, between or in."""
        if text == "between":
            low = self.expression(_ADD)
            self.expect("and")
            return n.Between(place, left, low, self.expression(_ADD))
        if text == "in":
            return n.In(place, left, self.in_tests())
        return n.Comparison(place, text, left, self.expression(_ADD))

    def prefix(self) -> n.Node:
        """Parse what can start an expression."""
        token = self.tokens[self.position]
        place = self.place()
        if token.kind == "number":
            self.position += 1
            return n.Literal(place, self._number(token))
        if token.kind == "string":
            self.position += 1
            return n.Literal(place, self._string(token))
        long = self.long_name()
        if long is not None:
            return self._name(place, long)
        if token.kind == "name" and token.text in KEYWORDS:
            return self.keyword(place, token.text)
        if token.kind in ("name", "quoted"):
            self.position += 1
            return self._name(place, token.text if token.kind == "name" else token.text[1:-1])
        if token.kind == "operator":
            return self.sign(place, token.text)
        raise self.error("expected an expression")

    def _name(self, place: n.Place, name: str) -> n.Name:
        local = bool(self.scopes) and any(name in scope for scope in self.scopes)
        called = name in self.builtins and self.at("(") and name not in self.declared
        if called and not local:
            self.calls.add(name)
        elif not local:
            self.reads[name] = self.reads.get(name, True) and self.filters > 0
        return n.Name(place, name, local, self.filters > 0)

    def _number(self, token: Token) -> object:
        try:
            return number(token.text)
        except FeelError as error:
            raise BadSyntax(error.message, token.start) from None

    def _string(self, token: Token) -> str:
        value = unescape(token.text[1:-1])
        if value is None:
            raise BadSyntax("half of a surrogate pair", token.start)
        return value

    def sign(self, place: n.Place, text: str) -> n.Node:
        """Parse what starts with a sign."""
        if text == "-":
            self.position += 1
            return n.Negation(place, self.expression(_UNARY))
        if text == "?":
            self.position += 1
            self.inputs += 1
            return n.Name(place, "?", True, False)
        if text == "@":
            return self.at_literal(place)
        if text == "{":
            return self.context(place)
        if text in ("(", "[", "]"):
            return self.bracket(place, text)
        raise self.error("expected an expression")

    def at_literal(self, place: n.Place) -> n.Node:
        """Parse @"…"; what cannot be read is a problem when it is evaluated."""
        self.position += 1
        token = self.tokens[self.position]
        if token.kind != "string":
            raise self.error("expected a string after @")
        self.position += 1
        return n.Literal(place, parse_at(self._string(token)))

    def bracket(self, place: n.Place, opening: str) -> n.Node:
        """Parse a list, a range, or an expression in parentheses."""
        self.position += 1
        # In []1..2[, …] the second bracket opens a range.
        opens = self.peek().kind in ("number", "string")
        if opening == "[" and not opens and self.take("]"):
            return n.ListLiteral(place, ())
        if opening == "(" and self.at(*_COMPARISONS):
            operator = self.take(*_COMPARISONS) or ""
            end = self.expression(_ADD)
            self.expect(")")
            return _one_sided(place, operator, end)
        first = self.expression()
        if self.take(".."):
            return self.range(place, opening, first)
        if opening == "(":
            self.expect(")")
            return first
        if opening == "]":
            raise self.error("expected '..'")
        items = [first]
        while self.take(","):
            items.append(self.expression())
        self.expect("]")
        return n.ListLiteral(place, tuple(items))

    def range(self, place: n.Place, opening: str, low: n.Node) -> n.Node:
        """Parse a range from after its two points."""
        high = self.expression()
        closing = self.take("]", ")", "[")
        if closing is None:
            raise self.error("expected the end of the range")
        return n.RangeLiteral(place, low, high, opening == "[", closing == "]")

    def context(self, place: n.Place) -> n.Node:
        """Parse a context."""
        self.position += 1
        self.scopes.append(set())
        entries: list[tuple[str, n.Node]] = []
        while not self.at("}"):
            token = self.tokens[self.position]
            if token.kind == "string":
                self.position += 1
                key: str | None = self._string(token)
            else:
                key = self.key()
            if key is None:
                raise self.error("expected a key")
            self.expect(":")
            # A function may call itself by the key it is about to have.
            if self.at("function"):
                self.declare(key)
            entries.append((key, self.expression()))
            self.declare(key)
            if not self.take(","):
                break
        self.expect("}")
        self.scopes.pop()
        return n.ContextLiteral(place, tuple(entries))

    def call(self, target: n.Node) -> n.Node:
        """Parse arguments."""
        place = target.place
        self.position += 1
        arguments: list[n.Node] = []
        named: list[tuple[str, n.Node]] = []
        while not self.at(")"):
            key = self.key()
            if key is not None:
                self.expect(":")
                named.append((key, self.expression()))
            else:
                arguments.append(self.expression())
            if not self.take(","):
                break
        self.expect(")")
        if arguments and named:
            raise self.error("arguments are given either by place or by name")
        return n.Call(place, target, tuple(arguments), tuple(named))

    def keyword(self, place: n.Place, word: str) -> n.Node:
        """Parse what starts with a keyword."""
        if word in _CONSTANTS:
            self.position += 1
            return n.Literal(place, _CONSTANTS[word])
        if word == "if":
            self.position += 1
            condition = self.expression()
            self.expect("then")
            yes = self.expression()
            self.expect("else")
            return n.If(place, condition, yes, self.expression())
        if word in ("for", "some", "every"):
            return self.loop(place, word)
        if word == "function":
            return self.function(place)
        raise self.error("expected an expression")

    def loop(self, place: n.Place, word: str) -> n.Node:
        """Parse for, some and every."""
        self.position += 1
        self.scopes.append({"partial"} if word == "for" else set())
        iterators: list[n.Iterator] = []
        while True:
            at = self.place()
            name = self.name()
            self.expect("in")
            source = self.expression()
            until = self.expression() if self.take("..") else None
            iterators.append(n.Iterator(at, name, source, until))
            self.declare(name)
            if not self.take(","):
                break
        self.expect("return" if word == "for" else "satisfies")
        body = self.expression()
        self.scopes.pop()
        if word == "for":
            return n.For(place, tuple(iterators), body)
        return n.Quantified(place, word == "every", tuple(iterators), body)

    def function(self, place: n.Place) -> n.Node:
        """Parse a function literal."""
        self.position += 1
        self.expect("(")
        parameters: list[tuple[str, n.TypeName | None]] = []
        while not self.at(")"):
            name = self.key() or self.name()
            parameters.append((name, self.type() if self.take(":") else None))
            if not self.take(","):
                break
        self.expect(")")
        external = self.take("external") is not None
        if external:
            message = "external functions are not allowed"
            self.problems.append(Problem("not-allowed", message, *place))
        self.scopes.append(set())
        for name, _ in parameters:
            self.declare(name)
        body = self.expression()
        self.scopes.pop()
        return n.FunctionLiteral(place, tuple(parameters), body, external)

    # -- types

    def type(self) -> n.TypeName:
        """Parse the name of a type, with what stands between < and >."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadSyntax("nested too deeply", self.tokens[self.position].start, "limit")
        place = self.place()
        name = self._type_name()
        parts: list[n.TypeName] = []
        fields: list[tuple[str, n.TypeName]] = []
        if name in ("list", "range", "function", "context") and self.take("<"):
            while not self.at(">"):
                if name == "context":
                    key = self.key() or self.name()
                    self.expect(":")
                    fields.append((key, self.type()))
                else:
                    parts.append(self.type())
                if not self.take(","):
                    break
            self.expect(">")
        if name == "function" and self.take("->"):
            fields.append(("", self.type()))
        self.depth -= 1
        return n.TypeName(place, name, tuple(parts), tuple(fields))

    def _type_name(self) -> str:
        for known in _TYPES:
            end = self.position + len(known)
            if tuple(t.text for t in self.tokens[self.position : end]) == known:
                self.position = end
                return " ".join(known)
        if self.take("function"):
            return "function"
        if self.take("null"):
            return "Null"
        name = self.name()
        while self.take("."):
            name += "." + self.name()
        return name

    # -- unary tests

    def in_tests(self) -> tuple[n.Test, ...]:
        """Parse the tests after in."""
        self.scopes.append(set())
        if not self.at("("):
            tests = [self.test(_ADD)]
        else:
            place = self.place()
            self.position += 1
            tests = [self.test()]
            if not tests[0].operator and self.take(".."):
                tests = [n.Test(place, "", self.range(place, "(", tests[0].operand))]
            else:
                while self.take(","):
                    tests.append(self.test())
                self.expect(")")
        self.scopes.pop()
        return tuple(tests)

    def test(self, level: int = 0) -> n.Test:
        """Parse one unary test."""
        place = self.place()
        operator = self.take(*_COMPARISONS)
        before = self.inputs
        operand = self.expression(_ADD if operator else level)
        return n.Test(place, operator or "", operand, self.inputs > before)

    def tests(self) -> tuple[tuple[n.Test, ...], bool]:
        """Parse unary tests, and tell whether not stands around them."""
        failed = None
        if self.at("not") and self.peek().text == "(":
            before = self._state()
            try:
                return self._negated(), True
            except BadSyntax as error:
                # It may be the function not, with more behind it.
                failed = error
                self._restore(before)
        try:
            return self._listed(), False
        except BadSyntax as error:
            raise max(failed or error, error, key=lambda found: found.offset) from None

    def _listed(self) -> tuple[n.Test, ...]:
        found = [self.test()]
        while self.take(","):
            found.append(self.test())
        if self.tokens[self.position].kind != "end" and not self.at(")"):
            raise self.error("expected the end")
        return tuple(found)

    def _negated(self) -> tuple[n.Test, ...]:
        self.position += 2
        found = self._listed()
        self.expect(")")
        if self.tokens[self.position].kind != "end":
            raise self.error("expected the end")
        return found

    def _state(self) -> tuple[int, int, int, int, int, dict[str, bool], set[str], int]:
        counts = self.position, self.depth, self.filters, self.inputs, len(self.scopes)
        return *counts, dict(self.reads), set(self.calls), len(self.problems)

    def _restore(
        self, state: tuple[int, int, int, int, int, dict[str, bool], set[str], int]
    ) -> None:
        self.position, self.depth, self.filters, self.inputs, scopes, reads, calls, known = state
        self.reads, self.calls = reads, calls
        del self.scopes[scopes:], self.problems[known:]

    def _told(self, error: BadSyntax) -> Problem:
        message = error.message
        if error.kind == "syntax":
            names = (*self.declared, *self.builtins)
            message += advice(self.text, self.tokens, error.offset, message, names)
        return Problem(error.kind, message, *self.lines.at(error.offset))

    def run(self, unary: bool) -> Parsed:
        """Parse the whole text."""
        tree: n.Node | None = None
        tests: tuple[n.Test, ...] = ()
        negated = False
        try:
            if unary:
                self.scopes.append(set())
                tests, negated = self.tests()
            else:
                tree = self.expression()
            if self.tokens[self.position].kind != "end":
                raise self.error("expected an operator or the end")
        except BadSyntax as error:
            self.problems.append(self._told(error))
        except RecursionError:
            self.problems.append(Problem("limit", "nested too deeply"))
        return Parsed(
            tree,
            tests,
            negated,
            frozenset(self.reads),
            frozenset(name for name, inside in self.reads.items() if inside),
            frozenset(self.calls),
            tuple(self.problems),
        )


def _one_sided(place: n.Place, operator: str, end: n.Node) -> n.RangeLiteral:
    included = "=" in operator
    if operator.startswith(">"):
        return n.RangeLiteral(place, end, None, included, False, operator)
    if operator.startswith("<"):
        return n.RangeLiteral(place, None, end, False, included, operator)
    return n.RangeLiteral(place, end, end, True, True, operator)


def parse(text: str, names: Iterable[str], builtins: Iterable[str], unary: bool = False) -> Parsed:
    """Parse text; never raises on bad text."""
    if len(text) > MAX_TEXT:
        return Parsed(problems=(Problem("limit", "the text is too long"),))
    return Parser(text, names, builtins).run(unary)
