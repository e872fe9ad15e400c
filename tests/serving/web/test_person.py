"""A person's page: decided there too, what to look at, two years at a glance, the score in time."""

import re
from datetime import date, timedelta

import pytest

from serving.api.answers import TimelineEvent, Words
from serving.attention import LOOKS, to_look_at
from serving.desk import Desk
from serving.few_people import FewPeople
from serving.register import Kind
from serving.register.register import PastScore
from serving.web import people
from serving.web.strip import DAYS, strip
from serving.web.trend import trend
from tests.serving.conftest import Client, tables_of
from tests.serving.web.visiting import HTMX, LIST, decide, log_in, send

UNTIL = date(2026, 11, 16)


@pytest.fixture
def visitor(client: Client) -> Client:
    return log_in(client)


def test_deciding_on_the_persons_own_page(visitor: Client, desk: Desk) -> None:
    answer = decide(visitor, "P3", at="person")  # of the unit, but not on the list
    assert (answer.status_code, answer.headers["location"]) == (303, "/people/P3")
    html = visitor.get("/people/P3").text
    assert "Inskriven, modell B" in html
    made = desk.register.decisions.of_person("P3")[-1]
    undone = send(visitor, f"{LIST}/decisions/{made.id}/undo", at="person")
    assert undone.headers["location"] == "/people/P3"
    html = visitor.get("/people/P3").text
    assert "Beslutet är ångrat" in html  # in the history; nothing stands
    assert [d.kind for d in desk.register.decisions.of_person("P3")] == [Kind.ENROL, Kind.UNDO]


def test_a_decision_that_cannot_be_saved_keeps_its_words_there_too(visitor: Client) -> None:
    answer = decide(visitor, "P1", at="person", kind="decline", reason="other", note="")
    assert answer.status_code == 400
    assert "Skriv skälet i anteckningen." in answer.text
    assert "<h1>P1" in answer.text


def test_reasons_of_other_risks_come_when_asked_for(visitor: Client) -> None:
    page = visitor.get("/people/P1").text
    link = re.search(r'href="(/people/P1/reasons/unplanned_365\?week=[\w-]+)"', page)
    assert link is not None
    assert page.count("Område för område") == 1
    whole = visitor.get(link[1]).text
    assert "<h1>P1" in whole
    part = visitor.get(link[1], headers=HTMX).text
    assert "<html" not in part
    assert "Område för område" in part
    assert visitor.get("/people/P1/reasons/death_365").status_code == 404


def test_the_score_over_the_weeks_is_a_line_and_a_table(visitor: Client) -> None:
    html = visitor.get("/people/P1").text
    assert "Risken vecka för vecka" in html
    assert "<polyline points=" in html


def test_a_new_model_version_breaks_the_line() -> None:
    weeks = [
        PastScore("2026-W45", date(2026, 11, 2), 0.2, "1"),
        PastScore("2026-W46", date(2026, 11, 9), 0.3, "1"),
        PastScore("2026-W47", UNTIL, 0.1, "2"),
    ]
    drawn = trend(weeks)
    assert drawn is not None
    assert len(drawn.lines) == 2
    assert drawn.weeks[0].week == "2026-W47"
    assert trend(weeks[:1]) is None


def event(kind: str, on: date, end: date | None = None) -> TimelineEvent:
    return TimelineEvent(date=on, end=end, kind=kind, words=Words(sv="", en=""))


def test_the_strip_shows_two_years_to_scale() -> None:
    drawn = strip(
        [
            event("emergency", UNTIL - timedelta(days=1)),
            event("admission", UNTIL - timedelta(days=100), UNTIL - timedelta(days=90)),
            event("municipal", date(2020, 1, 1)),  # goes on
            event("primary", UNTIL - timedelta(days=DAYS + 1)),  # too long ago
        ],
        UNTIL,
    )
    lanes = {lane.kind: lane for lane in drawn.lanes}
    assert set(lanes) == {"emergency", "admission", "municipal"}
    assert (lanes["admission"].marks[0].x, lanes["admission"].marks[0].width) == (DAYS - 100, 10)
    assert (lanes["municipal"].marks[0].x, lanes["municipal"].marks[0].width) == (0, DAYS)
    for lane in drawn.lanes:
        assert all(m.x >= 0 and m.x + m.width <= DAYS for m in lane.marks)
    assert (drawn.ticks[0], drawn.ticks[-1]) == (UNTIL - timedelta(days=DAYS), UNTIL)


NOTHING = {feature: 0.0 for look in LOOKS for feature in look.of} | {
    "primary_continuity_index_730d": 1.0
}


@pytest.mark.parametrize(
    ("values", "looks"),
    [
        ({}, []),
        ({"substances_120d": 5}, ["medication_review"]),
        ({"substances_120d": 4}, []),
        ({"substances_120d": 9, "medication_review_365d": 1}, []),
        ({"home_help_now": 1, "outpatient_contacts_365d": 1}, ["sip_health"]),
        ({"home_help_now": 1, "outpatient_contacts_365d": 1, "sip_730d": 1}, []),
        ({"falls_365d": 1, "fall_risk_medicines_120d": 2}, ["falls"]),
        ({"falls_365d": 1}, []),
        ({"discharges_without_follow_up_90d": 1}, ["follow_up"]),
        ({"primary_continuity_index_730d": 0.2, "outpatient_contacts_365d": 6}, ["continuity"]),
        ({"substances_120d": 9, "medication_review_365d": float("nan")}, []),  # not known
    ],
)
def test_what_to_look_at(values: dict[str, float], looks: list[str]) -> None:
    found = to_look_at({**NOTHING, **values})
    assert [f.look.name for f in found] == looks
    for one in found:
        assert len(one.values) == len(one.look.of)


def test_every_rule_says_what_and_by_whom_in_both_languages() -> None:
    for look in LOOKS:
        for words in (look.says, look.source):
            assert words.sv
            assert words.en
    assert to_look_at({}) == []


def test_records_are_read_once_for_a_while() -> None:
    read: list[str] = []

    def reading(extract: str, person: str) -> dict:
        read.append(person)
        return tables_of(extract, person)

    few = FewPeople(reading)
    for person in ("P1", "P1", "P2", "P1"):
        few.get(("x", person))
    assert read == ["P1", "P2"]


def test_older_years_are_asked_for(
    visitor: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "SHOWN_EVENTS", 2)
    html = visitor.get("/people/P1").text
    link = re.search(r'href="(/people/P1/years/2026\?week=[\w-]+)"', html)
    assert link is not None
    assert "(3 uppgifter)" in html
    assert html.count("<time") < 2 + 3
    part = visitor.get(link[1], headers=HTMX).text  # what the page has not shown yet
    assert "<html" not in part
    assert part.count('<li class="') == 3
    whole = visitor.get(link[1]).text
    assert "<h1>P1" in whole
    assert whole.count('<ol class="timeline">') == 1
    assert whole.count("Hemsjukvård") == 1
    assert "Oplanerad inläggning" in whole
    assert visitor.get("/people/P1/years/2019").status_code == 404
    assert visitor.get("/people/P9/years/2026").status_code == 404
    assert [a.what for a in desk.register.access.of_person("P1")][-3:].count("timeline") == 3
