"""The built-in functions, one module for each family."""

from . import (  # noqa: F401  they register their functions
    booleans,
    contexts,
    conversion,
    datetimes,
    lists,
    numbers,
    ranges,
    strings,
)
from .registry import BUILTINS

__all__ = ["BUILTINS"]
