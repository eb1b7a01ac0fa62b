"""Every event that may happen is applied, or is listed as kept by the journal alone."""

from __future__ import annotations

import inspect

from casewright.domain import events
from casewright.store.apply import APPLIERS


def test_every_event_type_has_an_applier() -> None:
    assert set(APPLIERS) == set(events.EVENTS.values())


def test_every_event_type_is_registered() -> None:
    defined = {
        cls
        for _, cls in inspect.getmembers(events, inspect.isclass)
        if issubclass(cls, events.Event) and cls is not events.Event
    }
    assert defined == set(events.EVENTS.values())
