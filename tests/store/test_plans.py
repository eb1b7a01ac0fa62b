"""What runs all the time is found by an index, in a database without statistics too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from casewright.store import instances, jobs, messages, schema, signals, start_timers, timers
from casewright.store.db import Database
from casewright.store.statements import Statement

VALUES = {
    "now": 1, "rows": 1, "name": "a", "key": "b", "from_due": 1, "after_due": 1,
    "after_instance": "", "after_token": "", "process": "p", "start_key": "k", "order": "o",
}  # fmt: skip


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """An empty SQLite database: its planner knows nothing and tells everything."""
    made = Database(sqlite_url)
    schema.migrate(made)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        (jobs._find, ["ix_job_state (state=? AND next_at<?)", "ix_job_order (order_key=? AND"]),
        (timers._due, ["ix_timer_due (due_at>? AND due_at<?)"]),
        (
            messages._due,
            [
                "ix_subscription_name (name=? AND correlation_key=?)",
                "ix_instance_start_key (process_id=? AND start_key=?",
            ],
        ),
        (messages._subscribers, ["ix_subscription_name (name=? AND correlation_key=?)"]),
        (instances._running_with_key, ["ix_instance_start_key (process_id=? AND start_key=?"]),
        (signals._waiting, ["ix_subscription_name (name=? AND correlation_key=?)"]),
        (signals._starts, ["ix_subscription_name (name=? AND correlation_key=?)"]),
        (start_timers._due, ["ix_start_timer_due (due_at<?)"]),
        (jobs._newest_of_order, ["ix_job_order (order_key=? AND state=?)"]),
    ],
    ids=[
        *("jobs", "timers", "messages", "subscribers", "start key"),
        *("signals", "signal starts", "start timers", "order of signals"),
    ],
)
def test_a_sweep_uses_its_index(
    database: Database, statement: Statement, wanted: list[str]
) -> None:
    sql, values = statement.bound("sqlite", VALUES)
    with database.read() as connection:
        rows = connection.exec_driver_sql(f"explain query plan {sql}", values).all()
    plan = [str(row[3]) for row in rows]
    assert [use for use in wanted if not any(use in line for line in plan)] == []
    assert [line for line in plan if line.startswith("SCAN")] == []
