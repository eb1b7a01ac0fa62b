"""Reads how often an activity is repeated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from casewright import xml
from casewright.bpmn import behaviors_in
from casewright.bpmn import vocabulary as words
from casewright.bpmn.expressions import Setting
from casewright.bpmn.findings import Collector
from casewright.bpmn.scopes import ITEMS
from casewright.bpmn.zeebe import Loop, Settings
from casewright.xml import NS, Element

_REFS = ("dataInput", "dataOutput", "property", "dataObject", "dataObjectReference")


def read(found: Collector, node: Element, made: Settings) -> Settings:
    """Return the settings with the loop of an activity; check it."""
    parts = [item for item in xml.children(node) if xml.local(item) in words.LOOPS]
    if not parts:
        return made
    part = parts[0]
    if len(parts) > 1:
        found.unsupported(node, "more than one loop")
        return made
    if xml.local(part) == "standardLoopCharacteristics":
        return replace(made, loop=_standard(found, part))
    return replace(made, loop=_multiple(found, part))


def _standard(found: Collector, part: Element) -> Loop:
    _attributes(found, part, {"testBefore", "loopMaximum"})
    texts = _parts(found, part, {"loopCondition"})
    maximum = xml.attr(part, "loopMaximum")
    if maximum and not _number(maximum):
        found.add(part, "bad-value", f"loopMaximum is a number, not “{maximum}”", "loopMaximum")
        maximum = ""
    if not maximum and not texts.get("loopCondition"):
        found.add(part, "setting-missing", "a loop needs a loopCondition or a loopMaximum")
    return Loop(
        "standard",
        condition=_condition(found, part, texts.get("loopCondition", ""), "loopCondition"),
        test_before=_flag(found, part, "testBefore"),
        maximum=int(maximum) if maximum else None,
    )


def _multiple(found: Collector, part: Element) -> Loop:
    _attributes(found, part, {"isSequential", "behavior"})
    events = behaviors_in.read(found, part)
    known = {"loopCardinality", "completionCondition", "loopDataInputRef", "loopDataOutputRef"}
    texts = _parts(found, part, known | {"inputDataItem", "outputDataItem"})
    extension = _extension(found, part)
    values = extension if extension is not None else _references(found, part, texts)
    cardinality = _cardinality(found, part, texts.get("loopCardinality", ""))
    if (cardinality is None) == (values.get("collection") is None):
        text = "a multi-instance activity needs either a loopCardinality or a collection"
        found.add(part, "setting-missing", text)
    return Loop(
        "sequential" if _flag(found, part, "isSequential") else "parallel",
        cardinality=cardinality,
        condition=_condition(
            found, part, texts.get("completionCondition", ""), "completionCondition"
        ),
        events=events,
        **values,
    )


def _attributes(found: Collector, part: Element, known: set[str]) -> None:
    for name in xml.attrs(part):
        if name not in known | {"id"}:
            found.unsupported(part, f"{name} on {xml.local(part)}", name)


def _parts(found: Collector, part: Element, known: set[str]) -> dict[str, str]:
    """Return the texts of the children, or the name of the variable that one declares."""
    texts = {}
    for item in xml.children(part):
        name = xml.local(item)
        if name in known and xml.ns(item) == NS["bpmn"]:
            language = xml.attr(item, "language")
            if language and language not in words.FEEL_LANGUAGES:
                text = f"the expression language “{language}” is not FEEL"
                found.add(item, "expression-language", text)
            declared = name.endswith("DataItem")
            texts[name] = (
                xml.attr(item, "name") or xml.attr(item, "id") if declared else xml.text(item)
            ).strip()
        elif name not in words.SILENT and not behaviors_in.known(item):
            found.unsupported(item, f"{name} in {xml.local(part)}", name)
    return texts


def _extension(found: Collector, part: Element) -> dict[str, Any] | None:
    """Return what zeebe:loopCharacteristics says; None where there is none."""
    extension = xml.child(part, "bpmn:extensionElements")
    items = xml.children(extension) if extension is not None else []
    made = None
    for item in items:
        if xml.local(item) != "loopCharacteristics" or xml.ns(item) != NS["zeebe"]:
            found.unsupported(item, f"the extension “{xml.local(item)}” on {xml.local(part)}")
            continue
        known = {"inputCollection", "inputElement", "outputCollection", "outputElement"}
        for name in xml.attrs(item):
            if name not in known:
                found.unsupported(item, f"the attribute “{name}” of zeebe:loopCharacteristics")
        texts = {name: xml.attr(item, name).strip() for name in known}
        made = _made(found, item, texts)
    return made


def _references(found: Collector, part: Element, texts: dict[str, str]) -> dict[str, Any]:
    """Return what BPMN's own data references say, read as names of variables."""
    source = _variable(part, texts.get("loopDataInputRef", ""))
    result = _variable(part, texts.get("outputDataItem", ""))
    named = {
        "inputCollection": f"={source}" if source else "",
        "inputElement": _variable(part, texts.get("inputDataItem", "")),
        "outputCollection": _variable(part, texts.get("loopDataOutputRef", "")),
        "outputElement": f"={result}" if result else "",
    }
    return _made(found, part, named)


def _variable(part: Element, ref: str) -> str:
    """Return the variable that a reference to data means: its name, if it can be one."""
    root = part
    while (outer := xml.parent(root)) is not None:
        root = outer
    for item in xml.descendants(root):
        if ref and xml.attr(item, "id") == ref and xml.local(item) in _REFS:
            name = xml.attr(item, "name")
            return name if name.isidentifier() else ref
    return ref


def _made(found: Collector, node: Element, texts: dict[str, str]) -> dict[str, Any]:
    for name in ("inputElement", "outputCollection"):
        if texts[name] and not texts[name].isidentifier():
            found.add(node, "bad-target", f"“{texts[name]}” is no variable name", name)
    if bool(texts["outputCollection"]) != bool(texts["outputElement"]):
        text = "the output of a multi-instance activity needs a collection and an element"
        found.add(node, "setting-missing", text)
    if texts["inputElement"] and not texts["inputCollection"]:
        found.add(node, "setting-missing", "an element of a collection needs the collection")
    return {
        "collection": _feel(found, node, texts["inputCollection"], "inputCollection"),
        "element": texts["inputElement"],
        "output": texts["outputCollection"],
        "output_element": _feel(found, node, texts["outputElement"], "outputElement"),
    }


def _feel(found: Collector, node: Element, text: str, place: str) -> Setting | None:
    return found.feel(node, text, place) if text else None


def _condition(found: Collector, node: Element, text: str, place: str) -> Setting | None:
    return found.condition(node, text, place) if text else None


def _cardinality(found: Collector, node: Element, text: str) -> Setting | None:
    if not text:
        return None
    item = found.text(node, text, "loopCardinality")
    literal = text.removeprefix("=").strip()
    number = literal.removeprefix("-").isdecimal()
    if (number or not item.dynamic) and not (_number(literal) and int(literal) <= ITEMS):
        wanted = f"loopCardinality is 0 to {ITEMS}, not “{text}”"
        found.add(node, "bad-value", wanted, "loopCardinality")
    return item


def _number(text: str) -> bool:
    # Measured before it is read: Python refuses to read thousands of digits.
    return text.isdecimal() and len(text) <= 9


def _flag(found: Collector, node: Element, name: str) -> bool:
    value = xml.attr(node, name, "false")
    if value not in ("true", "false", "1", "0"):
        found.add(node, "bad-value", f"{name} is true or false, not “{value}”", name)
    return value in ("true", "1")
