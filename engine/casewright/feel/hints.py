"""What to write instead: advice for texts that are Python, Excel, JavaScript or typed in haste."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence

from .lexer import Lines, Token

# Signs that FEEL does not have, by the text that follows from the mistake on.
_SIGNS: tuple[tuple[str, str], ...] = (
    ("&&", "write “and”"),
    ("||", "write “or”"),
    ("<>", "write “!=”"),
    ("=<", "write “<=”"),
    ("=>", "write “>=”, or “function(x) …” for a function"),
    ("==", "write “=”: one sign compares"),
    ("!==", "write “!=”"),
    ("++", "write “+ 1”; a variable cannot be changed here"),
    ("+=", "a variable cannot be changed here; write the whole sum"),
    ("-=", "a variable cannot be changed here; write the whole difference"),
    (":=", "write “=” to compare; a variable cannot be set here"),
    ("->", "write “.” between a value and its part"),
    ("${", "write the name alone, without “${…}”"),
    ("#{", "write the name alone, without “#{…}”"),
    ("{{", "write the name alone, without “{{…}}”"),
    ("&", "write “and” between conditions, “+” between texts"),
    ("|", "write “or”"),
    ("!", "write “not(…)”"),
    ("%", "write “modulo(a, b)” for the remainder, and “/ 100” for percent"),
    ("^", "write “**” for a power"),
    ("≤", "write “<=”"),
    ("≥", "write “>=”"),
    ("≠", "write “!=”"),
    ("×", "write “*”"),
    ("·", "write “*”"),
    ("÷", "write “/”"),
    ("–", "write “-”, the plain minus"),
    ("—", "write “-”, the plain minus"),
    ("−", "write “-”, the plain minus"),
    ("~", "write “matches(text, pattern)” for a pattern"),
    ("\\", "a backslash stands inside texts only"),
    ("€", "write the number alone, without the currency"),
    ("$", "write the name or number alone, without “$”"),
    ("£", "write the number alone, without the currency"),
    ("`", "close the name with a second “`”"),
)
_QUOTES = "'‘’‚‛“”„‟«»‹›´"
_WORDS: dict[str, str] = {
    "is": "write “= null”, “!= null”, “instance of” or “is(a, b)”",
    "isnt": "write “!=”",
    "not": "write “not(…)”, such as not(a in b)",
    "elif": "write “else if … then … else …”",
    "elsif": "write “else if … then … else …”",
    "elseif": "write “else if … then … else …”",
    "to": "write “..” in a range, such as [1..5]",
    "when": "write “if … then … else …”",
    "case": "write “if … then … else …”",
    "like": "write “matches(text, pattern)” or “contains(text, part)”",
    "equals": "write “=”",
    "eq": "write “=”",
    "ne": "write “!=”",
    "lt": "write “<”",
    "gt": "write “>”",
    "le": "write “<=”",
    "ge": "write “>=”",
    "mod": "write “modulo(a, b)”",
    "div": "write “/”, and floor(…) around it",
    "x": "write “*” to multiply",
    "xor": "write “a != b”",
}
# Names of other languages that are none here, and what stands for them.
FOREIGN: dict[str, str] = {
    "if": "“if … then … else …” with spaces, such as if a > 1 then 2 else 3",
    "iif": "“if … then … else …”",
    "len": "“string length(text)” or “count(list)”",
    "length": "“string length(text)” or “count(list)”",
    "size": "“count(list)”",
    "none": "“null”",
    "nil": "“null”",
    "undefined": "“null”",
    "and": "“and” between the conditions",
    "or": "“or” between the conditions",
    "str": "“string(value)”",
    "int": "“number(text)” or “floor(number)”",
    "float": "“number(text)”",
    "round": "“round half up(number, digits)” or “decimal(number, digits)”",
    "average": "“mean(list)”",
    "avg": "“mean(list)”",
    "isnull": "“= null”",
    "isblank": "“is blank(text)” or “= null”",
    "isempty": "“is empty(list)”",
    "upper": "“upper case(text)”",
    "lower": "“lower case(text)”",
    "left": "“substring(text, 1, length)”",
    "right": "“substring(text, -length)”",
    "mid": "“substring(text, start, length)”",
    "concat": "“+” between texts, or “concatenate(list, list)”",
    "concatenate": "“+” between texts, or “concatenate(list, list)”",
    "textjoin": "“string join(list, delimiter)”",
    "join": "“string join(list, delimiter)”",
    "mod": "“modulo(a, b)”",
    "power": "“a ** b”",
    "vlookup": "a filter, such as list[key = value].field[1]",
    "sumif": "“sum(list[condition].field)”",
    "countif": "“count(list[condition])”",
    "datedif": "“a - b” or “years and months duration(a, b)”",
    "year": "“date.year”",
    "month": "“date.month”",
    "day": "“date.day”",
    "strlen": "“string length(text)”",
    "startswith": "“starts with(text, part)”",
    "endswith": "“ends with(text, part)”",
    "map": "“for x in list return …”",
    "filter": "“list[condition]”",
    "ceil": "“ceiling(number)”",
}
_KEYWORDS: tuple[str, ...] = (
    "if",
    "then",
    "else",
    "for",
    "in",
    "return",
    "some",
    "every",
    "satisfies",
    "and",
    "or",
)
_KEYWORDS += ("between", "instance of", "true", "false", "null", "not", "function")


def foreign(name: str) -> str:
    """Return what stands here for a name of another language, or nothing."""
    folded = name.casefold()
    if folded in ("true", "false", "null") or (folded in _KEYWORDS and folded not in FOREIGN):
        return f"; write “{folded}”, in small letters"
    found = FOREIGN.get(folded)
    return f"; write {found}" if found else ""


def advice(
    text: str, tokens: Sequence[Token], offset: int, message: str, names: Iterable[str]
) -> str:
    """Return what follows the message of a syntax error: what to write instead, or nothing."""
    index = next((i for i, one in enumerate(tokens) if one.start >= offset), len(tokens) - 1)
    place = _Place(text, tokens, index, message, frozenset(names))
    for rule in _RULES:
        found = rule(place)
        if found:
            return f"; {found}"
    return ""


class _Place:
    """Where the parser stopped."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        index: int,
        message: str,
        names: frozenset[str],
    ) -> None:
        self.text = text
        self.tokens = tokens
        self.index = index
        self.message = message
        self.names = names
        self.token = tokens[index]
        self.before = tokens[index - 1] if index else None
        self.wanted = re.findall(r"expected '(\w+)'", message)

    @property
    def ends(self) -> bool:
        """Whether the text ended where more was expected."""
        return self.token.kind == "end"


def _empty(place: _Place) -> str:
    return "the text is empty" if len(place.tokens) == 1 else ""


def _quotes(place: _Place) -> str:
    if place.token.kind != "bad" or place.token.text not in _QUOTES:
        return ""
    return 'a text stands in straight double quotes, such as "text"'


def _open(place: _Place) -> str:
    if place.token.kind != "open":
        return ""
    return "close it with */" if place.token.text.startswith("/*") else 'close it with "'


def _equals(place: _Place) -> str:
    if place.index == 0 and place.token.text == "=":
        return "leave out the first “=”"
    return ""


def _signs(place: _Place) -> str:
    # The mistake may have begun one sign earlier, which alone was right.
    starts = [place.token.start]
    if place.before is not None and place.before.end == place.token.start:
        starts.insert(0, place.before.start)
    for at in starts:
        for sign, told in sorted(_SIGNS, key=lambda item: -len(item[0])):
            if place.text.startswith(sign, at) and (at == starts[-1] or len(sign) > 1):
                return told
    return ""


def _separator(place: _Place) -> str:
    if place.token.text == ";":
        return "write “,” between arguments and between items"
    if place.token.text == "?":
        return "write “if … then … else …”"
    return ""


def _date(place: _Place) -> str:
    line = place.text
    if re.search(r"@\s*\d", line) or re.search(r"\b\d{1,2}\.\d{1,2}\.\d{4}\b", line):
        return 'write a date as @"2026-01-31"'
    if re.search(r"\b\d{1,2}:\d\d\b", line) and place.token.text == ":":
        return 'write a time as @"10:30:00"'
    return ""


def _thousands(place: _Place) -> str:
    after = place.tokens[min(place.index + 1, len(place.tokens) - 1)]
    numbers = place.before is not None and place.before.kind == after.kind == "number"
    if place.token.text == "," and numbers and "operator" in place.message:
        return "write numbers with a point and without separators of thousands, such as 1000.50"
    second = place.token.kind == "number" and place.token.text.startswith(".")
    if second and place.before is not None and place.before.kind == "number":
        return "write numbers without separators of thousands, such as 1000.50"
    return ""


def _trailing(place: _Place) -> str:
    last = place.before
    if place.token.text in (")", "]", "}") and last is not None and last.text == ",":
        return "leave out the last “,”"
    # A bracket after the comma was taken for the start of a range.
    earlier = place.tokens[place.index - 2].text if place.index > 1 else ""
    if place.ends and earlier == "," and last is not None and last.text in ("]", ")"):
        return "leave out the last “,”"
    return ""


def _keyword(place: _Place) -> str:
    if place.token.kind != "name":
        return ""
    word = place.token.text
    near = difflib.get_close_matches(word.casefold(), place.wanted or _KEYWORDS, 1, 0.75)
    if near and near[0] != word:
        return f"did you mean “{near[0]}”?"
    return ""


def _word(place: _Place) -> str:
    found = _WORDS.get(place.token.text.casefold()) if place.token.kind == "name" else None
    if found is None or (place.wanted and not found.startswith("write “else if")):
        return ""
    if place.token.text.casefold() == "is" and place.index + 1 < len(place.tokens):
        rest = " ".join(one.text for one in place.tokens[place.index + 1 : place.index + 3])
        if rest.startswith("not"):
            return "write “!= null”" if rest == "not null" else "write “!=”"
        if rest.startswith("null"):
            return "write “= null”"
    return found


def _not(place: _Place) -> str:
    if place.before is not None and place.before.text == "not":
        return "“not” is a function: write not(…)"
    return ""


def _comprehension(place: _Place) -> str:
    if place.token.text == "for" and "expected" in place.message:
        return "write “for x in list return …”"
    if place.before is not None and place.before.text in ("lambda", "def", "fn"):
        return "write “function(x) …”"
    return ""


def _entry(place: _Place) -> str:
    if "a key" in place.message or place.message.startswith("expected ':'"):
        return "a context is written {key: value, other key: value}"
    return ""


def _range(place: _Place) -> str:
    if place.token.text == "..":
        return "a range stands in brackets, such as [1..5]"
    return ""


def _name(place: _Place) -> str:
    """Advise on two words in a row: a declared name misspelt, or one without backticks."""
    before, token = place.before, place.token
    if before is None or token.kind != "name" or before.kind != "name":
        return ""
    words = f"{before.text} {token.text}"
    near = difflib.get_close_matches(words, sorted(place.names), 1, 0.75)
    if near:
        return f"did you mean “{near[0]}”?"
    if before.text.casefold() in _KEYWORDS:
        return ""
    return (
        f"a name of several words stands in backticks, as in `{words}`, or an operator is missing"
    )


def _value(place: _Place) -> str:
    values = ("number", "string", "name", "quoted")
    if place.before is not None and place.before.kind in values and place.token.kind in values:
        if place.wanted:
            return ""
        return "an operator is missing between the two, such as “+”, “=”, “and” or “,”"
    return ""


def _bracket(place: _Place) -> str:
    """Tell the bracket that was opened and not closed."""
    opened: list[Token] = []
    for token in place.tokens[: place.index]:
        if token.kind != "operator":
            continue
        if token.text in ("(", "[", "{"):
            opened.append(token)
        elif token.text in (")", "]", "}") and opened:
            opened.pop()
    if opened and place.ends:
        line, column = Lines(place.text).at(opened[-1].start)
        return f"the “{opened[-1].text}” at line {line}, column {column} is not closed"
    if not opened and place.token.text in (")", "]", "}"):
        return f"the “{place.token.text}” closes nothing"
    return ""


def _if(place: _Place) -> str:
    if "else" in place.wanted:
        return "“if” always has an “else”; “else null” gives nothing"
    if "then" in place.wanted:
        return "write “if … then … else …”"
    if "satisfies" in place.wanted:
        return "write “some x in list satisfies …”"
    if "return" in place.wanted:
        return "write “for x in list return …”"
    if "in" in place.wanted:
        return "write “x in list”"
    return ""


_RULES: tuple[Callable[[_Place], str], ...] = (
    _empty,
    _quotes,
    _open,
    _equals,
    _signs,
    _separator,
    _date,
    _thousands,
    _trailing,
    _comprehension,
    _word,
    _keyword,
    _not,
    _if,
    _entry,
    _range,
    _bracket,
    _name,
    _value,
)
