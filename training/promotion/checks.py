"""What the gate looks at, one thing a check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from models.baselines import read_baselines
from models.registry import StoredModel
from training.judgement.groups import UNKNOWN, groupings_of
from training.judgement.intervals import Drawn, Figure
from training.judgement.metrics import METRICS, Sample
from training.promotion.cost import megabytes, milliseconds
from training.promotion.decision import Check
from training.promotion.ground import Ground
from training.promotion.margins import Floors, Margins
from training.promotion.power import people_needed

HIGHER = ("auroc", "average_precision", "net_benefit")
"""Metrics of which more is better; of ``ici`` less is."""
GROUPINGS = ("sex", "age", "deprivation")
BASELINE = "age_sex"


def above_floors(challenger: StoredModel, ground: Ground, floors: Floors) -> Iterator[Check]:
    """Better than age and sex, and calibrated at all. Where the source does not know age or
    sex there is no such baseline, and only calibration is looked at."""
    ranking = ("auroc", "average_precision")
    limits = {
        "observed_expected": floors.observed_expected,
        "calibration_slope": floors.calibration_slope,
    }
    own = ground.judge(ground.scores(challenger.model), (*ranking, *limits))
    baseline = read_baselines(challenger.folder).get(ground.target, {}).get(BASELINE)
    if baseline is not None:
        plain = ground.judge(baseline.predict(ground.cohort.matrix), ranking)
        for name in ranking:
            gap, label = own.less(plain, name), _in_a_sentence(METRICS[name].label)
            says = f"{label} {own.values[name]:.3f}, age and sex alone {plain.values[name]:.3f}"
            yield _check(name, gap.value > 0, says, own, plain, gap=gap)
    for name, (low, high) in limits.items():
        value, label = own.values[name], _in_a_sentence(METRICS[name].label)
        says = f"{label} {value:.2f} (must lie between {low:g} and {high:g})"
        yield Check(name, bool(low <= value <= high), says, value)


def has_all_targets(challenger: StoredModel, champion: StoredModel) -> Check:
    """The service and the lists would miss a target that is gone."""
    lost = [name for name in champion.model.targets if name not in challenger.model.targets]
    says = f"it has every target of version {champion.version}"
    if lost:
        says = f"it lacks targets that version {champion.version} has ({', '.join(lost)})"
    return Check("targets", not lost, says)


def no_worse_overall(
    ground: Ground, own: np.ndarray, theirs: np.ndarray, version: str, margins: Margins
) -> Iterator[Check]:
    """Ranking, calibration and the gain of a list, each within its margin for sure."""
    # One exchange rate for both: the risk at the edge of the champion's list.
    edge = float(Sample.of(ground.event, theirs, ground.weight, ground.list_share).edge[0])
    names = (*HIGHER, "ici")
    ours, champions = (ground.judge(p, names, threshold=edge) for p in (own, theirs))
    for name in names:
        gap, margin = ours.less(champions, name), float(getattr(margins, name))
        passed = gap.low > -margin if name in HIGHER else gap.high < margin
        needs = people_needed(gap, margin, ground.people)
        # More people would not have shown it either where these are enough, or where the
        # difference itself is beyond the margin.
        loss = -gap.value if name in HIGHER else gap.value
        unshown = not passed and loss < margin and needs > ground.people
        says = _difference(name, gap, version, margin, needs if unshown else np.nan)
        check = _check(name, bool(passed), says, ours, champions, gap=gap, margin=margin)
        yield replace(check, needs=needs) if unshown else check


def no_worse_in_groups(
    ground: Ground, own: np.ndarray, theirs: np.ndarray, version: str, margins: Margins
) -> Iterator[Check]:
    """Ranking and calibration in the large, in every group with outcomes enough."""
    metrics = ("auroc", "observed_expected")
    groups = groupings_of(ground.cohort.matrix, ground.cohort.about)
    for (grouping, group), rows in groups.members.items():
        events = int(ground.event[rows].sum())
        enough = min(events, int(rows.sum()) - events) >= margins.group_events
        if grouping not in GROUPINGS or group == UNKNOWN or not enough:
            continue
        ours, champions = (ground.judge(p, metrics, rows=rows) for p in (own, theirs))
        of = f"{grouping} {group}"

        gap, margin = ours.less(champions, "auroc"), margins.group_auroc
        says = f"AUROC {_apart(gap.value, 3, version)} (margin {margin:g})"
        passed = bool(gap.value > -margin)
        yield _check("auroc", passed, says, ours, champions, gap=gap, margin=margin, of=of)

        ratio, before = (d.values["observed_expected"] for d in (ours, champions))
        grown, margin = abs(np.log(ratio)) - abs(np.log(before)), margins.group_calibration
        says = f"O/E {ratio:.2f}, version {version}'s {before:.2f} (|ln O/E|: margin {margin:g})"
        passed = bool(grown < margin)
        yield _check("observed_expected", passed, says, ours, champions, margin=margin, of=of)


def no_dearer(
    challenger: StoredModel, champion: StoredModel, ground: Ground, margins: Margins
) -> Iterator[Check]:
    """Time for one person, and room on disk."""
    models = [challenger.model, champion.model]
    own, theirs = milliseconds(models, ground.cohort.matrix.iloc[:1], ground.target)
    yield Check(
        "latency_ms",
        own <= max(margins.slower * theirs, theirs + margins.slower_ms),
        f"{own:.1f} ms to score and explain one person, version {champion.version} takes "
        f"{theirs:.1f} ms (at most {margins.slower:g} times as long)",
        own,
        theirs,
        margin=margins.slower,
    )
    own, theirs = megabytes(challenger.folder), megabytes(champion.folder)
    yield Check(
        "size_mb",
        own <= max(margins.larger * theirs, theirs + margins.larger_mb),
        f"{own:.1f} MB to store, version {champion.version} takes {theirs:.1f} MB "
        f"(at most {margins.larger:g} times as much)",
        own,
        theirs,
        margin=margins.larger,
    )


def _check(
    name: str,
    passed: bool,
    says: str,
    own: Drawn,
    theirs: Drawn,
    *,
    gap: Figure | None = None,
    margin: float = np.nan,
    of: str = "",
) -> Check:
    low, high = (gap.low, gap.high) if gap else (np.nan, np.nan)
    full = f"{of.replace(' ', '.', 1).replace(' ', '_')}.{name}" if of else name
    figures = own.values[name], theirs.values[name]
    return Check(full, passed, says, *figures, low, high, margin, of)


def _difference(name: str, gap: Figure, version: str, margin: float, needs: float) -> str:
    label, digits = _in_a_sentence(METRICS[name].label), METRICS[name].decimals
    worst, loss = (gap.low, -gap.value) if name in HIGHER else (gap.high, gap.value)
    if not np.isfinite(worst):
        return f"{label} cannot be compared with version {version}'s"
    far = _apart(gap.value, digits, version)
    if np.isfinite(needs):
        far += f", needs about {needs:,.0f} people"
    elif loss < margin <= abs(worst):
        beyond = "lower" if name in HIGHER else "higher"
        far += f", and {abs(worst):.{digits}f} {beyond} cannot be ruled out"
    return f"{label} {far} (margin {margin:g})"


def _apart(difference: float, digits: int, version: str) -> str:
    if round(difference, digits) == 0:
        return f"as version {version}'s"
    way = "higher" if difference > 0 else "lower"
    return f"{abs(difference):.{digits}f} {way} than version {version}'s"


def _in_a_sentence(label: str) -> str:
    return label if label[:2].isupper() else label[0].lower() + label[1:]
