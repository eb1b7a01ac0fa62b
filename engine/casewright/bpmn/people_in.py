"""Reads whom a user task is for where BPMN itself says so (10.3.1).

What stands there is written as in Camunda: `group(sales)`, `user(eve)` or a plain name, several
with commas between.
"""

from __future__ import annotations

import re
from dataclasses import replace

from casewright import xml
from casewright.bpmn.findings import Collector
from casewright.bpmn.zeebe import People, Settings
from casewright.xml import Element

ROLES = frozenset({"potentialOwner", "humanPerformer"})
_ONE = re.compile(r"(?:(user|group)\(\s*([\w .@-]+?)\s*\)|([\w .@-]+))")


def read(found: Collector, node: Element, made: Settings) -> Settings:
    """Return the settings with the owners and performers of a user task."""
    roles = [item for item in xml.children(node) if xml.local(item) in ROLES]
    if not roles:
        return made
    if made.people != replace(People(), due=made.people.due, follow_up=made.people.follow_up,
                              priority=made.people.priority):  # fmt: skip
        found.unsupported(roles[0], f"{xml.local(roles[0])} beside zeebe:assignmentDefinition")
        return made
    lists: dict[str, list[str]] = {"assignee": [], "users": [], "groups": []}
    for role in roles:
        for side, name in _names(found, role):
            lists[side].append(name)
    if len(lists["assignee"]) > 1:
        found.unsupported(roles[0], "more than one humanPerformer")
        return made
    settings = {
        side: found.text(node, ", ".join(names), side) for side, names in lists.items() if names
    }
    return replace(made, people=replace(made.people, **settings))


def _names(found: Collector, role: Element) -> list[tuple[str, str]]:
    """Return whom one role names: the side of the assignment, and the name."""
    kind = xml.local(role)
    text = xml.path(role, "bpmn:resourceAssignmentExpression", "bpmn:formalExpression")
    children = {xml.local(item) for item in xml.children(role)} - {"documentation"}
    if text is None or children != {"resourceAssignmentExpression"}:
        what = ", ".join(sorted(children - {"resourceAssignmentExpression"}))
        found.unsupported(role, f"{kind} with {what or 'no expression'}", kind)
        return []
    names = []
    for part in xml.text(text).split(","):
        match = _ONE.fullmatch(part.strip())
        side = _side(kind, match) if match is not None else ""
        if match is None or not side:
            what = f"“{part.strip()}” as {kind}; use zeebe:assignmentDefinition"
            found.unsupported(role, what, kind)
            return []
        names.append((side, match[2] or match[3]))
    return names


def _side(kind: str, match: re.Match[str]) -> str:
    """Return which side of the assignment is meant; a plain name is a group, or the performer."""
    if kind == "humanPerformer":
        return "" if match[1] == "group" else "assignee"
    return "users" if match[1] == "user" else "groups"
