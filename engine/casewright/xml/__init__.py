"""The only door to lxml: safe parsing with limits, and typed helpers over elements.

Other rings import from here and never see lxml; `Element` is its element type.
"""

from __future__ import annotations

from casewright.xml.names import NS, clark, local, ns, prefixed
from casewright.xml.parse import XmlLimits, XmlProblem, parse
from casewright.xml.tree import (
    Element,
    ancestors,
    attr,
    attrs,
    child,
    children,
    descendants,
    element,
    insert,
    line,
    parent,
    path,
    prefixes,
    remove,
    remove_attr,
    remove_comments,
    replace,
    set_attr,
    set_text,
    subelement,
    text,
    tostring,
)

__all__ = [
    "NS",
    "Element",
    "XmlLimits",
    "XmlProblem",
    "ancestors",
    "attr",
    "attrs",
    "child",
    "children",
    "clark",
    "descendants",
    "element",
    "insert",
    "line",
    "local",
    "ns",
    "parent",
    "parse",
    "path",
    "prefixed",
    "prefixes",
    "remove",
    "remove_attr",
    "remove_comments",
    "replace",
    "set_attr",
    "set_text",
    "subelement",
    "text",
    "tostring",
]
