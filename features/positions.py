"""Which diagnoses a code list points out by where they stand: principal, or beside another."""

from __future__ import annotations

import numpy as np

from features.codelists import CodeList
from features.codelists.admissions import position_rules
from features.events import Events, TableArrays, places


def pointed_out(events: Events, arrays: TableArrays, codelist: CodeList) -> Events:
    """Those of ``events``, diagnoses, that the list points out (``codelists.admissions``).

    One that counts only beside another is known when both are.
    """
    told = arrays.classes.told(
        ("position", codelist), lambda columns, _: position_rules(codelist, columns)
    )
    of_class = arrays.row_class[events.row]
    parts = [events.take(told[of_class, 0].nonzero()[0])]
    for rule in range(1, told.shape[1], 2):
        candidates = told[of_class, rule] & arrays.on_contact[events.row]
        chosen = events.take(candidates.nonzero()[0])
        if not len(chosen):
            continue
        companions = told[arrays.row_class, rule + 1] & arrays.on_contact
        other = arrays.events.take(companions.nonzero()[0])
        number, size = arrays.labels("contact_id")
        key = arrays.person * np.int64(size) + number
        # By contact and by when they were known: the first of a contact is known soonest.
        other = other.take(np.lexsort((other.known, key[other.row])))
        place = places(key[chosen.row], key[other.row])
        found = np.flatnonzero(place >= 0)
        chosen = chosen.take(found)
        np.maximum(chosen.known, other.known[place[found]], out=chosen.known)
        parts.append(chosen)
    together = Events(np.concatenate([part.fields for part in parts], axis=1))
    return together.take(np.argsort(together.row, kind="stable"))
