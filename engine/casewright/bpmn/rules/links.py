"""Links: pairs of events on one level that stand for a sequence flow."""

from __future__ import annotations

from collections.abc import Iterator

from casewright import xml
from casewright.bpmn.rules.base import Found, View, rule
from casewright.xml import Element

_LINK = "10.5.5 Link Event Definition"


def _links(view: View, kind: str) -> Iterator[tuple[Element, Element]]:
    """Yield the link events of a kind with their definitions."""
    for event in view.each(kind):
        for item in view.about(event):
            if xml.local(item) == "linkEventDefinition":
                yield event, item


def _named(link: Element, side: str) -> list[str]:
    return [xml.text(item).rpartition(":")[2] for item in xml.children(link, f"bpmn:{side}")]


@rule("link-flow", _LINK)
def flows(view: View) -> Found:
    """No sequence flow leaves the source of a link or leads to its target."""
    for event, _ in _links(view, "intermediateThrowEvent"):
        if view.out_of(event):
            yield event, "a sequence flow leaves this source of a link"
    for event, _ in _links(view, "intermediateCatchEvent"):
        if view.into(event):
            yield event, "a sequence flow leads to this target of a link"


@rule("link-pair", _LINK, "note")
def pairs(view: View) -> Found:
    """The target that a link names lists that link among its sources, and the other way."""
    for one, side, back in (
        ("intermediateThrowEvent", "target", "source"),
        ("intermediateCatchEvent", "source", "target"),
    ):
        for event, link in _links(view, one):
            for name in _named(link, side):
                other = view.ref(name)
                if other is None or xml.attr(link, "id") not in _named(other, back):
                    yield event, f"the {side} “{name}” does not name this link as its {back}"


@rule("link-without-source", _LINK, "note")
def sources(view: View) -> Found:
    """The target of a link names its sources."""
    for event, link in _links(view, "intermediateCatchEvent"):
        if not _named(link, "source"):
            yield event, "the link names no source"


@rule("link-without-target", _LINK, "note")
def targets(view: View) -> Found:
    """The source of a link names exactly one target."""
    for event, link in _links(view, "intermediateThrowEvent"):
        if len(_named(link, "target")) != 1:
            yield event, f"the link names {len(_named(link, 'target'))} targets, not one"


@rule("link-across-levels", _LINK)
def levels(view: View) -> Found:
    """A link stays on its level."""
    places = {xml.attr(link, "id"): event for event, link in _links(view, "intermediateCatchEvent")}
    for event, link in _links(view, "intermediateThrowEvent"):
        for name in _named(link, "target"):
            other = places.get(name)
            if other is not None and xml.parent(other) is not xml.parent(event):
                yield event, f"the target “{name}” lies on another level"
