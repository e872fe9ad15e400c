"""Somebody who holds the whole judgement, and knows how many people were judged, tries to work
out what it hides: all its tables at once, by linear programming."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from features.home import Home
from models.disclosure import SMALL
from training.train import TrainResult

PARTITIONS = ("sex", "age", "deprivation", "area", "municipality", "care_unit")


class Attack:
    """Unknown numbers, and what the judgement says of them."""

    def __init__(self, plain: dict[str, Any], people: int) -> None:
        self.place: dict[tuple[str, ...], int] = {}
        self.equal: list[tuple[dict[int, float], float]] = []
        self.no_more: list[tuple[dict[int, float], float]] = []
        by_target = {g["target"]: {} for g in plain["groups"]}
        for grouped in plain["groups"]:
            by_target[grouped["target"]][grouped["grouping"]] = grouped["groups"]
        total = {judged["target"]: judged["events"] for judged in plain["targets"]}
        for target, groupings in by_target.items():
            for grouping, groups in groupings.items():
                if grouping not in PARTITIONS:
                    continue
                self.sums(("people", grouping), groups, "people", people)
                self.sums((target, grouping), groups, "events", total[target])
                for group in groups:
                    name = (grouping, group["group"])
                    self.at_most((target, *name), ("people", *name))
        for inner, outer in (("avoidable_365", "unplanned_365"),):
            for grouping, groups in by_target[inner].items():
                for group in groups if grouping in PARTITIONS else ():
                    name = (grouping, group["group"])
                    self.at_most((inner, *name), (outer, *name))
        for lists in plain["capacity"]:
            for unit in lists["units"]:
                if unit["found"] is not None:
                    told = self.of((lists["target"], "care_unit", unit["unit"]))
                    self.equal.append(({told: 1.0}, unit["found"] + unit["missed"]))

    def of(self, name: tuple[str, ...]) -> int:
        return self.place.setdefault(name, len(self.place))

    def sums(self, name: tuple[str, ...], groups: list[dict], what: str, total: int) -> None:
        everyone = {self.of((*name, group["group"])): 1.0 for group in groups}
        self.equal.append((everyone, total))
        for group in groups:
            if group[what] is not None:
                self.equal.append(({self.of((*name, group["group"])): 1.0}, group[what]))

    def at_most(self, less: tuple[str, ...], more: tuple[str, ...]) -> None:
        self.no_more.append(({self.of(less): 1.0, self.of(more): -1.0}, 0.0))

    def ranges(self) -> Iterator[tuple[tuple[str, ...], float, float]]:
        """Each number with the least and the most that it can be."""
        for name, number in self.place.items():
            goal = np.zeros(len(self.place))
            goal[number] = 1.0
            ends = [self.solve(sign * goal) * sign for sign in (1.0, -1.0)]
            yield name, ends[0], ends[1]

    def solve(self, goal: np.ndarray) -> float:
        def rows(said: list[tuple[dict[int, float], float]]) -> tuple[np.ndarray, np.ndarray]:
            left = np.zeros((len(said), len(self.place)))
            for row, (terms, _) in enumerate(said):
                for column, factor in terms.items():
                    left[row, column] = factor
            return left, np.array([right for _, right in said])

        (equal, to), (less, than) = rows(self.equal), rows(self.no_more)
        found = linprog(goal, A_eq=equal, b_eq=to, A_ub=less, b_ub=than, bounds=(0, None))
        assert found.status == 0, found.message
        return float(found.fun)


@pytest.fixture(scope="module")
def known(trained: tuple[Home, TrainResult]) -> tuple[dict[str, Any], int]:
    plain = trained[1].judgement.as_dict()
    sexes = next(g for g in plain["groups"] if g["grouping"] == "sex")
    return plain, sum(group["people"] for group in sexes["groups"])


def test_no_small_number_can_be_worked_out(known: tuple[dict[str, Any], int]) -> None:
    """Not one number that is hidden, nor one that is shown, can be pinned to 7 or fewer."""
    plain, people = known
    hidden = [g for of in plain["groups"] for g in of["groups"] if g["events"] is None]
    assert hidden, "there is something to be found"
    for name, least, most in Attack(plain, people).ranges():
        assert most > SMALL or most - least > 1, name


def test_no_small_number_lies_between_two_targets(known: tuple[dict[str, Any], int]) -> None:
    plain, _ = known
    told = {
        (of["target"], of["grouping"], g["group"]): g["events"]
        for of in plain["groups"]
        for g in of["groups"]
        if g["events"] is not None
    }
    pairs = 0
    for (target, grouping, group), inner in told.items():
        outer = told.get(("unplanned_365", grouping, group))
        if target == "avoidable_365" and outer is not None:
            pairs += 1
            assert outer - inner > SMALL
    assert pairs
