"""Acute events: infections, injuries and sudden illness, beside those of the target groups."""

from features.codelists import ACUTE_EVENTS
from features.measures.base import Domain
from features.measures.kinds import GroupCount, HasGroup
from features.measures.wording import counts, diagnosis
from features.rows import diagnoses

_INFECTIONS = (
    "respiratory_infection",
    "influenza_covid",
    "upper_respiratory_infection",
    "gastroenteritis",
    "shingles",
    "joint_bone_infection",
    "device_infection",
)
_INJURIES = (
    "head_injury",
    "intracranial_bleeding",
    "vertebral_fracture",
    "pelvic_fracture",
    "wrist_fracture",
    "upper_arm_fracture",
    "rib_fracture",
    "lower_limb_fracture",
    "wounds",
)
_WINDOWS: dict[str, tuple[int, ...]] = {
    "respiratory_infection": (90, 365),
    "influenza_covid": (365,),
    "gastroenteritis": (365,),
    "device_infection": (365,),
    "resistant_bacteria": (730,),
    "myocardial_infarction": (365,),
    "stroke": (365,),
    "venous_thromboembolism": (365,),
    "hypoglycaemia": (365,),
    "hyponatraemia": (365,),
    "hyperkalaemia": (365,),
    "pleural_effusion_oedema": (365,),
    "head_injury": (365,),
    "vertebral_fracture": (730,),
    "surgical_complication": (365,),
    "urinary_catheter": (365,),
    "seizure": (365,),
}

events = tuple(
    HasGroup(
        name=f"acute_{group}",
        domain=Domain.ACUTE_EVENTS,
        of=diagnoses,
        codelist=ACUTE_EVENTS,
        group=group,
        windows=windows,
        says=diagnosis(sv=ACUTE_EVENTS.label(group, "sv"), en=ACUTE_EVENTS.label(group, "en")),
    )
    for group, windows in _WINDOWS.items()
)
infections = GroupCount(
    name="infections",
    domain=Domain.ACUTE_EVENTS,
    of=diagnoses,
    codelist=ACUTE_EVENTS,
    among=_INFECTIONS,
    windows=(90, 365),
    says=counts(
        sv=("infektion", "olika infektioner"),
        en=("infection", "different infections"),
    ),
)
injuries = GroupCount(
    name="injuries",
    domain=Domain.ACUTE_EVENTS,
    of=diagnoses,
    codelist=ACUTE_EVENTS,
    among=_INJURIES,
    windows=(365,),
    says=counts(
        sv=("skada", "olika skador"),
        en=("injury", "different injuries"),
    ),
)

MEASURES = (*events, infections, injuries)
