"""The team's page: who is in it, ending with a reason, and what a list is expected to find."""

import pytest

from features.swedish_time import local_today
from serving.desk import Desk
from serving.expectation import expected, probabilities_of
from serving.register import Kind
from tests.serving.conftest import EAST, Client, new_run
from tests.serving.web.visiting import LIST, decide, log_in, send

TEAM = f"{LIST}/team"


@pytest.fixture
def visitor(client: Client) -> Client:
    return log_in(client)


def test_enrolled_waiting_and_free(visitor: Client, desk: Desk) -> None:
    assert "Ingen är inskriven i teamet" in visitor.get(TEAM).text
    desk.register.add(new_run(capacity=1))
    decide(visitor)
    decide(visitor, "P2")
    html = visitor.get(TEAM).text
    assert "<dt>Lediga platser</dt><dd>0</dd>" in html
    assert "<dt>Inskrivna</dt><dd>1</dd>" in html
    assert "<dt>Väntar på plats</dt><dd>1</dd>" in html
    assert "Samordnare" in html


def test_ending_with_a_reason_gives_the_place_back(visitor: Client, desk: Desk) -> None:
    decide(visitor)
    enrolment = desk.register.enrolments.of_person("P1")[0]
    path = f"{TEAM}/{enrolment.id}/end"
    none = send(visitor, path, page=TEAM, on=local_today().isoformat(), reason="")
    assert none.status_code == 400
    assert "Ange dag och skäl" in none.text
    other = send(visitor, path, page=TEAM, on=local_today().isoformat(), reason="other")
    assert other.status_code == 400
    ended = send(visitor, path, page=TEAM, on=local_today().isoformat(), reason="goals_met")
    assert (ended.status_code, ended.headers["location"]) == (303, TEAM)
    assert desk.register.decisions.of_person("P1")[-1].kind is Kind.END
    assert "Målen är uppnådda" in visitor.get("/people/P1").text
    assert "<dt>Inskrivna</dt><dd>0</dd>" in visitor.get(TEAM).text
    again = send(visitor, path, page=LIST, on=local_today().isoformat(), reason="goals_met")
    assert again.status_code == 400


def test_an_enrolment_of_another_unit_is_not_there(visitor: Client) -> None:
    assert send(visitor, f"{TEAM}/999/end", page=LIST, on="2026-11-20").status_code == 404


def test_expected_is_the_sum_of_the_probabilities() -> None:
    found = expected([0.5, 0.3], [0.2, 0.1], 2)
    assert (found.found, found.missed, found.beyond) == pytest.approx((0.8, 0.3, 0))
    assert found.share == pytest.approx(0.4)
    more = expected([0.5, 0.3], [0.2, 0.1], 3)
    assert (more.found, more.missed, more.beyond) == pytest.approx((1.0, 0.1, 1))
    assert expected([0.5], [], 10).places == 1
    assert expected([], [], 10).share == 0


def test_all_of_the_unit_count_and_nobody_else(desk: Desk) -> None:
    on_list, others = probabilities_of(desk, desk.run(), EAST)
    assert (on_list, others) == ([0.31, 0.18], [0.02])


def test_the_slider_works_as_a_form(visitor: Client) -> None:
    html = visitor.get(f"{TEAM}?places=1").text
    assert "Med 1 plats: ungefär 0,3 hittas (31 % av listan), ungefär 0,2 missas." in html
    assert "Tio platser till väntas hitta ungefär 0,2 till." in html
    assert visitor.get(f"{TEAM}?places=0").status_code == 400
    assert visitor.get(f"{TEAM}?places=many").status_code == 400
