"""Small apps for the tests of commands."""

from __future__ import annotations

import itertools

_HEAD = (
    '<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t" id="d">'
)


def process(body: str, key: str = "simple") -> bytes:
    """Return a BPMN file with one process around `body`."""
    return f'{_HEAD}<process id="{key}" isExecutable="true">{body}</process></definitions>'.encode()


def flow(*ids: str) -> str:
    """Return sequence flows from each id to the next."""
    return "".join(
        f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in itertools.pairwise(ids)
    )


def task(key: str, group: str = "clerks", form: str = "") -> str:
    """Return a user task that is offered to `group`."""
    linked = f'<zeebe:formDefinition formId="{form}"/>' if form else ""
    return (
        f'<userTask id="{key}" name="{key}"><extensionElements><zeebe:userTask/>{linked}'
        f'<zeebe:assignmentDefinition candidateGroups="{group}"/>'
        "</extensionElements></userTask>"
    )


def call(key: str, target: str) -> str:
    """Return a call activity."""
    return (
        f'<callActivity id="{key}"><extensionElements>'
        f'<zeebe:calledElement processId="{target}" propagateAllChildVariables="true"/>'
        "</extensionElements></callActivity>"
    )


ONE_TASK = process(
    '<startEvent id="s"/>' + task("check") + '<endEvent id="e"/>' + flow("s", "check", "e")
)
"""Start, one user task for the group "clerks", end."""
