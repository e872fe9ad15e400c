"""Every choice of a training run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from features.errors import SettingsError
from models.targets import TARGETS
from training.boosters import BoosterSettings
from training.enrolled import Enrolled

N = TypeVar("N", int, float)


@dataclass(frozen=True)
class TrainSettings:
    """Every choice of a training run and its default; nowhere else is there one.

    ``targets``: names, empty for all that the extract can tell. ``index_dates`` and
    ``test_index_dates``: empty for the latest that the extract allows. ``list_share``: the
    share of people on the list that PPV, sensitivity and missed are judged at.
    ``resamples``: of the bootstrap. ``folds``: parts of the development people that take
    turns in stopping and calibrating. ``enrolled``: what becomes of the outcomes of people in
    a mobile team (``training.enrolled.Enrolled``). ``tune_trials`` and ``tune_minutes``: how
    long better booster settings are looked for (``training.tune``); 0: no limit, and not at all
    where both are. Raises ``SettingsError``.
    """

    targets: tuple[str, ...] = ()
    index_dates: tuple[date, ...] = ()
    test_index_dates: tuple[date, ...] = ()
    seed: int = 20261115
    test_share: float = 1 / 3
    folds: int = 3
    enrolled: str = Enrolled.CENSOR.value
    list_share: float = 0.05
    resamples: int = 200
    tune_trials: int = 0
    tune_minutes: float = 0.0
    boosters: BoosterSettings = field(default_factory=BoosterSettings)

    def __post_init__(self) -> None:
        for name in self.targets:
            if name not in TARGETS:
                raise SettingsError(
                    f"unknown target '{name}'", do=f"Known targets: {', '.join(TARGETS)}."
                )
        if self.enrolled not in set(Enrolled):
            raise SettingsError(
                f"unknown choice for people in a team: '{self.enrolled}'",
                do=f"Known choices: {', '.join(Enrolled)}.",
            )
        for name, low, high in (
            ("test_share", 0.05, 0.95),
            ("list_share", 0.0001, 1.0),
            ("folds", 2, 20),
            ("resamples", 0, 10_000),
            ("tune_trials", 0, 10_000),
            ("tune_minutes", 0, 10_000),
            ("seed", 0, 2**31 - 1),
        ):
            if not low <= getattr(self, name) <= high:
                raise SettingsError(f"{name} must lie between {low} and {high}")

    @property
    def is_tuned(self) -> bool:
        return self.tune_trials > 0 or self.tune_minutes > 0

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON, dates in ISO form."""
        plain = asdict(self)
        for name in ("index_dates", "test_index_dates"):
            plain[name] = [day.isoformat() for day in plain[name]]
        return plain | {"targets": list(self.targets)}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> TrainSettings:
        """What ``as_dict`` wrote."""
        dates = {
            name: tuple(date.fromisoformat(day) for day in document[name])
            for name in ("index_dates", "test_index_dates")
        }
        boosters = BoosterSettings(**document["boosters"])
        return cls(
            **{**document, **dates, "targets": tuple(document["targets"]), "boosters": boosters}
        )


def settings_from(
    *,
    targets: tuple[str, ...] = (),
    index_dates: tuple[date, ...] = (),
    test_index_dates: tuple[date, ...] = (),
    enrolled: str = "",
    monotone: str = "",
    tune_trials: str = "",
    tune_minutes: str = "",
) -> TrainSettings:
    """Settings from the texts of a command line; what is empty is as by default."""
    given = TrainSettings(targets, index_dates, test_index_dates)
    if enrolled:
        given = replace(given, enrolled=enrolled)
    if monotone:
        held = {"yes": True, "no": False}.get(monotone)
        if held is None:
            raise SettingsError("neither yes nor no", where="--monotone", do="Write yes or no.")
        given = replace(given, boosters=replace(given.boosters, monotone=held))
    if tune_trials:
        given = replace(given, tune_trials=number_of(int, tune_trials, "--tune-trials"))
    if tune_minutes:
        given = replace(given, tune_minutes=number_of(float, tune_minutes, "--tune-minutes"))
    return given


def number_of(kind: Callable[[str], N], text: str, option: str) -> N:
    """What is written on a command line as a number. Raises ``SettingsError``."""
    try:
        return kind(text)
    except ValueError:
        raise SettingsError("not a number", where=option, do="Write it as 20.") from None
