"""A simulated region's records as delivered, on a date of measurement."""

import json
from datetime import date
from pathlib import Path

import pandas as pd

from features import events
from features.region.settings import HORIZON_DAYS, judged_date
from features.stays import joined_as_of

YEAR = pd.Timedelta(days=HORIZON_DAYS)


class Region:
    """A simulated region's files, and who lived there on the date of measurement."""

    def __init__(self, folder: Path, day: date | None = None) -> None:
        about = json.loads((folder / "region.json").read_text(encoding="utf-8"))
        self.youngest = int(about["settings"]["youngest"])
        if day is None:
            day = judged_date(date.fromisoformat(about["data_through"]))
        self.day = pd.Timestamp(day)
        self.tables = {
            path.name: _with_dates(pd.read_parquet(path))
            for path in sorted(folder.iterdir())
            if path.is_dir()
        }
        self.tables |= joined_as_of(self.tables, events.day(about["data_through"]) + 1)
        people = self.tables["persons"].set_index("person_id")
        periods = self.tables["observation_periods"].set_index("person_id")
        here = (periods["start"] <= self.day) & ~(periods["end"] <= self.day)
        alive = ~(people["death_date"] < self.day)
        people["age"] = (self.day - people["birth_date"]).dt.days / 365.25
        self.people = people[alive & here.reindex(people.index, fill_value=False)]
        self.left = periods["end"].reindex(self.people.index)

    def of_age(self, low: float, high: float = 200) -> pd.Index:
        return self.people.index[(self.people["age"] >= low) & (self.people["age"] < high)]

    def contacts(self, setting: str, urgency: str | None = None) -> pd.DataFrame:
        rows = self.tables["contacts"]
        rows = rows[rows["setting"] == setting]
        return rows if urgency is None else rows[rows["urgency"] == urgency]

    def stays(self, *, urgency: str | None = "unplanned") -> pd.DataFrame:
        return self.contacts("inpatient", urgency)

    def within_a_year(self, rows: pd.DataFrame, date_column: str = "start") -> pd.DataFrame:
        dates = rows[date_column]
        return rows[(dates >= self.day) & (dates < self.day + YEAR)]

    def share_with(self, rows: pd.DataFrame, group: pd.Index) -> float:
        return 100 * float(group.isin(rows["person_id"]).mean())

    def rate(self, rows: pd.DataFrame, group: pd.Index) -> float:
        return float(rows["person_id"].isin(group).sum()) / len(group)

    def municipal(self, *kinds: str) -> pd.DataFrame:
        """Municipal care that holds on the day; any kind when none is named."""
        rows = self.tables["municipal_care"]
        rows = rows[(rows["start"] <= self.day) & ~(rows["end"] <= self.day)]
        return rows[rows["kind"].isin(kinds)] if kinds else rows

    def with_code(self, *prefixes: str) -> pd.DataFrame:
        """Diagnoses before the day whose codes begin so."""
        rows = self.tables["diagnoses"]
        return rows[(rows["date"] < self.day) & rows["code"].str.startswith(prefixes)]

    def in_hospital(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Those diagnoses set during stays and at hospitals' clinics."""
        contacts = self.tables["contacts"]
        elsewhere = contacts.loc[contacts["setting"] == "primary", "contact_id"]
        return rows[~rows["contact_id"].isin(elsewhere)]

    def principal(self) -> pd.Series:
        """The first diagnosis of each contact."""
        rows = self.tables["diagnoses"]
        return rows[rows["position"] == 1].set_index("contact_id")["code"]

    def medicines(self, days: int) -> pd.Series:
        """Distinct medicines dispensed to each person present in the days before the day."""
        rows = self.tables["dispensings"]
        rows = rows[
            (rows["date"] >= self.day - pd.Timedelta(days=days)) & (rows["date"] < self.day)
        ]
        many = rows.groupby("person_id")["atc"].nunique()
        return many.reindex(self.people.index, fill_value=0)


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    for name in frame.columns:
        if name.endswith(("date", "_at")) or name in ("start", "end"):
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
    return frame
