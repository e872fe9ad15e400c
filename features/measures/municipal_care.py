"""Care and help that the municipality gives, at home or in residential care."""

import numpy as np

from features.measures.base import Domain
from features.measures.kinds import ActiveNow, ActiveSum, DaysIn, DaysSince, Derived, Use
from features.measures.wording import amount, days_of, days_since, yes_no
from features.rows import municipal_care

health_care = municipal_care.where(kind="home_health_care")
help_at_home = municipal_care.where(kind="home_help")
short_term = municipal_care.where(kind="short_term")

home_health_care_now = ActiveNow(
    name="home_health_care_now",
    domain=Domain.MUNICIPAL_CARE,
    of=health_care,
    says=yes_no(
        sv=("Hemsjukvård", "Inskriven i hemsjukvård", "Inte inskriven i hemsjukvård"),
        en=("Home health care", "Has home health care", "No home health care"),
    ),
)
home_help_now = ActiveNow(
    name="home_help_now",
    domain=Domain.MUNICIPAL_CARE,
    of=help_at_home,
    says=yes_no(
        sv=("Hemtjänst", "Har hemtjänst", "Ingen hemtjänst"),
        en=("Home help", "Has home help", "No home help"),
    ),
)
home_help_hours_now = ActiveSum(
    name="home_help_hours_now",
    domain=Domain.MUNICIPAL_CARE,
    of=help_at_home,
    column="hours_per_month",
    unit="hours/month",
    says=amount(
        sv=("Hemtjänsttimmar", "Hemtjänst {n} timmar i månaden"),
        en=("Hours of home help", "Home help {n} hours a month"),
    ),
)
residential_care_now = ActiveNow(
    name="residential_care_now",
    domain=Domain.MUNICIPAL_CARE,
    of=municipal_care.where(kind="residential"),
    says=yes_no(
        sv=("Särskilt boende", "Bor i särskilt boende", "Bor inte i särskilt boende"),
        en=("Residential care", "Lives in residential care", "Does not live in residential care"),
    ),
)
short_term_care_now = ActiveNow(
    name="short_term_care_now",
    domain=Domain.MUNICIPAL_CARE,
    of=short_term,
    says=yes_no(
        sv=("Korttidsboende", "På korttidsboende nu", "Inte på korttidsboende nu"),
        en=("Short-term care", "In short-term care now", "Not in short-term care now"),
    ),
)
safety_alarm_now = ActiveNow(
    name="safety_alarm_now",
    domain=Domain.MUNICIPAL_CARE,
    of=municipal_care.where(kind="alarm"),
    says=yes_no(
        sv=("Trygghetslarm", "Har trygghetslarm", "Inget trygghetslarm"),
        en=("Safety alarm", "Has a safety alarm", "No safety alarm"),
    ),
)
short_term_care_days = DaysIn(
    name="short_term_care_days",
    domain=Domain.MUNICIPAL_CARE,
    of=short_term,
    windows=(90, 365),
    unit="days",
    says=days_of(sv="på korttidsboende", en="in short-term care"),
)
home_health_care_days = DaysIn(
    name="home_health_care_days",
    domain=Domain.MUNICIPAL_CARE,
    of=health_care,
    windows=(365,),
    unit="days",
    says=days_of(sv="med hemsjukvård", en="with home health care"),
)
home_help_amount = DaysIn(
    name="home_help_amount",
    domain=Domain.MUNICIPAL_CARE,
    of=help_at_home,
    weight="hours_per_month",
    as_share=True,
    windows=(90, 365),
    unit="hours/month",
    says=amount(
        sv=("Hemtjänst i genomsnitt", "Hemtjänst i genomsnitt {n} timmar i månaden {window}"),
        en=("Home help on average", "Home help on average {n} hours a month {window}"),
    ),
)


def _above_average(inputs: list[np.ndarray]) -> np.ndarray:
    now, average = inputs
    return now - average


home_help_rise = Derived(
    name="home_help_rise",
    domain=Domain.MUNICIPAL_CARE,
    inputs=(Use(home_help_hours_now), Use(home_help_amount, 365)),
    combine=_above_average,
    unit="hours/month",
    says=amount(
        sv=(
            "Förändrad hemtjänst",
            "Hemtjänst nu jämfört med senaste årets genomsnitt: {n} timmar i månaden",
        ),
        en=(
            "Change in home help",
            "Home help now against the last year's average: {n} hours a month",
        ),
    ),
)
days_since_municipal_care_began = DaysSince(
    name="days_since_municipal_care_began",
    domain=Domain.MUNICIPAL_CARE,
    of=municipal_care,
    unit="days",
    says=days_since(
        sv="senaste nya kommunala insats",
        en="the latest new municipal care",
        never=(
            "Ingen ny kommunal insats senaste 2 åren",
            "No new municipal care in the last 2 years",
        ),
    ),
)

MEASURES = (
    home_health_care_now,
    home_help_now,
    home_help_hours_now,
    residential_care_now,
    short_term_care_now,
    safety_alarm_now,
    short_term_care_days,
    home_health_care_days,
    home_help_amount,
    home_help_rise,
    days_since_municipal_care_began,
)
