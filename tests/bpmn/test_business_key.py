"""The start event may name its cases: people find them by that name."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.models import end, flows, model, start, user
from bpmn.player import Player
from casewright.domain.events import InstanceStarted

NAMED = (
    '<zeebe:properties><zeebe:property name="casewright:businessKey" value="{}"/>'
    "</zeebe:properties>"
)


def _key(value: str, variables: dict[str, Any], **context: Any) -> str:
    xml = model(start(ext=NAMED.format(value)), user("t"), end(), flows("s>t>e"))
    case = Player(xml, variables, **context)
    (started,) = [event for event in case.events if isinstance(event, InstanceStarted)]
    return started.business_key


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=client + &quot;: &quot; + subject", "Kowalski: roof"),
        ("=number", "17"),
        ("literal", "literal"),
        ("=missing", ""),
        ("=[1, 2]", ""),
    ],
)
def test_the_start_event_names_the_case(value: str, expected: str) -> None:
    """A text or a number; what is neither gives no name and stops nothing."""
    assert _key(value, {"client": "Kowalski", "subject": "roof", "number": 17}) == expected


def test_a_name_that_was_given_wins() -> None:
    """Whoever starts the case knows best."""
    assert _key("=client", {"client": "Kowalski"}, business_key="K-1") == "K-1"
