"""Namespaces by their usual prefix, and names in the three ways they are written."""

from __future__ import annotations

from lxml import etree

NS: dict[str, str] = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "camunda": "http://camunda.org/schema/1.0/bpmn",
    "modeler": "http://camunda.org/schema/modeler/1.0",
    "spiffworkflow": "http://spiffworkflow.org/bpmn/schema/1.0/core",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "dmn11": "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "dmn12": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "dmn13": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "dmn14": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "dmn15": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}
_PREFIX = {uri: prefix for prefix, uri in NS.items()}


def clark(name: str) -> str:
    """Return lxml's `{uri}local` for `prefix:local` of `NS`; any other name as it is."""
    prefix, colon, rest = name.partition(":")
    if colon and not name.startswith("{"):
        return f"{{{NS[prefix]}}}{rest}"
    return name


def local(node: etree._Element) -> str:
    """Return the element's name without its namespace; "" for a comment or an instruction."""
    tag: object = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def ns(node: etree._Element) -> str:
    """Return the element's namespace; "" when it has none."""
    tag: object = node.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def prefixed(node: etree._Element) -> str:
    """Return `prefix:local` with the prefix of `NS`; the local name in an unknown namespace."""
    prefix = _PREFIX.get(ns(node))
    return f"{prefix}:{local(node)}" if prefix else local(node)
