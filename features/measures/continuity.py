"""Continuity of care: how contacts spread over units and professions, and listing."""

from features.measures.base import Domain
from features.measures.kinds import (
    BiceBoxerman,
    Count,
    DaysSince,
    Distinct,
    LongestGap,
    Switches,
    UsualProvider,
)
from features.measures.wording import amount, counts, days_since, met
from features.rows import contacts, listings

outpatient = contacts.where(setting=("primary", "specialist", "emergency"))
primary = contacts.where(setting="primary")

outpatient_contacts = Count(
    name="outpatient_contacts",
    domain=Domain.CONTINUITY,
    of=outpatient,
    windows=(30, 90, 365, 730, 1095),
    says=counts(
        sv=("kontakt i öppenvården", "kontakter i öppenvården"),
        en=("outpatient contact", "outpatient contacts"),
    ),
)
care_units = Distinct(
    name="care_units",
    domain=Domain.CONTINUITY,
    of=outpatient,
    column="care_unit",
    windows=(90, 365),
    says=met(sv=("vårdenhet", "vårdenheter"), en=("care unit", "care units")),
)
professions = Distinct(
    name="professions",
    domain=Domain.CONTINUITY,
    of=outpatient,
    column="profession",
    windows=(90, 365),
    says=met(sv=("yrkesgrupp", "yrkesgrupper"), en=("profession", "professions")),
)
usual_unit = UsualProvider(
    name="usual_unit",
    domain=Domain.CONTINUITY,
    of=outpatient,
    windows=(365, 730),
    unit="share",
    says=amount(
        sv=(
            "Andel kontakter med den vanligaste enheten",
            "Andel kontakter med samma enhet {window}: {n}",
        ),
        en=(
            "Share of contacts with the usual unit",
            "Share of contacts with the same unit {window}: {n}",
        ),
    ),
    source="doi 10.1097/00005650-197509000-00006",
)
usual_primary_unit = UsualProvider(
    name="usual_primary_unit",
    domain=Domain.CONTINUITY,
    of=primary,
    windows=(730,),
    unit="share",
    says=amount(
        sv=(
            "Andel primärvårdskontakter med den vanligaste enheten",
            "Andel primärvårdskontakter med samma enhet {window}: {n}",
        ),
        en=(
            "Share of primary care contacts with the usual unit",
            "Share of primary care contacts with the same unit {window}: {n}",
        ),
    ),
    source="doi 10.1097/00005650-197509000-00006",
)
continuity_index = BiceBoxerman(
    name="continuity_index",
    domain=Domain.CONTINUITY,
    of=outpatient,
    windows=(365, 730),
    unit="index 0-1",
    says=amount(
        sv=("Kontinuitet (Bice–Boxerman)", "Kontinuitetsindex {n} (0–1) {window}"),
        en=("Continuity (Bice–Boxerman)", "Continuity index {n} (0–1) {window}"),
    ),
    source="doi 10.1097/00005650-197704000-00010",
)
primary_continuity_index = BiceBoxerman(
    name="primary_continuity_index",
    domain=Domain.CONTINUITY,
    of=primary,
    windows=(730,),
    unit="index 0-1",
    says=amount(
        sv=(
            "Kontinuitet i primärvården (Bice–Boxerman)",
            "Kontinuitetsindex i primärvården {n} (0–1) {window}",
        ),
        en=(
            "Continuity in primary care (Bice–Boxerman)",
            "Continuity index in primary care {n} (0–1) {window}",
        ),
    ),
    source="doi 10.1097/00005650-197704000-00010",
)
contact_days = Distinct(
    name="contact_days",
    domain=Domain.CONTINUITY,
    of=contacts,
    column="start",
    windows=(90, 365),
    says=counts(
        sv=("dag med vårdkontakt", "dagar med vårdkontakt"),
        en=("day with a contact", "days with a contact"),
    ),
)
longest_time_without_contact = LongestGap(
    name="longest_time_without_contact",
    domain=Domain.CONTINUITY,
    of=contacts,
    staying=contacts.where(setting="inpatient"),
    windows=(365, 730),
    unit="days",
    says=amount(
        sv=("Längsta tid utan vårdkontakt", "Längsta tid utan vårdkontakt {window}: {n} dagar"),
        en=("Longest time without contact", "Longest time without contact {window}: {n} days"),
        one=(
            "Längsta tid utan vårdkontakt {window}: 1 dag",
            "Longest time without contact {window}: 1 day",
        ),
    ),
)
days_since_contact = DaysSince(
    name="days_since_contact",
    domain=Domain.CONTINUITY,
    of=contacts,
    unit="days",
    says=days_since(
        sv="senaste vårdkontakt",
        en="the latest contact",
        never=("Ingen vårdkontakt senaste 2 åren", "No contact in the last 2 years"),
    ),
)
changes_of_setting = Switches(
    name="changes_of_setting",
    domain=Domain.CONTINUITY,
    of=contacts,
    column="setting",
    windows=(90, 365),
    says=counts(
        sv=("byte av vårdnivå", "byten av vårdnivå"),
        en=("change of level of care", "changes of level of care"),
    ),
)
days_listed = DaysSince(
    name="days_listed",
    domain=Domain.CONTINUITY,
    of=listings,
    longest=3650,
    unit="days",
    says=days_since(
        sv="listning på vårdcentralen",
        en="listing at the care unit",
        never=(
            "Listad på vårdcentralen sedan minst 10 år",
            "Listed at the care unit for at least 10 years",
        ),
    ),
)
new_listings = Count(
    name="new_listings",
    domain=Domain.CONTINUITY,
    of=listings,
    windows=(1825,),
    says=counts(sv=("ny listning", "nya listningar"), en=("new listing", "new listings")),
)

MEASURES = (
    outpatient_contacts,
    care_units,
    professions,
    usual_unit,
    usual_primary_unit,
    continuity_index,
    primary_continuity_index,
    contact_days,
    longest_time_without_contact,
    days_since_contact,
    changes_of_setting,
    days_listed,
    new_listings,
)
