"""A broken text is told with its place, what was expected, and what to write instead."""

from __future__ import annotations

import pytest

from casewright import feel

# text, line, column, and what the message says
BROKEN = [
    ("if a > 1 5 else 3", 1, 10, "expected 'then', found '5'; write “if … then … else …”"),
    ("if a thne b else c", 1, 6, "did you mean “then”?"),
    ("if a then b", 1, 12, "“if” always has an “else”"),
    ("if a then b elif c then d else e", 1, 13, "else if"),
    ("a == 1", 1, 4, "write “=”"),
    ("a && b", 1, 3, "write “and”"),
    ("a || b", 1, 3, "write “or”"),
    ("a <> 1", 1, 4, "write “!=”"),
    ("a =< 1", 1, 4, "write “<=”"),
    ("a => 1", 1, 4, "write “>=”"),
    ("!a", 1, 1, "write “not(…)”"),
    ("not a", 1, 5, "write not(…)"),
    ("a not in [1]", 1, 3, "not(a in b)"),
    ("a AND b", 1, 3, "did you mean “and”?"),
    ("a is null", 1, 3, "write “= null”"),
    ("a is not null", 1, 3, "write “!= null”"),
    ("'hello'", 1, 1, 'such as "text"'),
    ("„hallo“", 1, 1, 'such as "text"'),
    ("„cześć”", 1, 1, 'such as "text"'),
    ("«x»", 1, 1, 'such as "text"'),
    ('"abc', 1, 1, "a string is not closed"),
    ("/* abc", 1, 1, "a comment is not closed"),
    ("(a + 1", 1, 7, "the “(” at line 1, column 1 is not closed"),
    ("sum(\n  [1, 2", 2, 8, "the “[” at line 2, column 3 is not closed"),
    ("a + 1)", 1, 6, "the “)” closes nothing"),
    ("[1, 2,]", 1, 8, "leave out the last “,”"),
    ("IF(a;b;c)", 1, 5, "write “,”"),
    ("5%", 1, 2, "/ 100"),
    ("a % 2", 1, 3, "modulo(a, b)"),
    ("a ^ 2", 1, 3, "write “**”"),
    ("1,000 + 2", 1, 2, "without separators of thousands"),
    ("1.000,50", 1, 6, "without separators of thousands"),
    ("1.000.000", 1, 6, "without separators of thousands"),
    ("a ? b : c", 1, 3, "write “if … then … else …”"),
    ("a ++ b", 1, 4, "cannot be changed"),
    ("a += 1", 1, 4, "cannot be changed"),
    ("x = 1; y = 2", 1, 6, "write “,”"),
    ("[x for x in y]", 1, 4, "write “for x in list return …”"),
    ("lambda x: x", 1, 8, "write “function(x) …”"),
    ("for x in y x + 1", 1, 12, "write “for x in list return …”"),
    ("some x in y x > 1", 1, 13, "satisfies"),
    ("a between 1 or 2", 1, 13, "expected 'and', found 'or'"),
    ("@2026-01-01", 1, 2, '@"2026-01-31"'),
    ("01.02.2026", 1, 6, '@"2026-01-31"'),
    ("10:30", 1, 3, '@"10:30:00"'),
    ("{a = 1}", 1, 2, "{key: value, other key: value}"),
    ("1..5", 1, 2, "such as [1..5]"),
    ("1 to 5", 1, 3, "such as [1..5]"),
    ("first name > 1", 1, 7, "`first name`"),
    ("1 2", 1, 3, "an operator is missing"),
    ("`a", 1, 1, "close the name"),
    ("a ≤ 1", 1, 3, "write “<=”"),
    ("a × b", 1, 3, "write “*”"),
    ("a – b", 1, 3, "the plain minus"),
    ("5 €", 1, 3, "without the currency"),
    ("${a}", 1, 1, "write the name alone"),
    ("=a + 1", 1, 1, "leave out the first “=”"),
    ("", 1, 1, "the text is empty"),
    ("a +\n", 2, 1, "expected an expression, found the end"),
]


@pytest.mark.parametrize(("text", "line", "column", "said"), BROKEN)
def test_what_is_wrong_and_what_to_write(text: str, line: int, column: int, said: str) -> None:
    (problem,) = feel.parse(text).problems
    assert problem.kind == "syntax"
    assert said in problem.message
    assert (problem.line, problem.column) == (line, column)


def test_a_declared_name_that_is_misspelt() -> None:
    (problem,) = feel.parse("frist name > 1", ["first name"]).problems
    assert "did you mean “first name”?" in problem.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('IF(a > 1, "x", "y")', "if … then … else …"),
        ("SUM(a)", "did you mean “sum”?"),
        ("len(a)", "“string length(text)” or “count(list)”"),
        ("AVERAGE(a)", "“mean(list)”"),
        ("None", "write “null”"),
        ("True", "write “true”, in small letters"),
        ("string_length(a)", "did you mean “string length”?"),
        ("stringLength(a)", "did you mean “string length”?"),
        ("ROUND(a, 2)", "round half up"),
        ('VLOOKUP(a, "x")', "list[key = value]"),
    ],
)
def test_names_of_other_languages(text: str, said: str) -> None:
    assert said in feel.analyse(text, ["a"]).problems[0].message
