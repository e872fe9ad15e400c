"""Outpatient specialist care."""

from features.measures.base import Domain
from features.measures.kinds import Count, DaysSince, Derived, Distinct, Use, rise
from features.measures.wording import counts, days_since, rises
from features.rows import contacts

specialist = contacts.where(setting="specialist")
visits = specialist.where(form=("visit", "home_visit"))

specialist_visits = Count(
    name="specialist_visits",
    domain=Domain.SPECIALIST_CARE,
    of=visits,
    windows=(30, 90, 180, 365, 730),
    says=counts(
        sv=("besök i specialistvården", "besök i specialistvården"),
        en=("visit to specialist care", "visits to specialist care"),
    ),
)
specialist_unplanned_contacts = Count(
    name="specialist_unplanned_contacts",
    domain=Domain.SPECIALIST_CARE,
    of=specialist.where(urgency="unplanned"),
    windows=(90, 365),
    says=counts(
        sv=("oplanerad kontakt med specialistvården", "oplanerade kontakter med specialistvården"),
        en=("unplanned contact with specialist care", "unplanned contacts with specialist care"),
    ),
)
specialist_remote_contacts = Count(
    name="specialist_remote_contacts",
    domain=Domain.SPECIALIST_CARE,
    of=specialist.where(form=("phone", "digital")),
    windows=(365,),
    says=counts(
        sv=(
            "telefon- eller videokontakt med specialistvården",
            "telefon- eller videokontakter med specialistvården",
        ),
        en=(
            "telephone or video contact with specialist care",
            "telephone or video contacts with specialist care",
        ),
    ),
)
specialist_units = Distinct(
    name="specialist_units",
    domain=Domain.SPECIALIST_CARE,
    of=specialist,
    column="care_unit",
    windows=(365,),
    says=counts(
        sv=("enhet i specialistvården", "olika enheter i specialistvården"),
        en=("unit of specialist care", "different units of specialist care"),
    ),
)
days_since_specialist_visit = DaysSince(
    name="days_since_specialist_visit",
    domain=Domain.SPECIALIST_CARE,
    of=visits,
    unit="days",
    says=days_since(
        sv="besök i specialistvården",
        en="a visit in specialist care",
        never=(
            "Inget besök i specialistvården senaste 2 åren",
            "No visit in specialist care in the last 2 years",
        ),
    ),
)
specialist_visits_rise = Derived(
    name="specialist_visits_rise",
    domain=Domain.SPECIALIST_CARE,
    inputs=(Use(specialist_visits, 90), Use(specialist_visits, 730)),
    combine=rise(90, 730),
    unit="per 30 days",
    says=rises(sv="besök i specialistvården", en="visits to specialist care"),
)

MEASURES = (
    specialist_visits,
    specialist_unplanned_contacts,
    specialist_remote_contacts,
    specialist_units,
    days_since_specialist_visit,
    specialist_visits_rise,
)
