"""Stays in hospital: how many, how long, how recent, how soon again."""

from features.codelists import AVOIDABLE
from features.measures.base import Direction, Domain
from features.measures.kinds import (
    ActiveNow,
    Count,
    DaysIn,
    DaysSince,
    Derived,
    Distinct,
    Readmissions,
    Use,
    rise,
)
from features.measures.wording import counts, days_of, days_since, rises, yes_no
from features.rows import contacts, diagnoses

WINDOWS = (30, 90, 180, 365, 730)

stays = contacts.where(setting="inpatient")
unplanned = stays.where(urgency="unplanned")
planned = stays.where(urgency="planned")
avoidable = diagnoses.pointed_out_by(AVOIDABLE).on_contacts(unplanned)

admissions = Count(
    name="admissions",
    domain=Domain.ADMISSIONS,
    of=stays,
    windows=(*WINDOWS, 1825),
    says=counts(sv=("inläggning", "inläggningar"), en=("admission", "admissions")),
)
unplanned_admissions = Count(
    name="unplanned_admissions",
    domain=Domain.ADMISSIONS,
    of=unplanned,
    windows=(*WINDOWS, 1825),
    direction=Direction.RAISES,
    says=counts(
        sv=("oplanerad inläggning", "oplanerade inläggningar"),
        en=("unplanned admission", "unplanned admissions"),
    ),
    source="doi 10.1186/s12877-020-1475-6",
)
planned_admissions = Count(
    name="planned_admissions",
    domain=Domain.ADMISSIONS,
    of=planned,
    windows=WINDOWS,
    says=counts(
        sv=("planerad inläggning", "planerade inläggningar"),
        en=("planned admission", "planned admissions"),
    ),
)
avoidable_admissions = Distinct(
    name="avoidable_admissions",
    domain=Domain.ADMISSIONS,
    of=avoidable,
    column="contact_id",
    windows=WINDOWS,
    direction=Direction.RAISES,
    says=counts(
        sv=("undvikbar inläggning", "undvikbara inläggningar"),
        en=("avoidable admission", "avoidable admissions"),
    ),
)
admission_days = DaysIn(
    name="admission_days",
    domain=Domain.ADMISSIONS,
    of=stays,
    windows=WINDOWS,
    unit="days",
    says=days_of(sv="på sjukhus", en="in hospital"),
)
unplanned_admission_days = DaysIn(
    name="unplanned_admission_days",
    domain=Domain.ADMISSIONS,
    of=unplanned,
    windows=(365, 730),
    unit="days",
    says=days_of(
        sv="på sjukhus efter oplanerad inläggning", en="in hospital after an unplanned admission"
    ),
)
readmissions = Readmissions(
    name="readmissions",
    domain=Domain.ADMISSIONS,
    of=unplanned,
    after=stays,
    within=30,
    windows=(365, 730),
    says=counts(
        sv=(
            "oplanerad återinskrivning inom 30 dagar",
            "oplanerade återinskrivningar inom 30 dagar",
        ),
        en=("unplanned readmission within 30 days", "unplanned readmissions within 30 days"),
        comma=True,
    ),
)
returns = Readmissions(
    name="returns",
    domain=Domain.ADMISSIONS,
    of=stays,
    after=stays,
    within=30,
    windows=(365, 730),
    says=counts(
        sv=("ny inläggning inom 30 dagar", "nya inläggningar inom 30 dagar"),
        en=("new admission within 30 days", "new admissions within 30 days"),
        comma=True,
    ),
)
admitted_now = ActiveNow(
    name="admitted_now",
    domain=Domain.ADMISSIONS,
    of=stays,
    says=yes_no(
        sv=("Inlagd nu", "Inlagd på sjukhus nu", "Inte inlagd nu"),
        en=("In hospital now", "In hospital now", "Not in hospital now"),
    ),
)
days_since_discharge = DaysSince(
    name="days_since_discharge",
    domain=Domain.ADMISSIONS,
    of=stays,
    ended=True,
    unit="days",
    says=days_since(
        sv="utskrivning",
        en="discharge",
        never=("Ingen utskrivning senaste 2 åren", "No discharge in the last 2 years"),
    ),
)
days_since_unplanned_admission = DaysSince(
    name="days_since_unplanned_admission",
    domain=Domain.ADMISSIONS,
    of=unplanned,
    unit="days",
    says=days_since(
        sv="oplanerad inläggning",
        en="an unplanned admission",
        never=(
            "Ingen oplanerad inläggning senaste 2 åren",
            "No unplanned admission in the last 2 years",
        ),
    ),
)
days_since_avoidable_admission = DaysSince(
    name="days_since_avoidable_admission",
    domain=Domain.ADMISSIONS,
    of=avoidable,
    unit="days",
    says=days_since(
        sv="undvikbar inläggning",
        en="an avoidable admission",
        never=(
            "Ingen undvikbar inläggning senaste 2 åren",
            "No avoidable admission in the last 2 years",
        ),
    ),
)
unplanned_admissions_rise = Derived(
    name="unplanned_admissions_rise",
    domain=Domain.ADMISSIONS,
    inputs=(Use(unplanned_admissions, 90), Use(unplanned_admissions, 730)),
    combine=rise(90, 730),
    unit="per 30 days",
    says=rises(sv="oplanerade inläggningar", en="unplanned admissions"),
)
admissions_rise = Derived(
    name="admissions_rise",
    domain=Domain.ADMISSIONS,
    inputs=(Use(admissions, 180), Use(admissions, 730)),
    combine=rise(180, 730),
    unit="per 30 days",
    says=rises(sv="inläggningar", en="admissions"),
)

MEASURES = (
    admissions,
    unplanned_admissions,
    planned_admissions,
    avoidable_admissions,
    admission_days,
    unplanned_admission_days,
    readmissions,
    returns,
    admitted_now,
    days_since_discharge,
    days_since_unplanned_admission,
    days_since_avoidable_admission,
    unplanned_admissions_rise,
    admissions_rise,
)
