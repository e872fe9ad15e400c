"""Comorbidity as a whole, and which chronic conditions are new or were seen lately."""

from features.codelists import CHRONIC_GROUPS, ELIXHAUSER, ICD_CHAPTERS, TARGET_CONDITIONS, CodeList
from features.measures.base import Direction, Domain
from features.measures.kinds import (
    CodeScore,
    DaysSinceGroup,
    DaysSinceNewGroup,
    GroupCount,
    NewGroup,
)
from features.measures.wording import (
    counts,
    days_since,
    days_since_diagnosis,
    newly_recorded,
    points,
)
from features.rows import diagnoses

elixhauser = CodeScore(
    name="elixhauser",
    domain=Domain.CONDITIONS,
    of=diagnoses,
    codelist=ELIXHAUSER,
    windows=(365, 1825),
    unit="points",
    direction=Direction.RAISES,
    says=points(
        sv=("Samsjuklighet (Elixhauser)", "Samsjuklighet: Elixhauser"),
        en=("Comorbidity (Elixhauser)", "Comorbidity: Elixhauser"),
    ),
    source="doi 10.1097/MLR.0b013e31819432e5; codes doi 10.1097/01.mlr.0000182534.19832.83",
)
icd_chapters = GroupCount(
    name="icd_chapters",
    domain=Domain.CONDITIONS,
    of=diagnoses,
    codelist=ICD_CHAPTERS,
    # Diseases and injuries: not symptoms, external causes, contacts or special codes.
    among=tuple(
        chapter
        for chapter in ICD_CHAPTERS.groups
        if chapter not in ("symptoms", "external_causes", "factors", "special_codes")
    ),
    windows=(365,),
    says=counts(
        sv=("sjukdomsgrupp (ICD-10-kapitel)", "sjukdomsgrupper (ICD-10-kapitel)"),
        en=("group of diseases (ICD-10 chapter)", "groups of diseases (ICD-10 chapters)"),
    ),
)
heart_and_vessel_groups = GroupCount(
    name="heart_and_vessel_groups",
    domain=Domain.CONDITIONS,
    of=diagnoses,
    codelist=CHRONIC_GROUPS,
    among=(
        "ischaemic_heart_disease",
        "heart_failure",
        "atrial_fibrillation",
        "arrhythmia",
        "valve_disease",
        "stroke",
        "peripheral_artery_disease",
        "kidney_failure",
        "diabetes",
    ),
    windows=(1825,),
    says=counts(
        sv=(
            "sjukdom i hjärta, kärl, njurar eller ämnesomsättning",
            "sjukdomar i hjärta, kärl, njurar eller ämnesomsättning",
        ),
        en=(
            "disease of heart, vessels, kidneys or metabolism",
            "diseases of heart, vessels, kidneys or metabolism",
        ),
    ),
    source="doi 10.1186/1471-2318-14-70",
)
mental_groups = GroupCount(
    name="mental_groups",
    domain=Domain.CONDITIONS,
    of=diagnoses,
    codelist=CHRONIC_GROUPS,
    among=(
        "depression",
        "anxiety",
        "severe_mental_illness",
        "alcohol_drug_disorder",
        "dementia",
        "sleep_disorder",
    ),
    windows=(1825,),
    says=counts(
        sv=("psykisk eller kognitiv sjukdom", "psykiska eller kognitiva sjukdomar"),
        en=("mental or cognitive disease", "mental or cognitive diseases"),
    ),
    source="doi 10.1186/1471-2318-14-70",
)
days_since_new_chronic_group = DaysSinceNewGroup(
    name="days_since_new_chronic_group",
    domain=Domain.CONDITIONS,
    of=diagnoses,
    codelist=CHRONIC_GROUPS,
    unit="days",
    says=days_since(
        sv="en ny kronisk sjukdom",
        en="a new chronic condition",
        never=(
            "Ingen ny kronisk sjukdom senaste 5 åren",
            "No new chronic condition in the last 5 years",
        ),
    ),
)


def _new(group: str) -> NewGroup:
    """First recorded within the year: the time when care is being arranged."""
    return NewGroup(
        name=f"new_{group}",
        domain=Domain.CONDITIONS,
        of=diagnoses,
        codelist=CHRONIC_GROUPS,
        group=group,
        windows=(365,),
        says=newly_recorded(
            sv=CHRONIC_GROUPS.label(group, "sv"), en=CHRONIC_GROUPS.label(group, "en")
        ),
    )


def _days_since(codelist: CodeList, group: str) -> DaysSinceGroup:
    sv, en = codelist.label(group, "sv"), codelist.label(group, "en")
    noun = ("registrering", "record") if group == "falls" else ("diagnos", "diagnosis")
    known = ("", "") if group == "falls" else ("registrerad ", "recorded ")
    return DaysSinceGroup(
        name=f"days_since_{group}",
        domain=Domain.CONDITIONS,
        of=diagnoses,
        codelist=codelist,
        group=group,
        unit="days",
        says=days_since_diagnosis(
            sv=sv,
            en=en,
            never=(
                f"{sv}: ingen {known[0]}{noun[0]} senaste 5 åren",
                f"{en}: no {known[1]}{noun[1]} in the last 5 years",
            ),
            noun=noun,
        ),
    )


new_conditions = tuple(
    _new(group)
    for group in ("heart_failure", "copd", "kidney_failure", "stroke", "cancer", "dementia")
)
days_since_conditions = tuple(
    _days_since(codelist, group)
    for codelist, group in (
        (CHRONIC_GROUPS, "copd"),
        (CHRONIC_GROUPS, "ischaemic_heart_disease"),
        (CHRONIC_GROUPS, "stroke"),
        (CHRONIC_GROUPS, "kidney_failure"),
        (CHRONIC_GROUPS, "cancer"),
        (CHRONIC_GROUPS, "anaemia"),
        (TARGET_CONDITIONS, "falls"),
        (TARGET_CONDITIONS, "pneumonia"),
        (TARGET_CONDITIONS, "urinary_infection"),
    )
)

MEASURES = (
    elixhauser,
    icd_chapters,
    heart_and_vessel_groups,
    mental_groups,
    days_since_new_chronic_group,
    *new_conditions,
    *days_since_conditions,
)
