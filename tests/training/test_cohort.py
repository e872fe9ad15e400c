from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from features.sources import TablesSource
from features.store import Extract, ExtractStore
from models.outcomes import Ended
from models.targets import TARGETS
from tests.text_tables import table
from training.cohort import Cohort, build_cohort
from training.train import TrainResult

DAY = date(2024, 4, 1)


def ingested(folder: Path, **tables: str) -> Extract:
    """An extract that ends on 2024-06-30, of tables given as text."""
    source = folder / "source"
    source.mkdir()
    for name, text in tables.items():
        table(name, text).to_csv(source / f"{name}.csv", index=False)
    store = ExtractStore(Home.at(folder / "home"))
    store.ingest(TablesSource(), source)
    return store.current()


PERSONS = """
    person_id | birth_date | sex    | death_date | municipality | deprivation
    1         | 1940-01-01 | female |            | 1480         | 5
    2         | 1941-01-01 | male   |            |              |
    3         | 1942-01-01 | female | 2024-04-20 | 1490         | 2
"""
LISTINGS = """
    person_id | care_unit | start      | end        | recorded_at
    1         | VC-A      | 2020-01-01 |            | 2020-01-01
    1         | VC-B      | 2024-03-30 |            | 2024-04-02   <- not yet known on the day
    2         | VC-B      | 2020-01-01 | 2024-05-01 | 2020-01-01
    3         | VC-A      | 2020-01-01 |            | 2020-01-01
"""
CONTACTS = """
    person_id | contact_id | start      | end        | setting   | urgency   | recorded_at
    1         | a          | 2024-04-11 | 2024-04-12 | inpatient | unplanned | 2024-04-12
    2         | b          | 2024-06-30 | 2024-06-30 | emergency | unplanned | 2024-06-30
"""


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    extract = ingested(tmp_path, persons=PERSONS, listings=LISTINGS, contacts=CONTACTS)
    both = [DAY, DAY + timedelta(days=56)]
    return build_cohort(extract, both, [TARGETS["unplanned_30"], TARGETS["admission_365"]])


def as_text(values: pd.DataFrame) -> list[tuple[str, ...]]:
    return sorted(tuple(str(value) for value in row) for row in values.itertuples(index=True))


def test_where_people_live_and_are_listed_is_as_known_then(cohort: Cohort) -> None:
    assert cohort.about.index is cohort.matrix.index or cohort.about.index.equals(
        cohort.matrix.index
    )
    here = cohort.about.droplevel("index_date")[cohort.index_dates == np.datetime64(DAY)]
    assert as_text(here) == [
        ("1", "VC-A", "1480", "5.0"),
        ("2", "VC-B", "nan", "nan"),
        ("3", "VC-A", "1490", "2.0"),
    ]
    later = cohort.about.droplevel("index_date")[cohort.index_dates != np.datetime64(DAY)]
    assert as_text(later) == [("1", "VC-B", "1480", "5.0")]


def test_follow_up_says_when_and_how_it_ended(cohort: Cohort) -> None:
    first = cohort.take(cohort.index_dates == np.datetime64(DAY))
    order = np.argsort(first.person_ids)
    assert first.ended["unplanned_30"][order].tolist() == [
        Ended.EVENT,
        Ended.HORIZON,
        Ended.DIED,
    ]
    assert first.days["unplanned_30"][order].tolist() == [10, 30, 19]
    # The data end on 2024-06-30, 91 days after the index date.
    assert first.ended["admission_365"][order].tolist() == [
        Ended.EVENT,
        Ended.CENSORED,
        Ended.DIED,
    ]
    assert first.days["admission_365"][order].tolist() == [10, 91, 19]


def test_event_and_weight_agree_with_how_follow_up_ended(
    trained: tuple[Home, TrainResult],
) -> None:
    extract = ExtractStore(trained[0]).current()
    whole = build_cohort(extract, [date(2024, 1, 1)], [TARGETS["unplanned_365"]])
    ended = whole.ended["unplanned_365"]
    assert (whole.event["unplanned_365"] == (ended == Ended.EVENT)).all()
    assert (whole.weight["unplanned_365"] == (ended != Ended.CENSORED)).all()
    assert set(np.unique(ended)) == {Ended.HORIZON, Ended.EVENT, Ended.DIED}
    some = whole.take(ended == Ended.DIED)
    assert len(some) == len(some.about) == len(some.days["unplanned_365"])
    assert (some.days["unplanned_365"] < 365).all()


def test_a_source_without_listings_knows_no_care_unit(tmp_path: Path) -> None:
    extract = ingested(tmp_path, persons=PERSONS, contacts=CONTACTS)
    whole = build_cohort(extract, [DAY], [])
    assert whole.about["care_unit"].isna().all()
    assert whole.days == whole.ended == {}
