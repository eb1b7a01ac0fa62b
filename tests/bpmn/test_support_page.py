"""The page of what runs follows from the code."""

from pathlib import Path

from casewright.bpmn import support

PAGE = Path(__file__).parents[2] / "docs/reference/bpmn-support.md"


def test_the_page_is_in_step() -> None:
    assert PAGE.read_text("utf-8") == support.page() + "\n"
