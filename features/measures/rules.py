"""Definitions that the field counts people by: who is multimorbid, who belongs with a team."""

import numpy as np

from features.measures.admissions import admission_days, admissions
from features.measures.base import Domain
from features.measures.comorbidity import icd_chapters
from features.measures.conditions import chronic_groups, different_diagnoses
from features.measures.demography import age
from features.measures.kinds import Derived, Use
from features.measures.medicines import substances
from features.measures.municipal_care import (
    home_health_care_now,
    home_help_now,
    residential_care_now,
)
from features.measures.specialist_care import specialist_visits
from features.measures.wording import of_six, yes_no


def _criteria(inputs: list[np.ndarray]) -> np.ndarray:
    """At least three chronic diagnoses; admitted at least three times in twelve months; at
    least six regular medicines; cannot manage personal care; 75 or older; enrolled in home
    health care."""
    chronic, admitted, medicines, help_at_home, residential, years, health_care = inputs
    # A comparison with "not known" is false: what is not known fulfils no criterion.
    met = (
        chronic >= 3,
        admitted >= 3,
        medicines >= 6,
        (help_at_home > 0) | (residential > 0),
        years >= 75,
        health_care > 0,
    )
    return np.sum(met, axis=0).astype(float)


team_criteria = Derived(
    name="team_criteria",
    domain=Domain.COORDINATION,
    inputs=(
        Use(chronic_groups, 1825),
        Use(admissions, 365),
        Use(substances, 120),
        Use(home_help_now),
        Use(residential_care_now),
        Use(age),
        Use(home_health_care_now),
    ),
    combine=_criteria,
    any_input=True,
    unit="of 6",
    says=of_six(
        sv="kriterier för mobilt närsjukvårdsteam", en="criteria for a mobile local care team"
    ),
    source="Västra Götalandsregionen, Mobilt närsjukvårdsteam: inskrivningskriterier",
    unverified="home help or residential care stands for 'cannot manage personal care'; "
    "all dispensed medicines stand for regular ones",
)


def _multisjuk(inputs: list[np.ndarray]) -> np.ndarray:
    years, stays, diagnoses, groups = inputs
    return (years >= 75) & (stays >= 3) & (diagnoses >= 3) & (groups >= 3)


multisjuk = Derived(
    name="multisjuk",
    domain=Domain.CONDITIONS,
    inputs=(
        Use(age),
        Use(admissions, 365),
        Use(different_diagnoses, 365),
        Use(icd_chapters, 365),
    ),
    combine=_multisjuk,
    says=yes_no(
        sv=("Multisjuk äldre", "Multisjuk äldre", "Räknas inte som multisjuk äldre"),
        en=("Multimorbid older person", "Multimorbid older person", "Not multimorbid and older"),
    ),
    source="Socialstyrelsen (kunskapsguiden.se, Multisjuklighet)",
    unverified="that the separate groups of diagnoses are chapters of ICD-10",
)


def _extensive(inputs: list[np.ndarray]) -> np.ndarray:
    multimorbid, days, stays, visits = inputs
    return (multimorbid > 0) | (days > 19) | (stays > 3) | (visits > 7)


extensive_health_care = Derived(
    name="extensive_health_care",
    domain=Domain.COORDINATION,
    inputs=(
        Use(multisjuk),
        Use(admission_days, 365),
        Use(admissions, 365),
        Use(specialist_visits, 365),
    ),
    combine=_extensive,
    says=yes_no(
        sv=(
            "Omfattande sjukvård",
            "Har haft omfattande sjukvård",
            "Har inte haft omfattande sjukvård",
        ),
        en=("Extensive health care", "Has had extensive health care", "No extensive health care"),
    ),
    source="Socialstyrelsen 2011-10-20, De mest sjuka äldre",
    unverified="the limits (over 19 days, 3 admissions, 7 specialist visits) are recalled",
)

MEASURES = (team_criteria, multisjuk, extensive_health_care)
