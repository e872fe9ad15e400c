"""A person cut out of a view of many is the person alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.history import History, View
from features.measures import FEATURES, MEASURES
from features.measures.records import records_behind
from features.one_by_one import OnePerson, one_by_one
from features.tables import Coverage, Tables
from tests.random_history import MIDDLE, random_tables

COVERAGE = Coverage.of(random_tables(0, people=20, rows=600))


def of_person(tables: Tables, person_id: str) -> Tables:
    return {
        name: frame[frame["person_id"].astype("str") == person_id].reset_index(drop=True)
        for name, frame in tables.items()
    }


def alone(tables: Tables, person_id: str) -> View:
    return History.of(of_person(tables, person_id), COVERAGE).at(MIDDLE)


def cut(tables: Tables) -> dict[str, OnePerson]:
    return {one.person_id: one for one in one_by_one(History.of(tables, COVERAGE).at(MIDDLE))}


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_records_behind_every_feature_are_the_same(seed: int) -> None:
    tables = random_tables(seed, people=6, rows=400)
    found = cut(tables)
    assert sorted(found) == sorted(tables["persons"]["person_id"].astype("str"))
    wrong = []
    for person_id, one in found.items():
        view = alone(tables, person_id)
        for feature in FEATURES:
            here, there = records_behind(one, feature), records_behind(view, feature)
            same = here.keys() == there.keys() and all(
                np.array_equal(here[name], there[name]) for name in here
            )
            if not same:
                wrong.append(feature.name)
    assert not wrong


@pytest.mark.parametrize("seed", [3, 7])
def test_so_are_the_values_of_every_measure_and_the_rows(seed: int) -> None:
    tables = random_tables(seed, people=5, rows=300)
    for person_id, one in cut(tables).items():
        view = alone(tables, person_id)
        for measure in MEASURES:
            assert np.array_equal(one.of(measure), view.of(measure), equal_nan=True), measure.name
        for name in COVERAGE.tables - {"persons"}:
            of_all, of_one = one.everybody.arrays(name).frame, view.history.arrays(name).frame
            first = one.first(name)
            rows = of_all.iloc[first : first + len(of_one)]
            assert (rows["person_id"].astype("str") == person_id).all()
            days = one.history.arrays(name).day
            assert days.tolist() == view.history.arrays(name).day.tolist()
