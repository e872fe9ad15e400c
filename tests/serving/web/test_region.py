"""The region and administration: groups and not people, and who has seen whom."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from serving import deciding
from serving.deciding import Choice
from serving.desk import Desk
from serving.region import AGES, SEXES, UNITS, overview, people_of, with_groups
from serving.register import Kind
from serving.security.who import Principal, Role
from tests.serving.conftest import Client
from tests.serving.web.visiting import decide, log_in, send


def people(**groups: tuple[int, int]) -> pd.DataFrame:
    """So many people of each unit, of whom so many are listed."""
    rows = []
    for unit, (scored, listed) in groups.items():
        rows += [(unit, n < listed) for n in range(scored)]
    found = pd.DataFrame(rows, columns=[UNITS, "listed"])
    return found.assign(enrolled=False)


def test_small_counts_are_hidden_and_so_is_what_would_give_them_away() -> None:
    groups = {g.name: g for g in overview(people(a=(100, 20), b=(90, 20), c=(80, 5))).groups[UNITS]}
    assert groups["c"].listed is None  # 5
    assert [groups["a"].listed, groups["b"].listed].count(None) == 1  # else: total minus both
    assert [g.scored for g in groups.values()] == [100, 90, 80]
    assert groups["c"].per_thousand(groups["c"].listed) is None


def test_a_unit_with_few_people_is_not_counted_at_all() -> None:
    groups = {g.name: g for g in overview(people(a=(100, 20), b=(90, 20), c=(6, 0))).groups[UNITS]}
    assert groups["c"].scored is None
    assert [groups["a"].scored, groups["b"].scored].count(None) == 1


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    found = overview(people(a=(1000, 20), b=(500, 20)).assign(enrolled=lambda p: p["listed"]))
    assert [g.per_thousand(g.listed) for g in found.groups[UNITS]] == [20.0, 40.0]
    assert found.everybody.listed == 40


def test_age_bands_and_what_is_not_known(desk: Desk) -> None:
    persons = pd.DataFrame(
        {
            "person_id": ["P1", "P2", "P3"],
            "birth_date": pd.to_datetime(["1944-03-01", "2020-01-01", None]),
            "sex": ["female", "male", "unknown"],
            "municipality": ["1480", None, "1480"],
        }
    )
    people = people_of(desk.register, desk.run(), None)
    found = with_groups(people, persons, desk.run().index_date).set_index("person_id")
    assert found[AGES].to_dict() == {"P1": "75–84", "P2": "0–17", "P3": "", "P4": ""}
    assert found[SEXES]["P4"] == ""
    assert found["listed"].to_dict() == {"P1": True, "P2": True, "P3": False, "P4": False}
    assert np.all(~found["enrolled"])


def test_somebody_enrolled_since_is_counted_at_once(desk: Desk) -> None:
    run = desk.run()
    assert not people_of(desk.register, run, None)["enrolled"].any()
    coordinator = Principal("c", "C", frozenset({Role.COORDINATOR}))
    choice = Choice(Kind.ENROL, mobile_model="B", start=run.index_date)
    deciding.decide(desk.register, coordinator, run, "P1", choice)
    found = people_of(desk.register, run, None).set_index("person_id")
    assert found["enrolled"].to_dict() == {"P1": True, "P2": False, "P3": False, "P4": False}


def test_the_analyst_sees_groups_and_nobody(client: Client, desk: Desk) -> None:
    analyst = log_in(client, "analytiker")
    assert analyst.get("/").headers["location"] == "/region"
    html = analyst.get("/region").text
    assert "Veckokörningar" in html
    assert "Antal på 7 eller färre visas som ”få”" in html
    for person in ("P1", "P2", "P3", "P4"):
        assert person not in html
    assert 'href="/administration"' not in html


def test_the_administrator_asks_who_has_seen_a_person(client: Client, desk: Desk) -> None:
    coordinator = log_in(client)
    coordinator.get("/people/P1")
    decide(coordinator)
    desk.register.objections.add("P9", "administrator")
    send(coordinator, "/logout")
    administrator = log_in(client, "administrator")
    assert administrator.get("/").headers["location"] == "/administration"
    page = administrator.get("/administration").text
    assert "1 person vill inte bli bedömd" in page
    assert "P9" in page
    seen = send(administrator, "/administration/access", page="/administration", person_id="P1")
    assert "rader i åtkomstloggen" in seen.text
    assert "<td>samordnare</td>" in seen.text
    assert "<td>decision</td>" in seen.text
    log = desk.register.access.of_person("P1")
    assert log[-1].who == "administrator"  # asking is on record too


@pytest.mark.parametrize("user", ["granskare", "analytiker", "administrator"])
def test_everybody_gets_a_first_page_of_their_own(client: Client, user: str) -> None:
    visitor = log_in(client, user)
    answer = visitor.get("/")
    if answer.status_code == 303:
        answer = visitor.get(answer.headers["location"])
    assert answer.status_code == 200


FACTS = {
    "source": "region",
    "extract_id": "region-0",
    "data_through": "2026-11-15",
    "training_people": 4133,
    "training_rows": 19583,
    "training_dates": ["2023-09-11", "2024-09-09"],
    "test_dates": ["2025-10-13"],
    "enrolled": "censor",
    "features": 444,
    "list_share": 0.05,
    "targets": [
        {
            "target": "avoidable_365",
            "people": 1950,
            "events": 87,
            "auroc": 0.783,
            "ppv": 0.298,
            "sensitivity": 0.334,
            "observed_expected": None,
        },
        {
            "target": "death_365",
            "people": 1950,
            "events": 5,
            "auroc": None,
            "ppv": None,
            "sensitivity": None,
            "observed_expected": None,
        },
    ],
}


def test_the_model_card_is_told_in_the_readers_language(
    client: Client, desk: Desk, tmp_path: Path
) -> None:
    desk.home = Home.at(tmp_path)
    folder = desk.home.reports / f"model-{desk.run().model_version}"
    analyst = log_in(client, "analytiker")
    assert "Tränad på" not in analyst.get("/region").text
    folder.mkdir(parents=True)
    (folder / "model_card.md").write_text("# Model card: Framsynt", encoding="utf-8")
    paper_alone = analyst.get("/region").text
    assert "# Model card" in paper_alone
    assert "Tränad på" not in paper_alone
    (folder / "model_facts.json").write_text(json.dumps(FACTS), encoding="utf-8")
    swedish, english = (analyst.get(f"/region?lang={lang}").text for lang in ("sv", "en"))
    assert "4\N{NO-BREAK SPACE}133 personer ur underlaget region, sedda vid 2 datum" in swedish
    assert "11 september 2023 till 9 september 2024" in swedish
    assert "0,78" in swedish
    assert "4,133 people of the source region, seen at 2 dates" in english
    assert "0.78" in english
    assert ">5<" not in swedish  # so few had the outcome
