"""What a list of some length can be expected to find, from the scores themselves.

A calibrated probability of 0.3 is three in ten such people. So the number of a list's people
who will have the event is expected to be the sum of their probabilities, and the number of all
of the unit's people the sum of everybody's. An expectation, not a count: years differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from serving.desk import Desk
from serving.register import WeeklyRun

MOST_PLACES = 200


@dataclass(frozen=True)
class Expected:
    """Of ``places`` people: how many will have the event, and of the unit's others. ``beyond``:
    how many of them stand below the stored list, taken by risk from the whole unit."""

    places: int
    found: float
    missed: float
    beyond: int

    @property
    def share(self) -> float:
        """Of those on the list, how many in one will have the event (PPV)."""
        return self.found / self.places if self.places else 0.0


def probabilities_of(desk: Desk, run: WeeklyRun, care_unit: str) -> tuple[list[float], list[float]]:
    """Of the primary target: those on the unit's list by rank, and all others, falling."""
    listed = desk.lists.entries(run, care_unit)
    objecting = desk.register.objections.current([e.person_id for e in listed])
    chances = [(e.probabilities[run.primary_target], e.person_id in objecting) for e in listed]
    on_list = [chance for chance, objects in chances if not objects]
    others = [*desk.lists.unlisted(run, care_unit), *(c for c, objects in chances if objects)]
    return on_list, sorted(others, reverse=True)


def expected(on_list: Sequence[float], others: Sequence[float], places: int) -> Expected:
    """For ``places`` people: the list from its top, and beyond its end by risk."""
    order = [*on_list, *others]
    places = min(places, len(order))
    found = sum(order[:places])
    return Expected(places, found, sum(order[places:]), max(0, places - len(on_list)))
