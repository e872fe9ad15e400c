"""What holds for every declared measure, present and future."""

import math
import re
from pathlib import Path

import pytest

from features.codelists.describe import code_lists_page
from features.measures import FEATURE, FEATURES, MEASURES, Direction, Feature, Measure
from features.measures.describe import features_page

DOCS = Path(__file__).parents[3] / "docs"

# Names that baselines, target groups and other rooms read.
RELIED_ON = [
    "age",
    "sex_female",
    "charlson_1825d",
    "hfrs_730d",
    "chronic_groups_1825d",
    "substances_120d",
    "substances_365d",
    "home_health_care_now",
    "home_help_now",
    "home_help_hours_now",
    "residential_care_now",
    "falls_365d",
    "mental_ill_health_730d",
    "substance_use_730d",
    "dementia_1825d",
    "days_since_discharge",
    *(
        f"{counted}_{days}d"
        for counted in (
            "admissions",
            "unplanned_admissions",
            "planned_admissions",
            "avoidable_admissions",
            "admission_days",
            "emergency_visits",
            "primary_visits",
            "home_visits",
            "specialist_visits",
        )
        for days in (30, 90, 180, 365, 730)
    ),
]


def test_names_are_unique() -> None:
    assert len({measure.name for measure in MEASURES}) == len(MEASURES)
    assert len(FEATURE) == len(FEATURES)


def test_enough_to_choose_from() -> None:
    assert len(FEATURES) >= 400


@pytest.mark.parametrize("name", RELIED_ON)
def test_name_others_rely_on(name: str) -> None:
    assert name in FEATURE


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_wording_renders(feature: Feature, language: str) -> None:
    said = {value: feature.says(value, language) for value in (0.0, 1.0, 2.0, 1825.0)}
    said[math.nan] = feature.says(math.nan, language)
    for text in said.values():
        assert text.strip() == text
        assert text
        assert not re.search(r"[{}]|  |\bnan\b", text), text
    assert said[math.nan] not in {said[0.0], said[1.0]}
    assert said[0.0] != said[1.0]
    assert re.search(r"okänt$|inget känt|ingen känd|not known$|no known", said[math.nan])


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_window_is_said(feature: Feature) -> None:
    if feature.window_days is not None:
        assert "senaste" in feature.says(1.0, "sv") or "förändring" in feature.says(1.0, "sv")


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_every_measure_is_labelled(measure: Measure) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", measure.name)
    for language in ("sv", "en"):
        label = measure.label(language)
        assert label[:1].isupper() or label.startswith("eGFR")
        assert "{" not in label
        assert measure.domain.label(language)


def test_directions_are_few_and_agreed() -> None:
    directed = {m.name for m in MEASURES if m.direction is not Direction.OPEN}
    assert directed == {
        "unplanned_admissions",
        "avoidable_admissions",
        "emergency_visits",
        "charlson",
        "elixhauser",
        "hfrs",
        "lace",
        "hospital_score",
        "hospital_score_without_laboratory",
        "latest_clinical_frailty_scale",
    }


@pytest.mark.parametrize(
    ("name", "value", "sv", "en"),
    [
        (
            "unplanned_admissions_365d",
            3,
            "3 oplanerade inläggningar senaste året",
            "3 unplanned admissions in the last year",
        ),
        (
            "unplanned_admissions_90d",
            1,
            "1 oplanerad inläggning senaste 3 månaderna",
            "1 unplanned admission in the last 3 months",
        ),
        (
            "emergency_visits_30d",
            0,
            "Inga akutbesök senaste månaden",
            "No emergency visits in the last month",
        ),
        ("home_health_care_now", 1, "Inskriven i hemsjukvård", "Has home health care"),
        ("home_health_care_now", math.nan, "Hemsjukvård: okänt", "Home health care: not known"),
        ("age", 87, "87 år", "87 years old"),
        ("days_since_discharge", 12, "12 dagar sedan utskrivning", "12 days since discharge"),
        (
            "days_since_discharge",
            730,
            "Ingen utskrivning senaste 2 åren",
            "No discharge in the last 2 years",
        ),
        (
            "days_since_heart_failure",
            1825,
            "Hjärtsvikt inte registrerad senaste 5 åren",
            "Heart failure not recorded in the last 5 years",
        ),
        (
            "usual_unit_365d",
            2 / 3,
            "Andel kontakter med samma enhet senaste året: 67 %",
            "Share of contacts with the same unit in the last year: 67%",
        ),
        (
            "observed_share_365d",
            1,
            "Andel av tiden senaste året som syns i underlaget: 100 %",
            "Share of the time in the last year that is visible in the data: 100%",
        ),
        (
            "hfrs_730d",
            7.1,
            "Skörhet: HFRS 7,1 poäng senaste 2 åren",
            "Frailty: HFRS 7.1 points in the last 2 years",
        ),
        (
            "chronic_heart_failure_1825d",
            1,
            "Hjärtsvikt: registrerad diagnos senaste 5 åren",
            "Heart failure: recorded diagnosis in the last 5 years",
        ),
        (
            "admission_days_365d",
            4,
            "4 dagar på sjukhus senaste året",
            "4 days in hospital in the last year",
        ),
        (
            "emergency_visits_rise",
            -0.5,
            "Akutbesök: mer sällan än tidigare (0,5 färre i månaden)",
            "Emergency visits: less often than before (0.5 fewer a month)",
        ),
        (
            "emergency_visits_rise",
            0.001,
            "Akutbesök: lika ofta som tidigare",
            "Emergency visits: as often as before",
        ),
        (
            "weight_change_730d",
            -0.052,
            "Vikt: minskat med 5 % senaste halvåret",
            "Weight: down by 5% in the last 6 months",
        ),
        (
            "home_help_amount_90d",
            1,
            "Hemtjänst i genomsnitt 1 timme i månaden senaste 3 månaderna",
            "Home help on average 1 hour a month in the last 3 months",
        ),
        (
            "days_since_copd",
            12,
            "Kronisk obstruktiv lungsjukdom (KOL): senaste diagnos för 12 dagar sedan",
            "Chronic obstructive pulmonary disease (COPD): latest diagnosis 12 days ago",
        ),
        (
            "care_units_365d",
            0,
            "Ingen kontakt med någon vårdenhet senaste året",
            "No contact with any care unit in the last year",
        ),
    ],
)
def test_wording(name: str, value: float, sv: str, en: str) -> None:
    assert FEATURE[name].says(value, "sv") == sv
    assert FEATURE[name].says(value, "en") == en


@pytest.mark.parametrize(
    ("page", "written", "command"),
    [
        ("features.md", features_page, "features.measures"),
        ("codelists.md", code_lists_page, "features.codelists"),
    ],
)
def test_page_is_current(page: str, written: object, command: str) -> None:
    assert callable(written)
    current = (DOCS / page).read_text(encoding="utf-8")
    assert current == written(), f"run: python -m {command} > docs/{page}"
