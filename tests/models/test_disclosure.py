"""From what is shown, and the totals, nobody can work out what is hidden."""

import numpy as np
import pytest
from scipy.optimize import linprog

from models.disclosure import SMALL, relations_of, shown


def ones(groups: int) -> np.ndarray:
    return np.ones((1, groups), dtype=int)


def test_a_small_count_takes_the_next_smallest_with_it() -> None:
    told = shown(np.array([[3], [120], [40], [80]]), ones(4))
    assert told.tolist() == [False, True, False, True]


def test_two_small_counts_hide_behind_each_other_only_if_they_are_not_few_together() -> None:
    enough = shown(np.array([[5], [120], [6], [80]]), ones(4))
    assert enough.tolist() == [False, True, False, True]
    # 0 + 0: the total would say that both are none.
    few = shown(np.array([[0], [120], [0], [80]]), ones(4))
    assert few.tolist() == [False, True, False, False]


def test_a_group_with_a_small_part_is_hidden_whole() -> None:
    told = shown(np.array([[50, 60], [9, 7], [30, 90]]), ones(3))
    assert told.tolist() == [False, False, True]


def test_nothing_small_nothing_hidden() -> None:
    assert shown(np.array([[8, 9], [200, 8]]), ones(2)).all()


def test_of_two_groups_a_small_one_hides_both() -> None:
    assert not shown(np.array([[3], [1000]]), ones(2)).any()


def test_the_units_of_a_municipality_give_no_small_unit_away() -> None:
    """Municipality A has units a1 and a2; B has b1 and b2, and so on. The small a1 cannot
    hide behind a unit of B, since A's total is known too."""
    unit = np.repeat(["a1", "a2", "b1", "b2"], [4, 90, 20, 60])
    place = np.repeat(["A", "B"], [94, 80])
    names, relations = relations_of({"unit": unit, "municipality": place})
    people = np.array([[np.sum((unit if of == "unit" else place) == g)] for of, g in names])
    told = dict(zip(names, shown(people, relations), strict=True))
    assert not told["unit", "a1"]
    assert not told["unit", "a2"] or not told["municipality", "A"]
    assert ranges(people, relations, np.array(list(told.values()))) > 0


def ranges(parts: np.ndarray, relations: np.ndarray, told: np.ndarray) -> float:
    """The narrowest range that a reader can work out for a hidden count: counts are at least
    0, and all sums are known. An attack by linear programming."""
    if told.all():
        return np.inf
    narrowest = np.inf
    for part in parts.T:
        unknown = relations[:, ~told]
        known = -relations[:, told] @ part[told] + relations @ part
        for cell in range(unknown.shape[1]):
            goal = np.zeros(unknown.shape[1])
            goal[cell] = 1.0
            ends = [
                linprog(sign * goal, A_eq=unknown, b_eq=known, bounds=(0, None)).fun * sign
                for sign in (1, -1)
            ]
            narrowest = min(narrowest, ends[1] - ends[0])
    return narrowest


@pytest.mark.parametrize("seed", range(25))
def test_no_hidden_count_is_determined(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = int(rng.integers(60, 600))
    place = rng.choice(list("ABCDEF"), people, p=rng.dirichlet(np.full(6, 0.7)))
    # Units within places, sex across them, and an outcome.
    unit = np.char.add(place, rng.choice(["1", "2", "3"], people, p=[0.7, 0.25, 0.05]))
    sex = rng.choice(["f", "m"], people)
    happened = rng.random(people) < 0.25
    names, relations = relations_of({"unit": unit, "place": place, "sex": sex})
    labels = {"unit": unit, "place": place, "sex": sex}
    rows = [labels[of] == group for of, group in names]
    whole = np.array([[r.sum()] for r in rows])
    by_outcome = np.array([[(r & happened).sum(), (r & ~happened).sum()] for r in rows])
    first = shown(whole, relations)
    second = shown(by_outcome, relations, ~first)
    assert (whole[first] > SMALL).all()
    assert (by_outcome[second] > SMALL).all()
    assert not (second & ~first).any()
    assert ranges(whole, relations, first) > 1
    assert ranges(by_outcome, relations, second) > 1
