"""What the stays in hospital were like: how long, for what, and what they say of the next."""

from features.codelists import CHARLSON, ICD_CHAPTERS
from features.measures.admissions import stays, unplanned
from features.measures.base import Direction, Domain
from features.measures.emergency import visits
from features.measures.kinds import (
    Distinct,
    HasGroup,
    HospitalScore,
    Lace,
    LongestStay,
    OnWeekdays,
    StaysOfLength,
)
from features.measures.kinds.stays import FRIDAY, SATURDAY, SUNDAY
from features.measures.wording import admitted_for, amount, counts, nights, score_of_discharge
from features.rows import diagnoses, observations, procedures

longest_stay = LongestStay(
    name="longest_stay",
    domain=Domain.ADMISSIONS,
    of=stays,
    windows=(365,),
    unit="nights",
    says=nights(sv="längsta vårdtillfället", en="the longest stay in hospital"),
)
short_unplanned_stays = StaysOfLength(
    name="short_unplanned_stays",
    domain=Domain.ADMISSIONS,
    of=unplanned,
    at_most=1,
    windows=(365,),
    says=counts(
        sv=(
            "oplanerad inläggning på högst ett dygn",
            "oplanerade inläggningar på högst ett dygn",
        ),
        en=(
            "unplanned admission of a day at the most",
            "unplanned admissions of a day at the most",
        ),
        comma=True,
    ),
)
unplanned_weekend_admissions = OnWeekdays(
    name="unplanned_weekend_admissions",
    domain=Domain.ADMISSIONS,
    of=unplanned,
    weekdays=(SATURDAY, SUNDAY),
    windows=(365,),
    says=counts(
        sv=("oplanerad inläggning på en helg", "oplanerade inläggningar på helger"),
        en=("unplanned admission at a weekend", "unplanned admissions at weekends"),
    ),
    source="doi 10.1136/bmj.h4596",
)
discharges_before_weekend = OnWeekdays(
    name="discharges_before_weekend",
    domain=Domain.ADMISSIONS,
    of=stays,
    weekdays=(FRIDAY, SATURDAY, SUNDAY),
    ended=True,
    windows=(365,),
    says=counts(
        sv=("utskrivning fredag till söndag", "utskrivningar fredag till söndag"),
        en=("discharge from Friday to Sunday", "discharges from Friday to Sunday"),
    ),
)
inpatient_units = Distinct(
    name="inpatient_units",
    domain=Domain.ADMISSIONS,
    of=stays,
    column="care_unit",
    windows=(730,),
    says=amount(
        sv=("Olika vårdavdelningar", "Vårdad på {n} olika vårdavdelningar {window}"),
        en=("Different wards", "Treated on {n} different hospital wards {window}"),
        one=("Vårdad på 1 vårdavdelning {window}", "Treated on 1 hospital ward {window}"),
        none=("Inte vårdad på någon vårdavdelning {window}", "Not treated on a ward {window}"),
    ),
)

_REASONS = (
    "circulation",
    "respiration",
    "digestion",
    "genitourinary",
    "infections",
    "injuries",
    "mental",
    "symptoms",
)
_principal = diagnoses.where(principal=True).on_contacts(unplanned)
reasons = tuple(
    HasGroup(
        name=f"admitted_for_{chapter}",
        domain=Domain.ADMISSIONS,
        of=_principal,
        codelist=ICD_CHAPTERS,
        group=chapter,
        windows=(730,),
        says=admitted_for(
            sv=ICD_CHAPTERS.label(chapter, "sv"), en=ICD_CHAPTERS.label(chapter, "en")
        ),
    )
    for chapter in _REASONS
)

LACE_COMORBIDITY: tuple[tuple[tuple[str, ...], int], ...] = (
    (("myocardial_infarction",), 1),
    (("cerebrovascular_disease",), 1),
    (("peripheral_vascular_disease",), 1),
    (("diabetes",), 1),
    (("peptic_ulcer",), 1),
    (("heart_failure",), 2),
    (("diabetes_complicated",), 2),
    (("copd", "other_lung_disease"), 2),
    (("liver_disease_mild",), 2),
    (("malignancy",), 2),
    (("kidney_disease",), 2),
    (("dementia",), 3),
    (("rheumatic_disease",), 3),
    (("liver_disease_severe",), 4),
    (("hiv_aids",), 4),
    (("metastatic_cancer",), 6),
)
"""LACE's own points for comorbidity, by groups of the Swedish Charlson index."""

lace = Lace(
    name="lace",
    domain=Domain.ADMISSIONS,
    stays=stays,
    unplanned=unplanned,
    visits=visits,
    diagnoses=diagnoses,
    codelist=CHARLSON,
    comorbidity=LACE_COMORBIDITY,
    windows=(90, 365),
    unit="points",
    direction=Direction.RAISES,
    says=score_of_discharge(sv="Risk för återinskrivning (LACE)", en="Risk of readmission (LACE)"),
    source="doi 10.1503/cmaj.091117",
    unverified="comorbidity points as printed for a modified LACE (BMJ Open)",
)
hospital_score_without_laboratory = HospitalScore(
    name="hospital_score_without_laboratory",
    domain=Domain.ADMISSIONS,
    stays=stays,
    unplanned=unplanned,
    cancer=diagnoses.where(principal=True)
    .coded(CHARLSON, "malignancy", "metastatic_cancer")
    .on_contacts(stays),
    procedures=procedures.on_contacts(stays),
    windows=(90, 365),
    unit="points",
    direction=Direction.RAISES,
    says=score_of_discharge(
        sv="Risk för återinskrivning (HOSPITAL utan laboratorievärden)",
        en="Risk of readmission (HOSPITAL without laboratory values)",
    ),
    source="doi 10.1001/jamainternmed.2013.3023",
    unverified="bands of earlier admissions: 0-1, 2-5, >5 as in later validations",
)
hospital_score = HospitalScore(
    name="hospital_score",
    domain=Domain.ADMISSIONS,
    stays=stays,
    unplanned=unplanned,
    cancer=hospital_score_without_laboratory.cancer,
    procedures=hospital_score_without_laboratory.procedures,
    haemoglobin=observations.where(code="haemoglobin"),
    sodium=observations.where(code="sodium"),
    windows=(365,),
    unit="points",
    direction=Direction.RAISES,
    says=score_of_discharge(
        sv="Risk för återinskrivning (HOSPITAL)", en="Risk of readmission (HOSPITAL)"
    ),
    source="doi 10.1001/jamainternmed.2013.3023",
    unverified="bands of earlier admissions: 0-1, 2-5, >5 as in later validations",
)

MEASURES = (
    longest_stay,
    short_unplanned_stays,
    unplanned_weekend_admissions,
    discharges_before_weekend,
    inpatient_units,
    *reasons,
    lace,
    hospital_score_without_laboratory,
    hospital_score,
)
