"""Rows to what needs more than adding up: which are chosen, how many different, who."""

from __future__ import annotations

import numpy as np
from numba import types

from features.compiled import I32, I64, NEVER, compiled, read, write


@compiled(types.Array(I32, 2, "C")(read(I32, 2), read(I32), read(I32), read(I32), I64, write(I32)))
def choose(
    fields: np.ndarray,
    row_class: np.ndarray,
    first_slot: np.ndarray,
    slots: np.ndarray,
    index_day: int,
    bounds: np.ndarray,
) -> np.ndarray:
    """The known rows of many selections at once, as ``features.events`` has the fields of rows.

    ``slots[first_slot[c]:first_slot[c + 1]]``: the selections that rows of class c are in.
    Those of selection s are ``[:, bounds[s]:bounds[s + 1]]`` of what comes back, in the order of
    the rows, their ends hidden unless passed; ``bounds`` is written.
    """
    known, ends = fields[2], len(fields) > 4
    bounds[:] = 0
    for i in range(fields.shape[1]):
        if known[i] < index_day:
            for k in range(first_slot[row_class[i]], first_slot[row_class[i] + 1]):
                bounds[slots[k] + 1] += 1
    for s in range(1, len(bounds)):
        bounds[s] += bounds[s - 1]
    chosen = np.empty((len(fields), bounds[-1]), dtype=np.int32)
    place_of = bounds[:-1].copy()
    for i in range(fields.shape[1]):
        if known[i] < index_day:
            for k in range(first_slot[row_class[i]], first_slot[row_class[i] + 1]):
                place = place_of[slots[k]]
                place_of[slots[k]] += 1
                for field in range(len(fields)):
                    chosen[field, place] = fields[field, i]
                if ends and chosen[4, place] >= index_day:
                    chosen[4, place] = NEVER
    return chosen


@compiled(
    types.void(
        *(read(I32) for _ in range(4)),
        read(I64),
        I64,
        types.boolean,
        read(I32),
        I64,
        I64,
        write(types.float32, 2, "A"),
    )
)
def count_distinct(
    person: np.ndarray,
    day: np.ndarray,
    known: np.ndarray,
    row: np.ndarray,
    value_of_row: np.ndarray,
    n_values: int,
    new: bool,
    windows: np.ndarray,
    index_day: int,
    first_column: int,
    out: np.ndarray,
) -> None:
    """How many different values a person's known rows have in each window, or with ``new``, have
    in it and not before.

    Rows sorted by person; ``value_of_row[row]``: a number below ``n_values``, or -1 for none.
    Written into ``out``, (people, columns), from ``first_column`` on.
    """
    out[:, first_column : first_column + len(windows)] = 0
    met_by = np.full(n_values, -1, dtype=np.int32)
    age_of = np.empty(n_values, dtype=np.int32)
    met = np.empty(n_values, dtype=np.int32)
    n_met = 0
    for i in range(len(row)):
        value = value_of_row[row[i]]
        if value >= 0 and known[i] < index_day:
            age = I32(index_day - day[i])
            if met_by[value] != person[i]:
                met_by[value] = person[i]
                age_of[value] = age
                met[n_met] = value
                n_met += 1
            elif (age > age_of[value]) == new:
                age_of[value] = age
        if i + 1 == len(row) or person[i + 1] != person[i]:
            for k in range(n_met):
                for w in range(len(windows)):
                    out[person[i], first_column + w] += age_of[met[k]] <= windows[w]
            n_met = 0


@compiled(
    types.void(
        *(read(I32) for _ in range(3)),
        read(I64),
        *(I64 for _ in range(2)),
        read(I32),
        write(types.float64, 3),
    )
)
def spread(
    person: np.ndarray,
    day: np.ndarray,
    row: np.ndarray,
    value_of_row: np.ndarray,
    n_values: int,
    index_day: int,
    windows: np.ndarray,
    told: np.ndarray,
) -> None:
    """How a person's rows of each window spread over values, into ``told``, (3, people, windows):
    how many rows, how many have the most frequent value, and the sum of squared numbers by value.

    Rows sorted by person; ``value_of_row[row]``: a number below ``n_values``, or -1 for none.
    """
    told[:] = 0
    count = np.zeros(n_values, dtype=np.int64)
    first = 0
    while first < len(person):
        who, stop = person[first], first
        while stop < len(person) and person[stop] == who:
            stop += 1
        for w in range(len(windows)):
            for i in range(first, stop):
                value = value_of_row[row[i]]
                if value >= 0 and index_day - day[i] <= windows[w]:
                    # A square grows by one more than twice its root.
                    told[2, who, w] += 2 * count[value] + 1
                    count[value] += 1
                    told[0, who, w] += 1
                    told[1, who, w] = max(told[1, who, w], count[value])
            for i in range(first, stop):
                if value_of_row[row[i]] >= 0:
                    count[value_of_row[row[i]]] = 0
        first = stop


_FIELDS = types.Array(I32, 2, "A", readonly=True)


@compiled(types.Array(I32, 2, "C")(_FIELDS, read(I64), _FIELDS, I64))
def on_contacts(
    fields: np.ndarray, contact_of: np.ndarray, contacts: np.ndarray, n_contacts: int
) -> np.ndarray:
    """Those of some rows that are on chosen contacts, with the days of these.

    ``fields``, ``contacts``: as ``features.events`` has the fields of rows. ``contact_of[row]``:
    the row's contact, of ``n_contacts``, or -1. Known once both are.
    """
    place_of = np.full(n_contacts, -1)
    for place in range(contacts.shape[1]):
        place_of[contacts[3, place]] = place
    n = 0
    found = np.empty((len(contacts), fields.shape[1]), dtype=np.int32)
    for i in range(fields.shape[1]):
        contact = contact_of[fields[3, i]]
        if contact >= 0 and place_of[contact] >= 0:
            found[:, n] = contacts[:, place_of[contact]]
            found[2, n] = max(found[2, n], fields[2, i])
            found[3, n] = fields[3, i]
            n += 1
    return found[:, :n].copy()
