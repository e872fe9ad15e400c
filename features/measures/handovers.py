"""Handovers between principals, and gaps where one of them did not take over.

The region answers for hospitals and vårdcentraler, the municipality for care at home. The
tables hold contacts that took place: contacts that were missed cannot be told from them.
"""

from features.measures.admissions import stays, unplanned
from features.measures.base import Domain
from features.measures.kinds import Near
from features.measures.wording import counts
from features.rows import contacts, municipal_care

follow_up = contacts.where(setting="primary")

discharges_without_follow_up = Near(
    name="discharges_without_follow_up",
    domain=Domain.COORDINATION,
    of=stays,
    ended=True,
    other=follow_up,
    first=0,
    last=14,
    without=True,
    windows=(90, 365),
    says=counts(
        sv=(
            "utskrivning utan kontakt med primärvården inom 14 dagar",
            "utskrivningar utan kontakt med primärvården inom 14 dagar",
        ),
        en=(
            "discharge without contact with primary care within 14 days",
            "discharges without contact with primary care within 14 days",
        ),
        comma=True,
    ),
    source="doi 10.1002/jhm.666",
    unverified="the limit of 14 days is ours; four weeks in the study",
)
admissions_without_primary_contact = Near(
    name="admissions_without_primary_contact",
    domain=Domain.COORDINATION,
    of=unplanned,
    other=follow_up,
    first=-30,
    last=-1,
    without=True,
    windows=(365,),
    says=counts(
        sv=(
            "oplanerad inläggning utan kontakt med primärvården månaden före",
            "oplanerade inläggningar utan kontakt med primärvården månaden före",
        ),
        en=(
            "unplanned admission without contact with primary care the month before",
            "unplanned admissions without contact with primary care the month before",
        ),
        comma=True,
    ),
)
discharges_to_municipal_care = Near(
    name="discharges_to_municipal_care",
    domain=Domain.COORDINATION,
    of=stays,
    ended=True,
    other=municipal_care,
    lasting=True,
    first=0,
    last=14,
    windows=(365,),
    says=counts(
        sv=("utskrivning till kommunal vård", "utskrivningar till kommunal vård"),
        en=("discharge to municipal care", "discharges to municipal care"),
    ),
)
municipal_care_after_discharge = Near(
    name="municipal_care_after_discharge",
    domain=Domain.COORDINATION,
    of=municipal_care,
    other=stays,
    other_ended=True,
    first=-30,
    last=0,
    windows=(365,),
    says=counts(
        sv=(
            "ny kommunal insats inom en månad efter utskrivning",
            "nya kommunala insatser inom en månad efter utskrivning",
        ),
        en=(
            "new municipal care decision within a month of a discharge",
            "new municipal care decisions within a month of a discharge",
        ),
        comma=True,
    ),
)
admissions_from_municipal_care = Near(
    name="admissions_from_municipal_care",
    domain=Domain.COORDINATION,
    of=unplanned,
    other=municipal_care,
    lasting=True,
    first=-1,
    last=-1,
    windows=(365,),
    says=counts(
        sv=(
            "oplanerad inläggning från kommunal vård",
            "oplanerade inläggningar från kommunal vård",
        ),
        en=("unplanned admission from municipal care", "unplanned admissions from municipal care"),
    ),
)

MEASURES = (
    discharges_without_follow_up,
    admissions_without_primary_contact,
    discharges_to_municipal_care,
    municipal_care_after_discharge,
    admissions_from_municipal_care,
)
