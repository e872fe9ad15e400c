"""Which counts may be shown: no group so small that a person could be known by it.

A count of 7 or fewer is hidden (primary suppression), and then as many more as it takes
for no hidden count to follow from what is shown and the totals (complementary suppression).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

SMALL = 7
"""Counts of this many people or fewer are not shown."""


def shown(parts: np.ndarray, relations: np.ndarray, hidden: np.ndarray | None = None) -> np.ndarray:
    """Which groups may be shown with all their counts, (groups,) bool.

    ``parts``: (groups, parts), people of each group in parts that do not overlap; what is
    shown of a group are sums of them. ``relations``: (relations, groups), +1, -1 or 0: sums
    of groups that a reader knows, for each part. ``hidden``: groups hidden already.

    A group is hidden whole if one of its parts is small. Then, for as long as a hidden group
    follows from the relations, or the hidden groups of a sum are so few that together they
    say it, the smallest shown group beside it is hidden too.
    """
    size = parts.sum(axis=1)
    away = np.zeros(len(parts), dtype=bool) if hidden is None else hidden.copy()
    away |= (parts <= SMALL).any(axis=1)
    while True:
        told = _told(parts, relations, away)
        if told is None:
            return ~away
        beside = np.flatnonzero((relations[told] != 0).any(axis=0) & ~away)
        away[beside[np.argmin(size[beside])]] = True


def _told(parts: np.ndarray, relations: np.ndarray, away: np.ndarray) -> np.ndarray | None:
    """Relations (bool) that give a hidden count away; None if there are none."""
    held = relations[:, away]
    addable = (relations[:, ~away] != 0).any(axis=1)
    count = (held != 0).sum(axis=1)
    sums = np.abs(held.sum(axis=1)) == count
    little = (np.abs(held @ parts[away]) <= SMALL).any(axis=1)
    giving = addable & (count > 0) & ((count == 1) | (sums & little))
    if giving.any() or not held.size:
        return giving if giving.any() else None
    _, strength, directions = np.linalg.svd(held.astype(np.float64), full_matrices=True)
    rank = int((strength > 1e-9).sum())
    free = np.abs(directions[rank:]).max(axis=0, initial=0.0) > 1e-9
    giving = addable & (held[:, ~free] != 0).any(axis=1)
    return giving if giving.any() else None


def relations_of(labels: Mapping[str, np.ndarray]) -> tuple[list[tuple[str, str]], np.ndarray]:
    """The groups of several groupings of the same people, and the sums a reader knows.

    ``labels``: grouping -> the group of each row, text. Returns (grouping, group) in order,
    and relations as ``shown`` takes them: each grouping adds up to everyone, and where some
    groups of one grouping hold the same people as some of another (the care units of a
    municipality), those add up to the same.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    codes: dict[str, np.ndarray] = {}
    names: list[tuple[str, str]] = []
    first: dict[str, int] = {}
    for grouping, of_row in labels.items():
        found, codes[grouping] = np.unique(of_row, return_inverse=True)
        first[grouping] = len(names)
        names += [(grouping, str(group)) for group in found]
    rows = []
    for grouping in labels:
        row = np.zeros(len(names), dtype=np.int64)
        row[[name[0] == grouping for name in names]] = 1
        rows.append(row)
    order = list(labels)
    for position, one in enumerate(order):
        for other in order[position + 1 :]:
            of_one, of_other = first[one] + codes[one], first[other] + codes[other]
            links = coo_matrix((np.ones(len(of_one)), (of_one, of_other)), (len(names),) * 2)
            _, component = connected_components(links, directed=False)
            together = np.unique(component[of_one])
            if len(together) == 1:
                continue
            for number in together:
                row = np.zeros(len(names), dtype=np.int64)
                row[np.unique(of_one[component[of_one] == number])] = 1
                row[np.unique(of_other[component[of_other] == number])] = -1
                rows.append(row)
    return names, np.array(rows)
