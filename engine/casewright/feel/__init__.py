"""FEEL, the expression language of DMN 1.5: text in, value and problems out."""

from . import codec, values
from .analysis import Analysis, analyse
from .complete import Completion, completions
from .expression import Expression, UnaryTests, evaluate, parse, unary
from .kinds import Kind, kind_of
from .problems import FeelError, LimitHit, Limits, Problem
from .text import feel_text
from .values import FeelTime, Function, Range, YearsMonths, from_python, function, type_name

__all__ = [
    "Analysis",
    "Completion",
    "Expression",
    "FeelError",
    "FeelTime",
    "Function",
    "Kind",
    "LimitHit",
    "Limits",
    "Problem",
    "Range",
    "UnaryTests",
    "YearsMonths",
    "analyse",
    "codec",
    "completions",
    "evaluate",
    "feel_text",
    "from_python",
    "function",
    "kind_of",
    "parse",
    "type_name",
    "unary",
    "values",
]
