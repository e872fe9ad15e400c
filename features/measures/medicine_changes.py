"""Changes of medicines, and combinations and loads that do harm."""

from features.codelists import MEDICINE_GROUPS, REGULAR_MEDICINES, RXRISK
from features.measures.base import Domain
from features.measures.kinds import (
    CodeScore,
    DaysSinceGroup,
    Derived,
    Distinct,
    GroupCount,
    Near,
    NewGroup,
    NewValues,
    Together,
    Use,
)
from features.measures.medicines import medicines_now, substances
from features.measures.wording import (
    counts,
    days_since,
    newly_started,
    points,
    taken_together,
)
from features.rows import dispensings

rxrisk = CodeScore(
    name="rxrisk",
    domain=Domain.MEDICINES,
    of=dispensings,
    codelist=RXRISK,
    windows=(365,),
    unit="points",
    says=points(
        sv=(
            "Samsjuklighet enligt läkemedel (RxRisk-V)",
            "Samsjuklighet enligt läkemedel: RxRisk-V",
        ),
        en=("Comorbidity by medicines (RxRisk-V)", "Comorbidity by medicines: RxRisk-V"),
    ),
    source="doi 10.1136/bmjopen-2017-021122",
)
rxrisk_conditions = GroupCount(
    name="rxrisk_conditions",
    domain=Domain.MEDICINES,
    of=dispensings,
    codelist=RXRISK,
    windows=(365,),
    says=counts(
        sv=("sjukdom som läkemedlen tyder på", "sjukdomar som läkemedlen tyder på"),
        en=("condition that medicines point to", "conditions that medicines point to"),
        comma=True,
    ),
    source="doi 10.1136/bmjopen-2017-021122",
)
regular_medicines = Distinct(
    name="regular_medicines",
    domain=Domain.MEDICINES,
    of=dispensings.coded(REGULAR_MEDICINES),
    column="atc",
    windows=(120,),
    says=counts(
        sv=("stadigvarande läkemedel", "stadigvarande läkemedel"),
        en=("regular medicine", "regular medicines"),
    ),
    source="Västra Götalandsregionen, Mobilt närsjukvårdsteam",
)
psychotropic_medicines = Distinct(
    name="psychotropic_medicines",
    domain=Domain.MEDICINES,
    of=dispensings.coded(
        MEDICINE_GROUPS, "antipsychotics", "anxiolytics", "hypnotics", "antidepressants"
    ),
    column="atc",
    windows=(120,),
    says=counts(
        sv=("psykofarmakon", "olika psykofarmaka"),
        en=("psychotropic medicine", "different psychotropic medicines"),
    ),
    source="Socialstyrelsen 2017-6-7",
)
new_substances = NewValues(
    name="new_substances",
    domain=Domain.MEDICINES,
    of=dispensings,
    column="atc",
    windows=(30, 90),
    says=counts(sv=("nytt läkemedel", "nya läkemedel"), en=("new medicine", "new medicines")),
    source="doi 10.2147/CLEP.S153458",
)
medicines_not_renewed = Derived(
    name="medicines_not_renewed",
    domain=Domain.MEDICINES,
    inputs=(Use(substances, 365), Use(medicines_now)),
    # What was collected over a year ago and still lasts is in use but not among the year's.
    combine=lambda inputs: (inputs[0] - inputs[1]).clip(min=0),
    says=counts(
        sv=(
            "läkemedel från senaste året som inte längre är i bruk",
            "läkemedel från senaste året som inte längre är i bruk",
        ),
        en=(
            "medicine of the last year that is no longer in use",
            "medicines of the last year that are no longer in use",
        ),
    ),
)


def _newly(group: str) -> NewGroup:
    return NewGroup(
        name=f"new_medicine_{group}",
        domain=Domain.MEDICINES,
        of=dispensings,
        codelist=MEDICINE_GROUPS,
        group=group,
        windows=(90,),
        says=newly_started(
            sv=MEDICINE_GROUPS.label(group, "sv"), en=MEDICINE_GROUPS.label(group, "en")
        ),
    )


def _combination(
    name: str, parts: tuple[tuple[str, ...], ...], sv: str, en: str, source: str = ""
) -> Together:
    return Together(
        name=name,
        domain=Domain.MEDICINES,
        of=dispensings,
        codelist=MEDICINE_GROUPS,
        parts=parts,
        windows=(120,),
        says=taken_together(sv=sv, en=en),
        source=source,
    )


newly_started_groups = tuple(
    _newly(group)
    for group in (
        "insulin",
        "anticoagulants",
        "opioids",
        "antipsychotics",
        "loop_diuretics",
        "antidepressants",
    )
)
_DIURETICS = ("loop_diuretics", "other_diuretics", "mineralocorticoid_antagonists")
combinations = (
    _combination(
        "kidney_straining_medicines",
        (("nsaids",), ("raas_inhibitors",), _DIURETICS),
        "NSAID, RAAS-hämmare och diuretika tillsammans",
        "NSAID, RAAS inhibitor and diuretic together",
        "doi 10.1136/bmj.e8525",
    ),
    _combination(
        "double_antithrombotics",
        (("anticoagulants",), ("antiplatelets",)),
        "Antikoagulantia och trombocythämmare tillsammans",
        "Anticoagulant and antiplatelet together",
    ),
    _combination(
        "opioids_and_sedatives",
        (("opioids",), ("anxiolytics", "hypnotics")),
        "Opioider och lugnande eller sömnmedel tillsammans",
        "Opioids and sedatives together",
        "doi 10.1136/bmj.j760",
    ),
)
days_since_antibiotics = DaysSinceGroup(
    name="days_since_antibiotics",
    domain=Domain.MEDICINES,
    of=dispensings,
    codelist=MEDICINE_GROUPS,
    group="antibiotics",
    longest=730,
    unit="days",
    says=days_since(
        sv="uttag av antibiotika",
        en="antibiotics were dispensed",
        never=(
            "Inget uttag av antibiotika senaste 2 åren",
            "No antibiotics dispensed in the last 2 years",
        ),
    ),
)
repeated_antibiotics = Near(
    name="repeated_antibiotics",
    domain=Domain.MEDICINES,
    of=dispensings.coded(MEDICINE_GROUPS, "antibiotics"),
    other=dispensings.coded(MEDICINE_GROUPS, "antibiotics"),
    first=-30,
    last=-1,
    windows=(365,),
    says=counts(
        sv=(
            "ny antibiotikakur inom en månad efter den förra",
            "nya antibiotikakurer inom en månad efter den förra",
        ),
        en=(
            "course of antibiotics within a month of the one before",
            "courses of antibiotics within a month of the one before",
        ),
        comma=True,
    ),
)
steroids_with_antibiotics = Near(
    name="steroids_with_antibiotics",
    domain=Domain.MEDICINES,
    of=dispensings.coded(MEDICINE_GROUPS, "oral_corticosteroids"),
    other=dispensings.coded(MEDICINE_GROUPS, "antibiotics"),
    first=-7,
    last=7,
    windows=(365,),
    says=counts(
        sv=(
            "uttag av kortison tillsammans med antibiotika",
            "uttag av kortison tillsammans med antibiotika",
        ),
        en=(
            "dispensing of corticosteroids along with antibiotics",
            "dispensings of corticosteroids along with antibiotics",
        ),
    ),
)

MEASURES = (
    rxrisk,
    rxrisk_conditions,
    regular_medicines,
    psychotropic_medicines,
    new_substances,
    medicines_not_renewed,
    *newly_started_groups,
    *combinations,
    days_since_antibiotics,
    repeated_antibiotics,
    steroids_with_antibiotics,
)
