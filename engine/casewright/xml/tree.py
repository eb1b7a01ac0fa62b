"""Read and change elements by plain functions, typed, with `prefix:local` names.

A bare name matches in any namespace; `bpmn:task` only in the one that `NS` lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import TypeAlias

from lxml import etree

from casewright.xml.names import NS, clark, local

Element: TypeAlias = etree._Element


def _matches(node: Element, name: str | None) -> bool:
    if not local(node):
        return False
    if name is None:
        return True
    return str(node.tag) == clark(name) if ":" in name else local(node) == name


def line(node: Element) -> int:
    """Return the line on which the element starts; 0 for one that was not read from a file."""
    found: object = node.sourceline
    return found if isinstance(found, int) else 0


def children(node: Element, name: str | None = None) -> list[Element]:
    """Return the child elements, all or those with the name; comments never."""
    return [item for item in node if _matches(item, name)]


def child(node: Element, name: str) -> Element | None:
    """Return the first child element with the name."""
    return next((item for item in node if _matches(item, name)), None)


def path(node: Element, *names: str) -> Element | None:
    """Follow first children down by name; None where one is missing."""
    found: Element | None = node
    for name in names:
        if found is None:
            return None
        found = child(found, name)
    return found


def descendants(node: Element, name: str | None = None) -> Iterator[Element]:
    """Yield the element itself and everything under it, in document order."""
    return (item for item in node.iter() if _matches(item, name))


def parent(node: Element) -> Element | None:
    """Return the element around this one."""
    return node.getparent()


def ancestors(node: Element) -> Iterator[Element]:
    """Yield the elements around this one, innermost first."""
    return iter(node.iterancestors())


def attr(node: Element, name: str, default: str = "") -> str:
    """Return an attribute's text, by bare or `prefix:local` name."""
    found = node.get(clark(name))
    return default if found is None else str(found)


def attrs(node: Element) -> dict[str, str]:
    """Return all attributes; those in a namespace under lxml's `{uri}local`."""
    return {str(key): str(value) for key, value in node.attrib.items()}


def text(node: Element | None) -> str:
    """Return the element's own text, stripped; "" for None or an empty element."""
    if node is None:
        return ""
    parts = [node.text or "", *(item.tail or "" for item in node)]
    return "".join(str(part) for part in parts).strip()


def prefixes(node: Element) -> dict[str, str]:
    """Return the prefixes in force at the element; "" is the default namespace."""
    return {str(key or ""): str(uri) for key, uri in node.nsmap.items()}


def element(name: str, attributes: dict[str, str] | None = None) -> Element:
    """Return a new root element, with the usual prefix for its namespace."""
    prefix, colon, _rest = name.partition(":")
    nsmap = {prefix: NS[prefix]} if colon and prefix in NS else None
    made = etree.Element(clark(name), nsmap=nsmap)
    for key, value in (attributes or {}).items():
        made.set(clark(key), value)
    return made


def subelement(node: Element, name: str, attributes: dict[str, str] | None = None) -> Element:
    """Append a new child element and return it."""
    made = element(name, attributes)
    node.append(made)
    return made


def insert(node: Element, position: int, name: str) -> Element:
    """Put a new child element before the child at `position`, and return it."""
    made = element(name)
    node.insert(position, made)
    return made


def set_attr(node: Element, name: str, value: str) -> None:
    """Set an attribute, by bare or `prefix:local` name."""
    node.set(clark(name), value)


def remove_attr(node: Element, name: str) -> None:
    """Remove an attribute; one that is not there is no problem."""
    if clark(name) in node.attrib:
        del node.attrib[clark(name)]


def set_text(node: Element, value: str) -> None:
    """Replace the element's leading text."""
    node.text = value


def replace(node: Element, other: Element) -> Element:
    """Put a copy of `other` in the place of `node`, and return it."""
    made = deepcopy(other)
    made.tail = node.tail
    around = node.getparent()
    if around is None:
        raise ValueError("the root has no place to be replaced in")
    around.replace(node, made)
    return made


def remove(node: Element) -> None:
    """Take the element out of its parent, keeping the text behind it."""
    above = node.getparent()
    if above is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is None:
            above.text = (above.text or "") + node.tail
        else:
            before.tail = (before.tail or "") + node.tail
    above.remove(node)


def remove_comments(node: Element) -> None:
    """Take all comments and processing instructions out of the tree under `node`."""
    for item in [item for item in node.iter() if not local(item)]:
        remove(item)


def tostring(node: Element) -> bytes:
    """Return the element as UTF-8 with an XML declaration; equal trees give equal bytes."""
    return bytes(etree.tostring(node, encoding="UTF-8", xml_declaration=True, with_tail=False))
