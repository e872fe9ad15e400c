"""The timeline shows what was known at the index date, and nothing later."""

from datetime import date

from features.tables import Tables
from serving.api.answers import Timeline, TimelineEvent
from serving.telling import Live
from serving.told import timeline
from tests.serving.conftest import MONDAY, tables_of


def timeline_of(person_id: str, tables: Tables, index_date: date) -> Timeline:
    live = Live(tables, index_date)
    return timeline(person_id, index_date, live.events, {}, shortened=live.shortened)


def codes(event: TimelineEvent) -> list[str]:
    return [d.code for d in event.details]


TIMELINE = timeline_of("P1", tables_of("any", "P1"), MONDAY)


def test_newest_first_with_what_was_recorded() -> None:
    assert [(e.date.isoformat(), e.kind, e.words.sv, codes(e)) for e in TIMELINE.events] == [
        ("2026-11-02", "admission", "Oplanerad inläggning", ["I50.9", "E11.9"]),
        ("2026-10-01", "medicines", "Läkemedel uthämtade i månaden", ["B01AF02", "C03CA01"]),
        ("2026-06-30", "primary", "Primärvård, hembesök", []),
        ("2026-02-01", "municipal", "Hemtjänst, 42 timmar i månaden", []),
        ("2026-01-01", "municipal", "Hemsjukvård", []),
    ]


def test_an_end_that_lies_ahead_is_not_shown() -> None:
    home_help = next(e for e in TIMELINE.events if e.words.sv.startswith("Hemtjänst"))
    assert home_help.end is None


def test_what_is_recorded_later_is_not_shown() -> None:
    # the emergency visit of 14 November was recorded on the 20th
    assert all(e.kind != "emergency" for e in TIMELINE.events)
    earlier = timeline_of("P1", tables_of("any", "P1"), date(2026, 7, 1))
    assert {e.kind for e in earlier.events} == {"primary", "municipal"}


def test_a_source_without_a_table_gives_a_shorter_timeline() -> None:
    tables = tables_of("any", "P1")
    assert timeline_of("P1", {"persons": tables["persons"]}, MONDAY).events == []


def test_codes_are_named_where_the_code_lists_tell() -> None:
    named = {d.code: d.words.sv for e in TIMELINE.events for d in e.details if d.words}
    assert named["I50.9"] == "Hjärtsvikt"
    assert named["C03CA01"] == "Loopdiuretika"


def test_a_months_dispensings_are_one_event() -> None:
    tables = tables_of("any", "P1")
    months = [e for e in TIMELINE.events if e.kind == "medicines"]
    assert len(tables["dispensings"]) > len(months) == 1
