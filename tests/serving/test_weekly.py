"""The weekly run on a small simulated region with a real, small model."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import ExtractMissing, SettingsError, StaleData
from features.home import Home
from features.manifest import Manifest
from features.store import ExtractStore
from models import population
from serving import weekly
from serving.register import ListEntry, Register
from serving.scoring import Scorer
from serving.weekly import run_weekly
from tests.serving.small_home import small_extract, small_model


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Scorer]:
    home = Home.at(tmp_path_factory.mktemp("home"))
    return home, Scorer(small_model(small_extract(home)), "1")


@pytest.fixture
def home(made: tuple[Home, Scorer], monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """The region and model are shared; each test has a register of its own."""
    home, scorer = made
    monkeypatch.setattr(Scorer, "of", lambda _home: scorer)
    yield home
    for file in home.path.glob("register.db*"):
        file.unlink()


@pytest.fixture
def written(home: Home) -> Iterator[Register]:
    """After two weeks' runs."""
    run_weekly(home, weeks_back=1, capacity=5)
    run_weekly(home, capacity=5)
    register = Register.open(home)
    yield register
    register.close()


def test_the_default_week_follows_the_extract(home: Home) -> None:
    result = run_weekly(home, capacity=5)
    assert (result.week, result.index_date) == ("2026-W47", date(2026, 11, 16))
    assert result.written
    assert result.listed <= 5 * result.care_units
    assert "2026-W47" in result.summary()


def test_everyone_present_is_scored_and_nobody_else(
    written: Register, home: Home, made: tuple[Home, Scorer]
) -> None:
    run = written.current()
    assert run is not None
    extract = ExtractStore(home).current()
    present = [
        population.present(extract.read(n), extract.manifest.coverage, run.index_date)
        for n in extract.partitions
    ]
    expected = pd.concat(present)
    assert set(written.scores(run.id, run.primary_target)) == set(expected.index[expected])


def test_a_list_is_its_units_likeliest_in_a_target_group(
    written: Register, home: Home, made: tuple[Home, Scorer]
) -> None:
    run = written.current()
    assert run is not None
    extract, scorer = ExtractStore(home).current(), made[1]
    tables = {n: extract.read(n) for n in extract.partitions}
    matrix = pd.concat(
        scorer.matrix(t, run.index_date, extract.manifest.coverage) for t in tables.values()
    ).droplevel("index_date")
    chance = scorer.model.predict(matrix)[run.primary_target]
    eligible = population.groups(matrix).any(axis=1)
    unit = pd.concat(population.listed_unit(t, run.index_date) for t in tables.values())
    for summary in written.units(run.id):
        here = chance[eligible & (unit.reindex(chance.index) == summary.care_unit)]
        scored = written.scores(run.id, run.primary_target)
        order = sorted((-p, person) for person, p in here.items() if person in scored)
        listed = written.entries(run.id, summary.care_unit)
        assert [e.person_id for e in listed] == [person for _, person in order[:5]]
        assert [e.rank for e in listed] == list(range(1, len(listed) + 1))
        assert all(e.target_groups for e in listed)
        assert all(e.mobile_model in "ABC" for e in listed)


def test_stored_reasons_add_up_to_the_stored_probability(written: Register) -> None:
    run = written.current()
    assert run is not None
    entries = written.entries(run.id)
    reasons = written.reasons(run.id, [e.person_id for e in entries], run.primary_target)
    for entry in entries:
        why = reasons[entry.person_id]
        total = why.base + why.rest + sum(r["contribution"] for r in why.reasons)
        p = entry.probabilities[run.primary_target]
        assert total == pytest.approx(np.log(p / (1 - p)), abs=1e-6)
        assert all(r["words"]["sv"] and r["words"]["en"] for r in why.reasons)


def test_one_person_alone_gets_the_same_score_as_in_the_run(
    written: Register, home: Home, made: tuple[Home, Scorer]
) -> None:
    run, scorer = written.current(), made[1]
    assert run is not None
    extract = ExtractStore(home).current()
    for entry in written.entries(run.id)[:5]:
        [alone] = scorer.score(extract.person(entry.person_id), run.index_date)
        assert alone.probabilities == pytest.approx(entry.probabilities, abs=1e-9)
        assert alone.groups == entry.target_groups


def test_the_second_week_says_what_changed(written: Register) -> None:
    first, second = written.current("2026-W46"), written.current("2026-W47")
    assert first is not None
    assert second is not None
    before = {e.person_id for e in written.entries(first.id)}
    assert all(e.changed[0] == "new" for e in written.entries(first.id))
    for entry in written.entries(second.id):
        assert (entry.changed[0] == "still") == (entry.person_id in before)


def test_running_again_changes_nothing_and_says_so(home: Home) -> None:
    first, again = run_weekly(home, capacity=5), run_weekly(home, capacity=5)
    assert first.written
    assert not again.written
    assert "unchanged" in again.summary()
    assert (first.listed, first.new) == (again.listed, again.new)
    assert run_weekly(home, capacity=6).written


@pytest.mark.parametrize("week", ["2026-W48", "2031-W01"])
def test_a_week_beyond_the_data_is_refused_unless_accepted(home: Home, week: str) -> None:
    with pytest.raises(StaleData, match=r"take 2026-W47 or an earlier week, .*--accept extract"):
        run_weekly(home, week)
    Register.open(home).close()
    done = run_weekly(home, week, capacity=5, accept=["extract"])
    assert (done.week, done.written) == (week, True)
    assert "accepted: the extract ends 2026-11-15" in done.summary()


def test_a_table_that_stopped_is_refused_by_name_unless_accepted(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = ExtractStore(home).current().manifest.feeds
    stopped = replace(
        feeds["contacts"],
        newest=date(2026, 3, 8),
        rows_per_week=(0,) * 36 + feeds["contacts"].rows_per_week,
    )
    read = Manifest.read
    monkeypatch.setattr(
        Manifest,
        "read",
        lambda file: replace(read(file), feeds={**feeds, "contacts": stopped}),
    )
    with pytest.raises(StaleData, match="contacts: nothing recorded for 36 weeks, last on 2026-03"):
        run_weekly(home, capacity=5)
    with pytest.raises(SettingsError, match="no table 'contact'"):
        run_weekly(home, capacity=5, accept=["contact"])
    register = Register.open(home)
    assert register.current() is None
    register.close()
    done = run_weekly(home, capacity=5, accept=["contacts"])
    assert done.written
    assert "accepted: contacts: nothing recorded" in done.summary()


@pytest.mark.parametrize("week", ["next", "2026-W60"])
def test_a_bad_week_is_refused(home: Home, week: str) -> None:
    with pytest.raises(SettingsError, match="not a week"):
        run_weekly(home, week)


def test_a_capacity_of_nobody_is_refused(home: Home) -> None:
    with pytest.raises(SettingsError, match="at least 1"):
        run_weekly(home, capacity=0)


def test_a_home_without_an_extract_says_so(tmp_path: Path) -> None:
    with pytest.raises(ExtractMissing):
        run_weekly(Home.at(tmp_path))


@pytest.mark.postgres
@pytest.mark.parametrize("register", ["postgres"], indirect=True)
def test_the_same_lists_on_postgresql(
    register: Register, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_weekly(home, capacity=5)
    on_sqlite = Register.open(home)
    monkeypatch.setenv("FRAMSYNT_REGISTER_URL", register.engine.url.render_as_string(False))
    assert run_weekly(home, capacity=5).written
    assert not run_weekly(home, capacity=5).written

    one, other = on_sqlite.current(), register.current()
    assert one is not None
    assert other is not None
    assert [_columns(e) for e in on_sqlite.entries(one.id)] == [
        _columns(e) for e in register.entries(other.id)
    ]
    target = one.primary_target
    assert on_sqlite.scores(one.id, target) == register.scores(other.id, target)
    on_sqlite.close()


def _columns(row: ListEntry) -> dict[str, object]:
    kept = vars(row).items()
    return {name: value for name, value in kept if name not in ("_sa_instance_state", "run_id")}


def _run_and_die(home: Home, scorer: Scorer) -> None:
    """Killed from within, when the scores are in but the transaction is not done."""
    from serving.register import register as writer

    insert = writer._insert_scores

    def then_die(*what: object) -> None:
        insert(*what)  # type: ignore[arg-type]
        os.kill(os.getpid(), signal.SIGKILL)

    writer._insert_scores = then_die  # type: ignore[assignment]
    weekly.Scorer.of = classmethod(lambda cls, _home: scorer)  # type: ignore[assignment,method-assign]
    run_weekly(home, capacity=5)


def test_killed_half_way_the_previous_list_stays_current(
    home: Home, made: tuple[Home, Scorer]
) -> None:
    run_weekly(home, weeks_back=1, capacity=5)
    process = multiprocessing.get_context("spawn").Process(target=_run_and_die, args=made)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL

    register = Register.open(home)
    run = register.current()
    register.close()
    assert run is not None
    assert run.week == "2026-W46"
    assert run_weekly(home, capacity=5).written  # and the next attempt succeeds


def test_people_who_object_are_neither_scored_nor_listed_but_counted(home: Home) -> None:
    run_weekly(home, capacity=5)
    register = Register.open(home)
    first = register.current()
    assert first is not None
    objecting = register.entries(first.id)[0].person_id
    register.objections.add(objecting, "admin")
    register.objections.add("nobody here", "admin")

    again = run_weekly(home, capacity=5)
    second = register.current()
    assert second is not None
    assert (again.written, again.objected, second.objected) == (True, 1, 1)
    assert "Left out because they object: 1." in again.summary()
    assert second.people == first.people - 1
    assert objecting not in register.scores(second.id, second.primary_target)
    assert objecting not in {e.person_id for e in register.entries(second.id)}
    assert not run_weekly(home, capacity=5).written

    register.objections.withdraw(objecting, "admin")
    assert run_weekly(home, capacity=5).objected == 0
    third = register.current()
    assert third is not None
    assert register.entries(third.id)[0].person_id == objecting
    register.close()


def test_who_is_in_a_team_is_kept_with_the_run(written: Register, home: Home) -> None:
    run = written.current()
    assert run is not None
    extract = ExtractStore(home).current()
    rows = pd.concat(extract.read(n)["enrolments"] for n in extract.partitions)
    monday = pd.Timestamp(run.index_date)
    rows = rows[(rows["recorded_at"] < monday) & ~(rows["end"] <= monday)]
    present = set(written.scores(run.id, run.primary_target))
    expected = {p for p in rows["person_id"].astype(str) if p in present}
    assert expected

    found = written.enrolments.in_extract(run.id)
    assert {r.person_id for r in found} == expected
    for row in found:
        person = written.person(run.id, row.person_id)
        assert person is not None
        assert row.care_unit == person[0]
        assert row.mobile_model in "ABC"


def _run_and_die_scoring(home: Home, scorer: Scorer) -> None:
    """Killed from within, when the third partition is to be scored."""
    done = []
    score = weekly._score_partition

    def score_or_die(*what: object) -> object:
        if len(done) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        done.append(1)
        return score(*what)  # type: ignore[arg-type]

    weekly._score_partition = score_or_die  # type: ignore[assignment]
    weekly.Scorer.of = classmethod(lambda cls, _home: scorer)  # type: ignore[assignment,method-assign]
    run_weekly(home, capacity=5)


def test_killed_while_scoring_the_next_run_goes_on_and_finds_the_same(
    home: Home, made: tuple[Home, Scorer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_run_and_die_scoring, args=made)
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    assert len(list(home.path.glob("weekly/*/part-*"))) == 2
    broken = next(home.path.glob("weekly/*/part-0000/scores.parquet"))
    broken.write_bytes(b"half a file")  # as a power cut may leave it: found anew

    scored = []
    score = weekly._score_partition

    def counted(*what: object) -> object:
        scored.append(1)
        return score(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(weekly, "_score_partition", counted)
    assert run_weekly(home, capacity=5).written
    partitions = len(ExtractStore(home).current().partitions)
    assert len(scored) == partitions - 1
    assert [p.name for p in home.path.glob("weekly/*")] == [".lock"]

    went_on = Register.open(home)
    monkeypatch.setenv("FRAMSYNT_REGISTER_URL", f"sqlite:///{tmp_path / 'other.db'}")
    assert run_weekly(home, capacity=5).written
    assert len(scored) == 2 * partitions - 1
    at_once = Register.open(home)
    one, other = went_on.current(), at_once.current()
    assert one is not None
    assert other is not None
    assert [_columns(e) for e in went_on.entries(one.id)] == [
        _columns(e) for e in at_once.entries(other.id)
    ]
    assert went_on.scores(one.id, one.primary_target) == at_once.scores(
        other.id, other.primary_target
    )
    went_on.close()
    at_once.close()


def test_what_another_run_left_over_is_removed(home: Home) -> None:
    old = home.path / "weekly" / "of-last-week" / "part-0000"
    old.mkdir(parents=True)
    run_weekly(home, capacity=5)
    assert [p.name for p in home.path.glob("weekly/*")] == [".lock"]
