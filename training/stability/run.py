"""How stable the champion's lists and reasons are: judged, told and kept beside its report."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from features.errors import SettingsError
from features.home import Home
from features.progress import Track, silently
from features.store import Extract, ExtractStore
from models.targets import PRIMARY
from training.judgement.judged import without_nan
from training.stability.agreement import TOP, Agreement
from training.stability.present import Present, newest_monday
from training.stability.seeds import BAR, AcrossSeeds, across_seeds
from training.stability.weeks import AcrossWeeks, across_weeks

FILE = "stability.json"
SEEDS = 3
WEEKS = 4


@dataclass(frozen=True)
class Stability:
    """``seeds`` and ``weeks``: None where not asked for."""

    model_version: str
    extract_id: str
    seeds: AcrossSeeds | None
    weeks: AcrossWeeks | None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON: enums by name in lower case, dates as text, what is undefined as null."""
        plain: dict[str, Any] = without_nan(
            json.loads(json.dumps(_named(asdict(self)), default=str))
        )
        return plain | {"bar": BAR, "top": TOP}


def _named(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key.name.lower() if isinstance(key, Enum) else key: _named(item)
            for key, item in value.items()
        }
    return [_named(item) for item in value] if isinstance(value, (list, tuple)) else value


def stability(
    home: Home, seeds: int = SEEDS, weeks: int = WEEKS, track: Track = silently
) -> Stability:
    """Judges the champion on the extract it was trained from. Registers and writes nothing.

    ``seeds``: models compared, the champion among them; 1: none. ``weeks``: changes from week
    to week up to the newest; 0: none. Raises ``SettingsError``, ``ExtractMissing``,
    ``ModelMissing`` and ``ModelMismatch``.
    """
    from models.registry import Registry

    for name, value, least in (("--seeds", seeds, 1), ("--weeks", weeks, 0)):
        if value < least:
            raise SettingsError(f"must be at least {least}", where=name, do="Give a whole number.")
    if seeds == 1 and not weeks:
        raise SettingsError("nothing to compare", do="Give --seeds 2 or more, or --weeks.")
    extract = ExtractStore(home).current()
    champion = Registry(home).champion()
    model = champion.model
    model.require(extract.manifest.coverage)
    if seeds > 1 and model.info["extract_id"] != extract.id:
        raise SettingsError(
            "the champion was trained on another extract than the current one",
            where="--seeds",
            do="Train on this one first, or give --seeds 1 to compare weeks alone.",
        )
    target = PRIMARY if PRIMARY in model.targets else model.targets[0]
    monday = newest_monday(extract.manifest.data_through)
    return Stability(
        champion.version,
        extract.id,
        across_seeds(extract, model, target, _today(extract, monday), monday, seeds, track)
        if seeds > 1
        else None,
        across_weeks(extract, model, target, monday, weeks, track) if weeks else None,
    )


def _today(extract: Extract, monday: date) -> Present:
    coverage = extract.manifest.coverage
    return Present.together(
        Present.at(extract.read(number), coverage, monday) for number in extract.partitions
    )


def write(found: Stability, home: Home) -> Path:
    """``FILE`` beside the champion's report, and its figures in that report (report.html, if
    there is one that can hold them); returns where the file is."""
    folder = home.reports / f"model-{found.model_version}"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found.as_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")
    _tell(found, folder / "report.html")
    return folder / FILE


def _tell(found: Stability, report: Path) -> None:
    from training.report.page import with_section
    from training.report.sections.stability import section_of

    if not report.exists():
        return
    page = report.read_text(encoding="utf-8")
    try:
        told = with_section(page, section_of(found.as_dict()))
    except ValueError:  # made by an earlier version: the file beside it says the same
        return
    part = report.with_suffix(".part")
    part.write_text(told, encoding="utf-8")
    part.replace(report)


def as_text(found: Stability) -> str:
    """Both comparisons as tables: nobody in them."""
    lines = []
    if found.seeds is not None:
        lines += _seeds_text(found.seeds)
    if found.weeks is not None:
        lines += [""] * bool(lines) + _weeks_text(found.weeks)
    return "\n".join(lines)


_ROWS = (
    (f"top {TOP} reasons shared, by measure", "measures", "{:.3f}"),
    (f"top {TOP} reasons shared, by the eight headings", "headings", "{:.3f}"),
    ("share of a list that is on the other", "kept", "{:.3f}"),
    ("on both lists, of all on either (Jaccard)", "jaccard", "{:.3f}"),
    ("rank correlation of everybody's scores", "spearman", "{:.4f}"),
    ("mean difference in probability, on a list", "moved", "{:.4f}"),
)


def _seeds_text(seeds: AcrossSeeds) -> list[str]:
    head = f"{seeds.target}, lists of {seeds.index_date}: {seeds.listed:,} people, "
    lines = [head + f"{seeds.models} models of each kind, the champion among them"]
    lines.append(" " * 44 + "".join(f"{changed.value:>28}" for changed in seeds.agreements))
    for label, name, form in _ROWS:
        values = [form.format(getattr(found, name)) for found in seeds.agreements.values()]
        lines.append(f"{label:<44}" + "".join(f"{value:>28}" for value in values))
    lines += [_verdict(found, changed.value) for changed, found in seeds.agreements.items()]
    return lines


def _verdict(found: Agreement, changed: str) -> str:
    met = "meets" if found.measures >= BAR else "falls short of"
    return f"Top {TOP} reasons by measure, {changed}: {found.measures:.3f} {met} {BAR}."


def _weeks_text(weeks: AcrossWeeks) -> list[str]:
    lines = [f"{weeks.target}, one model from week to week", f"{'Monday':<12}{'on lists':>10}"]
    lines[-1] += f"{'of last week, still there':>28}"
    for week in weeks.weeks:
        lines.append(f"{week.monday.isoformat():<12}{week.listed:>10,}{week.kept:>28.1%}")
    lines.append(f"{weeks.changes:,} came or left in all. Because of:")
    for cause, share in weeks.causes.items():
        lines.append(
            f"  {cause.value:<46}{'hidden (few)' if share is None else f'{share:.1%}':>14}"
        )
    lines.append("Mean change of the log-odds of those on either list:")
    for cause, step in weeks.steps.items():
        lines.append(f"  {cause.value:<46}{step:>14.3f}")
    return lines
