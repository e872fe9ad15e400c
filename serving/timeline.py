"""What was known about people at the index date, newest first: the records behind a score."""

from collections.abc import Iterable
from operator import itemgetter

import numpy as np

from features.events import TableArrays
from features.history import History
from serving.told import Code, Fact, Said
from serving.wording import Wording

MOST_EVENTS = 400

COLLECTED = Said("Läkemedel uthämtade i månaden", "Medicines dispensed in the month")

Events = list[list[Fact]]
"""By person's number."""


def events_told(wording: Wording, people: np.ndarray) -> dict[int, list[Fact]]:
    """Each person's events, newest first, by the number of the person in the wording's history.

    Rows count that had happened and were recorded before the index date.
    """
    history, day = wording.history, wording.day
    chosen = np.zeros(len(history), dtype=bool)
    chosen[people] = True
    told: Events = [[] for _ in range(len(history))]
    _contacts(wording, _known(history.arrays("contacts"), chosen, day), told)
    _medicines(wording, _known(history.arrays("dispensings"), chosen, day), told)
    for name in ("municipal_care", "enrolments"):
        rows = history.arrays(name)
        facts, person = wording.facts(name), rows.person.tolist()
        for row in _known(rows, chosen, day):
            told[person[row]].append(facts[row])
    return {number: newest_first(told[number]) for number in people.tolist()}


def newest_first(facts: Iterable[Fact]) -> list[Fact]:
    """By day, then by kind and words; of equal ones the first stays first."""
    return sorted(facts, key=lambda f: (f.day, f.kind, f.words.sv), reverse=True)


def _known(rows: TableArrays, chosen: np.ndarray, day: int) -> list[int]:
    known: list[int] = ((rows.known < day) & chosen[rows.person]).nonzero()[0].tolist()
    return known


def _contacts(wording: Wording, known: list[int], told: Events) -> None:
    codes = _codes_by_contact(wording.history, wording)
    facts, person = wording.facts("contacts"), wording.history.arrays("contacts").person.tolist()
    for row in known:
        fact = facts[row]
        told[person[row]].append(fact._replace(codes=tuple(codes[row])) if row in codes else fact)


def _codes_by_contact(history: History, wording: Wording) -> dict[int, list[Code]]:
    """Known diagnoses by the row of their contact, the principal one first."""
    rows = history.arrays("diagnoses")
    contact = history.contact_of("diagnoses")
    known = ((rows.known < wording.day) & (contact >= 0)).nonzero()[0]
    known = known[np.argsort(rows.numbers("position")[known], kind="stable")]
    codes: dict[int, list[Code]] = {}
    for row, on in zip(known.tolist(), contact[known].tolist(), strict=True):
        codes.setdefault(on, []).append(wording.diagnoses[row])
    return codes


def _medicines(wording: Wording, known: list[int], told: Events) -> None:
    """One event a month, on its last day of dispensing: otherwise nothing else is seen."""
    rows = wording.history.arrays("dispensings")
    month = rows.day.astype("datetime64[D]").astype("datetime64[M]").astype(int).tolist()
    person, days, medicines = rows.person.tolist(), rows.day.tolist(), wording.medicines
    months: dict[tuple[int, int], tuple[int, set[Code]]] = {}
    for row in known:
        key = person[row], month[row]
        last, collected = months.get(key, (days[row], set()))
        collected.add(medicines[row])
        months[key] = max(last, days[row]), collected
    for (number, _), (last, collected) in months.items():
        codes = tuple(sorted(collected, key=itemgetter(2)))
        told[number].append(Fact(last, None, "medicines", COLLECTED, None, codes))
