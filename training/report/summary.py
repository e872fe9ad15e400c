"""What the Swedish page says, as numbers in Swedish: for a head of unit, without jargon."""

from __future__ import annotations

from dataclasses import dataclass

from models.population import TARGET_GROUPS
from models.targets import TARGETS
from training.judgement.intervals import Figure
from training.judgement.judged import MODEL, TargetJudgement
from training.judgement.remarks import GROUP_OFF
from training.judgement.versus import SIMPLER
from training.report.run import Run

NBSP = "\N{NO-BREAK SPACE}"
MONTHS = "januari februari mars april maj juni juli augusti september oktober november december"
RULE = "vgr_criteria"


@dataclass(frozen=True)
class Hundred:
    """So many of a hundred, with the interval in words."""

    of_hundred: int
    interval: str


@dataclass(frozen=True)
class Fair:
    """Groups whose risks are far too high, or far too low, beyond their intervals; of so many
    that could be judged, while others were too ``small``."""

    high: list[str]
    low: list[str]
    judged: int
    small: int


@dataclass(frozen=True)
class Summary:
    """Ready to be read out by the template. ``rule``: the same list made by the region's
    criteria, None where they are not known. ``off``: "" where risks are not surely too high or
    too low; ``unsure``: whether the interval is too wide to say that they are right.
    ``fair``: None where groups were not judged. ``simpler``: whether a simpler model does as
    well at the list."""

    outcome: str
    simulated: bool
    held_out: bool
    judged: str
    days: str
    rate: Hundred
    list_share: str
    on_list: Hundred
    found: Hundred
    missed: str
    rule: tuple[Hundred, Hundred] | None
    ratio: str
    ratio_interval: str
    off: str
    unsure: bool
    groups: str
    fair: Fair | None
    simpler: bool
    remarks: int


def summary_of(run: Run) -> Summary:
    judged = run.judged
    own = judged.models[MODEL]
    ratio = own["observed_expected"]
    rule = judged.models.get(RULE)
    return Summary(
        outcome=TARGETS[judged.target].label_sv,
        simulated=run.simulated,
        held_out=run.judgement.held_out_people,
        judged=count(judged.people),
        days=" och ".join(
            f"{d.day} {MONTHS.split()[d.month - 1]} {d.year}" for d in run.judgement.index_dates
        ),
        rate=_rate(judged),
        list_share=percent(run.judgement.list_share),
        on_list=hundred(own["ppv"]),
        found=hundred(own["sensitivity"]),
        missed=str(100 - hundred(own["sensitivity"]).of_hundred),
        rule=(hundred(rule["ppv"]), hundred(rule["sensitivity"])) if rule else None,
        ratio=decimal(ratio.value),
        ratio_interval=f"{decimal(ratio.low)}–{decimal(ratio.high)}",
        off=_off(ratio),
        unsure=not 1 / GROUP_OFF <= ratio.low <= ratio.high <= GROUP_OFF,
        groups=_listed([group.label_sv.lower() for group in TARGET_GROUPS.values()]),
        fair=_fair(run),
        simpler=_simpler(run),
        remarks=len(run.judgement.remarks),
    )


def _rate(judged: TargetJudgement) -> Hundred:
    share = judged.events / judged.people
    return Hundred(max(int(100 * share + 0.5), 1), "")


def _off(ratio: Figure) -> str:
    if not ratio.excludes(1.0):
        return ""
    return "för höga" if ratio.value < 1 else "för låga"


_GROUPS = {
    ("sex", "female"): "kvinnor",
    ("sex", "male"): "män",
    ("age", "under 65"): "personer under 65 år",
    ("age", "65-74"): "personer 65–74 år",
    ("age", "75-84"): "personer 75–84 år",
    ("age", "85 and over"): "personer 85 år och äldre",
    **{
        ("deprivation", f"quintile {n}"): f"områden i socioekonomisk femtedel {n} av 5"
        for n in range(1, 6)
    },
}
"""Groups that the Swedish page names; 5 is the most deprived fifth."""


def _fair(run: Run) -> Fair | None:
    high: list[str] = []
    low: list[str] = []
    judged = small = 0
    for of in run.judgement.groups:
        for group in of.groups:
            named = _GROUPS.get((of.grouping, group.group))
            ratio = group.figures.get("observed_expected")
            if of.target != run.target or named is None:
                continue
            if ratio is None:
                small += 1
                continue
            judged += 1
            if ratio.low > GROUP_OFF or ratio.high < 1 / GROUP_OFF:
                (high if ratio.value < 1 else low).append(named)
    return Fair(high, low, judged, small) if judged else None


def _listed(words: list[str]) -> str:
    """ "a, b och c"."""
    return " och ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _simpler(run: Run) -> bool:
    return any(
        found.target == run.target
        and found.against == SIMPLER
        and not found.differences["net_benefit"].low > 0
        for found in run.judgement.versus
    )


def hundred(figure: Figure) -> Hundred:
    """A share as people of a hundred, and its interval."""
    low, high = (int(100 * end + 0.5) for end in (figure.low, figure.high))
    return Hundred(int(100 * figure.value + 0.5), f"{low}–{high}")


def count(number: int) -> str:
    return f"{number:,}".replace(",", NBSP)


def percent(share: float) -> str:
    return f"{100 * share:g}".replace(".", ",") + f"{NBSP}%"


def decimal(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")
