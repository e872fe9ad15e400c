"""Continuity of care: how contacts spread over units and professions, and listing."""

from features.measures.base import Domain
from features.measures.kinds import BiceBoxerman, Count, DaysSince, Distinct, UsualProvider
from features.measures.wording import amount, counts, days_since
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
    says=counts(
        sv=("vårdenhet träffad", "olika vårdenheter träffade"),
        en=("care unit met", "different care units met"),
    ),
)
professions = Distinct(
    name="professions",
    domain=Domain.CONTINUITY,
    of=outpatient,
    column="profession",
    windows=(90, 365),
    says=counts(
        sv=("yrkesgrupp träffad", "olika yrkesgrupper träffade"),
        en=("profession met", "different professions met"),
    ),
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
    says=amount(
        sv=("Kontinuitet (Bice–Boxerman)", "Kontinuitetsindex {n} av 1 {window}"),
        en=("Continuity (Bice–Boxerman)", "Continuity index {n} of 1 {window}"),
    ),
    source="doi 10.1097/00005650-197704000-00010",
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
    days_listed,
    new_listings,
)
