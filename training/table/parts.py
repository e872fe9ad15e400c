"""Which rows of a plain table are learnt from, in which fold, and which are held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.errors import NotEnoughData
from training.fit import FEWEST_EVENTS
from training.split import PersonSplit
from training.table.read import PlainTable


@dataclass(frozen=True)
class Parts:
    """Per row: ``fold`` (0 and up; -1 where the row is not learnt from) and ``test``. Rows that
    are neither are unused: held-out people's early rows, and late rows of everyone else.

    ``held_out``: how, in words.
    """

    fold: np.ndarray
    test: np.ndarray
    held_out: str

    @property
    def development(self) -> np.ndarray:
        return self.fold >= 0

    @property
    def unused(self) -> int:
        return int((~self.development & ~self.test).sum())


def part(table: PlainTable, split: PersonSplit, by_person: bool) -> Parts:
    """Held out are: people (rows, where no column says whose they are) by a hash; or, with a
    time, the latest rows; or, with both, the latest rows of the people held out.

    Nobody is in two folds. Raises ``NotEnoughData`` where the folds or the test hold too
    few people or outcomes.
    """
    position = split.position(table.person)
    of_people = position >= 1.0 - split.test_share
    late = _late(table.time, split.test_share, table.name) if table.time is not None else None
    if late is None:
        test, fold = of_people, split.fold(table.person)
        held_out = f"{split.test_share:.0%} of all {'people' if by_person else 'rows'}, by lot"
    elif by_person:
        test = of_people & late
        fold = np.where(late, -1, split.fold(table.person))
        held_out = (
            f"the latest rows (about {split.test_share:.0%}) of {split.test_share:.0%} of all "
            "people, by lot: nobody and no time in the test was learnt from"
        )
    else:
        test = late
        everyone = PersonSplit(split.seed, 0.0, split.folds)
        fold = np.where(late, -1, everyone.fold(table.person))
        held_out = f"the latest rows (about {split.test_share:.0%})"
    parts = Parts(fold, test, held_out)
    _require_outcomes(table, parts, split.folds)
    return parts


def _late(time: np.ndarray, share: float, file: str) -> np.ndarray:
    """The rows after the moment that leaves nearest ``share`` of all rows after it."""
    moments, counts = np.unique(time, return_counts=True)
    if len(moments) < 2:
        raise NotEnoughData(
            "all rows have the same time: no later ones can be held out",
            where=file,
            do="Leave --time out, or deliver rows of more than one time.",
        )
    after = 1.0 - np.cumsum(counts)[:-1] / counts.sum()
    return time > moments[:-1][np.argmin(np.abs(after - share))]


def _require_outcomes(table: PlainTable, parts: Parts, folds: int) -> None:
    places = [(f"in one of {folds} parts to learn from", parts.fold == n) for n in range(folds)]
    places.append(("in the part held out", parts.test))
    for where, rows in places:
        for kind in (1, 0):
            if (table.label[rows] == kind).sum() < FEWEST_EVENTS:
                raise NotEnoughData(
                    f"fewer than {FEWEST_EVENTS} rows with label {kind} {where}",
                    where=table.name,
                    do="Deliver more rows, or change --test-share.",
                )
