"""In the user's own unit: lists of so many places, whom they found and missed."""

from __future__ import annotations

from models.targets import TARGETS
from training.judgement.capacity import CapacityJudgement, UnitList
from training.report.blocks import Section, Table
from training.report.run import Run
from training.report.words import percent, told

TITLE = "Lists in each care unit"
HIDDEN = "hidden"


def section(run: Run) -> Section:
    judged = {found.target: found for found in run.judgement.capacity}
    own = judged.get(run.target)
    if own is None or own.why:
        why = f" It cannot be judged: {own.why}." if own else ""
        return Section(
            "units", TITLE, absent=f"Needs to know who is listed at which care unit.{why}"
        )
    return Section(
        "units",
        TITLE,
        f"As a team has it: {own.places} places a care unit a week, which is {own.judged_places} "
        "among the people judged here. How many of a list will have the outcome is said "
        "beforehand, with an interval; what was found is beside it. Where 7 or fewer would be "
        "told, numbers are hidden.",
        (
            Table(
                "All units together",
                (
                    "Target",
                    "Lists",
                    "On them",
                    "Expected",
                    "Found",
                    "PPV",
                    "Sensitivity",
                    "Units inside",
                ),
                [_row(found) for found in judged.values() if not found.why],
                note="Units inside: the share of units of which the number found lies in the 95% "
                "interval stated beforehand; 90% or more is right.",
            ),
            _units(run, own, f"Unit by unit: {TARGETS[run.target].label_en}"),
        ),
    )


def _row(found: CapacityJudgement) -> tuple[str, ...]:
    return (
        TARGETS[found.target].label_en,
        f"{found.lists:,}",
        f"{found.listed:,}",
        f"{found.expected:,.0f}",
        f"{found.found:,.0f}",
        told(found.figures["ppv"], "ppv"),
        told(found.figures["sensitivity"], "sensitivity"),
        "-" if found.inside is None else percent(found.inside),
    )


def _units(run: Run, own: CapacityJudgement, caption: str) -> Table:
    rows = [_unit(run, unit) for unit in own.units]
    if all(unit.found is None for unit in own.units):
        caption += "; what was found is hidden in every unit, 7 or fewer"
        return Table(caption, ("Care unit", "On list", "Expected"), [row[:3] for row in rows])
    head = ("Care unit", "On list", "Expected", "Found", "Missed", "PPV", "Sensitivity")
    return Table(caption, head, rows)


def _unit(run: Run, unit: UnitList) -> tuple[str, ...]:
    return (
        run.names.group("care_unit", unit.unit),
        f"{unit.listed:,}",
        f"{unit.expected:.1f} ({unit.low} to {unit.high})",
        HIDDEN if unit.found is None else f"{unit.found:,}",
        HIDDEN if unit.missed is None else f"{unit.missed:,}",
        "" if unit.ppv is None else told(unit.ppv, "ppv"),
        "" if unit.sensitivity is None else told(unit.sensitivity, "sensitivity"),
    )
