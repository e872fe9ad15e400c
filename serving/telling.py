"""Telling what records say of people: of one who is looked at, or of all on the weekly lists.

It is the same code for one person and for many, so what is kept (``serving/packed.py``) and
what is told live cannot differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from features.frames import AnyTables
from features.history import History, View
from features.one_by_one import OnePerson, parts_of
from features.tables import Coverage
from serving.records import records_told
from serving.timeline import MOST_EVENTS, events_told
from serving.told import Behind, Fact, Told
from serving.wording import Wording


def view_of(tables: AnyTables, index_date: date) -> View:
    """What was known of the people in ``tables``. Which rows there are does not depend on what
    the source delivers, so that is not asked."""
    return History.of(tables, Coverage(frozenset(tables))).at(index_date)


def tell(view: View, features: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Told]]:
    """(person_id, what is told) of everybody in a view, with the records behind the features
    named for the person. Rows are worded once, for all."""
    for part, people in parts_of(view):
        wording = Wording(part.history, part.day)
        events = events_told(wording, people)
        for number in people.tolist():
            one = OnePerson(part.history, number, part.day)
            yield (
                one.person_id,
                Told(
                    events=tuple(events[number][:MOST_EVENTS]),
                    shortened=len(events[number]) > MOST_EVENTS,
                    behind=records_told(one, wording, features.get(one.person_id, ())),
                ),
            )


@dataclass
class Live:
    """What one person's records tell, each thing when it is asked for."""

    tables: AnyTables
    index_date: date

    @cached_property
    def _wording(self) -> tuple[OnePerson, Wording]:
        ((part, number),) = [
            (part, int(number))
            for part, people in parts_of(view_of(self.tables, self.index_date))
            for number in people
        ]
        return OnePerson(part.history, number, part.day), Wording(part.history, part.day)

    @cached_property
    def _all_events(self) -> list[Fact]:
        _, wording = self._wording
        (events,) = events_told(wording, np.arange(1)).values()
        return events

    @property
    def events(self) -> Sequence[Fact]:
        return self._all_events[:MOST_EVENTS]

    @property
    def shortened(self) -> bool:
        return len(self._all_events) > MOST_EVENTS

    def behind(self, features: Sequence[str]) -> Mapping[str, Behind]:
        one, wording = self._wording
        return records_told(one, wording, features)
