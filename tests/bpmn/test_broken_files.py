"""Broken files never raise: they are findings, or they run."""

from contextlib import suppress
from datetime import UTC
from random import Random

import pytest

from bpmn.models import io, model, script, service, start, sub, user
from bpmn.player import NOW
from bpmn.random_models import Builder
from casewright import bpmn, xml
from casewright.bpmn import importers

WORDS = ("", " ", "s", "e", "u1", "g1", "=", "=(", "=1", "true", "false", "PT1H", "x y", "=a.b.c")
CONTEXT = bpmn.StepContext(now=NOW, zone=UTC, limits=bpmn.StepLimits(element_runs=300))


def broken(seed: int) -> bytes:
    """Return a random process with a few random mistakes."""
    random = Random(seed)
    root = xml.parse(Builder(seed).build())
    for _ in range(random.choice([1, 1, 2, 4])):
        nodes = [node for node in xml.descendants(root) if xml.parent(node) is not None]
        node = random.choice(nodes)
        names = list(xml.attrs(node))
        kind = random.randrange(5)
        if kind == 0 and names:
            xml.remove_attr(node, random.choice(names))
        elif kind == 1 and names:
            xml.set_attr(node, random.choice(names), random.choice(WORDS))
        elif kind == 2:
            xml.remove(node)
        elif kind == 3:
            xml.set_text(node, random.choice(WORDS))
        else:
            xml.subelement(random.choice(nodes), random.choice(["bpmn:task", "bpmn:message"]))
    return xml.tostring(root)


def attempt(data: bytes) -> bool:
    """Compile, start what was accepted, and tell whether it was."""
    result = bpmn.compile(data, "broken.bpmn")
    assert result.deployable or not result.definitions
    for finding in result.findings:
        assert finding.message
        assert finding.code
    told = bpmn.lint(data, "broken.bpmn", known=result.findings, notes=True)
    assert all(finding.severity != "error" for finding in told)
    for vocabulary in ("camunda", "spiffworkflow"):
        with suppress(xml.XmlProblem):
            importers.convert(data, "broken.bpmn", vocabulary)
    for definition in result.definitions:
        if definition.none_start is not None:
            bpmn.step(definition, None, bpmn.Start({"v0": 1}), CONTEXT)
    return bool(result.definitions)


def test_random_mistakes() -> None:
    accepted = sum(attempt(broken(seed)) for seed in range(250))
    assert 25 < accepted < 225


@pytest.mark.parametrize("size", range(0, 2500, 61))
def test_files_that_are_cut_off(size: int) -> None:
    data = model(start(), user("u", io({"a": "=1"})), script("k", "1", "r"), service("t"),
                 sub("S", start("ss")))  # fmt: skip
    attempt(data[:size])
    attempt(data[:size] + b"</definitions>")
