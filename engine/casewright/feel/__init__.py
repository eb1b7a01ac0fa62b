"""FEEL, the expression language of DMN 1.5: text in, value and problems out."""

from . import codec, values
from .expression import Expression, UnaryTests, evaluate, parse, unary
from .problems import Limits, Problem
from .text import feel_text
from .values import FeelTime, Function, Range, YearsMonths, from_python, function, type_name

__all__ = [
    "Expression",
    "FeelTime",
    "Function",
    "Limits",
    "Problem",
    "Range",
    "UnaryTests",
    "YearsMonths",
    "codec",
    "evaluate",
    "feel_text",
    "from_python",
    "function",
    "parse",
    "type_name",
    "unary",
    "values",
]
