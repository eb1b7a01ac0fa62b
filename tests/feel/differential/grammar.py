"""Makes FEEL expressions by the grammar of DMN 1.5, counting each rule and function it uses."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

CONTEXT = (
    '{n: 7, half: 0.5, s: "Foo bar", flag: true, none: null, l: [3, 1, 2, 3], words: ["b", "a"], '
    'full name: "Ann Lee", net-amount: 12.5, größe: 180, d: date("2024-02-29"), '
    't: time("10:30:00"), dt: date and time("2024-02-29T10:30:00"), dur: duration("P1DT2H"), '
    'ym: duration("P1Y2M"), r: [1..10], p: {name: "Zoe", age: 41, home: {zip code: "10115"}}, '
    'people: [{name: "A", age: 30}, {name: "B", age: 20}]}'
)
_NAMES = {
    "number": ["n", "half", "p.age", "net-amount", "größe", "l[1]", "count(l)"],
    "string": ["s", "full name", "p.name", "p.home.zip code", "words[1]"],
    "boolean": ["flag", "n > 5"],
    "date": ["d"],
    "time": ["t"],
    "datetime": ["dt"],
    "duration": ["dur"],
    "months": ["ym"],
    "numbers": ["l", "people.age"],
    "strings": ["words", "people.name"],
    "context": ["p", "people[1]", "p.home"],
    "range": ["r"],
}
_LITERALS = {
    "number": ["0", "1", "2", "3", "5", "10", "0.5", ".25", "1.50", "-1", "-2.5", "100", "1e2"],
    "string": [
        '""',
        '"a"',
        '"abc"',
        '"foobar"',
        '"Zażółć"',
        '"a\\nb"',
        '"\\u0041"',
        '"😀x"',
        '"1.5"',
    ],
    "boolean": ["true", "false"],
    "date": ['@"2024-01-31"', 'date("2023-12-25")', "date(2020, 2, 29)", '@"1999-07-04"'],
    "time": [
        '@"10:30:00"',
        'time("23:59:59")',
        "time(8, 5, 0)",
        '@"12:00:00+02:00"',
        '@"09:15:00Z"',
    ],
    "datetime": [
        '@"2024-01-31T10:30:00"',
        'date and time("2023-12-25T00:00:00Z")',
        '@"2020-02-29T23:59:59+01:00"',
        '@"2024-07-01T12:00:00@Europe/Berlin"',
    ],
    "duration": ['@"P1D"', 'duration("PT36H")', '@"-PT90M"', 'duration("P2DT3H4M5S")'],
    "months": ['@"P1Y"', 'duration("P14M")', '@"-P3M"', 'duration("P2Y6M")'],
    "numbers": ["[]", "[1, 2, 3]", "[3, 1, 2]", "[5]", "[1.5, 2.5, 2.5]", "[10, -4, 0, 10]"],
    "strings": ['["a", "b"]', '["b", "a", "b"]', '[""]', '["x", null]'],
    "context": ["{}", "{a: 1}", '{a: 1, b: "x"}', '{"a b": {c: 2}}', "{a: 1, b: a + 1}"],
    "range": ["[1..5]", "(1..5)", "[5..9]", "]1..3[", "[1..1]", "(< 5)", "(>= 3)", "[3..8)"],
    "null": ["null"],
}
_TYPES = [*_LITERALS]
_ORDERED = ("number", "string", "date", "time", "datetime", "duration", "months")


@dataclass(frozen=True)
class Case:
    """One expression, or unary tests with their input, and what it is made of."""

    text: str
    unary: bool
    input: str
    rules: frozenset[str]
    functions: frozenset[str]


# Of each function: the types of its arguments, and its parameters' names as DMN 1.5 gives them.
FUNCTIONS: list[tuple[str, str, str]] = [
    ("string", "any", "from"),
    ("number", "numeral", "from"),
    ("number", "grouped separator point", "from,grouping separator,decimal separator"),
    ("date", "dated", "from"),
    ("date", "number number number", "year,month,day"),
    ("time", "timed", "from"),
    ("time", "number number number", "hour,minute,second"),
    ("date and time", "stamped", "from"),
    ("date and time", "date time", "date,time"),
    ("duration", "lasting", "from"),
    ("years and months duration", "date date", "from,to"),
    ("not", "boolean", "negand"),
    ("substring", "string number", "string,start position"),
    ("substring", "string number number", "string,start position,length"),
    ("string length", "string", "string"),
    ("upper case", "string", "string"),
    ("lower case", "string", "string"),
    ("substring before", "string string", "string,match"),
    ("substring after", "string string", "string,match"),
    ("replace", "string pattern replacement", "input,pattern,replacement"),
    ("replace", "string pattern replacement flags", "input,pattern,replacement,flags"),
    ("contains", "string string", "string,match"),
    ("starts with", "string string", "string,match"),
    ("ends with", "string string", "string,match"),
    ("matches", "string pattern", "input,pattern"),
    ("matches", "string pattern flags", "input,pattern,flags"),
    ("split", "string delimiter", "string,delimiter"),
    ("string join", "strings", "list"),
    ("string join", "strings string", "list,delimiter"),
    ("list contains", "numbers number", "list,element"),
    ("count", "list", "list"),
    ("min", "numbers", "list"),
    ("max", "numbers", "list"),
    ("sum", "numbers", "list"),
    ("mean", "numbers", "list"),
    ("all", "booleans", "list"),
    ("any", "booleans", "list"),
    ("sublist", "list position", "list,start position"),
    ("sublist", "list position number", "list,start position,length"),
    ("append", "list any", ""),
    ("concatenate", "list list", ""),
    ("insert before", "list position any", "list,position,newItem"),
    ("remove", "list position", "list,position"),
    ("list replace", "list position any", "list,position,newItem"),
    ("list replace", "numbers matcher any", "list,match,newItem"),
    ("reverse", "list", "list"),
    ("index of", "numbers number", "list,match"),
    ("union", "list list", ""),
    ("distinct values", "list", "list"),
    ("flatten", "nested", "list"),
    ("product", "numbers", "list"),
    ("median", "numbers", "list"),
    ("stddev", "numbers", "list"),
    ("mode", "numbers", "list"),
    ("decimal", "number scale", "n,scale"),
    ("floor", "number", "n"),
    ("floor", "number scale", "n,scale"),
    ("ceiling", "number", "n"),
    ("ceiling", "number scale", "n,scale"),
    ("round up", "number scale", "n,scale"),
    ("round down", "number scale", "n,scale"),
    ("round half up", "number scale", "n,scale"),
    ("round half down", "number scale", "n,scale"),
    ("abs", "number", "n"),
    ("abs", "duration", "n"),
    ("modulo", "number number", "dividend,divisor"),
    ("sqrt", "number", "number"),
    ("log", "number", "number"),
    ("exp", "number", "number"),
    ("odd", "number", "number"),
    ("even", "number", "number"),
    ("is", "any any", "value1,value2"),
    ("before", "number number", "point1,point2"),
    ("before", "number range", "point,range"),
    ("before", "range range", "range1,range2"),
    ("after", "number range", "point,range"),
    ("after", "range number", "range,point"),
    ("meets", "range range", "range1,range2"),
    ("met by", "range range", "range1,range2"),
    ("overlaps", "range range", "range1,range2"),
    ("overlaps before", "range range", "range1,range2"),
    ("overlaps after", "range range", "range1,range2"),
    ("finishes", "number range", "point,range"),
    ("finished by", "range range", "range1,range2"),
    ("includes", "range number", "range,point"),
    ("includes", "range range", "range1,range2"),
    ("during", "number range", "point,range"),
    ("starts", "number range", "point,range"),
    ("started by", "range number", "range,point"),
    ("coincides", "number number", "point1,point2"),
    ("coincides", "range range", "range1,range2"),
    ("day of year", "date", "date"),
    ("day of week", "date", "date"),
    ("month of year", "date", "date"),
    ("week of year", "date", "date"),
    ("sort", "numbers precedes", "list,precedes"),
    ("get value", "context keyname", "m,key"),
    ("get value", "context keys", "context,keys"),
    ("get entries", "context", "m"),
    ("context", "entries", "entries"),
    ("context put", "context keyname any", "context,key,value"),
    ("context put", "context keys any", "context,keys,value"),
    ("context merge", "contexts", "contexts"),
    ("range", "rangetext", "from"),
    ("now", "", ""),
    ("today", "", ""),
]
_SPECIAL = {
    "numeral": ['"1"', '"-2.5"', '"1e3"', '"abc"', '"0.10"', '""'],
    "grouped": ['"1 000,5"', '"1,000.5"', '"1.000,5"', '"1000"'],
    "separator": ['" "', '","', '"."', "null"],
    "point": ['"."', '","', "null"],
    "dated": ['"2024-02-29"', '"2023-02-29"', '"x"', "dt", "d", '"2024-1-1"'],
    "timed": ['"10:30:00"', '"25:00:00"', "t", "dt", '"10:30:00Z"', '"10:30"'],
    "stamped": ['"2024-02-29T10:30:00"', '"2024-02-29"', '"x"', '"2024-02-29T10:30:00+02:00"'],
    "lasting": ['"P1D"', '"PT1H30M"', '"P1Y2M"', '"-P1Y"', '"P"', '"1D"', '"P1Y1D"', '"PT0S"'],
    "pattern": ['"a"', '"[a-z]+"', '"o{2}"', '"^F.*"', '"(a)(b)"', '"\\\\s"', '"x*y"', '"("'],
    "replacement": ['"-"', '"$1"', '"[$0]"', '""'],
    "flags": ['"i"', '"s"', '"m"', '""', '"x"', '"g"'],
    "delimiter": ['" "', '","', '"[ab]"', '"o"'],
    "booleans": ["[true, false]", "[true, null]", "[true]", "[]", "[false, null]", '[true, "x"]'],
    "position": ["1", "2", "-1", "3", "0", "99", "-99"],
    "nested": ["[[1, 2], [[3]]]", "[1, [2, null]]", "[[]]", "[l, words]"],
    "matcher": ["function(a, b) a > 1", "function(item, newItem) item = newItem"],
    "scale": ["0", "1", "2", "-1", "3"],
    "precedes": ["function(x, y) x < y", "function(x, y) x > y"],
    "keyname": ['"a"', '"b"', '"name"', '"no"', '"a b"'],
    "keys": ['["a"]', '["home", "zip code"]', '["a b", "c"]', '["no", "x"]', "[]"],
    "entries": [
        '[{key: "a", value: 1}]',
        '[{key: "a"}]',
        "[]",
        '[{key: "a", value: 1}, {key: "a", value: 2}]',
    ],
    "contexts": ["[{a: 1}, {a: 2, b: 3}]", "[]", "[{a: 1}, null]", "[p, {age: 1}]"],
    "rangetext": ['"[1..5]"', '"(1..3)"', '"[5..1]"', '"x"'],
}
_COMPARE = ("=", "!=", "<", "<=", ">", ">=")


class Grammar:
    """Makes cases; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rules: set[str] = set()
        self.functions: set[str] = set()
        self.made = 0
        self.rule_counts: Counter[str] = Counter()
        self.function_counts: Counter[str] = Counter()

    def case(self) -> Case:
        """Make one case; rules and functions take turns, so that none is rare."""
        self.rules, self.functions = set(), set()
        unary = self.made % 8 == 7
        subject = "null"
        if unary:
            kind = self.pick(_ORDERED)
            subject = self.value(kind, 0)
            text = self.tests(kind)
        elif self.made % 2:
            text = self.call(FUNCTIONS[self.made // 2 % len(FUNCTIONS)], 1)
        else:
            text = _RULES[self.made // 2 % len(_RULES)](self, 2)
        self.made += 1
        self.rule_counts.update(self.rules)
        self.function_counts.update(self.functions)
        return Case(text, unary, subject, frozenset(self.rules), frozenset(self.functions))

    def pick(self, choices: Sequence[str]) -> str:
        return self.random.choice(choices)

    def either(self, *makers: Callable[[int], str]) -> Callable[[int], str]:
        return self.random.choice(makers)

    def use(self, rule: str) -> None:
        self.rules.add(rule)

    # -- values by type

    def value(self, kind: str, depth: int) -> str:
        """Make an expression of a type; now and then of another one."""
        roll = self.random.random()
        if roll < 0.05:
            kind = self.pick(_TYPES)
        if kind in _SPECIAL:
            return self.pick(_SPECIAL[kind])
        if kind == "any":
            kind = self.pick(_TYPES)
        if kind == "list":
            kind = self.pick(("numbers", "strings"))
        if depth > 0 and roll > 0.75:
            return self.deeper(kind, depth - 1)
        names = _NAMES.get(kind, [])
        if names and roll < 0.4:
            self.use("name")
            return self.pick(names)
        self.literal(kind)
        return self.pick(_LITERALS[kind])

    def literal(self, kind: str) -> None:
        known = {"number": "numeric literal", "string": "string literal"}
        known |= {"boolean": "boolean literal", "numbers": "list", "strings": "list"}
        known |= {"context": "context", "range": "range literal", "null": "null literal"}
        self.use(known.get(kind, "date time literal"))

    def deeper(self, kind: str, depth: int) -> str:
        if kind == "number":
            return self.either(self.arithmetic, self.conditional)(depth)
        if kind == "boolean":
            return self.either(self.comparison, self.logic)(depth)
        if kind == "numbers":
            return self.either(self.loop, self.filter)(depth)
        if kind == "context":
            return self.context(depth)
        return f"({self.value(kind, 0)})"

    # -- rules

    def arithmetic(self, depth: int) -> str:
        operator = self.pick(("+", "-", "*", "/", "**"))
        self.use(f"arithmetic {operator}")
        kinds = [("number", "number")] * 6 + [("string", "string")]
        kinds += [(a, b) for a in ("date", "datetime", "time") for b in ("duration", "months")]
        kinds += [("duration", "number"), ("months", "number"), ("duration", "duration")]
        kinds += [("date", "date"), ("datetime", "datetime"), ("months", "months")]
        left, right = self.random.choice(kinds)
        if operator == "**":
            return f"{self.value('number', depth)} ** {self.pick(('0', '1', '2', '3', '-1'))}"
        return f"{self.value(left, depth)} {operator} {self.value(right, depth)}"

    def negation(self, depth: int) -> str:
        self.use("arithmetic negation")
        kind = self.pick(("number", "number", "duration", "months"))
        return f"-({self.value(kind, depth)})"

    def comparison(self, depth: int) -> str:
        operator = self.pick(_COMPARE)
        self.use(f"comparison {operator}")
        kind = self.pick((*_ORDERED, "boolean", "numbers", "context", "range"))
        return f"{self.value(kind, depth)} {operator} {self.value(kind, depth)}"

    def between(self, depth: int) -> str:
        self.use("between")
        kind = self.pick(_ORDERED)
        low, high = self.value(kind, depth), self.value(kind, depth)
        return f"{self.value(kind, depth)} between {low} and {high}"

    def contained(self, depth: int) -> str:
        self.use("in")
        kind = self.pick(_ORDERED)
        test = self.test(kind)
        if self.random.random() < 0.4:
            test = f"({test}, {self.test(kind)})"
        elif test[0] in "<>=!":
            test = f"({test})"
        return f"{self.value(kind, depth)} in {test}"

    def logic(self, depth: int) -> str:
        operator = self.pick(("and", "or"))
        self.use("conjunction" if operator == "and" else "disjunction")
        parts = [
            self.value(self.pick(("boolean", "boolean", "boolean", "null")), depth) for _ in "ab"
        ]
        return f" {operator} ".join(f"({part})" for part in parts)

    def conditional(self, depth: int) -> str:
        self.use("if expression")
        kind = self.pick(("number", "string"))
        yes, no = self.value(kind, depth), self.value(kind, depth)
        return f"if {self.value('boolean', depth)} then {yes} else {no}"

    def loop(self, depth: int) -> str:
        self.use("for expression")
        form = self.random.randrange(5)
        if form == 0:
            self.use("iteration context")
            low, high = self.pick(("1", "2", "-1")), self.pick(("3", "4", "-2"))
            return f"for i in {low}..{high} return i * {self.value('number', 0)}"
        if form == 1:
            self.use("partial")
            return f"for i in 1..{self.pick('234')} return if i = 1 then 1 else i * partial[-1]"
        if form == 2:
            numbers = self.value("numbers", depth), self.value("numbers", 0)
            return f"for x in {numbers[0]}, y in {numbers[1]} return x + y"
        if form == 3:
            return f"for w in {self.value('strings', depth)} return w + {self.value('string', 0)}"
        return f"for x in {self.value('numbers', depth)} return x {self.pick('+-*')} 2"

    def quantified(self, depth: int) -> str:
        word = self.pick(("some", "every"))
        self.use(f"quantified {word}")
        condition = f"x {self.pick(_COMPARE)} {self.value('number', 0)}"
        return f"{word} x in {self.value('numbers', depth)} satisfies {condition}"

    def filter(self, depth: int) -> str:
        self.use("filter expression")
        form = self.random.randrange(4)
        if form == 0:
            return f"{self.value('numbers', 0)}[{self.pick(_SPECIAL['position'])}]"
        if form == 1:
            return f"people[age {self.pick(_COMPARE)} {self.value('number', 0)}]"
        if form == 2:
            return f"{self.value('strings', 0)}[item = {self.value('string', 0)}]"
        return f"{self.value('numbers', 0)}[item {self.pick(_COMPARE)} {self.value('number', 0)}]"

    def path(self, _depth: int) -> str:
        self.use("path expression")
        part = {
            "date": ("year", "month", "day", "weekday"),
            "time": ("hour", "minute", "second"),
            "datetime": ("year", "hour", "minute", "weekday"),
            "duration": ("days", "hours", "minutes", "seconds"),
            "months": ("years", "months"),
            "range": ("start", "end", "start included", "end included"),
            "context": ("a", "b", "name", "age", "none"),
        }
        kind = self.pick(list(part))
        return f"({self.value(kind, 0)}).{self.pick(part[kind])}"

    def qualified(self, _depth: int) -> str:
        self.use("qualified name")
        return self.pick(("p.home.zip code", "p.name", "people.age", "p.no", "n.x", "p.home"))

    def instance(self, depth: int) -> str:
        self.use("instance of")
        types = ["number", "string", "boolean", "date", "time", "date and time", "Any"]
        types += ["days and time duration", "years and months duration"]
        types += ["list<number>", "list<string>", "context<a: number>", "range<number>"]
        types += ["function<number> -> number"]
        return f"{self.value(self.pick(_TYPES), depth)} instance of {self.pick(types)}"

    def list(self, depth: int) -> str:
        self.use("list")
        items = [self.value("any", depth) for _ in range(self.random.randrange(4))]
        return f"[{', '.join(items)}]"

    def context(self, depth: int) -> str:
        self.use("context")
        self.use("context entry")
        key = self.pick(("a", '"a b"', "some key", "x1"))
        entries = [f"{key}: {self.value('any', depth)}"]
        if key == "a":
            entries.append("b: a")
        return "{" + ", ".join(entries) + "}"

    def definition(self, depth: int) -> str:
        self.use("function definition")
        self.use("formal parameter")
        typed = self.pick(("x", "x", "x: number"))
        argument, more = self.value("number", depth), self.value("number", 0)
        called = self.pick((f"f({argument})", f"f(x: {argument})"))
        return f"{{f: function({typed}) x + {more}, r: {called}}}.r"

    def range(self, depth: int) -> str:
        self.use("range literal")
        self.use("interval")
        kind = self.pick(("number", "number", "date", "string"))
        low, high = self.value(kind, depth), self.value(kind, depth)
        return f"{self.pick('[(]')}{low}..{high}{self.pick('])[')}"

    def at_literal(self, _depth: int) -> str:
        self.use("at literal")
        texts = ["2024-02-29", "10:30:00", "2024-02-29T10:30:00", "P1D", "P1Y", "2023-02-30", "x"]
        texts += ["2024-02-29T10:30:00@Europe/Berlin", "10:30:00+01:00", "-PT5M", "PT0.5S"]
        return f'@"{self.pick(texts)}"'

    def string(self, _depth: int) -> str:
        self.use("string literal")
        self.use("string escape sequences")
        escapes = [
            "\\n",
            "\\t",
            '\\"',
            "\\\\",
            "\\u0041",
            "\\r",
            "\\U01F600",
            "x",
            "é",
            "日本",
            "'",
        ]
        return '"' + "".join(self.random.choices(escapes, k=3)) + '"'

    def number(self, _depth: int) -> str:
        self.use("numeric literal")
        whole = str(self.random.randrange(10**6))
        return self.pick(
            (whole, f"{whole}.5", f".{whole}", f"-{whole}", f"{whole}e2", f"{whole}E-2")
        )

    def spaced(self, depth: int) -> str:
        """White space and comments between tokens."""
        self.use("white space")
        self.use("comment")
        space = self.pick(("\t", "\n", "\u00a0", " /* c */ ", " // c\n", "\r\n"))
        return f"{self.value('number', depth)}{space}+{space}{self.value('number', 0)}"

    def name(self, _depth: int) -> str:
        self.use("name")
        self.use("additional name symbols")
        return self.pick(("full name", "net-amount", "net-amount - 1", "größe", "n", "no such"))

    def constant(self, _depth: int) -> str:
        word = self.pick(("true", "false", "null"))
        self.use("null literal" if word == "null" else "boolean literal")
        return word

    # -- functions and unary tests

    def call(self, function: tuple[str, str, str], depth: int) -> str:
        name, kinds, names = function
        self.use("function invocation")
        self.functions.add(name)
        arguments = [self.value(kind, depth) for kind in kinds.split()]
        roll = self.random.random()
        if names and roll < 0.15:
            self.use("named parameters")
            arguments = [f"{n}: {a}" for n, a in zip(names.split(","), arguments, strict=True)]
        else:
            self.use("positional parameters")
            if roll > 0.98:
                arguments.append(self.value("any", 0))
        return f"{name}({', '.join(arguments)})"

    def test(self, kind: str) -> str:
        """Make one unary test."""
        form = self.random.randrange(4)
        if form == 0:
            self.use("interval")
            low, high = self.value(kind, 0), self.value(kind, 0)
            return f"{self.pick('[(]')}{low}..{high}{self.pick('])[')}"
        if form == 1:
            self.use("positive unary test")
            return self.value(kind, 0)
        self.use("simple positive unary test")
        return f"{self.pick(_COMPARE[2:])} {self.value(kind, 0)}"

    def tests(self, kind: str) -> str:
        """Make unary tests for an input of a type."""
        self.use("unary tests")
        roll = self.random.random()
        if roll < 0.05:
            self.use("unary tests -")
            return "-"
        text = ", ".join(self.test(kind) for _ in range(self.random.randint(1, 3)))
        if roll < 0.3:
            self.use("unary tests not")
            return f"not({text})"
        if roll < 0.4:
            return f"? {self.pick(_COMPARE)} {self.value(kind, 0)}"
        return text


_RULES: list[Callable[[Grammar, int], str]] = [
    Grammar.arithmetic, Grammar.negation, Grammar.comparison, Grammar.between, Grammar.contained,
    Grammar.logic, Grammar.conditional, Grammar.loop, Grammar.quantified, Grammar.filter,
    Grammar.path, Grammar.qualified, Grammar.instance, Grammar.list, Grammar.context,
    Grammar.definition, Grammar.range, Grammar.at_literal, Grammar.string, Grammar.number,
    Grammar.spaced, Grammar.name, Grammar.constant,
]  # fmt: skip
