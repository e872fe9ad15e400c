"""Who is scored, who may stand on a list, and which mobile model is suggested.

Target groups are rules on the feature matrix. A region adds its own by adding a
``TargetGroup``. A feature that is not known fulfils no rule.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from features.tables import Coverage, Tables

VGR_TEAM = "Västra Götalandsregionen, Mobilt närsjukvårdsteam: inskrivningskriterier (minst 4 av 6)"
VGR_MODELS = (
    "Modell för mobilt vårdutbud i Västra Götalandsregionen, SSN12937-108688567-26, "
    "version 2.0 (2025-02-25)"
)
VASTMANLAND = "Region Västmanland, Program Nära vård: målgrupper"

FRAIL_HFRS = 5
"""Hospital Frailty Risk Score from which risk is at least intermediate
(Gilbert et al. 2018, doi 10.1016/S0140-6736(18)30668-8)."""

EXTENSIVE_HELP_HOURS = 25
"""Hours of home help a month that Socialstyrelsen (2011-10-20) calls extensive social care."""

MANY_SPECIALIST_VISITS = 7
"""More specialist visits a year than this is counted as extensive health care among the
frailest older (mest sjuka äldre); the limit is by recollection, not read in its source."""

CAPACITY = 20
"""Places on a care unit's weekly list, unless told otherwise."""


def present(tables: Tables, coverage: Coverage, index_date: date | pd.Timestamp) -> pd.Series:
    """Who gets a score: a boolean for every person, indexed by ``person_id`` (sorted).

    Born and not dead before the index date, and, where listings are delivered, listed at
    a care unit as was known then.
    """
    day = pd.Timestamp(index_date)
    persons = tables["persons"]
    here = (persons["birth_date"] < day) & ~(persons["death_date"] < day)
    here.index = pd.Index(persons["person_id"].astype("str"), name="person_id")
    here = here.sort_index()
    if "listings" in coverage.tables:
        here &= here.index.isin(listed_unit(tables, index_date).index)
    return here.astype(bool)


def listed_unit(tables: Tables, index_date: date | pd.Timestamp) -> pd.Series:
    """The care unit that answers for each listed person, as known at the index date.

    Indexed by ``person_id`` (sorted); people without a listing are absent. Where two
    listings hold, the one begun (then recorded) last does. An end on the index date
    itself was not yet known.
    """
    day = pd.Timestamp(index_date)
    listings = tables["listings"]
    holds = (listings["start"] < day) & (listings["recorded_at"] < day) & ~(listings["end"] < day)
    chosen = listings.loc[holds, ["person_id", "care_unit", "start", "recorded_at"]].astype(
        {"person_id": "str", "care_unit": "str"}
    )
    chosen = chosen.sort_values(["person_id", "start", "recorded_at", "care_unit"])
    return chosen.drop_duplicates("person_id", keep="last").set_index("person_id")["care_unit"]


class FeatureColumns:
    """The columns of a feature matrix as plain arrays, (rows,), by name: of one row, pandas around
    each of them costs more than all rules together. A rule reads these."""

    def __init__(self, matrix: pd.DataFrame) -> None:
        self._matrix = matrix
        self._values = matrix.to_numpy()

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, feature: str) -> np.ndarray:
        column: np.ndarray = self._values[:, self._matrix.columns.get_loc(feature)]
        return column


Rule = Callable[[FeatureColumns], np.ndarray]


@dataclass(frozen=True)
class TargetGroup:
    """People whom proactive care is for: a rule on the feature matrix."""

    name: str
    rule: Rule
    label_sv: str
    label_en: str
    meaning_sv: str
    meaning_en: str
    source: str

    def label(self, language: str) -> str:
        return self.label_sv if language == "sv" else self.label_en

    def meaning(self, language: str) -> str:
        return self.meaning_sv if language == "sv" else self.meaning_en


def _frail_elderly(m: FeatureColumns) -> np.ndarray:
    return (m["age"] >= 75) & (
        (m["hfrs_730d"] >= FRAIL_HFRS)
        | (m["home_health_care_now"] > 0)
        | (m["home_help_hours_now"] >= EXTENSIVE_HELP_HOURS)
        | (m["residential_care_now"] > 0)
    )


def _multimorbid(m: FeatureColumns) -> np.ndarray:
    return (m["age"] >= 65) & (m["chronic_groups_1825d"] >= 3)


def _complex_needs(m: FeatureColumns) -> np.ndarray:
    return (
        (m["team_criteria"] >= 4)
        | (m["unplanned_admissions_365d"] >= 3)
        | (m["emergency_visits_365d"] > 4)
    )


def _mental_ill_health(m: FeatureColumns) -> np.ndarray:
    return (m["mental_ill_health_730d"] > 0) | (m["substance_use_730d"] > 0)


TARGET_GROUPS: dict[str, TargetGroup] = {
    group.name: group
    for group in (
        TargetGroup(
            "frail_elderly",
            _frail_elderly,
            "Sköra äldre",
            "Frail older people",
            "75 år eller äldre med Hospital Frailty Risk Score minst 5, hemsjukvård, "
            "hemtjänst minst 25 timmar i månaden eller särskilt boende.",
            "75 or older with a Hospital Frailty Risk Score of at least 5, home health care, "
            "at least 25 hours of home help a month, or residential care.",
            f"{VGR_MODELS} (Modell B); Gilbert 2018, doi 10.1016/S0140-6736(18)30668-8; "
            "Socialstyrelsen 2011-10-20, De mest sjuka äldre (omfattande omsorg)",
        ),
        TargetGroup(
            "multimorbid",
            _multimorbid,
            "Multisjuka",
            "Multimorbid older people",
            "65 år eller äldre med minst tre kroniska sjukdomsgrupper.",
            "65 or older with at least three groups of chronic disease.",
            f"{VASTMANLAND} (multisjuka äldre); {VGR_TEAM} (minst tre kroniska diagnoser)",
        ),
        TargetGroup(
            "complex_needs",
            _complex_needs,
            "Komplexa vårdbehov",
            "Complex care needs",
            "Minst fyra av Västra Götalands sex kriterier för närsjukvårdsteam, eller senaste "
            "året minst tre oplanerade inläggningar eller fler än fyra akutbesök.",
            "At least four of Västra Götaland's six criteria for a mobile team, or in the last "
            "year at least three unplanned admissions or more than four emergency visits.",
            f"{VASTMANLAND} (barn och vuxna med komplexa vårdbehov); {VGR_TEAM}; frequent "
            "emergency use: BMC Health Serv Res 2019, s12913-019-4029-x",
        ),
        TargetGroup(
            "mental_ill_health",
            _mental_ill_health,
            "Psykisk ohälsa",
            "Mental ill-health",
            "Diagnos för psykisk ohälsa eller skadligt bruk senaste två åren.",
            "A diagnosis of mental ill-health or substance use in the last two years.",
            f"{VASTMANLAND} (psykisk ohälsa)",
        ),
    )
}
"""The target groups by name. Their rules read columns of the feature matrix only."""


def _fits(rules: Iterable[Rule], matrix: pd.DataFrame) -> list[np.ndarray]:
    """Whom each rule fits. What is not known fits no rule, and is nothing to warn of."""
    columns = FeatureColumns(matrix)
    with np.errstate(invalid="ignore"):
        return [rule(columns) for rule in rules]


def _by_row(rules: Iterable[Rule], matrix: pd.DataFrame) -> Iterator[tuple[bool, ...]]:
    """Which rules fit each row."""
    return zip(*(fit.tolist() for fit in _fits(rules, matrix)), strict=True)


_GROUP_NAMES = pd.Index(list(TARGET_GROUPS))


def groups(matrix: pd.DataFrame) -> pd.DataFrame:
    """Which target groups each row belongs to: one boolean column a group."""
    fits = _fits([group.rule for group in TARGET_GROUPS.values()], matrix)
    return pd.DataFrame(np.column_stack(fits), index=matrix.index, columns=_GROUP_NAMES)


def group_names(matrix: pd.DataFrame) -> list[list[str]]:
    """The names of the target groups that each row belongs to."""
    rows = _by_row((group.rule for group in TARGET_GROUPS.values()), matrix)
    return [[name for name, fit in zip(TARGET_GROUPS, row, strict=True) if fit] for row in rows]


@dataclass(frozen=True)
class MobileRule:
    """Why a mobile model is suggested. The first rule that fits decides."""

    model: str
    rule: Rule
    label_sv: str
    label_en: str

    def label(self, language: str) -> str:
        return self.label_sv if language == "sv" else self.label_en


MOBILE_RULES: dict[str, MobileRule] = {
    "team_criteria": MobileRule(
        "B",
        lambda m: m["team_criteria"] >= 4,
        "Modell B: minst fyra av sex kriterier för mobilt närsjukvårdsteam",
        "Model B: at least four of six criteria for a mobile local care team",
    ),
    "frail_and_multimorbid": MobileRule(
        "B",
        lambda m: _frail_elderly(m) & (m["chronic_groups_1825d"] >= 3),
        "Modell B: skör äldre med minst tre kroniska sjukdomsgrupper",
        "Model B: frail older person with at least three groups of chronic disease",
    ),
    "specialist_led": MobileRule(
        "C",
        lambda m: m["specialist_visits_365d"] > MANY_SPECIALIST_VISITS,
        "Modell C: fler än sju besök i specialistvård senaste året",
        "Model C: more than seven visits to specialist care in the last year",
    ),
    "primary_care": MobileRule(
        "A",
        lambda m: np.ones(len(m), dtype=bool),
        "Modell A: behoven kan mötas inom primärvården",
        "Model A: needs that primary care can meet",
    ),
}
"""Västra Götaland's models of mobile care: A within primary care, B between primary and
specialised care for frail older and multimorbid people, C from specialised care.
The document describes the models; these thresholds are this system's suggestion."""


def mobile_model(matrix: pd.DataFrame) -> pd.DataFrame:
    """The suggested mobile model of each row: ``mobile_model`` (A, B, C) and ``rule``, the
    key in ``MOBILE_RULES`` of what suggested it."""
    rules = mobile_rules(matrix)
    return pd.DataFrame(
        {"mobile_model": [MOBILE_RULES[rule].model for rule in rules], "rule": rules},
        index=matrix.index,
        dtype="str",
    )


def mobile_rules(matrix: pd.DataFrame) -> list[str]:
    """The key in ``MOBILE_RULES`` of what suggests each row's mobile model."""
    names = list(MOBILE_RULES)
    rows = _by_row((rule.rule for rule in MOBILE_RULES.values()), matrix)
    return [names[row.index(True)] for row in rows]
