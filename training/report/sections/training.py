"""How the model was made: settings, trees, calibration, what is served."""

from __future__ import annotations

from typing import Any

from models.targets import TARGETS
from training.enrolled import Enrolled
from training.report.blocks import Section, Table, Text
from training.report.run import Run
from training.report.words import ENROLLED

_SETTINGS = {
    "learning_rate": "Learning rate",
    "num_leaves": "Leaves a tree",
    "min_data_in_leaf": "Rows in a leaf, at least",
    "feature_fraction": "Features tried a tree",
    "bagging_fraction": "Rows drawn a tree",
    "lambda_l2": "Ridge penalty",
    "extra_trees": "Thresholds drawn by lot",
    "max_bin": "Bins a feature",
    "rounds": "Trees, at most",
    "patience": "Rounds without gain before stopping",
    "monotone": "Held to declared directions",
}


def section(run: Run) -> Section:
    info, model = run.model.info, run.model
    targets = Table(
        "A booster for each target, calibrated on the log-odds of left-out people",
        ("Target", "Outcomes learnt from", "Trees of its own", "Slope", "Intercept"),
        [
            (
                TARGETS[name].label_en,
                f"{info['training_events'][name]:,}",
                f"{info['rounds'][name]:,}",
                f"{model.calibrations[name].slope:.3f}",
                f"{model.calibrations[name].intercept:.3f}",
            )
            for name in model.targets
        ],
    )
    settings = Table(
        "Settings of the boosters",
        ("Setting", "Value"),
        [
            (said, _value(info["boosters"][name]))
            for name, said in _SETTINGS.items()
            if name in info["boosters"]
        ],
    )
    return Section(
        "training",
        "How it was made",
        "LightGBM, one booster a target; rare targets begin with the trees of a more frequent one. "
        "Stored as text and JSON, never as a program. docs/method.md says the whole method.",
        (
            targets,
            settings,
            *_tuning(info.get("tuning")),
            *_directions(info.get("monotone")),
            Text(
                [
                    f"Seed {info['split']['seed']}, {info['split']['folds']} folds, code lists "
                    f"{info['codelist_version']}. {ENROLLED[Enrolled(info['enrolled'])]} "
                    f"{_in_team(info.get('in_team'))}",
                    "Everything that made this model is logged with its run in MLflow. Whether it "
                    "serves is decided after this page was written: promotion.json.",
                ]
            ),
        ),
    )


def _value(setting: float | bool) -> str:
    if isinstance(setting, bool):
        return "yes" if setting else "no"
    return f"{setting:g}"


def _tuning(found: dict[str, Any] | None) -> list[Table]:
    """What a search for settings came to; nothing where none was made."""
    if not found:
        return []
    rows = [
        ("Trials", f"{found['trials']:,}, of which {found['given_up']:,} were given up early"),
        ("Log loss before", f"{found['loss_before']:.5f}"),
        ("Log loss of the best", f"{found['loss_best']:.5f}"),
        *((_SETTINGS.get(name, name), _value(value)) for name, value in found["values"].items()),
    ]
    caption = f"Search for settings, on development people, for {TARGETS[found['target']].label_en}"
    return [Table(caption, ("", "Found"), rows, words=frozenset({0, 1}))]


def _directions(found: dict[str, Any] | None) -> list[Table]:
    """What holding to the declared directions cost; nothing where it was not held."""
    if not found:
        return []
    caption = (
        f"{found['held_features']:,} features held to their declared directions, and what that "
        f"cost, out of fold, for {TARGETS[found['target']].label_en}"
    )
    rows = [
        (said, *(f"{found[kind][name]:.5f}" for kind in ("held", "free")))
        for name, said in (
            ("log_loss", "Log loss"),
            ("auroc", "AUROC"),
            ("average_precision", "Average precision"),
        )
    ]
    return [Table(caption, ("", "Held", "Free"), rows)]


def _in_team(found: dict[str, Any] | None) -> str:
    if not found:
        return ""
    already, joined = (
        "7 or fewer" if count is None else f"{count:,}"
        for count in (found["already"], found["joined"])
    )
    return f"Of the rows learnt from, {already} were in a team at the index date, {joined} joined."
