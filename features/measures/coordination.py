"""Coordination: plans, reviews and teams around the person (KVÅ, enrolments)."""

from features.codelists import KVA
from features.measures.base import Domain
from features.measures.kinds import ActiveNow, DaysSince, HasGroup
from features.measures.wording import days_since, done, yes_no
from features.rows import enrolments, procedures


def _done(group: str, windows: tuple[int, ...]) -> HasGroup:
    return HasGroup(
        name=group,
        domain=Domain.COORDINATION,
        of=procedures,
        codelist=KVA,
        group=group,
        windows=windows,
        says=done(sv=KVA.label(group, "sv"), en=KVA.label(group, "en")),
        source="KVÅ 2020",
    )


sip = _done("sip", (365, 730))
care_plan = _done("care_plan", (730,))
medication_review = _done("medication_review", (365,))
medication_review_in_depth = _done("medication_review_in_depth", (730,))
end_of_life_talk = _done("end_of_life_talk", (365,))
palliative_care = _done("palliative_care", (365,))
team_visit = _done("team_visit", (365,))
pressure_ulcer_prevention = _done("pressure_ulcer_prevention", (365,))

days_since_sip = DaysSince(
    name="days_since_sip",
    domain=Domain.COORDINATION,
    of=procedures.coded(KVA, "sip"),
    unit="days",
    says=days_since(
        sv="samordnad individuell plan (SIP)",
        en="a coordinated individual plan (SIP)",
        never=(
            "Ingen samordnad individuell plan (SIP) senaste 2 åren",
            "No coordinated individual plan (SIP) in the last 2 years",
        ),
    ),
)
enrolled_now = ActiveNow(
    name="enrolled_now",
    domain=Domain.COORDINATION,
    of=enrolments,
    says=yes_no(
        sv=("Inskriven i mobilt team", "Inskriven i mobilt team", "Inte inskriven i mobilt team"),
        en=("Enrolled in a mobile team", "Enrolled in a mobile team", "Not in a mobile team"),
    ),
)

MEASURES = (
    sip,
    care_plan,
    medication_review,
    medication_review_in_depth,
    end_of_life_talk,
    palliative_care,
    team_visit,
    pressure_ulcer_prevention,
    days_since_sip,
    enrolled_now,
)
