"""Laws that hold for every feature at once, present and future ones.

The first is what the project stands on: nothing that happened or was recorded on or after
the index date may move any feature by a single byte.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.history import History
from features.matrix import build_matrix
from features.measures import FEATURES, MEASURES
from features.tables import TABLE, Coverage, Tables
from tests.random_history import MIDDLE, random_tables

COVERAGE = Coverage.of(random_tables(0, people=20, rows=600))
SEEDS = st.integers(0, 2**32 - 1)


def matrix(of: Tables, index_dates: tuple[np.datetime64, ...] = (MIDDLE,)) -> pd.DataFrame:
    return build_matrix(History.of(of, COVERAGE), MEASURES, index_dates)


def assert_same_bytes(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert one.index.equals(other.index)
    same = one.to_numpy().view(np.int32) == other.to_numpy().view(np.int32)
    wrong = [name for name, ok in zip(one.columns, same.all(axis=0), strict=True) if not ok]
    assert not wrong


def is_future(name: str, rows: pd.DataFrame) -> np.ndarray:
    table = TABLE[name]
    return (rows[table.happened].to_numpy() >= MIDDLE) | (rows["recorded_at"].to_numpy() >= MIDDLE)


def with_another_future(known: Tables, other: Tables, rng: np.random.Generator) -> Tables:
    """The same past; the future rows removed, kept, or those of another world added."""
    changed: Tables = {}
    for name, rows in known.items():
        if name == "persons":
            rows = rows.copy()
            died_later = ~(rows["death_date"].to_numpy() < MIDDLE)
            rows.loc[died_later, "death_date"] = rng.choice(
                np.array(["NaT", "2024-04-01", "2024-06-01"], dtype="datetime64[s]"),
                died_later.sum(),
            )
            changed[name] = rows
            continue
        kept = rows[~is_future(name, rows) | (rng.random(len(rows)) < 0.5)]
        added = other[name][is_future(name, other[name])].copy()
        if name == "contacts":
            added["contact_id"] = "other-" + added["contact_id"]
        elif "contact_id" in added and len(rows):
            # New diagnoses on contacts that were known before.
            added["contact_id"] = rng.choice(rows["contact_id"].to_numpy(), len(added))
        changed[name] = pd.concat([kept, added], ignore_index=True)
        ended = TABLE[name].ended
        if ended:
            end = changed[name][ended].to_numpy().copy()
            still_on = ~(end < MIDDLE)
            end[still_on] = rng.choice(
                np.array(["NaT", "2024-04-01", "2025-01-01"], dtype="datetime64[s]"),
                still_on.sum(),
            )
            changed[name][ended] = end
    return changed


@settings(max_examples=25, deadline=None)
@given(SEEDS)
@example(1590)  # two stays from one day, one of them over before it begins
def test_no_look_ahead(seed: int) -> None:
    known, other = random_tables(seed), random_tables(seed + 1)
    changed = with_another_future(known, other, np.random.default_rng(seed))
    assert_same_bytes(matrix(known), matrix(changed))


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_the_past_does_matter(seed: int) -> None:
    """Guards the law above: the random histories must move most features at all."""
    values = matrix(random_tables(seed, people=30, rows=900))
    varied = [name for name in values if len(values[name].unique()) > 1]
    assert len(varied) > 0.7 * len(FEATURES)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_order_of_rows_does_not_matter(seed: int) -> None:
    known = random_tables(seed)
    shuffled = {
        name: rows.sample(frac=1, random_state=seed % 2**31).reset_index(drop=True)
        for name, rows in known.items()
    }
    assert_same_bytes(matrix(known), matrix(shuffled))


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_people_do_not_touch_each_other(seed: int) -> None:
    """Any part of the people gives the same rows: partitions and single API calls agree."""
    known = random_tables(seed)
    whole = matrix(known)
    for person_id in known["persons"]["person_id"]:
        alone = {
            name: rows[rows["person_id"] == person_id].reset_index(drop=True)
            for name, rows in known.items()
        }
        assert_same_bytes(matrix(alone), whole.loc[[person_id]])


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_many_index_dates_equal_one_at_a_time(seed: int) -> None:
    known = random_tables(seed)
    dates = (MIDDLE, MIDDLE - 7, MIDDLE + 1)
    together = matrix(known, dates)
    one_by_one = pd.concat([matrix(known, (one,)) for one in dates])
    assert_same_bytes(together, one_by_one)


@pytest.mark.parametrize("missing", ["diagnoses", "contacts", "dispensings", "municipal_care"])
def test_a_table_that_is_not_delivered_gives_unknown_not_zero(missing: str) -> None:
    known = random_tables(1)
    del known[missing]
    coverage = COVERAGE.within(frozenset(known))
    values = build_matrix(History.of(known, coverage), MEASURES, [MIDDLE])
    unknown = [m for m in MEASURES if not m.known_in(coverage)]
    assert unknown
    for measure in unknown:
        assert values[[f.name for f in measure.features]].isna().to_numpy().all()
