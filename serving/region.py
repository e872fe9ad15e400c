"""The region as an analyst sees it: whom the lists reach, group by group, and nobody by name.

A count of 7 or fewer is hidden, and as many more as it takes for it not to follow from the
totals (``models/disclosure.py``): for each measure by itself, over all groupings at once.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from features.errors import MissingError
from features.home import Home
from features.store import ExtractStore
from models.disclosure import relations_of, shown
from serving.places import day_of
from serving.register import Register, WeeklyRun
from serving.register.models import Score

UNITS, MUNICIPALITIES, AGES, SEXES = "unit", "municipality", "age", "sex"
EDGES = (0, 18, 65, 75, 85, 200)
BANDS = ("0–17", "18–64", "65–74", "75–84", "85–")
UNKNOWN = ""


@dataclass(frozen=True)
class Group:
    """People of one group; None where the count is hidden."""

    name: str
    scored: int | None
    listed: int | None
    enrolled: int | None

    def per_thousand(self, number: int | None) -> float | None:
        """Of so many scored, per thousand; None where either count is hidden."""
        if number is None or not self.scored:
            return None
        return 1000 * number / self.scored


@dataclass(frozen=True)
class Overview:
    """Everybody together, and group by group in each grouping."""

    everybody: Group
    groups: dict[str, list[Group]]


def overview(people: pd.DataFrame) -> Overview:
    """``people``: a row per person scored: a text column for each grouping, and the booleans
    ``listed`` and ``enrolled``."""
    groupings = [name for name in (UNITS, MUNICIPALITIES, AGES, SEXES) if name in people]
    # People who are alike in all groupings are one row from here on, however many they are.
    alike = people.groupby(groupings, observed=True)
    cells = alike[["listed", "enrolled"]].sum().assign(scored=alike.size()).reset_index()
    labels = {name: cells[name].to_numpy(dtype=str) for name in groupings}
    names, relations = relations_of(labels)
    counted = {
        measure: _counts(cells, names, labels, measure) for measure in ("listed", "enrolled")
    }
    size = counted["listed"].sum(axis=1)
    may = {
        "scored": shown(size[:, None], relations),
        **{measure: shown(parts, relations) for measure, parts in counted.items()},
    }
    groups: dict[str, list[Group]] = {name: [] for name in labels}
    for at, (grouping, name) in enumerate(names):
        groups[grouping].append(
            Group(
                name,
                int(size[at]) if may["scored"][at] else None,
                int(counted["listed"][at, 0]) if may["listed"][at] else None,
                int(counted["enrolled"][at, 0]) if may["enrolled"][at] else None,
            )
        )
    total = Group(UNKNOWN, len(people), int(people["listed"].sum()), int(people["enrolled"].sum()))
    return Overview(total, groups)


def _counts(
    cells: pd.DataFrame,
    names: list[tuple[str, str]],
    labels: dict[str, np.ndarray],
    measure: str,
) -> np.ndarray:
    """(groups, 2): people with the measure and without."""
    has, scored = cells[measure].to_numpy(), cells["scored"].to_numpy()
    found = []
    for grouping, name in names:
        here = labels[grouping] == name
        found.append((int(has[here].sum()), int((scored - has)[here].sum())))
    return np.array(found)


def people_of(register: Register, run: WeeklyRun, home: Home | None) -> pd.DataFrame:
    """Everybody scored in a run, as ``overview`` takes them; without a ``home``, or when its
    extract has been tidied away, by unit alone."""
    found = _grouped(register, run.id, run.primary_target, run.index_date, run.extract_id, home)
    listed = {e.person_id for e in register.entries(run.id)}
    day = day_of(run)
    enrolled = {e.person_id for e in register.enrolments.all() if e.holds_on(day)}
    enrolled |= {e.person_id for e in register.enrolments.in_extract(run.id)}
    person = found["person_id"]
    return found.assign(listed=person.isin(listed), enrolled=person.isin(enrolled))


@lru_cache(maxsize=1)
def _grouped(
    register: Register,
    run_id: int,
    target: str,
    index_date: date,
    extract_id: str,
    home: Home | None,
) -> pd.DataFrame:
    """Everybody scored in a run and the groups they are in. It takes seconds for a region, and
    a run does not change: the newest one asked for is kept."""
    query = select(Score.person_id, Score.care_unit).where(
        Score.run_id == run_id, Score.target == target
    )
    with Session(register.engine) as session:
        found = pd.DataFrame(
            [tuple(row) for row in session.execute(query)], columns=["person_id", UNITS], dtype=str
        )
    persons = _persons(home, extract_id)
    if persons is not None:
        found = with_groups(found, persons, index_date)
    return found.astype({name: "category" for name in found.columns if name != "person_id"})


def with_groups(scored: pd.DataFrame, persons: pd.DataFrame, on: date) -> pd.DataFrame:
    """``scored`` with the age band, sex and municipality of each; "" where not known."""
    told = persons.assign(person_id=persons["person_id"].astype(str)).set_index("person_id")
    told = told.reindex(scored["person_id"])
    years = (pd.Timestamp(on) - told["birth_date"]).dt.days / 365.25
    band = pd.cut(years, EDGES, right=False, labels=list(BANDS)).astype(object)
    found = scored.assign(**{AGES: band.where(band.notna(), UNKNOWN).to_numpy(dtype=str)})
    for column, source in ((SEXES, "sex"), (MUNICIPALITIES, "municipality")):
        values = told[source].astype(object)
        found[column] = values.where(values.notna(), UNKNOWN).to_numpy(dtype=str)
    return found


def _persons(home: Home | None, extract_id: str) -> pd.DataFrame | None:
    if home is None:
        return None
    try:
        return ExtractStore(home).get(extract_id).persons()
    except MissingError:
        return None
