"""Conditions: the Charlson index, chronic groups, and conditions of the target groups."""

from features.codelists import CHARLSON, CHRONIC_GROUPS, TARGET_CONDITIONS, CodeList
from features.measures.base import Direction, Domain
from features.measures.kinds import CodeScore, Count, DaysSinceGroup, Distinct, GroupCount, HasGroup
from features.measures.wording import counts, days_since, diagnosis, points
from features.rows import contacts, diagnoses

charlson = CodeScore(
    name="charlson",
    domain=Domain.CONDITIONS,
    of=diagnoses,
    codelist=CHARLSON,
    windows=(365, 1825),
    unit="points",
    direction=Direction.RAISES,
    says=points(
        sv=("Samsjuklighet (Charlson)", "Samsjuklighet: Charlson"),
        en=("Comorbidity (Charlson)", "Comorbidity: Charlson"),
    ),
    source="doi 10.2147/CLEP.S282475",
)
chronic_groups = GroupCount(
    name="chronic_groups",
    domain=Domain.CONDITIONS,
    of=diagnoses,
    codelist=CHRONIC_GROUPS,
    windows=(365, 1825),
    says=counts(
        sv=("grupp av kroniska sjukdomar", "grupper av kroniska sjukdomar"),
        en=("group of chronic conditions", "groups of chronic conditions"),
    ),
    source="doi 10.1186/1471-2318-14-70",
)
new_chronic_groups = GroupCount(
    name="new_chronic_groups",
    domain=Domain.CONDITIONS,
    of=diagnoses,
    codelist=CHRONIC_GROUPS,
    new=True,
    windows=(180, 365),
    says=counts(
        sv=("ny grupp av kroniska sjukdomar", "nya grupper av kroniska sjukdomar"),
        en=("new group of chronic conditions", "new groups of chronic conditions"),
    ),
)
different_diagnoses = Distinct(
    name="different_diagnoses",
    domain=Domain.CONDITIONS,
    of=diagnoses,
    column="code",
    windows=(90, 365, 1825),
    says=counts(sv=("diagnos", "olika diagnoser"), en=("diagnosis", "different diagnoses")),
)
inpatient_diagnoses = Distinct(
    name="inpatient_diagnoses",
    domain=Domain.CONDITIONS,
    of=diagnoses.on_contacts(contacts.where(setting="inpatient")),
    column="code",
    windows=(365, 1825),
    says=counts(
        sv=("diagnos från sjukhusvård", "olika diagnoser från sjukhusvård"),
        en=("diagnosis from hospital care", "different diagnoses from hospital care"),
    ),
)


def _has(codelist: CodeList, group: str, name: str, windows: tuple[int, ...]) -> HasGroup:
    return HasGroup(
        name=name,
        domain=Domain.CONDITIONS,
        of=diagnoses,
        codelist=codelist,
        group=group,
        windows=windows,
        says=diagnosis(sv=codelist.label(group, "sv"), en=codelist.label(group, "en")),
    )


# Conditions that flare up, or that a source gives year by year: the last year is told from
# the years before it.
_UNSTEADY = (
    "heart_failure",
    "copd",
    "ischaemic_heart_disease",
    "stroke",
    "kidney_failure",
    "diabetes",
    "cancer",
    "depression",
    "anaemia",
)
_LASTING = (
    "atrial_fibrillation",
    "osteoarthritis",
    "osteoporosis",
    "hypertension",
    "arrhythmia",
    "valve_disease",
    "peripheral_artery_disease",
    "asthma",
    "other_lung_disease",
    "rheumatoid_arthritis",
    "back_disease",
    "obesity",
    "liver_disease",
    "inflammatory_bowel_disease",
    "parkinsons_disease",
    "epilepsy",
    "neurological_disease",
    "neuropathy",
    "anxiety",
    "severe_mental_illness",
    "sleep_disorder",
    "vision_reduction",
    "hearing_loss",
    "dizziness",
    "hypotension",
    "urinary_incontinence",
)
chronic = tuple(
    _has(CHRONIC_GROUPS, group, f"chronic_{group}", (365, 1825)) for group in _UNSTEADY
) + tuple(_has(CHRONIC_GROUPS, group, f"chronic_{group}", (1825,)) for group in _LASTING)

# Conditions of the target groups and events that precede admissions, with the time over
# which each says something.
_TARGETS: dict[str, tuple[int, ...]] = {
    "mental_ill_health": (365, 730),
    "substance_use": (730,),
    "self_harm": (730,),
    "dementia": (365, 1825),
    "delirium": (365,),
    "hip_fracture": (365,),
    "fragility_fracture": (365, 1825),
    "malnutrition": (365,),
    "palliative": (365,),
    "pressure_ulcer": (365,),
    "leg_ulcer": (365,),
    "dehydration": (365,),
    "electrolyte_disorder": (365,),
    "pneumonia": (365,),
    "urinary_infection": (90, 365),
    "sepsis": (365,),
    "respiratory_failure": (365,),
    "skin_infection": (365,),
    "gastrointestinal_bleeding": (365,),
    "dysphagia": (365,),
    "dialysis": (1825,),
    "acute_kidney_injury": (365,),
    "constipation": (365,),
    "chronic_pain": (730,),
    "walking_difficulty": (730,),
    "care_dependence": (730,),
    "social_problems": (730,),
    "unhealthy_living": (1825,),
    "adverse_drug_event": (365,),
}
target_conditions = tuple(
    _has(TARGET_CONDITIONS, group, group, windows) for group, windows in _TARGETS.items()
)

# Several diagnoses of one fall on one day are one fall.
falls = Distinct(
    name="falls",
    domain=Domain.CONDITIONS,
    of=diagnoses.coded(TARGET_CONDITIONS, "falls"),
    column="date",
    windows=(90, 365, 730),
    says=counts(
        sv=("dag med registrerat fall", "dagar med registrerat fall"),
        en=("day with a recorded fall", "days with a recorded fall"),
    ),
)
symptom_days = Distinct(
    name="symptom_days",
    domain=Domain.CONDITIONS,
    of=diagnoses.coded(TARGET_CONDITIONS, "warning_symptoms"),
    column="date",
    windows=(30, 90, 1095),
    says=counts(
        sv=("dag med registrerade symtom", "dagar med registrerade symtom"),
        en=("day with recorded symptoms", "days with recorded symptoms"),
    ),
)
heart_failure_contacts = Count(
    name="heart_failure_contacts",
    domain=Domain.CONDITIONS,
    of=diagnoses.coded(CHRONIC_GROUPS, "heart_failure"),
    windows=(90, 365),
    says=counts(
        sv=("registrering av hjärtsvikt", "registreringar av hjärtsvikt"),
        en=("record of heart failure", "records of heart failure"),
    ),
)
copd_contacts = Count(
    name="copd_contacts",
    domain=Domain.CONDITIONS,
    of=diagnoses.coded(CHRONIC_GROUPS, "copd"),
    windows=(90, 365),
    says=counts(
        sv=("registrering av KOL", "registreringar av KOL"),
        en=("record of COPD", "records of COPD"),
    ),
)
days_since_heart_failure = DaysSinceGroup(
    name="days_since_heart_failure",
    domain=Domain.CONDITIONS,
    of=diagnoses,
    codelist=CHRONIC_GROUPS,
    group="heart_failure",
    unit="days",
    says=days_since(
        sv="senast registrerad hjärtsvikt",
        en="heart failure was last recorded",
        never=(
            "Hjärtsvikt inte registrerad senaste 5 åren",
            "Heart failure not recorded in the last 5 years",
        ),
    ),
)

MEASURES = (
    charlson,
    chronic_groups,
    new_chronic_groups,
    different_diagnoses,
    inpatient_diagnoses,
    *chronic,
    *target_conditions,
    falls,
    symptom_days,
    heart_failure_contacts,
    copd_contacts,
    days_since_heart_failure,
)
