"""Visits to emergency departments."""

from features.measures.base import Direction, Domain
from features.measures.kinds import Count, DaysSince, Derived, Near, OnWeekdays, Use, rise
from features.measures.kinds.stays import SATURDAY, SUNDAY
from features.measures.wording import counts, days_since, rises
from features.rows import contacts

visits = contacts.where(setting="emergency")
stays = contacts.where(setting="inpatient")

emergency_visits = Count(
    name="emergency_visits",
    domain=Domain.EMERGENCY,
    of=visits,
    windows=(30, 90, 180, 365, 730, 1825),
    direction=Direction.RAISES,
    says=counts(sv=("akutbesök", "akutbesök"), en=("emergency visit", "emergency visits")),
)
days_since_emergency_visit = DaysSince(
    name="days_since_emergency_visit",
    domain=Domain.EMERGENCY,
    of=visits,
    unit="days",
    says=days_since(
        sv="akutbesök",
        en="an emergency visit",
        never=("Inget akutbesök senaste 2 åren", "No emergency visit in the last 2 years"),
    ),
)
emergency_visits_rise = Derived(
    name="emergency_visits_rise",
    domain=Domain.EMERGENCY,
    inputs=(Use(emergency_visits, 90), Use(emergency_visits, 730)),
    combine=rise(90, 730),
    unit="per 30 days",
    says=rises(sv="akutbesök", en="emergency visits"),
)
emergency_visits_sent_home = Near(
    name="emergency_visits_sent_home",
    domain=Domain.EMERGENCY,
    of=visits,
    other=stays,
    first=0,
    last=1,
    without=True,
    windows=(90, 365),
    says=counts(
        sv=("akutbesök utan inläggning", "akutbesök utan inläggning"),
        en=("emergency visit without admission", "emergency visits without admission"),
    ),
)
emergency_returns = Near(
    name="emergency_returns",
    domain=Domain.EMERGENCY,
    of=visits,
    other=visits,
    first=-3,
    last=-1,
    windows=(365,),
    says=counts(
        sv=("akut återbesök inom 3 dagar", "akuta återbesök inom 3 dagar"),
        en=("return within 3 days to emergency care", "returns within 3 days to emergency care"),
        comma=True,
    ),
)
emergency_visits_after_discharge = Near(
    name="emergency_visits_after_discharge",
    domain=Domain.EMERGENCY,
    of=visits,
    other=stays,
    other_ended=True,
    first=-30,
    last=0,
    windows=(365,),
    says=counts(
        sv=("akutbesök inom 30 dagar efter utskrivning",) * 2,
        en=(
            "emergency visit within 30 days of a discharge",
            "emergency visits within 30 days of a discharge",
        ),
        comma=True,
    ),
)
weekend_emergency_visits = OnWeekdays(
    name="weekend_emergency_visits",
    domain=Domain.EMERGENCY,
    of=visits,
    weekdays=(SATURDAY, SUNDAY),
    windows=(365,),
    says=counts(
        sv=("akutbesök på en helg", "akutbesök på helger"),
        en=("emergency visit at a weekend", "emergency visits at weekends"),
    ),
)

MEASURES = (
    emergency_visits,
    days_since_emergency_visit,
    emergency_visits_rise,
    emergency_visits_sent_home,
    emergency_returns,
    emergency_visits_after_discharge,
    weekend_emergency_visits,
)
