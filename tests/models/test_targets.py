import pytest

from features.errors import SettingsError
from features.tables import Coverage
from models.targets import PRIMARY, TARGETS, available_targets, chosen_targets

FULL = Coverage(
    frozenset({"persons", "contacts", "diagnoses"}),
    frozenset({"icd10se"}),
    frozenset({"inpatient", "primary"}),
    urgency=True,
)
CLAIMS = Coverage(
    frozenset({"persons", "contacts", "diagnoses"}),
    frozenset({"icd9cm"}),
    frozenset({"inpatient"}),
    urgency=False,
)


def test_the_primary_target_comes_first() -> None:
    assert next(iter(TARGETS)) == PRIMARY == "avoidable_365"
    assert len(TARGETS) == 7


def test_a_source_without_urgency_tells_admissions_and_death_only() -> None:
    assert [t.name for t in available_targets(CLAIMS)] == [
        "admission_365",
        "admission_30",
        "death_365",
    ]
    assert [t.name for t in available_targets(FULL)] == list(TARGETS)


def test_no_names_means_all_and_order_is_that_of_the_declaration() -> None:
    assert chosen_targets((), CLAIMS) == available_targets(CLAIMS)
    chosen = chosen_targets(("death_365", "avoidable_90"), FULL)
    assert [t.name for t in chosen] == ["avoidable_90", "death_365"]


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="Known targets: avoidable_365, avoidable_90"):
        chosen_targets(("avoidable",), FULL)


def test_a_target_that_the_source_cannot_tell_is_refused() -> None:
    with pytest.raises(SettingsError, match="can tell: admission_365, admission_30, death_365"):
        chosen_targets(("unplanned_30",), CLAIMS)
