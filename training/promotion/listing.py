"""Every registered version in a line: what ``framsynt models`` prints."""

from __future__ import annotations

from collections.abc import Mapping

from features.errors import ModelMissing
from features.home import Home
from models.registry import CHAMPION, FORCED, ROLLED_BACK, Change, Registry, Version
from training.promotion.decision import WAITING

COLUMNS = ("version", "registered (UTC)", "alias", "target", "AUROC", "AP", "decision")


def listing(home: Home) -> str:
    """A table, newest first, and below it why a version waits, was forced or was rolled back.

    Figures are those of its own test. Raises ``ModelMissing`` where nothing has been trained.
    """
    registry = Registry(home)
    versions = registry.versions()
    if not versions:
        raise ModelMissing("no model has been trained yet", do="Run: framsynt train")
    left = {change.before: change for change in registry.changes()}
    decided = [(version, _decision(version, left.get(version.version))) for version in versions]
    rows = [COLUMNS, *(_row(version, decision) for version, decision in decided)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    why = [line for version, of in decided for line in _why(version, of, left)]
    return "\n".join([*lines, *(["", *why] if why else [])])


def _decision(version: Version, left: Change | None) -> str:
    """``left``: how it last ceased to be champion."""
    if left is not None and left.kind == ROLLED_BACK and CHAMPION not in version.aliases:
        return ROLLED_BACK
    return version.tags.get("decision", "-")


def _row(version: Version, decision: str) -> tuple[str, ...]:
    target = version.params.get("primary", "")
    return (
        version.version,
        f"{version.registered_at:%Y-%m-%d %H:%M}",
        ", ".join(version.aliases) or "-",
        target or "-",
        _figure(version, f"{target}.auroc"),
        _figure(version, f"{target}.average_precision"),
        decision,
    )


def _figure(version: Version, name: str) -> str:
    return f"{version.metrics[name]:.3f}" if name in version.metrics else "-"


def _why(version: Version, decision: str, left: Mapping[str, Change]) -> list[str]:
    if decision == ROLLED_BACK:
        change = left[version.version]
        said = f"Version {version.version} was rolled back to version {change.after}."
        return [said, *_given(change.reason)]
    if decision in (WAITING, FORCED):
        return [version.tags["decision_says"], *_given(version.tags.get("reason", ""))]
    return []


def _given(reason: str) -> list[str]:
    return [f"  Reason given: {reason}"] if reason else []
