"""Reasons as a nurse reads them: singular and plural, gender, what is not known."""

import math

import pytest

from features.measures import FEATURE

NAN = math.nan


@pytest.mark.parametrize(
    ("feature", "value", "sv", "en"),
    [
        # participles follow the noun: ett samtal, ett besök, ett test
        ("end_of_life_talk_365d", 1, "Brytpunktssamtal: gjort senaste året", None),
        ("team_visit_365d", 0, "Teambesök: inte gjort senaste året", None),
        ("medication_review_365d", 1, "Läkemedelsgenomgång: gjord senaste året", None),
        ("change_weight_730d", 0, "Vikt: oförändrad senaste halvåret", None),
        ("change_egfr_730d", 0, "eGFR: oförändrat senaste halvåret", None),
        # one is one
        ("home_help_hours_now", 1, "Hemtjänst 1 timme i månaden", "Home help 1 hour a month"),
        ("home_help_hours_now", 0, "Inga hemtjänsttimmar", "No hours of home help"),
        ("hfrs_730d", 1, None, "Frailty: HFRS 1 point in the last 2 years"),
        ("charlson_365d", 2, "Samsjuklighet: Charlson 2 poäng senaste året", None),
        # "no deficits of 35" says nothing
        ("frailty_deficits_365d", 0, "0 av 35 skörhetstecken senaste året", None),
        # a fall is no diagnosis
        ("days_since_falls", 37, "Fall: senaste registrering för 37 dagar sedan", None),
        # the window belongs to the collecting, not to the risk
        ("fall_risk_medicines_365d", 2, "2 läkemedel som ökar fallrisken, senaste året", None),
        ("inpatient_units_730d", 2, "Vårdad på 2 olika vårdavdelningar senaste 2 åren", None),
        # nobody has measured, or nobody has told: both are "no known value"
        ("latest_egfr_365d", NAN, "eGFR: inget känt värde senaste året", None),
        (
            "latest_clinical_frailty_scale_365d",
            NAN,
            "CFS: ingen känd bedömning senaste året",
            "CFS: no known assessment in the last year",
        ),
        # whoever is too young for a review, or has too few medicines, lacks none
        (
            "medication_review_missing",
            0,
            "Läkemedelsgenomgång gjord senaste året, eller krävs inte",
            None,
        ),
    ],
)
def test_said(feature: str, value: float, sv: str | None, en: str | None) -> None:
    for language, expected in (("sv", sv), ("en", en)):
        if expected is not None:
            assert FEATURE[feature].says(value, language) == expected  # type: ignore[arg-type]


def test_a_rise_says_which_way() -> None:
    rise = FEATURE["unplanned_admissions_rise"]
    assert rise.says(0.33, "sv") == (
        "Oplanerade inläggningar: oftare än tidigare (0,33 fler i månaden)"
    )
    assert rise.says(-0.5, "sv") == (
        "Oplanerade inläggningar: mer sällan än tidigare (0,5 färre i månaden)"
    )
