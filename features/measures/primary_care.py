"""Primary care: visits, home visits, telephone and digital contacts.

Professions are told where the source names physicians "physician".
"""

from features.measures.base import Domain
from features.measures.kinds import Count, DaysSince, Derived, Use, rise
from features.measures.wording import counts, days_since, rises
from features.rows import contacts

WINDOWS = (30, 90, 180, 365, 730)

primary = contacts.where(setting="primary")
# Home visits are made by primary and by specialised care; both count.
at_home = contacts.where(setting=("primary", "specialist"), form="home_visit")

primary_visits = Count(
    name="primary_visits",
    domain=Domain.PRIMARY_CARE,
    of=primary.where(form="visit"),
    windows=WINDOWS,
    says=counts(
        sv=("besök i primärvården", "besök i primärvården"),
        en=("visit to primary care", "visits to primary care"),
    ),
)
home_visits = Count(
    name="home_visits",
    domain=Domain.PRIMARY_CARE,
    of=at_home,
    windows=WINDOWS,
    says=counts(sv=("hembesök", "hembesök"), en=("home visit", "home visits")),
)
primary_phone_contacts = Count(
    name="primary_phone_contacts",
    domain=Domain.PRIMARY_CARE,
    of=primary.where(form="phone"),
    windows=(90, 365, 730, 1095),
    says=counts(
        sv=("telefonkontakt med primärvården", "telefonkontakter med primärvården"),
        en=("telephone contact with primary care", "telephone contacts with primary care"),
    ),
)
physician_home_visits = Count(
    name="physician_home_visits",
    domain=Domain.PRIMARY_CARE,
    of=at_home.where(profession="physician"),
    windows=(90, 365),
    says=counts(
        sv=("hembesök av läkare", "hembesök av läkare"),
        en=("home visit by a physician", "home visits by a physician"),
    ),
)
physician_phone_contacts = Count(
    name="physician_phone_contacts",
    domain=Domain.PRIMARY_CARE,
    of=primary.where(form="phone", profession="physician"),
    windows=(90, 365),
    says=counts(
        sv=(
            "telefonkontakt med läkare i primärvården",
            "telefonkontakter med läkare i primärvården",
        ),
        en=(
            "telephone contact with a primary care physician",
            "telephone contacts with a primary care physician",
        ),
    ),
)
primary_physician_visits = Count(
    name="primary_physician_visits",
    domain=Domain.PRIMARY_CARE,
    of=primary.where(form="visit", profession="physician"),
    windows=(90, 365),
    says=counts(
        sv=("läkarbesök i primärvården", "läkarbesök i primärvården"),
        en=("visit to a primary care physician", "visits to a primary care physician"),
    ),
)
primary_digital_contacts = Count(
    name="primary_digital_contacts",
    domain=Domain.PRIMARY_CARE,
    of=primary.where(form="digital"),
    windows=(90, 365),
    says=counts(
        sv=("digital kontakt med primärvården", "digitala kontakter med primärvården"),
        en=("digital contact with primary care", "digital contacts with primary care"),
    ),
)
primary_unplanned_contacts = Count(
    name="primary_unplanned_contacts",
    domain=Domain.PRIMARY_CARE,
    of=primary.where(urgency="unplanned"),
    windows=(30, 90, 365, 730, 1095),
    says=counts(
        sv=("oplanerad kontakt med primärvården", "oplanerade kontakter med primärvården"),
        en=("unplanned contact with primary care", "unplanned contacts with primary care"),
    ),
)
primary_nurse_contacts = Count(
    name="primary_nurse_contacts",
    domain=Domain.PRIMARY_CARE,
    of=primary.where(profession="nurse"),
    windows=(90, 365),
    says=counts(
        sv=(
            "kontakt med sjuksköterska i primärvården",
            "kontakter med sjuksköterska i primärvården",
        ),
        en=("contact with a primary care nurse", "contacts with a primary care nurse"),
    ),
)
rehabilitation_contacts = Count(
    name="rehabilitation_contacts",
    domain=Domain.PRIMARY_CARE,
    of=primary.where(profession=("physiotherapist", "occupational_therapist")),
    windows=(365,),
    says=counts(
        sv=(
            "kontakt med fysioterapeut eller arbetsterapeut",
            "kontakter med fysioterapeut eller arbetsterapeut",
        ),
        en=(
            "contact with a physiotherapist or occupational therapist",
            "contacts with a physiotherapist or occupational therapist",
        ),
    ),
)
days_since_physician_contact = DaysSince(
    name="days_since_physician_contact",
    domain=Domain.PRIMARY_CARE,
    of=primary.where(profession="physician"),
    unit="days",
    says=days_since(
        sv="läkarkontakt i primärvården",
        en="contact with a primary care physician",
        never=(
            "Ingen läkarkontakt i primärvården senaste 2 åren",
            "No contact with a primary care physician in the last 2 years",
        ),
    ),
)
days_since_primary_visit = DaysSince(
    name="days_since_primary_visit",
    domain=Domain.PRIMARY_CARE,
    of=primary.where(form=("visit", "home_visit")),
    unit="days",
    says=days_since(
        sv="besök i primärvården",
        en="a visit in primary care",
        never=(
            "Inget besök i primärvården senaste 2 åren",
            "No visit in primary care in the last 2 years",
        ),
    ),
)
primary_visits_rise = Derived(
    name="primary_visits_rise",
    domain=Domain.PRIMARY_CARE,
    inputs=(Use(primary_visits, 90), Use(primary_visits, 730)),
    combine=rise(90, 730),
    unit="per 30 days",
    says=rises(sv="besök i primärvården", en="visits to primary care"),
)
home_visits_rise = Derived(
    name="home_visits_rise",
    domain=Domain.PRIMARY_CARE,
    inputs=(Use(home_visits, 90), Use(home_visits, 730)),
    combine=rise(90, 730),
    unit="per 30 days",
    says=rises(sv="hembesök", en="home visits"),
)
primary_unplanned_contacts_rise = Derived(
    name="primary_unplanned_contacts_rise",
    domain=Domain.PRIMARY_CARE,
    inputs=(Use(primary_unplanned_contacts, 90), Use(primary_unplanned_contacts, 730)),
    combine=rise(90, 730),
    unit="per 30 days",
    says=rises(sv="oplanerade kontakter med primärvården", en="unplanned primary care contacts"),
)
primary_phone_contacts_rise = Derived(
    name="primary_phone_contacts_rise",
    domain=Domain.PRIMARY_CARE,
    inputs=(Use(primary_phone_contacts, 90), Use(primary_phone_contacts, 730)),
    combine=rise(90, 730),
    unit="per 30 days",
    says=rises(sv="telefonkontakter med primärvården", en="telephone contacts with primary care"),
)

MEASURES = (
    primary_visits,
    home_visits,
    physician_home_visits,
    physician_phone_contacts,
    primary_physician_visits,
    primary_phone_contacts,
    primary_digital_contacts,
    primary_unplanned_contacts,
    primary_nurse_contacts,
    rehabilitation_contacts,
    days_since_physician_contact,
    days_since_primary_visit,
    primary_visits_rise,
    home_visits_rise,
    primary_unplanned_contacts_rise,
    primary_phone_contacts_rise,
)
