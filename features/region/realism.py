"""How true to life a simulated region is: ``python -m features.region.realism FOLDER``.

Every figure is measured from the tables as delivered, beside its published target
(docs/region.md says where each comes from).
"""

import json
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from features.region.settings import HORIZON_DAYS, RECORDING_DELAY_DAYS

YEAR = pd.Timedelta(days=HORIZON_DAYS)


@dataclass(frozen=True)
class Figure:
    what: str
    low: float
    high: float
    source: str
    unit: str = "%"
    hard: bool = False
    """A bound that the region must meet; the others are plausible ranges."""


@dataclass(frozen=True)
class Achieved:
    figure: Figure
    value: float

    @property
    def met(self) -> bool:
        return self.figure.low <= self.value <= self.figure.high


class Region:
    """A simulated region's files, and who lived there on the date of measurement."""

    def __init__(self, folder: Path, day: date | None = None) -> None:
        self.folder = folder
        about = json.loads((folder / "region.json").read_text(encoding="utf-8"))
        if day is None:
            last = date.fromisoformat(about["data_through"])
            last -= timedelta(days=HORIZON_DAYS + RECORDING_DELAY_DAYS)
            day = last - timedelta(days=last.weekday())
        self.day = pd.Timestamp(day)
        self.tables = {
            path.name: _with_dates(pd.read_parquet(path))
            for path in sorted(folder.iterdir())
            if path.is_dir()
        }
        people = self.tables["persons"].set_index("person_id")
        periods = self.tables["observation_periods"].set_index("person_id")
        here = (periods["start"] <= self.day) & ~(periods["end"] <= self.day)
        alive = ~(people["death_date"] < self.day)
        people["age"] = (self.day - people["birth_date"]).dt.days / 365.25
        self.people = people[alive & here.reindex(people.index)]
        self.left = periods["end"].reindex(self.people.index)

    def of_age(self, low: float, high: float = 200) -> pd.Index:
        return self.people.index[(self.people["age"] >= low) & (self.people["age"] < high)]

    def stays(self, *, urgency: str | None = "unplanned") -> pd.DataFrame:
        contacts = self.tables["contacts"]
        rows = contacts[contacts["setting"] == "inpatient"]
        return rows if urgency is None else rows[rows["urgency"] == urgency]

    def within_a_year(self, rows: pd.DataFrame, date_column: str = "start") -> pd.DataFrame:
        dates = rows[date_column]
        return rows[(dates >= self.day) & (dates < self.day + YEAR)]

    def share_with(self, rows: pd.DataFrame, group: pd.Index) -> float:
        return 100 * float(group.isin(rows["person_id"]).mean())

    def rate(self, rows: pd.DataFrame, group: pd.Index) -> float:
        return float(rows["person_id"].isin(group).sum()) / len(group)

    def municipal(self, kind: str) -> pd.DataFrame:
        rows = self.tables["municipal_care"]
        return rows[
            (rows["kind"] == kind) & (rows["start"] <= self.day) & ~(rows["end"] <= self.day)
        ]

    def with_code(self, *prefixes: str) -> pd.DataFrame:
        rows = self.tables["diagnoses"]
        return rows[(rows["date"] < self.day) & rows["code"].str.startswith(prefixes)]


def _with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    for name in frame.columns:
        if name.endswith(("date", "_at")) or name in ("start", "end"):
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
    return frame


def realism(folder: Path, day: date | None = None) -> list[Achieved]:
    """Every figure, measured in the year from ``day`` (default: the last year known whole)."""
    region = Region(Path(folder), day)
    old, older, oldest = region.of_age(65), region.of_age(75), region.of_age(80)
    unplanned = region.within_a_year(region.stays())
    medicines = _substances(region).reindex(old, fill_value=0)
    emergency = region.tables["contacts"]
    emergency = region.within_a_year(emergency[emergency["setting"] == "emergency"])
    primary = region.tables["contacts"]
    primary = region.within_a_year(primary[primary["setting"] == "primary"])
    deaths = region.people.loc[old, "death_date"] < region.day + YEAR
    avoidable = unplanned[unplanned["contact_id"].isin(_avoidable(region))]
    failing = region.with_code("I50")
    measured = [
        (
            Figure(
                "75+ with an unplanned admission in a year",
                18,
                22,
                "Marcusson 2020 (derived)",
                hard=True,
            ),
            region.share_with(unplanned, older),
        ),
        (
            Figure(
                "Unplanned readmission within 30 days, 65+, of stays",
                8.5,
                11.5,
                "Öppna jämförelser 2021",
                hard=True,
            ),
            _readmitted(region),
        ),
        (
            Figure("≥5 medicines in four months, 65+", 40, 48, "Morin 2018", hard=True),
            100 * float((medicines >= 5).mean()),
        ),
        (
            Figure("≥10 medicines in four months, 65+", 10, 14, "Morin 2018", hard=True),
            100 * float((medicines >= 10).mean()),
        ),
        (
            Figure("Särskilt boende, 80+", 12, 16, "Socialstyrelsen via Vårdfokus 2012", hard=True),
            region.share_with(region.municipal("residential"), oldest),
        ),
        (
            Figure("Home help, 80+", 20, 26, "Socialstyrelsen via Vårdfokus 2012"),
            region.share_with(region.municipal("home_help"), oldest),
        ),
        (
            Figure("Home help, 65+", 7, 11, "Socialstyrelsen via Vårdfokus 2012"),
            region.share_with(region.municipal("home_help"), old),
        ),
        (
            Figure("65+ with an avoidable admission in a year", 4, 7, "plausible range"),
            region.share_with(avoidable, old),
        ),
        (
            Figure("Emergency visits, 65+", 0.3, 0.5, "plausible range", "per person-year"),
            region.rate(emergency, old),
        ),
        (Figure("Deaths in a year, 65+", 4, 5, "plausible range"), 100 * float(deaths.mean())),
        (
            Figure(
                "Dementia coded, 75+", 6, 12, "Kungsholmen: 17.9 by examination; about half coded"
            ),
            region.share_with(region.with_code("F00", "F01", "F02", "F03", "G30"), older),
        ),
        (
            Figure("Chronic kidney disease coded, 75+", 2.5, 6, "12 % of 28 % (Gasparini 2016)"),
            region.share_with(region.with_code("N18"), older),
        ),
        (
            Figure(
                "Heart failure coded, 80+",
                9,
                18,
                "plausible range (Zarrinkoub 2013: 2.2 % of all ages)",
            ),
            region.share_with(failing, oldest),
        ),
        (
            Figure("Of coded heart failure, in primary care only", 30, 42, "PMC4828898"),
            _primary_only(region, failing),
        ),
        (
            Figure("Primary-care contacts, 65+", 6, 11, "plausible range", "per person-year"),
            region.rate(primary, old),
        ),
        (
            Figure("Mean length of unplanned stays, 65+", 5, 7, "plausible range", "days"),
            float((unplanned["end"] - unplanned["start"]).dt.days.mean()),
        ),
        (
            Figure("In a mobile team at one time, 65+", 0.4, 1.6, "set by the rule"),
            region.share_with(_enrolled(region), old),
        ),
        *_oracle(region, older, unplanned),
    ]
    return [Achieved(figure, value) for figure, value in measured]


def _substances(region: Region) -> pd.Series:
    rows = region.tables["dispensings"]
    rows = rows[(rows["date"] >= region.day - pd.Timedelta(days=120)) & (rows["date"] < region.day)]
    return rows.groupby("person_id")["atc"].nunique()


def _avoidable(region: Region) -> pd.Series:
    from features.region.facts import causes

    codes = {cause.code for cause in causes("avoidable")}
    rows = region.tables["diagnoses"]
    return rows.loc[(rows["position"] == 1) & rows["code"].isin(codes), "contact_id"]


def _readmitted(region: Region) -> float:
    rows = region.stays(urgency=None).sort_values(["person_id", "start"])
    same = rows["person_id"].shift(-1) == rows["person_id"]
    days = (rows["start"].shift(-1) - rows["end"]).dt.days
    again = same & (days <= 30) & (rows["urgency"].shift(-1) == "unplanned")
    ended = (rows["end"] >= region.day) & (rows["end"] < region.day + YEAR)
    died = rows["person_id"].map(region.tables["persons"].set_index("person_id")["death_date"])
    return 100 * float(again[ended & (died != rows["end"])].mean())


def _primary_only(region: Region, failing: pd.DataFrame) -> float:
    setting = region.tables["contacts"].set_index("contact_id")["setting"]
    where = failing["contact_id"].map(setting)
    only = (where == "primary").groupby(failing["person_id"]).all()
    return 100 * float(only.mean())


def _enrolled(region: Region) -> pd.DataFrame:
    rows = region.tables["enrolments"]
    return rows[(rows["start"] <= region.day) & ~(rows["end"] <= region.day)]


def _oracle(region: Region, older: pd.Index, unplanned: pd.DataFrame) -> list[tuple[Figure, float]]:
    truth = region.tables["truth"]
    truth = truth[(truth["index_date"] == region.day) & (truth["target"] == "unplanned_365")]
    if truth.empty:
        return []
    stayed = region.left.index[~(region.left < region.day + YEAR)]
    truth = truth[truth["person_id"].isin(older) & truth["person_id"].isin(stayed)]
    outcome = truth["person_id"].isin(unplanned["person_id"]).to_numpy()
    figure = Figure("Oracle's AUROC, unplanned_365, 75+", 0.72, 0.80, "required", "", True)
    return [(figure, auroc(outcome, truth["probability"].to_numpy()))]


def auroc(outcome: np.ndarray, score: np.ndarray) -> float:
    """Chance that one with the outcome scores above one without; ties count half."""
    rank = pd.Series(score).rank().to_numpy()
    positive = int(outcome.sum())
    if positive in (0, len(outcome)):
        return float("nan")
    above = rank[outcome].sum() - positive * (positive + 1) / 2
    return float(above / (positive * (len(outcome) - positive)))


def as_markdown(achieved: list[Achieved]) -> str:
    lines = ["| Figure | Target | Achieved | Source |", "|---|---|---|---|"]
    for a in achieved:
        f = a.figure
        digits = 3 if f.unit == "" else 2 if f.unit == "per person-year" else 1
        mark = "" if a.met else " (outside)"
        bound = " (bound)" if f.hard else ""
        lines.append(
            f"| {f.what} | {f.low:g}–{f.high:g} {f.unit}".rstrip()
            + f"{bound} | {a.value:.{digits}f}{mark} | {f.source} |"
        )
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not (Path(arguments[0]) / "region.json").is_file():
        print("Usage: python -m features.region.realism FOLDER  (of a simulated region)")
        return 2
    achieved = realism(Path(arguments[0]))
    print(as_markdown(achieved))
    return 0 if all(a.met for a in achieved if a.figure.hard) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
