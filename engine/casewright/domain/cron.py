"""Cron: five fields as Unix has them, or six with the seconds first."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from cronsim import CronSim, CronSimError

_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LAST_DAY = re.compile(rf"\b({'|'.join(_DAYS)})L\b")
_LONGEST = 200


def read(text: str) -> str:
    """Return the expression in its plain form; ValueError tells what is wrong with it."""
    plain = _MACROS.get(text.strip().lower(), text.strip()).upper().replace("?", "*")
    plain = _LAST_DAY.sub(lambda found: f"{_DAYS.index(found[1])}L", plain)
    if len(plain) > _LONGEST or len(plain.split()) not in (5, 6):
        raise ValueError(f"“{text[:_LONGEST]}” is no cron expression of five or six fields")
    try:
        CronSim(plain, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as problem:
        raise ValueError(f"“{text}” is no cron expression: {problem}") from None
    return plain


def after(plain: str, moment: datetime, zone: tzinfo) -> datetime | None:
    """Return the first instant later than `moment`, in UTC; None where there is none.

    What names an hour happens once a day, also on the days when clocks change: an hour that is
    left out is made up for behind it, one that comes twice counts once. What repeats within the
    hours goes on in even steps.
    """
    fields = plain.split()
    repeats = fields[-5].startswith("*") or fields[-4].startswith("*")
    local = moment.astimezone(zone)
    source = CronSim(plain, local if repeats else local.replace(tzinfo=None))
    if len(fields) == 6:
        # With seconds it is Spring's dialect, where both days have to fit.
        source.day_and = True
    for found in source:
        at = found if repeats else found.replace(tzinfo=zone)
        # Compared in UTC: within one zone Python compares what the clock on the wall shows.
        at = at.astimezone(UTC)
        if at > moment.astimezone(UTC):
            return at
    return None
