"""Visits to emergency departments."""

from features.measures.base import Direction, Domain
from features.measures.kinds import Count, DaysSince, Derived, Use, rise
from features.measures.wording import counts, days_since, rises
from features.rows import contacts

visits = contacts.where(setting="emergency")

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

MEASURES = (emergency_visits, days_since_emergency_visit, emergency_visits_rise)
