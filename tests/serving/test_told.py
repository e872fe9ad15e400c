"""What the weekly run keeps ready is what would be told live, for everybody on the lists."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from features.home import Home
from features.store import ExtractStore
from serving import packed, timeline, weekly
from serving.attention import READ, to_look_at
from serving.desk import Desk
from serving.packed import Packed, pack
from serving.preparing import told_of_listed
from serving.register import Register, WeeklyRun
from serving.register.models import ToldRow
from serving.scoring import Scorer
from serving.subject import Kept, Recorded
from serving.told import Behind, Code, Fact, Said, Told
from serving.weekly import run_weekly
from tests.serving.small_home import small_extract, small_model

NAMES = {"SE2321000131-E000000000001": "Vårdcentralen Åsen", "SE2321000131-E000000000002": "Öster"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Scorer]:
    """A home after a week's run."""
    home = Home.at(tmp_path_factory.mktemp("home"))
    scorer = Scorer(small_model(small_extract(home, people=600)), "1")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Scorer, "of", lambda _home: scorer)
        run_weekly(home, capacity=25)
    return home, scorer


@pytest.fixture
def home(made: tuple[Home, Scorer], monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(Scorer, "of", lambda _home: made[1])
    return made[0]


@pytest.fixture
def desk(made: tuple[Home, Scorer]) -> Iterator[Desk]:
    found = replace(Desk.of(*made), unit_names=NAMES)
    yield found
    found.register.close()


def kept_rows(register: Register) -> dict[str, ToldRow]:
    with Session(register.engine) as session:
        return {row.person_id: row for row in session.scalars(select(ToldRow))}


def listed(desk: Desk, run: WeeklyRun) -> list[str]:
    return [entry.person_id for entry in desk.register.entries(run.id)]


def both(
    desk: Desk, run: WeeklyRun, monkeypatch: pytest.MonkeyPatch, person_id: str, targets: Any
) -> tuple[Any, Any]:
    """A person opened with what is kept, and live."""
    kept = desk.open(run, person_id, targets)
    with monkeypatch.context() as patched:
        patched.setattr(Kept, "of", lambda _listed: None)
        live = desk.open(run, person_id, targets)
    assert isinstance(kept.subject, Kept)
    assert isinstance(live.subject, Recorded)
    return kept, live


def test_kept_and_live_answers_are_equal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = desk.run()
    people = listed(desk, run)
    assert len(people) > 30
    units, looks = set(), 0
    for person_id in people:
        kept, live = both(desk, run, monkeypatch, person_id, None)
        assert kept.timeline() == live.timeline()
        assert kept.person == live.person
        assert [e.target for e in kept.person.explanations] == list(kept.person.probabilities)
        assert len(kept.person.records) > 10
        assert same(kept.values(), live.values())
        looks += len(to_look_at(kept.values()))
        units |= {event.unit for event in kept.timeline().events}
    assert "Vårdcentralen Åsen" in units
    assert looks


def same(here: Mapping[str, float], there: Mapping[str, float]) -> bool:
    """Also in what is not known."""
    return list(here) == list(there) == list(READ) and all(
        here[name] == there[name] or (math.isnan(here[name]) and math.isnan(there[name]))
        for name in READ
    )


def test_so_it_is_with_healthy_people_of_whom_little_is_known(
    home: Home, made: tuple[Home, Scorer], desk: Desk
) -> None:
    run, extract, scorer = desk.run(), ExtractStore(home).current(), made[1]
    scored = sorted(desk.register.scores(run.id, run.primary_target))
    behind = ["unplanned_admissions_365d", "charlson_1825d", "age", "latest_egfr_365d"]
    some = dict.fromkeys(scored[::4], behind)
    not_known = 0
    for row in told_of_listed(extract, scorer, run.index_date, some):
        told = Packed(row["content"]).whole()
        tables = extract.person(row["person_id"])
        live = Recorded(row["person_id"], tables, run.index_date, scorer, scorer.matrix)
        assert told.events == tuple(live.events)
        assert {name: told.behind[name] for name in behind} == live.behind(behind)
        assert same(told.values, live.feature_values)
        not_known += sum(map(math.isnan, told.values.values()))
    assert not_known


def test_reasons_of_one_target_have_their_records_and_no_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.run()
    for target in ("unplanned_365", run.primary_target):
        kept, live = both(desk, run, monkeypatch, listed(desk, run)[0], [target])
        assert kept.person == live.person
        (why,) = kept.person.explanations
        assert set(kept.person.records) <= {r.feature for r in why.reasons}


def test_a_long_history_is_cut_alike(
    home: Home, made: tuple[Home, Scorer], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (timeline, __import__("serving.telling", fromlist=["MOST_EVENTS"])):
        monkeypatch.setattr(module, "MOST_EVENTS", 40)
    run, extract = desk.run(), ExtractStore(home).current()
    people = {p: ["unplanned_admissions_365d"] for p in listed(desk, run)}
    told = told_of_listed(extract, made[1], run.index_date, people)
    with Session(desk.register.engine) as session, session.begin():
        for row in told:
            session.merge(ToldRow(run_id=run.id, **row))
    shortened = 0
    for person_id in people:
        kept, live = both(desk, run, monkeypatch, person_id, [])
        assert kept.timeline() == live.timeline()
        assert len(kept.timeline().events) <= 40
        shortened += kept.timeline().shortened
    assert shortened
    monkeypatch.undo()
    monkeypatch.setattr(Scorer, "of", lambda _home: made[1])
    with Session(desk.register.engine) as session, session.begin():
        session.execute(delete(ToldRow))
    run_weekly(home, capacity=25)


def test_the_same_people_are_told_in_the_same_bytes(
    home: Home, made: tuple[Home, Scorer], desk: Desk
) -> None:
    run, extract = desk.run(), ExtractStore(home).current()
    people = listed(desk, run)
    why = desk.register.reasons(run.id, people, run.primary_target)
    features = {p: weekly.features_told(why[p].reasons) for p in people}
    kept = kept_rows(desk.register)
    assert set(kept) == set(people)
    for told in (features, dict(reversed(features.items()))):
        for row in told_of_listed(extract, made[1], run.index_date, told):
            assert row["content"] == kept[row["person_id"]].content
    for person_id in people[:3]:  # alone as among many
        [row] = told_of_listed(extract, made[1], run.index_date, {person_id: features[person_id]})
        assert row["content"] == kept[person_id].content


def test_what_another_version_wrote_is_not_read_and_made_anew(home: Home, desk: Desk) -> None:
    run = desk.run()
    before, person_id = kept_rows(desk.register), listed(desk, run)[0]
    expected = desk.open(run, person_id)
    with Session(desk.register.engine) as session, session.begin():
        session.execute(update(ToldRow).values(format=packed.FORMAT + 1, content=b"?"))
    opened = desk.open(run, person_id)
    assert isinstance(opened.subject, Recorded)
    assert opened.person == expected.person

    assert not run_weekly(home, capacity=25).written  # the lists are unchanged
    after = kept_rows(desk.register)
    assert {p: row.content for p, row in after.items()} == {
        p: row.content for p, row in before.items()
    }
    assert isinstance(desk.open(run, person_id).subject, Kept)


def test_lists_of_an_earlier_week_are_told_live(home: Home, desk: Desk) -> None:
    run_weekly(home, weeks_back=1, capacity=25)
    newest, earlier = desk.run(), desk.run("2026-W46")
    assert {row.run_id for row in kept_rows(desk.register).values()} == {newest.id}
    opened = desk.open(earlier, listed(desk, earlier)[0], [])
    assert isinstance(opened.subject, Recorded)


def test_it_is_told_without_the_extract(desk: Desk, tmp_path: Path) -> None:
    run = desk.run()
    there = Desk.of(Home.at(tmp_path))
    there.register.close()
    gone = replace(there, register=desk.register)
    opened = gone.open(run, listed(desk, run)[0])
    assert opened.timeline().events
    assert opened.person.records


DAY = date(2026, 11, 15).toordinal() - date(1970, 1, 1).toordinal()
HEART = Code("diagnosis", "icd10se", "I509")
VISIT = Fact(DAY, None, "primary", Said("Primärvård, hembesök", "Primary care, home visit"), "SE1")
TOLD = Told(
    events=(
        VISIT,
        Fact(DAY - 3, DAY - 1, "admission", Said("Inläggning å ä ö", "Admission"), None, (HEART,)),
        VISIT,
    ),
    shortened=True,
    behind={"a": Behind(20, (VISIT,)), "none": Behind(0, ())},
    values={"known": 0.1 + 0.2, "not_known": float("nan")},
)


def test_packed_and_unpacked_it_is_the_same() -> None:
    back = Packed(pack(TOLD)).whole()
    assert (back.events, back.shortened, back.behind) == (TOLD.events, True, TOLD.behind)
    assert back.values["known"] == 0.1 + 0.2
    assert math.isnan(back.values["not_known"])
    assert pack(back) == pack(TOLD)


def test_a_change_of_the_layout_needs_a_new_format() -> None:
    """What this version wrote last week must be read as it was meant: where this fails, raise
    ``packed.FORMAT`` and write down the new layout."""
    assert (packed.FORMAT, packed.text_of(TOLD)) == (
        1,
        '{"kinds":["primary","admission"],"words":[["Primärvård, hembesök",'
        '"Primary care, home visit"],["Inläggning å ä ö","Admission"]],"units":["SE1"],'
        '"codes":[["diagnosis","icd10se","I509"]],"facts":[[20772,null,0,0,0,[]],'
        '[20769,20771,1,1,null,[0]]],"events":[0,1,0],"shortened":true,'
        '"behind":{"a":[20,[0]],"none":[0,[]]},"values":{"known":0.30000000000000004,'
        '"not_known":null},"explanations":[]}',
    )
