"""Symptoms that people sought care for: often what comes before an admission."""

from features.codelists import SYMPTOMS
from features.measures.base import Domain
from features.measures.kinds import GroupCount, HasGroup
from features.measures.wording import counts, sought_for
from features.rows import diagnoses

# A group: over which windows. Those that tell of a worsening now are told over 90 days too.
_WINDOWS: dict[str, tuple[int, ...]] = {
    "dyspnoea": (90, 365),
    "oedema": (90, 365),
    "confusion": (90, 365),
    "fatigue": (90, 365),
    "loss_of_appetite": (90, 365),
    "chest_pain": (365,),
    "palpitations": (365,),
    "dizziness": (365,),
    "syncope": (365,),
    "unsteady_gait": (365,),
    "fever": (365,),
    "abdominal_pain": (365,),
    "nausea_vomiting": (365,),
    "urinary_symptoms": (365,),
    "urinary_retention": (365,),
    "pain": (365,),
    "worry": (365,),
    "abnormal_blood_glucose": (365,),
}

symptoms = tuple(
    HasGroup(
        name=f"symptom_{group}",
        domain=Domain.SYMPTOMS,
        of=diagnoses,
        codelist=SYMPTOMS,
        group=group,
        windows=windows,
        says=sought_for(sv=SYMPTOMS.label(group, "sv"), en=SYMPTOMS.label(group, "en")),
    )
    for group, windows in _WINDOWS.items()
)
different_symptoms = GroupCount(
    name="different_symptoms",
    domain=Domain.SYMPTOMS,
    of=diagnoses,
    codelist=SYMPTOMS,
    windows=(30, 90, 365),
    says=counts(
        sv=("symtom som orsak till vårdkontakt", "olika symtom som orsak till vårdkontakt"),
        en=("symptom as a reason for contact", "different symptoms as reasons for contact"),
    ),
)

MEASURES = (*symptoms, different_symptoms)
