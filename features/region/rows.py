"""Rows of the canonical tables on their way to a file: numbers first, text last."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.region.course import Course
from features.region.people import NEVER, People
from features.region.settings import RegionSettings
from features.tables import Kind, Table

NO_DAY = -1_000_000
"""An empty date."""
_DAYS = 10_000_000
"""More days than any event is from the start, to sort by person and day at once."""
_MANY_WORDS = 100_000
"""More words than a dictionary of them is worth."""


@dataclass(frozen=True)
class Text:
    """A text column as positions in a list of words; -1 is empty."""

    words: list[str] | pa.Array
    position: np.ndarray


Values = np.ndarray | Text


@dataclass(frozen=True)
class Delay:
    """Days from an event to its record: at once, within days, or a tail of weeks."""

    at_once: float
    within_days: int
    late: float
    late_mean_days: float

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        which = rng.random(n)
        soon = rng.integers(1, self.within_days + 1, n)
        late = self.within_days + 1 + rng.exponential(self.late_mean_days, n).astype(np.int64)
        return np.where(
            which < self.at_once, 0, np.where(which > 1 - self.late, np.minimum(late, 120), soon)
        )


CONTACT_DELAY = Delay(0.70, 6, 0.06, 14)
CODING_DELAY = Delay(0.45, 12, 0.10, 16)
PHARMACY_DELAY = Delay(0.80, 3, 0.02, 10)
VALUE_DELAY = Delay(0.75, 4, 0.03, 10)
LISTING_DELAY = Delay(0.60, 5, 0.02, 10)
MUNICIPAL_DELAY = Delay(0.10, 28, 0.20, 21)


def here(
    settings: RegionSettings, people: People, course: Course, person: np.ndarray, day: np.ndarray
) -> np.ndarray:
    """Whether each person is alive and in the region, within the period, on the day."""
    return (
        (day >= 7 * people.entry[person])
        & (day < 7 * np.minimum(people.exit[person], settings.weeks))
        & (day <= course.death_day[person])
    )


def leaves(people: People, course: Course, person: np.ndarray) -> np.ndarray:
    """The first day no longer here: after death or on moving; NEVER for others."""
    moves = np.where(people.exit[person] < NEVER, 7 * people.exit[person], NEVER)
    dies = course.death_day[person]
    return np.minimum(moves, np.where(dies < NEVER, dies + 1, NEVER))


def table_of(
    settings: RegionSettings,
    people: People,
    table: Table,
    person: np.ndarray,
    columns: dict[str, Values],
    recorded: np.ndarray | None = None,
) -> pa.Table:
    """A canonical table, sorted by person and date, without what is recorded after the end.

    Dates are given in days from the start of the region, empty as NO_DAY or NEVER.
    """
    last = 7 * settings.weeks - 1
    keep = np.arange(len(person)) if recorded is None else np.flatnonzero(recorded <= last)
    happened = columns.get(table.happened or "", np.zeros(len(person), dtype=np.int64))
    assert isinstance(happened, np.ndarray)
    key = (person * _DAYS + happened)[keep]
    if (key[1:] < key[:-1]).any():
        keep = keep[np.argsort(key, kind="stable")]
    values: dict[str, Values] = {"person_id": Text(people.person_ids(), person), **columns}
    if recorded is not None:
        values["recorded_at"] = recorded
    arrays, fields = [], []
    for column in table.columns:
        arrays.append(_array(values[column.name], column.kind, keep, settings))
        fields.append(pa.field(column.name, arrays[-1].type))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def words_at(words: list[str] | pa.Array, position: np.ndarray) -> pa.Array:
    """The words at the positions, empty at -1; as a dictionary unless nearly all differ."""
    position = position.astype(np.int32)
    empty = position < 0
    indices = pa.array(position, mask=empty if empty.any() else None)
    words = pa.array(words, type=pa.string())
    if len(words) > _MANY_WORDS:
        return words.take(indices)
    return pa.DictionaryArray.from_arrays(indices, words)


def dates_from_start(settings: RegionSettings, day: np.ndarray) -> pa.Array:
    """Days from the start of the region as dates; empty where NO_DAY or NEVER."""
    empty = (day <= NO_DAY) | (day >= NEVER)
    days = np.datetime64(settings.start, "D") + np.where(empty, 0, day).astype("timedelta64[D]")
    return pa.array(days, mask=empty if empty.any() else None, type=pa.date32())


def _array(values: Values, kind: Kind, keep: np.ndarray, settings: RegionSettings) -> pa.Array:
    if isinstance(values, Text):
        return words_at(values.words, values.position[keep])
    part = values[keep]
    if kind is Kind.DATE:
        return dates_from_start(settings, part)
    if kind is Kind.NUMBER:
        part = part.astype(np.float64)
        empty = np.isnan(part)
        return pa.array(part, mask=empty if empty.any() else None)
    if kind is Kind.WHOLE:
        return pa.array(part.astype(np.int64))
    if kind is Kind.YES_NO:
        return pa.array(part.astype(bool))
    return pa.array(part.tolist(), type=pa.string())
