"""The case page lets those who may choose what begins next, by buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from casewright.bootstrap import System
from casewright.commands.deployments import Deploy
from casewright.commands.instances import StartInstance
from casewright.domain.people import SYSTEM
from pages.visiting import Person, principal

ADDRESS = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def free(order: str) -> bytes:
    return f"""<?xml version="1.0"?>
<definitions xmlns="{ADDRESS}" targetNamespace="t" id="d">
<process id="free" name="Free" isExecutable="true">
<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="H"/>
<adHocSubProcess id="H" name="Site visit" ordering="{order}">
<userTask id="a" name="Take photos"/><userTask id="b" name="Measure &lt;all&gt;"/>
</adHocSubProcess><sequenceFlow id="f2" sourceRef="H" targetRef="e"/><endEvent id="e"/>
</process></definitions>""".encode()


@pytest.fixture(params=["Parallel", "Sequential"])
def case(request: pytest.FixtureRequest, system: System) -> str:
    """A case with an open ad-hoc sub-process, started by anna."""
    system.unit.run(Deploy("free", {"free.bpmn": free(request.param)}), SYSTEM)
    answer = system.unit.run(StartInstance("free", {}), principal(system, "anna"))
    return f"/cases/{answer['instance']}"


def buttons(page: str) -> list[str]:
    """Return the buttons of the choices, by their text."""
    part = page[page.index('id="live"') : page.index('id="picture"')]
    found = re.findall(r"<button[^>]*>(.*?)</button>", part, re.DOTALL)
    return [unescape(re.sub(r"<[^>]*>", "", text)).strip() for text in found]


def test_an_operator_presses_the_buttons(case: str, enter: Callable[[str], Person]) -> None:
    olga = enter("olga")
    page = olga.get(case)
    assert "What is next: Site visit" in page
    assert "waits for somebody to choose what is done next" in page
    both = ["Take photos", "Measure <all>", "This part is finished"]
    assert buttons(page) == both
    there = olga.post(f"{case}/choose", cw__token="H#1", cw__element="a")
    page = olga.get(there)
    assert "The step has begun." in page
    sequential = "One step comes after the other here" in page
    assert buttons(page) == (both[2:] if sequential else both)
    if sequential:
        assert "is open" in olga.post(f"{case}/choose", 409, cw__token="H#1", cw__element="b")
        olga.get(there)
    page = olga.get(olga.post(f"{case}/finish", cw__token="H#1"))
    assert "This part of the case is finished." in page
    assert buttons(page) == []


def test_others_see_no_buttons_and_are_refused(case: str, enter: Callable[[str], Person]) -> None:
    anna = enter("anna")
    assert buttons(anna.get(case)) == []
    anna.post(f"{case}/choose", 403, cw__token="H#1", cw__element="a")
    anna.get(case)
    anna.post(f"{case}/finish", 403, cw__token="H#1")
    barbara = enter("barbara")
    barbara.get("/profile")
    barbara.post(f"{case}/finish", 404, cw__token="H#1")
