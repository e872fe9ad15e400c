"""How each figure of ``calibration.csv`` is measured in a region's records."""

from collections.abc import Callable

import pandas as pd
from sklearn.metrics import roc_auc_score

from features.region.facts import causes
from features.region.records import YEAR, Region

DEMENTIA = ("F00", "F01", "F02", "F03", "G30")
INFECTION = ("A", "J0", "J1", "J20", "J22", "L03", "N10", "N30", "N390", "U07")
INJURY = ("S", "T0", "T1")


def _unplanned(r: Region) -> pd.DataFrame:
    return r.within_a_year(r.stays())


def avoidable(r: Region) -> pd.DataFrame:
    """Unplanned stays for an avoidable cause, whenever."""
    code = r.stays()["contact_id"].map(r.principal())
    return r.stays()[code.isin({cause.code for cause in causes("avoidable")})]


def _ended_stays(r: Region) -> pd.DataFrame:
    """Stays ended alive in the year, with days until the next and whether it was unplanned."""
    rows = r.stays(urgency=None).sort_values(["person_id", "start"])
    same = rows["person_id"].shift(-1) == rows["person_id"]
    rows = rows.assign(
        days=(rows["start"].shift(-1) - rows["end"]).dt.days.where(same),
        then_unplanned=same & (rows["urgency"].shift(-1) == "unplanned"),
    )
    died = rows["person_id"].map(r.tables["persons"].set_index("person_id")["death_date"])
    ended = (rows["end"] >= r.day) & (rows["end"] < r.day + YEAR) & (died != rows["end"])
    return rows[ended & rows["person_id"].isin(r.of_age(65))]


def _readmitted(r: Region) -> float:
    rows = _ended_stays(r)
    return 100 * float(((rows["days"] <= 30) & rows["then_unplanned"]).mean())


def _readmitted_within(r: Region, days: int) -> float:
    rows = _ended_stays(r)
    rows = rows[(rows["days"] <= 30) & rows["then_unplanned"]]
    return 100 * float((rows["days"] <= days).mean())


def _many(r: Region, days: int, least: int, low: float, high: float = 200) -> float:
    return 100 * float((r.medicines(days).reindex(r.of_age(low, high)) >= least).mean())


def _mean_medicines_residential(r: Region) -> float:
    there = r.of_age(75).intersection(pd.Index(r.municipal("residential")["person_id"]))
    return float(r.medicines(120).reindex(there).mean())


def _of_sex(r: Region, sex: str) -> pd.Index:
    return r.of_age(65).intersection(r.people.index[r.people["sex"] == sex])


def _helped(r: Region) -> pd.Index:
    return r.of_age(70).intersection(pd.Index(r.municipal("home_help")["person_id"].unique()))


def _helped_admitted(r: Region) -> float:
    rows = r.stays(urgency=None)
    before = rows[(rows["start"] < r.day) & (rows["start"] >= r.day - 2 * YEAR)]
    return r.share_with(before, _helped(r))


def _helped_causes(r: Region) -> float:
    rows = r.within_a_year(r.stays(urgency=None))
    code = rows.loc[rows["person_id"].isin(_helped(r)), "contact_id"].map(r.principal()).dropna()
    return 100 * float(code.str.startswith((*INJURY, *INFECTION, "I50")).mean())


def _stayers(r: Region) -> tuple[float, float]:
    rows = r.within_a_year(r.stays(urgency=None))
    many = rows[rows["person_id"].isin(r.of_age(65))].groupby("person_id").size()
    often = many[many >= 3]
    return 100 * len(often) / len(many), 100 * float(often.sum() / many.sum())


def _last_year(r: Region, rows: pd.DataFrame, ended: str = "start") -> float:
    """Share with one of the rows in the last year of life, of those who died in the year."""
    death = r.people.loc[r.of_age(65), "death_date"]
    death = death[death < r.day + YEAR]
    died = rows["person_id"].map(death)
    before = (rows["start"] <= died) & ~(rows[ended] < died - YEAR)
    return r.share_with(rows[before], death.index)


def _infections(r: Region) -> pd.DataFrame:
    rows = r.stays(urgency=None)
    code = rows["contact_id"].map(r.principal()).fillna("")
    return rows[code.str.startswith(INFECTION)]


def _injuries(r: Region) -> float:
    rows = _unplanned(r)
    rows = rows[rows["contact_id"].map(r.principal()).fillna("").str.startswith(INJURY)]
    return 100_000 * r.rate(rows, r.of_age(65))


def _emergency(r: Region) -> pd.DataFrame:
    return r.within_a_year(r.contacts("emergency"))


def _emergency_again(r: Region) -> float:
    rows = r.contacts("emergency").sort_values(["person_id", "start"])
    days = (rows["start"].shift(-1) - rows["start"]).dt.days
    again = (rows["person_id"].shift(-1) == rows["person_id"]) & (days <= 30)
    inside = r.within_a_year(rows).index
    old = rows["person_id"].isin(r.of_age(65))
    return 100 * float(again[inside][old[inside]].mean())


def _emergency_often(r: Region) -> float:
    rows = _emergency(r)
    many = rows[rows["person_id"].isin(r.of_age(65))].groupby("person_id").size()
    return 100 * float((many > 4).mean())


def _emergency_old(r: Region) -> float:
    return 100 * float(_emergency(r)["person_id"].isin(r.of_age(65)).mean())


def _primary_only(r: Region) -> float:
    rows = r.with_code("I50")
    elsewhere = r.in_hospital(rows)["person_id"].unique()
    people = pd.Series(rows["person_id"].unique())
    return 100 * float((~people.isin(elsewhere)).mean())


def _first_failures(r: Region) -> pd.DataFrame:
    rows = r.tables["diagnoses"]
    first = rows[rows["code"].str.startswith("I50")].groupby("person_id")["date"].min()
    return r.within_a_year(first.reset_index(), "date")


def _new_failure(r: Region, low: float, high: float = 200) -> float:
    without = r.of_age(low, high).difference(pd.Index(r.with_code("I50")["person_id"]))
    return r.share_with(_first_failures(r), without)


def _age_at_failure(r: Region) -> float:
    found = _first_failures(r).set_index("person_id")["date"]
    born = r.people["birth_date"].reindex(found.index)
    return float(((found - born).dt.days / 365.25).mean())


def _aged(r: Region, low: float) -> float:
    return 100 * len(r.of_age(low)) / len(r.people)


def _enrolled(r: Region) -> pd.DataFrame:
    rows = r.tables["enrolments"]
    return rows[(rows["start"] <= r.day) & ~(rows["end"] <= r.day)]


def _mean_length(r: Region) -> float:
    rows = _unplanned(r)
    rows = rows[rows["person_id"].isin(r.of_age(65))]
    return float((rows["end"] - rows["start"]).dt.days.mean())


def _oracle(r: Region) -> float:
    truth = r.tables["truth"]
    truth = truth[(truth["index_date"] == r.day) & (truth["target"] == "unplanned_365")]
    stayed = r.left.index[~(r.left < r.day + YEAR)]
    truth = truth[truth["person_id"].isin(r.of_age(75)) & truth["person_id"].isin(stayed)]
    outcome = truth["person_id"].isin(_unplanned(r)["person_id"]).to_numpy()
    if outcome.all() or not outcome.any():
        return float("nan")
    return float(roc_auc_score(outcome, truth["probability"]))


MEASURED: dict[str, Callable[[Region], float]] = {
    "unplanned_75": lambda r: r.share_with(_unplanned(r), r.of_age(75)),
    "readmitted_65": _readmitted,
    "readmitted_7": lambda r: _readmitted_within(r, 7),
    "medicines_5": lambda r: _many(r, 120, 5, 65),
    "medicines_10": lambda r: _many(r, 120, 10, 65),
    "medicines_mean": lambda r: float(r.medicines(120).reindex(r.of_age(65)).mean()),
    "medicines_year_70": lambda r: _many(r, 365, 5, 70, 80),
    "medicines_year_80": lambda r: _many(r, 365, 5, 80, 90),
    "medicines_year_90": lambda r: _many(r, 365, 5, 90),
    "medicines_residential": _mean_medicines_residential,
    "residential_80": lambda r: r.share_with(r.municipal("residential"), r.of_age(80)),
    "residential_65": lambda r: r.share_with(r.municipal("residential"), r.of_age(65)),
    "home_help_80": lambda r: r.share_with(r.municipal("home_help"), r.of_age(80)),
    "home_help_65": lambda r: r.share_with(r.municipal("home_help"), r.of_age(65)),
    "either_80": lambda r: r.share_with(r.municipal("home_help", "residential"), r.of_age(80)),
    "either_65": lambda r: r.share_with(r.municipal("home_help", "residential"), r.of_age(65)),
    "social_65": lambda r: r.share_with(r.municipal(), r.of_age(65)),
    "social_65_women": lambda r: r.share_with(r.municipal(), _of_sex(r, "female")),
    "social_65_men": lambda r: r.share_with(r.municipal(), _of_sex(r, "male")),
    "helped_age": lambda r: float(r.people.loc[_helped(r), "age"].mean()),
    "helped_women": lambda r: 100 * float((r.people.loc[_helped(r), "sex"] == "female").mean()),
    "helped_admitted": _helped_admitted,
    "helped_dementia": lambda r: r.share_with(r.in_hospital(r.with_code(*DEMENTIA)), _helped(r)),
    "helped_causes": _helped_causes,
    "stayers": lambda r: _stayers(r)[0],
    "stayers_stays": lambda r: _stayers(r)[1],
    "last_year_admitted": lambda r: _last_year(r, r.stays(urgency=None)),
    "last_year_residential": lambda r: _last_year(
        r, r.tables["municipal_care"].query("kind == 'residential'"), "end"
    ),
    "last_year_infection": lambda r: _last_year(r, _infections(r)),
    "injured_65": _injuries,
    "emergency_again": _emergency_again,
    "emergency_often": _emergency_often,
    "dementia_75": lambda r: r.share_with(r.with_code(*DEMENTIA), r.of_age(75)),
    "kidney_75": lambda r: r.share_with(r.with_code("N18"), r.of_age(75)),
    "failure_primary": _primary_only,
    "failure_new_80": lambda r: _new_failure(r, 80, 90),
    "failure_new_90": lambda r: _new_failure(r, 90),
    "failure_all": lambda r: r.share_with(r.with_code("I50"), r.of_age(0)),
    "failure_age": _age_at_failure,
    "fibrillation_80": lambda r: r.share_with(r.with_code("I48"), r.of_age(80)),
    "fibrillation_55": lambda r: r.share_with(r.with_code("I48"), r.of_age(55)),
    "fibrillation_20": lambda r: r.share_with(r.in_hospital(r.with_code("I48")), r.of_age(20)),
    "diabetes_all": lambda r: r.share_with(r.with_code("E10", "E11", "E14"), r.of_age(0)),
    "depression_all": lambda r: r.share_with(r.with_code("F32", "F33"), r.of_age(0)),
    "anxiety_all": lambda r: r.share_with(r.with_code("F40", "F41"), r.of_age(0)),
    "copd_all": lambda r: r.share_with(r.with_code("J44"), r.of_age(0)),
    "hypertension_all": lambda r: r.share_with(r.with_code("I10"), r.of_age(0)),
    "asthma_all": lambda r: r.share_with(r.with_code("J45"), r.of_age(0)),
    "avoidable_45": lambda r: 10_000 * r.rate(r.within_a_year(avoidable(r)), r.of_age(45)),
    "emergency_old": _emergency_old,
    "aged_70": lambda r: _aged(r, 70),
    "aged_80": lambda r: _aged(r, 80),
    "avoidable_65": lambda r: r.share_with(r.within_a_year(avoidable(r)), r.of_age(65)),
    "emergency_65": lambda r: r.rate(_emergency(r), r.of_age(65)),
    "deaths_65": lambda r: (
        100 * float((r.people.loc[r.of_age(65), "death_date"] < r.day + YEAR).mean())
    ),
    "failure_80": lambda r: r.share_with(r.with_code("I50"), r.of_age(80)),
    "primary_65": lambda r: r.rate(r.within_a_year(r.contacts("primary")), r.of_age(65)),
    "length": _mean_length,
    "team_65": lambda r: r.share_with(_enrolled(r), r.of_age(65)),
    "oracle": _oracle,
}
