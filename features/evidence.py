"""What the kinds of measure say of the records behind a value: the rows that it was made of.

Every kind of measure says itself which rows those are (``Measure.behind``), from the same
selections and the same view as its values: what was not known is not behind anything. With
no other rows of those tables, the value would be the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from features.events import NEVER, Events
from features.rows import Rows

if TYPE_CHECKING:
    from features.history import View


class Behind(NamedTuple):
    """Rows of a table, as numbers into the frame of ``view.history.arrays(table)``; of
    persons, row 0."""

    table: str
    rows: np.ndarray


ABOUT_THE_PERSON = (Behind("persons", np.zeros(1, dtype=np.int64)),)


def seen(view: View, rows: Rows, events: Events) -> Iterator[Behind]:
    """Some events of a selection, with the rows that made them count."""
    yield Behind(rows.table.name, events.row)
    if rows.on is None and rows.listed is None:
        return
    contact = view.history.contact_of(rows.table.name)
    if rows.on is not None:
        yield Behind("contacts", contact[events.row])
    if rows.listed is not None:  # other diagnoses of the contact may decide
        on_one = np.isin(contact, contact[events.row]) & (contact >= 0)
        beside = view.known(view.history.arrays(rows.table.name).events)
        yield Behind(rows.table.name, beside.row[on_one[beside.row]])


def within(view: View, rows: Rows, window: int | None, column: str = "") -> Iterator[Behind]:
    """The rows of a window, all known ones without it; with a value where a column is named."""
    events = view.events(rows)
    chosen = np.ones(len(events), dtype=bool) if window is None else view.ages(events) <= window
    if column:
        chosen &= ~np.isnan(view.values(rows, events, column))
    yield from seen(view, rows, events.take(chosen.nonzero()[0]))


def on_last_day(
    view: View, rows: Rows, oldest: int, newest: int = 1, column: str = ""
) -> Iterator[Behind]:
    """The rows of the latest day among those ``newest`` to ``oldest`` days old."""
    events = view.events(rows)
    ages = view.ages(events)
    chosen = (ages <= oldest) & (ages >= newest)
    if column:
        chosen &= ~np.isnan(view.values(rows, events, column))
    chosen &= ages == ages[chosen].min(initial=oldest + 1)
    yield from seen(view, rows, events.take(chosen.nonzero()[0]))


def first_rows(view: View, rows: Rows) -> Iterable[Behind]:
    """The earliest known rows of a selection."""
    events = view.events(rows)
    earliest = events.day == events.day.min(initial=NEVER)
    return seen(view, rows, events.take(np.flatnonzero(earliest)))


def all_of(parts: Iterable[Iterable[Behind]]) -> Iterator[Behind]:
    for part in parts:
        yield from part
