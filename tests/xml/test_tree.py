"""Helpers over elements."""

from __future__ import annotations

from casewright import xml

SOURCE = b"""<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
  <!-- a comment -->
  <b:process id="p">
    <b:task id="t" zeebe:modelerTemplate="m"> do <!-- x --> it </b:task>
    <other xmlns="urn:other" id="o"/>
  </b:process>
</b:definitions>"""


def test_names_lines_and_attributes() -> None:
    root = xml.parse(SOURCE)
    process = xml.child(root, "bpmn:process")
    assert process is not None
    task, other = xml.children(process)
    assert (xml.local(task), xml.ns(task), xml.prefixed(task)) == (
        "task",
        xml.NS["bpmn"],
        "bpmn:task",
    )
    assert xml.prefixed(other) == "other"
    assert xml.line(task) == 5
    assert xml.attr(task, "zeebe:modelerTemplate") == "m"
    assert xml.attr(task, "missing", "d") == "d"
    assert xml.text(task).split() == ["do", "it"]
    assert [xml.attr(e, "id") for e in xml.descendants(root, "bpmn:task")] == ["t"]
    assert [xml.local(e) for e in xml.ancestors(task)] == ["process", "definitions"]
    assert xml.path(root, "process", "task") is task
    assert xml.path(root, "process", "nothing", "task") is None


def test_comments_are_dropped_and_text_is_kept() -> None:
    root = xml.parse(SOURCE, comments=True)
    xml.remove_comments(root)
    assert b"<!--" not in xml.tostring(root)
    assert xml.text(xml.path(root, "process", "task")).split() == ["do", "it"]


def test_building_and_removing() -> None:
    root = xml.element("bpmn:process", {"id": "p"})
    made = xml.subelement(root, "zeebe:script", {"expression": "=1"})
    xml.set_attr(made, "zeebe:x", "1")
    xml.remove_attr(made, "expression")
    assert xml.attrs(made) == {"{http://camunda.org/schema/zeebe/1.0}x": "1"}
    again = xml.parse(xml.tostring(root))
    assert xml.tostring(again) == xml.tostring(root)
    xml.remove(made)
    assert xml.children(root) == []
