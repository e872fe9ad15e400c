"""Persons, deaths and observation periods."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pandas as pd

from features.columns import days_of
from features.sources.base import SourceFrame
from features.sources.code_map import CodeMap
from features.sources.delivered import Block, Delivered
from features.sources.places import places_of
from features.tables import OBSERVATION_PERIODS, PERSONS, Table

SEXES = {"8507": "male", "8532": "female"}
NO_DEATHS = "tables that are missing: death, so everybody counts as alive"
_LOCATION = {
    "postal_code": "zip",
    "city": "city",
    "county": "county",
    "place": "location_source_value",
}
_PERIOD = ("person_id", "observation_period_start_date", "observation_period_end_date")


class People:
    """Holds everybody's days of death, first and last observation while persons are read."""

    def __init__(
        self, tables: Delivered, today: date, noted: Counter[str], code_map: CodeMap
    ) -> None:
        self.tables, self.noted = tables, noted
        self.places = _places(tables, code_map)
        self.observed = self._observed()
        self.death_of = self._believed(self._deaths(), pd.Timestamp(today))

    def _observed(self) -> pd.DataFrame:
        parts = []
        if self.tables.has("observation_period"):
            for block in self.tables.blocks("observation_period", _PERIOD):
                person, start, end = (block.rows[column] for column in _PERIOD)
                parts.append(
                    pd.DataFrame({"first": days_of(start), "last": days_of(end)}).set_axis(person)
                )
        if not parts:
            return pd.DataFrame({"first": [], "last": []}, dtype="datetime64[s]")
        return pd.concat(parts).groupby(level=0).agg({"first": "min", "last": "max"})

    def _deaths(self) -> pd.Series:
        """Everybody's days of death, as delivered."""
        parts = [pd.Series([], dtype="str")]
        if not self.tables.has("death"):
            self.noted[NO_DEATHS] += 1
            return parts[0]
        for block in self.tables.blocks("death", ("person_id", "death_date")):
            parts.append(block.rows.set_index("person_id")["death_date"])
        deaths = pd.concat(parts)
        self.noted["deaths without a date, left out"] += int(deaths.isna().sum())
        return deaths.dropna()

    def _believed(self, delivered: pd.Series, today: pd.Timestamp) -> pd.Series:
        """The first of several. What is no day stays as it is: the contract refuses the person,
        who would live for ever otherwise."""
        days = days_of(delivered)
        no_day = delivered[days.isna()]
        deaths = days.dropna().groupby(level=0).min()
        around = self.observed.reindex(deaths.index)
        future = (deaths > today).to_numpy()
        early = (deaths < around["first"]).to_numpy() & ~future
        late = (deaths > around["last"]).to_numpy() & ~future
        self.noted["deaths after the last day of the delivery, not believed"] += int(future.sum())
        self.noted["deaths before the person was first observed, not believed"] += int(early.sum())
        self.noted["deaths after the person was last observed, kept"] += int(late.sum())
        believed = deaths[~future & ~early].dt.strftime("%Y-%m-%d").astype("str")
        told = pd.concat([believed, no_day])
        return told[~told.index.duplicated()]

    def persons(self) -> Iterator[SourceFrame]:
        columns = ("person_id", "gender_concept_id", "year_of_birth")
        finer = ("month_of_birth", "day_of_birth", "birth_datetime", "location_id")
        for block in self.tables.blocks("person", columns, finer):
            rows = block.rows
            persons = pd.DataFrame(
                {
                    "person_id": rows["person_id"],
                    "birth_date": self._births(rows),
                    "sex": rows["gender_concept_id"].map(SEXES).astype("str").fillna("unknown"),
                    "death_date": rows["person_id"].map(self.death_of).astype("str"),
                }
            )
            for column in self.places:
                persons[column] = rows["location_id"].map(self.places[column]).astype("str")
            yield frame(PERSONS, persons, block)

    def _births(self, rows: pd.DataFrame) -> pd.Series:
        number = {
            part: pd.to_numeric(rows[f"{part}_of_birth"], errors="coerce")
            for part in ("year", "month", "day")
        }
        no_month = number["month"].isna()
        month = number["month"].fillna(7)
        day = number["day"].fillna(15).mask(no_month & number["day"].isna(), 1)
        built = pd.to_datetime(
            pd.DataFrame({"year": number["year"], "month": month, "day": day}), errors="coerce"
        )
        told = days_of(rows["birth_datetime"].str.slice(0, 10))
        inexact = (number["day"].isna() & told.isna()).sum()
        self.noted["births without a day, put in the middle of the month or year"] += int(inexact)
        exact = built.astype("datetime64[s]").where(number["day"].notna() | told.isna(), told)
        return exact.dt.strftime("%Y-%m-%d").astype("str")

    def observation_periods(self) -> Iterator[SourceFrame]:
        if not self.tables.has("observation_period"):
            return
        for block in self.tables.blocks("observation_period", _PERIOD):
            person, start, end = (block.rows[column] for column in _PERIOD)
            after = days_of(end) + pd.Timedelta(days=1)
            periods = pd.DataFrame(
                {
                    "person_id": person,
                    "start": start,
                    "end": after.dt.strftime("%Y-%m-%d").astype("str").fillna(end),
                    "share": 1.0,
                }
            )
            yield frame(OBSERVATION_PERIODS, periods, block)


def _places(tables: Delivered, code_map: CodeMap) -> pd.DataFrame:
    """Municipality and deprivation by location, as far as the code map has them."""
    if not code_map or not tables.has("location"):
        return pd.DataFrame()
    parts = []
    for block in tables.blocks("location", ("location_id",), tuple(_LOCATION.values())):
        said = pd.DataFrame({kind: block.rows[column] for kind, column in _LOCATION.items()})
        said = said.astype(object).where(said.notna(), None)
        parts.append(places_of(said.set_axis(block.rows["location_id"]), code_map))
    whole = pd.concat(parts) if parts else pd.DataFrame()
    return whole[~whole.index.duplicated()]


def frame(table: Table, rows: pd.DataFrame, block: Block) -> SourceFrame:
    """Rows under the index they had in ``block``."""
    numbers = rows.index.to_numpy() + block.first_row
    return SourceFrame(table, rows.reset_index(drop=True), block.origin, row_numbers=numbers)
