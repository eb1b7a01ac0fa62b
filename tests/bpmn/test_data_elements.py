"""Data objects, stores, properties and their associations: drawn, and no reason to refuse."""

from __future__ import annotations

from bpmn.models import end, flows, model, node, start, user
from bpmn.player import Player

DRAWN = (
    '<dataObject id="do"/><dataObjectReference id="dor" name="order" dataObjectRef="do"/>'
    '<dataStoreReference id="ds" name="archive"/><property id="pp" name="note"/>'
)
INNER = (
    '<ioSpecification><dataInput id="di" name="order"/><inputSet/><outputSet/></ioSpecification>'
    '<property id="__target" name="__targetRef_placeholder"/>'
    "<dataInputAssociation><sourceRef>dor</sourceRef><targetRef>di</targetRef>"
    "</dataInputAssociation>"
    "<dataInputAssociation><sourceRef>ds</sourceRef><targetRef>__target</targetRef>"
    "</dataInputAssociation>"
    "<dataOutputAssociation><targetRef>dor</targetRef></dataOutputAssociation>"
)


def test_what_is_drawn_of_data_does_not_hinder_a_run() -> None:
    case = Player(model(
        start(), node("userTask", "u", INNER), user("v"), end(), flows("s>u>v>e"), DRAWN,
    ), {"order": 1})  # fmt: skip
    case.complete("u", note="x")
    case.complete("v")
    assert case.done
    assert case.variables == {"order": 1, "note": "x"}
