"""The champion of a small trained home, trained again and followed from week to week."""

import json
from pathlib import Path

import pytest

from features.errors import ModelMissing, SettingsError
from features.home import Home
from features.store import ExtractStore
from models.registry import Registry
from serving.weekly import CHANCE, UNIT, top_of_each_unit
from training.stability.present import Present, newest_monday
from training.stability.run import Stability, as_text, stability, write
from training.stability.seeds import Changed
from training.train import TrainResult

Trained = tuple[Home, TrainResult]


@pytest.fixture(scope="module")
def found(trained: Trained) -> Stability:
    return stability(trained[0], seeds=2, weeks=2)


def test_another_seed_and_other_people(found: Stability) -> None:
    assert found.seeds is not None
    for agreement in found.seeds.agreements.values():
        assert agreement.pairs == 1
        assert 0 < agreement.jaccard <= agreement.kept <= 1
        assert 0 < agreement.measures <= 1
        assert agreement.spearman > 0.8
    seed, people = (found.seeds.agreements[changed] for changed in Changed)
    assert seed.spearman > people.spearman  # fewer things differ


def test_every_week_has_a_list(found: Stability) -> None:
    assert found.weeks is not None
    assert len(found.weeks.weeks) == 2
    for week in found.weeks.weeks:
        assert week.monday.weekday() == 0
        assert 0.5 < week.kept <= 1
    assert found.weeks.weeks[-1].monday == found.seeds.index_date  # type: ignore[union-attr]


def test_the_same_twice(trained: Trained, found: Stability) -> None:
    assert stability(trained[0], seeds=1, weeks=2).weeks == found.weeks


def test_in_words_and_as_a_file(found: Stability, tmp_path: Path) -> None:
    text = as_text(found)
    for words in ("by measure", "by the eight headings", "Because of", "0.9"):
        assert words in text
    assert "p000" not in text
    file = write(found, Home.at(tmp_path))
    assert not file.with_name("report.html").exists()  # nothing to put it into
    assert file == Home.at(tmp_path).reports / "model-1" / "stability.json"
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["seeds"]["agreements"]["boosters"]["pairs"] == 1
    assert kept["weeks"]["weeks"][0]["monday"] == found.weeks.weeks[0].monday.isoformat()  # type: ignore[union-attr]
    assert set(kept["weeks"]["causes"]) == {"happened", "late", "time", "others"}


def test_lists_are_those_of_the_weekly_run(trained: Trained) -> None:
    home, _ = trained
    extract = ExtractStore(home).current()
    model = Registry(home).champion().model
    monday = newest_monday(extract.manifest.data_through)
    today = Present.together(
        Present.at(extract.read(number), extract.manifest.coverage, monday)
        for number in extract.partitions
    )
    probability = model.predict(today.matrix)["avoidable_365"].to_numpy()
    weekly = top_of_each_unit(
        today.matrix.assign(**{UNIT: today.unit, CHANCE: probability})[today.may], 5
    )
    assert set(weekly.index) == set(today.matrix.index[today.listed(probability, 5)])


def test_what_cannot_be_compared(trained: Trained, tmp_path: Path) -> None:
    home, _ = trained
    for bad in ({"seeds": 0}, {"weeks": -1}, {"seeds": 1, "weeks": 0}):
        with pytest.raises(SettingsError):
            stability(home, **bad)
    with pytest.raises(ModelMissing):
        stability(toy_without_model(tmp_path), seeds=2)


def toy_without_model(folder: Path) -> Home:
    from tests.training.toy import toy_home

    return toy_home(folder, people=50)


def test_the_report_of_the_model_tells_it(
    trained: Trained, found: Stability, tmp_path: Path
) -> None:
    page = (trained[1].reports / "report.html").read_text(encoding="utf-8")
    assert "framsynt stability puts it here" in page
    report = Home.at(tmp_path).reports / "model-1" / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text(page, encoding="utf-8")
    write(found, Home.at(tmp_path))
    told = report.read_text(encoding="utf-8")
    section = told[told.index('<section id="stability"') : told.index('<section id="training"')]
    assert "framsynt stability puts it here" not in section
    for words in (
        "Agreement of models",
        "other seed, same people",
        "One model from week to week",
        found.weeks.weeks[-1].monday.isoformat(),  # type: ignore[union-attr]
        f"{found.seeds.agreements[Changed.BOOSTERS].measures:.2f}",  # type: ignore[union-attr]
    ):
        assert words in section, words
    assert '<li><a href="#stability">' in told
    # All else is as it was; and judged again, it is told anew.
    before, after = (
        (p[: p.index("<nav")], p[p.index('<section id="training"') :]) for p in (page, told)
    )
    assert before == after
    write(found, Home.at(tmp_path))
    assert report.read_text(encoding="utf-8") == told


def test_a_page_that_cannot_hold_it_stays_as_it_is(found: Stability, tmp_path: Path) -> None:
    report = Home.at(tmp_path).reports / "model-1" / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text("<html>another page</html>", encoding="utf-8")
    write(found, Home.at(tmp_path))
    assert report.read_text(encoding="utf-8") == "<html>another page</html>"
