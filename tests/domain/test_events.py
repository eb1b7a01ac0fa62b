"""Every event survives its JSON form."""

from __future__ import annotations

import typing
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.domain.events import EVENTS, Event, from_json

_VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(0, 2**53),
    int | None: st.none() | st.integers(0, 2**53),
    str | None: st.none() | st.text(min_size=1),
    Any: st.integers(0, 9) | st.text(min_size=1),
    tuple[str, ...]: st.lists(st.text()).map(tuple),
    dict[str, Any]: st.dictionaries(st.text(), st.integers(0, 9)),
    dict[str, str] | None: st.none() | st.dictionaries(st.text(), st.text()),
}


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_round_trip(name: str) -> None:
    """What the journal keeps gives the same event again."""
    cls = EVENTS[name]
    hints = typing.get_type_hints(cls)

    @given(st.builds(cls, **{field: _VALUES[hint] for field, hint in hints.items()}))
    def holds(event: Event) -> None:
        assert from_json(orjson.loads(orjson.dumps(event.to_json()))) == event

    holds()
