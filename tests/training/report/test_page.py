"""The page of a run: whole in itself, the same twice, readable by everybody, about nobody."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from features.home import Home
from training.report import Run
from training.report.blocks import Section
from training.report.page import html, sections_of
from training.train import TrainResult

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Every element's tag and attributes, and whether what was opened was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def page(trained: tuple[Home, TrainResult]) -> str:
    return (trained[1].reports / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def test_the_same_run_gives_the_same_bytes(run: Run, sections: list[Section], page: str) -> None:
    assert html(run, sections) == page


def test_it_needs_nothing_from_outside(page: str, outline: Outline) -> None:
    assert not [a for _, a in outline.found if a.get("src")]
    assert not outline.all("link")
    assert not outline.all("script")
    for reference in re.findall(r'(?:href="|url\()([^")]*)', page):
        assert not re.match(r"[a-z]+:|//", reference), reference
    assert len(page.encode()) < 2_000_000


def test_everybody_can_read_it(page: str, outline: Outline) -> None:
    assert outline.open == []
    assert outline.all("html") == [{"lang": "en"}]
    assert len(outline.all("h1")) == 1
    for drawing in outline.all("svg"):
        assert drawing.get("aria-hidden") or (drawing["role"] == "img" and drawing["aria-label"])
    assert len(outline.all("caption")) == len(outline.all("table")) > 5
    assert all(cell.get("scope") in {"col", "row"} for cell in outline.all("th"))
    levels = [int(tag[1]) for tag, _ in outline.found if re.fullmatch("h[1-6]", tag)]
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_ids_are_unique_and_links_arrive(outline: Outline) -> None:
    ids = Counter(a["id"] for _, a in outline.found if "id" in a)
    assert [name for name, times in ids.items() if times > 1] == []
    inside = {a["href"][1:] for a in outline.all("a") if a["href"].startswith("#")}
    assert inside <= set(ids)


def test_it_is_about_nobody(run: Run, page: str) -> None:
    assert not re.search(r"\bp\d{6}\b", page)
    assert not [person for person in run.test.person_ids if person in page]


def test_it_begins_in_swedish(page: str) -> None:
    swedish = page[page.index('lang="sv" aria-labelledby') : page.index('id="in-short"')]
    for words in ("verksamhetschefer", "av 100", "inte CE-märkt", "undvikbar slutenvård"):
        assert words in swedish
    assert "simulerade" not in swedish  # a folder of tables is not the simulated region


def test_pictures_are_files_too(trained: tuple[Home, TrainResult]) -> None:
    figures: Path = trained[1].reports / "figures"
    for file in figures.glob("*.svg"):
        text = file.read_text(encoding="utf-8")
        assert "var(--" not in text
        assert "dc:date" not in text
    assert (figures / "calibration.svg").exists()


def test_a_run_that_judged_little_says_so(run: Run) -> None:
    """One target, no groups, no units, no curve, as from a source that tells little."""
    (death,) = (of for of in run.judgement.targets if of.target == "death_365")
    bare = replace(
        run.judgement,
        targets=(replace(death, decision_curve=None),),
        groups=(),
        competing=(),
        versus=(),
        capacity=(),
        morbidity=(),
        remarks=(),
    )
    little = replace(run, judgement=bare)
    sections = sections_of(little)
    absent = {section.anchor for section in sections if not section.blocks}
    assert absent == {"units", "competing", "decisions", "groups", "stability"}
    page = html(little, sections)
    assert page.count("Not judged in this run.") > len(absent)  # in the checklists too
    assert "död inom ett år" in page
    assert Outline(page).open == []
