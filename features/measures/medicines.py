"""Dispensed medicines: how many, which groups, which risks."""

from features.codelists import (
    ANTICHOLINERGIC,
    FALL_RISK_MEDICINES,
    INAPPROPRIATE_MEDICINES,
    MEDICINE_GROUPS,
)
from features.measures.base import Domain
from features.measures.kinds import (
    CodeScore,
    Count,
    Derived,
    Distinct,
    GroupCount,
    HasGroup,
    InSupply,
    Use,
)
from features.measures.wording import counts, medicine, points, yes_no
from features.rows import dispensings

substances = Distinct(
    name="substances",
    domain=Domain.MEDICINES,
    of=dispensings,
    column="atc",
    windows=(120, 365),
    says=counts(
        sv=("läkemedel uthämtat", "olika läkemedel uthämtade"),
        en=("medicine collected", "different medicines collected"),
    ),
    source="doi 10.2147/CLEP.S153458",
)
medicines_now = InSupply(
    name="medicines_now",
    domain=Domain.MEDICINES,
    of=dispensings,
    says=counts(
        sv=("läkemedel i bruk nu", "läkemedel i bruk nu"),
        en=("medicine in use now", "medicines in use now"),
    ),
)
polypharmacy = Derived(
    name="polypharmacy",
    domain=Domain.MEDICINES,
    inputs=(Use(substances, 120),),
    combine=lambda inputs: inputs[0] >= 5,
    says=yes_no(
        sv=("Fem läkemedel eller fler", "Fem läkemedel eller fler", "Färre än fem läkemedel"),
        en=("Five medicines or more", "Five medicines or more", "Fewer than five medicines"),
    ),
    source="doi 10.2147/CLEP.S153458",
)
excessive_polypharmacy = Derived(
    name="excessive_polypharmacy",
    domain=Domain.MEDICINES,
    inputs=(Use(substances, 120),),
    combine=lambda inputs: inputs[0] >= 10,
    says=yes_no(
        sv=("Tio läkemedel eller fler", "Tio läkemedel eller fler", "Färre än tio läkemedel"),
        en=("Ten medicines or more", "Ten medicines or more", "Fewer than ten medicines"),
    ),
    source="doi 10.2147/CLEP.S153458",
)
dispensed_items = Count(
    name="dispensed_items",
    domain=Domain.MEDICINES,
    of=dispensings,
    windows=(120, 365),
    says=counts(
        sv=("uttag av läkemedel", "uttag av läkemedel"),
        en=("dispensing of medicines", "dispensings of medicines"),
    ),
)
dose_dispensed_items = Count(
    name="dose_dispensed_items",
    domain=Domain.MEDICINES,
    of=dispensings.where(dose_dispensed=True),
    windows=(120,),
    says=counts(
        sv=("uttag av dospackade läkemedel", "uttag av dospackade läkemedel"),
        en=("dispensing of dose-packed medicines", "dispensings of dose-packed medicines"),
    ),
)
medicine_groups = GroupCount(
    name="medicine_groups",
    domain=Domain.MEDICINES,
    of=dispensings,
    codelist=MEDICINE_GROUPS,
    windows=(120, 365),
    says=counts(
        sv=("grupp av läkemedel", "olika grupper av läkemedel"),
        en=("group of medicines", "different groups of medicines"),
    ),
    source="doi 10.1136/bmjopen-2017-021122",
)
new_medicine_groups = GroupCount(
    name="new_medicine_groups",
    domain=Domain.MEDICINES,
    of=dispensings,
    codelist=MEDICINE_GROUPS,
    new=True,
    windows=(90, 365),
    says=counts(
        sv=("nyinsatt grupp av läkemedel", "nyinsatta grupper av läkemedel"),
        en=("newly started group of medicines", "newly started groups of medicines"),
    ),
)
anticholinergic_burden = CodeScore(
    name="anticholinergic_burden",
    domain=Domain.MEDICINES,
    of=dispensings,
    codelist=ANTICHOLINERGIC,
    windows=(120, 365),
    unit="points",
    says=points(
        sv=("Antikolinerg belastning", "Antikolinerg belastning:"),
        en=("Anticholinergic burden", "Anticholinergic burden:"),
    ),
    source="doi 10.2217/1745509X.4.3.311",
)
fall_risk_medicines = Distinct(
    name="fall_risk_medicines",
    domain=Domain.MEDICINES,
    of=dispensings.coded(FALL_RISK_MEDICINES),
    column="atc",
    windows=(120, 365),
    says=counts(
        sv=("läkemedel som ökar fallrisken", "läkemedel som ökar fallrisken"),
        en=("medicine that raises the risk of falls", "medicines that raise the risk of falls"),
        comma=True,
    ),
    source="doi 10.1186/1471-2318-14-40",
)
inappropriate_medicines = Distinct(
    name="inappropriate_medicines",
    domain=Domain.MEDICINES,
    of=dispensings.coded(INAPPROPRIATE_MEDICINES),
    column="atc",
    windows=(120, 365),
    says=counts(
        sv=("läkemedel som bör undvikas hos äldre", "läkemedel som bör undvikas hos äldre"),
        en=("medicine to be avoided in older people", "medicines to be avoided in older people"),
        comma=True,
    ),
    source="Socialstyrelsen 2017-6-7",
)

# Courses and starts of these say more when recent.
_RECENT = ("antibiotics", "oral_corticosteroids", "opioids", "loop_diuretics", "antipsychotics")
# Groups that say little of who will be admitted; they count in ``medicine_groups`` only.
_COUNTED_ONLY = ("glaucoma_medicines", "gout_medicines", "thyroid_hormones", "prostate_medicines")
groups = tuple(
    HasGroup(
        name=f"medicine_{group}",
        domain=Domain.MEDICINES,
        of=dispensings,
        codelist=MEDICINE_GROUPS,
        group=group,
        windows=(90, 365) if group in _RECENT else (365,),
        says=medicine(sv=MEDICINE_GROUPS.label(group, "sv"), en=MEDICINE_GROUPS.label(group, "en")),
    )
    for group in MEDICINE_GROUPS.groups
    if group not in _COUNTED_ONLY
)
antibiotic_courses = Count(
    name="antibiotic_courses",
    domain=Domain.MEDICINES,
    of=dispensings.coded(MEDICINE_GROUPS, "antibiotics"),
    windows=(90, 365),
    says=counts(
        sv=("uttag av antibiotika", "uttag av antibiotika"),
        en=("dispensing of antibiotics", "dispensings of antibiotics"),
    ),
)

MEASURES = (
    substances,
    medicines_now,
    polypharmacy,
    excessive_polypharmacy,
    dispensed_items,
    dose_dispensed_items,
    medicine_groups,
    new_medicine_groups,
    anticholinergic_burden,
    fall_risk_medicines,
    inappropriate_medicines,
    *groups,
    antibiotic_courses,
)
