"""Coordination: plans, reviews and teams around the person (KVÅ, enrolments)."""

import numpy as np

from features.codelists import KVA
from features.measures.base import Domain
from features.measures.demography import age
from features.measures.kinds import ActiveNow, DaysIn, DaysSince, Derived, HasGroup, Use
from features.measures.medicines import substances
from features.measures.wording import days_of, days_since, done, yes_no
from features.rows import enrolments, procedures


def _done(
    group: str, windows: tuple[int, ...], has_been: tuple[str, str] = ("gjord", "done")
) -> HasGroup:
    return HasGroup(
        name=group,
        domain=Domain.COORDINATION,
        of=procedures,
        codelist=KVA,
        group=group,
        windows=windows,
        says=done(sv=KVA.label(group, "sv"), en=KVA.label(group, "en"), has_been=has_been),
        source="KVÅ 2020",
    )


_IT = ("gjort", "done")
_RECORDED = ("registrerad", "recorded")

sip = _done("sip", (365, 730))
care_plan = _done("care_plan", (730,))
medication_review = _done("medication_review", (365,))
medication_review_in_depth = _done("medication_review_in_depth", (730,))
end_of_life_talk = _done("end_of_life_talk", (365,), _IT)
palliative_care = _done("palliative_care", (365,), _RECORDED)
team_visit = _done("team_visit", (365,), _IT)
pressure_ulcer_prevention = _done("pressure_ulcer_prevention", (365,))
cognitive_screening = _done("cognitive_screening", (730,), _IT)
telemonitoring = _done("telemonitoring", (365,), _RECORDED)

days_since_medication_review = DaysSince(
    name="days_since_medication_review",
    domain=Domain.COORDINATION,
    of=procedures.coded(KVA, "medication_review"),
    unit="days",
    says=days_since(
        sv="läkemedelsgenomgång",
        en="a medication review",
        never=(
            "Ingen läkemedelsgenomgång senaste 2 åren",
            "No medication review in the last 2 years",
        ),
    ),
    source="KVÅ 2020",
)


def _without_review(inputs: list[np.ndarray]) -> np.ndarray:
    years, medicines, review = inputs
    return (years >= 75) & (medicines >= 5) & (review == 0)


medication_review_missing = Derived(
    name="medication_review_missing",
    domain=Domain.COORDINATION,
    inputs=(Use(age), Use(substances, 120), Use(medication_review, 365)),
    combine=_without_review,
    says=yes_no(
        sv=(
            "Läkemedelsgenomgång saknas",
            "75 år eller äldre med minst fem läkemedel, utan läkemedelsgenomgång senaste året",
            "Läkemedelsgenomgång gjord senaste året, eller krävs inte",
        ),
        en=(
            "Medication review missing",
            "75 or older with five medicines or more, without a medication review in the last year",
            "Medication review done in the last year, or not required",
        ),
    ),
    source="HSLF-FS 2017:37",
)
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
days_enrolled = DaysIn(
    name="days_enrolled",
    domain=Domain.COORDINATION,
    of=enrolments,
    windows=(365,),
    unit="days",
    says=days_of(sv="inskriven i mobilt team", en="enrolled in a mobile team"),
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
    cognitive_screening,
    telemonitoring,
    days_since_medication_review,
    medication_review_missing,
    days_since_sip,
    enrolled_now,
    days_enrolled,
)
