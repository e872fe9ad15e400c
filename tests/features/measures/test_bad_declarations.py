"""What cannot be shown or read is refused when it is declared, by name."""

from types import ModuleType, SimpleNamespace
from typing import cast

import pytest

from features.codelists import CHRONIC_GROUPS
from features.measures import TOPICS, Phrase, Wording, declared_in
from features.measures.base import WINDOWS_IN_WORDS, Domain, Measure, span
from features.measures.kinds import (
    CodeScore,
    Count,
    DaysIn,
    DaysSince,
    GroupCount,
    HasGroup,
    Latest,
    Near,
    Switches,
    Together,
    Use,
)
from features.measures.wording import counts
from features.rows import admissions, contacts, diagnoses, dispensings, observations

SAID = counts(sv=("besök", "besök"), en=("visit", "visits"))
SHARED = {"domain": Domain.PRIMARY_CARE, "says": SAID}


@pytest.mark.parametrize("part", ["label", "one", "none"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_wording(part: str, language: str) -> None:
    whole = {"label": "Besök", "one": "1 besök", "none": "Inga besök"}
    phrases = {
        "sv": Phrase(**whole),
        "en": Phrase(**whole),
        language: Phrase(**{**whole, part: " "}),
    }
    with pytest.raises(ValueError, match=f"measure 'visits': .*'{language}'.*'{part}'"):
        Count(
            name="visits",
            domain=Domain.PRIMARY_CARE,
            of=contacts,
            windows=(30,),
            says=Wording(**phrases),
        )


def test_wording_left_out() -> None:
    with pytest.raises(ValueError, match="measure 'visits': has no wording"):
        Count(name="visits", domain=Domain.PRIMARY_CARE, of=contacts, windows=(30,), says=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="says"):
        Count(name="visits", domain=Domain.PRIMARY_CARE, of=contacts, windows=(30,))  # type: ignore[call-arg]


def test_a_blank_that_nothing_fills() -> None:
    phrase = Phrase("Besök", "1 besök {period}", "Inga besök")
    with pytest.raises(ValueError, match=r"measure 'visits': .* unknown blank '\{period\}'"):
        Count(
            name="visits",
            domain=Domain.PRIMARY_CARE,
            of=contacts,
            windows=(30,),
            says=Wording(phrase, phrase),
        )


@pytest.mark.parametrize("unit", ["", " "])
def test_no_unit_where_the_kind_needs_one(unit: str) -> None:
    made = {**SHARED, "name": "thing", "unit": unit}
    with pytest.raises(ValueError, match="measure 'thing': has no unit; DaysSince needs one"):
        DaysSince(of=admissions, **made)
    with pytest.raises(ValueError, match="measure 'thing': has no unit; DaysIn needs one"):
        DaysIn(of=admissions, windows=(30,), **made)
    with pytest.raises(ValueError, match="measure 'thing': has no unit; Latest needs one"):
        Latest(of=observations, windows=(365,), **made)
    with pytest.raises(ValueError, match="measure 'thing': has no unit; CodeScore needs one"):
        CodeScore(of=diagnoses, codelist=CHRONIC_GROUPS, windows=(365,), **made)


@pytest.mark.parametrize("name", ["", "Visits", "1visit", "visits-30", "besök"])
def test_a_name_that_is_no_name(name: str) -> None:
    with pytest.raises(ValueError, match="the name must be lower-case letters"):
        Count(name=name, of=contacts, windows=(30,), **SHARED)


def test_an_unknown_window() -> None:
    with pytest.raises(ValueError, match=r"measure 'visits': .* a window of 31 days"):
        Count(name="visits", of=contacts, windows=(30, 31), **SHARED)
    with pytest.raises(ValueError, match="measure 'visits': windows must rise"):
        Count(name="visits", of=contacts, windows=(90, 30), **SHARED)
    with pytest.raises(ValueError, match="measure 'visits': has no window; Count needs one"):
        Count(name="visits", of=contacts, **SHARED)
    visits = Count(name="visits", of=contacts, windows=(30,), **SHARED)
    with pytest.raises(ValueError, match="visits has no window 90"):
        Use(visits, 90)


def test_every_known_window_has_words() -> None:
    for days in WINDOWS_IN_WORDS:
        assert span(days, "sv").startswith("senaste")
        assert span(days, "en").startswith("in the last")


def test_an_unknown_group_or_column() -> None:
    listed = {**SHARED, "name": "thing", "of": diagnoses, "codelist": CHRONIC_GROUPS}
    with pytest.raises(ValueError, match="no group 'nothing'"):
        HasGroup(group="nothing", windows=(365,), **listed)
    with pytest.raises(ValueError, match=r"measure 'thing': .* no group 'nothing'"):
        GroupCount(among=("copd", "nothing"), windows=(365,), **listed)
    with pytest.raises(ValueError, match=r"measure 'thing': .* no group 'nothing'"):
        Together(parts=(("copd",), ("nothing",)), windows=(365,), **listed)
    with pytest.raises(ValueError, match="measure 'thing': 'atc' of dispensings has no fixed set"):
        Switches(name="thing", of=dispensings, column="atc", windows=(365,), **SHARED)
    with pytest.raises(ValueError, match="measure 'thing': 'first' must not be later"):
        Near(name="thing", of=contacts, other=contacts, first=2, last=1, windows=(365,), **SHARED)


def _topic(name: str, *measures: Measure) -> ModuleType:
    return cast(ModuleType, SimpleNamespace(__name__=name, MEASURES=measures))


def test_two_measures_of_one_name() -> None:
    one = Count(name="visits", of=contacts, windows=(30,), **SHARED)
    two = Count(name="visits", of=admissions, windows=(90,), **SHARED)
    with pytest.raises(ValueError, match="two measures give the name 'visits': in one and in two"):
        declared_in([_topic("one", one), _topic("two", two)])


def test_a_measure_named_as_another_over_a_window() -> None:
    one = Count(name="visits", of=contacts, windows=(30,), **SHARED)
    two = DaysSince(name="visits_30d", of=contacts, unit="days", **SHARED)
    with pytest.raises(ValueError, match="two measures give the name 'visits_30d'"):
        declared_in([_topic("one", one, two)])


def test_the_shipped_topics_are_sound() -> None:
    assert len(declared_in(TOPICS)) == sum(len(topic.MEASURES) for topic in TOPICS)
