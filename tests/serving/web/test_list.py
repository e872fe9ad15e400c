"""A unit's list: filters, search, and decisions that are never lost."""

from datetime import timedelta

import pytest

from features.swedish_time import local_today
from serving.desk import Desk
from serving.register import Kind
from serving.review import Sort, Wanted, chosen, rows_of
from serving.web.words import Speech
from tests.serving.conftest import EAST, WEST, Client, entry, new_run
from tests.serving.web.visiting import LIST, decide, log_in, send

SV = Speech("sv")


@pytest.fixture
def visitor(client: Client) -> Client:
    return log_in(client)


def kinds(desk: Desk, person: str = "P1") -> list[Kind]:
    return [d.kind for d in desk.register.decisions.of_person(person)]


def test_enrolling_fills_a_place_and_is_seen_on_the_list(visitor: Client, desk: Desk) -> None:
    assert "<strong>20 lediga platser</strong>" in visitor.get(LIST).text
    answer = decide(visitor)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}#r1")
    html = visitor.get(LIST).text
    assert f"Inskriven, modell B, från {SV.day(local_today())}" in html
    assert "<strong>19 lediga platser</strong>" in html
    assert "1 kvar att ta ställning till" in html
    assert kinds(desk) == [Kind.ENROL]


def test_a_place_in_the_list_is_kept_and_nobody_stands_in_an_address(visitor: Client) -> None:
    answer = decide(visitor, query="?group=multimorbid&sort=age")
    assert answer.headers["location"] == f"{LIST}?group=multimorbid&sort=age#r1"
    assert "P1" not in answer.headers["location"]


def test_deferring_and_declining(visitor: Client, desk: Desk) -> None:
    until = local_today() + timedelta(weeks=4)
    decide(visitor, kind="defer", until=until.isoformat())
    decide(visitor, "P2", kind="decline", reason="declined_by_person")
    html = visitor.get(LIST).text
    assert f"Uppskjuten till {SV.day(until)}" in html
    assert "Avböjd: Tackar nej" in html
    other = decide(visitor, follows=1, kind="defer", until="other", until_other="2027-02-01")
    assert other.status_code == 303
    assert "Uppskjuten till 1 februari 2027" in visitor.get(LIST).text
    assert kinds(desk) == [Kind.DEFER, Kind.DEFER]


def test_undo_within_the_day(visitor: Client, desk: Desk) -> None:
    decide(visitor, kind="decline", reason="palliative")
    made = desk.register.decisions.of_person("P1")[-1]
    answer = send(visitor, f"{LIST}/decisions/{made.id}/undo")
    assert answer.headers["location"] == f"{LIST}#r1"
    html = visitor.get(LIST).text
    assert "Palliativ vård pågår</p>" not in html
    assert "2 kvar att ta ställning till" in html
    assert kinds(desk) == [Kind.DECLINE, Kind.UNDO]


def test_with_htmx_only_the_row_and_the_places_come_back(visitor: Client) -> None:
    html = decide(visitor, htmx=True).text
    assert html.lstrip().startswith('<li id="r1"')
    assert 'id="places" class="places" hx-swap-oob="true"' in html
    assert "19 lediga platser" in html
    assert "<html" not in html
    assert 'id="r2"' not in html


@pytest.mark.parametrize("htmx", [False, True])
def test_of_two_who_decide_at_once_the_second_sees_the_first_and_keeps_her_words(
    visitor: Client, desk: Desk, htmx: bool
) -> None:
    decide(visitor)  # the first
    late = decide(visitor, kind="decline", reason="other", note="Bor hos sin dotter", htmx=htmx)
    assert late.status_code == 409
    assert "Någon hann före: Inskriven, modell B" in late.text
    assert "Samordnare" in late.text
    assert 'value="Bor hos sin dotter"' in late.text
    assert '<input type="radio" name="kind" value="decline" checked>' in late.text
    assert kinds(desk) == [Kind.ENROL]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"mobile_model": ""}, "Välj modell A, B eller C."),
        ({"start": "i morgon"}, "Ange från vilket datum."),
        ({"start": "1999-01-01"}, "Det gick inte att spara valet."),
        ({"kind": "defer", "until": "2020-01-01"}, "Ange ett datum längre fram."),
        ({"kind": "defer", "until": "other"}, "Ange ett datum längre fram."),
        ({"kind": "decline", "reason": "because"}, "Välj ett skäl."),
        ({"kind": "decline", "reason": "other"}, "Skriv skälet i anteckningen."),
    ],
)
def test_what_is_missing_is_said_and_the_rest_kept(
    visitor: Client, desk: Desk, form: dict[str, str], said: str
) -> None:
    note = {} if form.get("reason") == "other" else {"note": "ring först"}
    answer = decide(visitor, **form, **note)
    assert answer.status_code == 400
    assert said in answer.text
    assert 'value="ring först"' in answer.text or not note
    assert kinds(desk) == []


def test_beyond_the_last_place_is_a_waiting_list(visitor: Client, desk: Desk) -> None:
    desk.register.add(new_run(capacity=1))
    assert decide(visitor).status_code == 303
    assert "Ingen plats är ledig" in visitor.get(LIST).text
    decide(visitor, "P2")
    html = visitor.get(LIST).text
    assert "På väntelistan, modell B" in html
    assert "1 väntar på plats" in html
    assert "<strong>0 lediga platser</strong>" in html


def test_what_was_decided_last_week_is_still_said(visitor: Client, desk: Desk) -> None:
    # Decided on the list of week 46: on the one of week 47 the person is there to decide on.
    decide(visitor, query="?week=2026-W46", kind="decline", reason="declined_by_person")
    html = visitor.get(LIST).text
    assert "Vecka 46: Avböjd: Tackar nej" in html
    assert "2 kvar att ta ställning till" in html


def test_an_older_list_is_for_reading(visitor: Client) -> None:
    html = visitor.get(f"{LIST}?week=2026-W46").text
    assert "Du tittar på en äldre lista" in html
    assert "Ta ställning" not in html


def test_a_unit_decides_about_its_own_people_only(visitor: Client, desk: Desk) -> None:
    # P4 is listed at the other unit; a form sent to this unit's address changes nothing.
    answer = decide(visitor, "P4", htmx=True)
    assert answer.status_code in (403, 404)
    assert kinds(desk, "P4") == []


def test_search_is_a_form_and_leaves_no_pseudonym_in_an_address(visitor: Client) -> None:
    html = send(visitor, f"{LIST}/search", q="p2").text
    assert 'id="r2"' in html
    assert 'id="r1"' not in html
    assert "Sökning på ”p2”" in html
    beyond = send(visitor, f"{LIST}/search", q="P3")  # of the unit, not on the list
    assert beyond.headers["location"] == "/people/P3?week=2026-W47"
    elsewhere = send(visitor, f"{LIST}/search", q="P4")  # of another unit: no more than a miss
    assert "Ingen på listan stämmer" in elsewhere.text
    assert 'method="post"' in visitor.get(LIST).text.split('role="search"')[0].rsplit("<form", 1)[1]


def test_filters_and_orders(desk: Desk) -> None:
    listed = [
        {**entry(1, "P1", EAST, ["still"], 0.4), "age": 70, "mobile_model": "A"},
        {**entry(2, "P2", EAST, ["new"], 0.3), "age": 91, "target_groups": ["multimorbid"]},
        {**entry(3, "P3", EAST, ["still", "risen"], 0.2), "age": None, "mobile_model": None},
    ]
    desk.register.add(new_run(entries=listed, model_version="4"))
    run = desk.run()
    rows = rows_of(desk.register, run, desk.weekly_list(run, EAST).entries)

    def people(**wanted: object) -> list[str]:
        return [r.entry.person_id for r in chosen(rows, Wanted(**wanted))]  # type: ignore[arg-type]

    assert people() == ["P1", "P2", "P3"]
    assert people(group="frail_elderly") == ["P1", "P3"]
    assert people(model="A") == ["P1"]
    assert people(only="new") == ["P2"]
    assert people(person="p3") == ["P3"]
    assert people(sort=Sort.NEW) == ["P2", "P3", "P1"]
    assert people(sort=Sort.AGE) == ["P2", "P1", "P3"]
    assert people(model="C") == []


def test_filters_come_from_the_address(visitor: Client) -> None:
    html = visitor.get(f"{LIST}?only=new").text
    assert 'id="r2"' in html
    assert 'id="r1"' not in html
    assert "1 av 2 visas" in html
    assert visitor.get(f"{LIST}?model=B&group=frail_elderly&only=open&sort=new").status_code == 200
    assert visitor.get(f"{LIST}?model=Z").status_code == 400


def test_somebody_with_two_decisions_open_elsewhere_is_not_enrolled_twice(
    visitor: Client, desk: Desk
) -> None:
    decide(visitor)
    again = decide(visitor, follows=desk.register.decisions.latest_id("P1"))
    assert again.status_code == 400
    assert "redan inskriven i ett mobilt team" in again.text
    assert kinds(desk) == [Kind.ENROL]


def test_an_empty_unit_has_a_page_too(visitor: Client) -> None:
    html = visitor.get(f"/care-units/{WEST}").text
    assert "uppfyller någon målgrupps villkor" in html
