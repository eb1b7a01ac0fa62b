"""Ids keep to RFC 9562."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casewright.domain.ids import NAMESPACE, derived_id, new_id

INSTANTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    timezones=st.just(UTC),
)


@given(INSTANTS)
def test_new_ids_are_version_7_and_hold_the_milliseconds(at: datetime) -> None:
    """Version and variant are set; the first 48 bits are the time."""
    key = uuid.UUID(new_id(at))
    assert (key.version, key.variant) == (7, uuid.RFC_4122)
    assert abs((key.int >> 80) - at.timestamp() * 1000) <= 1


@given(INSTANTS)
def test_new_ids_sort_by_time(at: datetime) -> None:
    """An id made a millisecond later is greater."""
    assert new_id(at) < new_id(at + timedelta(milliseconds=1))


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_derived_ids_are_version_5_of_their_parts(parts: list[str]) -> None:
    """The same as the standard library's uuid5."""
    assert derived_id(*parts) == str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))
