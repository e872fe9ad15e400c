"""The page of a plain table: whole in itself, about nobody, and no empty shells."""

import re
from pathlib import Path

import numpy as np
import pytest

from training.table.evaluate import Evaluated, TableSettings, evaluate_table
from training.table.page import html, sections_of
from training.table.read import Roles

from .tables import breast_cancer, saved, visits


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    file = saved(visits(3000), tmp_path_factory.mktemp("table"))
    roles = Roles("outcome", ("smokes", "clinic"), person="person")
    return evaluate_table(file, roles, TableSettings(resamples=50))


def test_it_is_a_page_by_itself(evaluated: Evaluated) -> None:
    page = html(evaluated)
    assert page == html(evaluated)
    assert "<script" not in page
    for reference in re.findall(r'(?:href="|src="|url\()([^")]*)', page):
        assert reference.startswith("#"), reference
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert not re.search(r"\ba0\d{4}\b", page)  # the people's ids
    for words in (
        "LightGBM less logistic regression",
        "Groups beside everybody",
        "smokes: True",
        "marker",
        "Decision curves",
    ):
        assert words in page, words


def test_what_a_table_cannot_tell_is_said(evaluated: Evaluated) -> None:
    sections = {section.anchor: section for section in sections_of(evaluated)}
    assert all(section.blocks or section.absent for section in sections.values())
    page = html(evaluated)
    assert "Sammanfattning" not in page
    for words in ("TRIPOD+AI", "Death as a competing event", "Lists in each care unit"):
        assert words in page[page.index('id="not-here"') :]


def test_without_groups_the_section_says_how(tmp_path: Path) -> None:
    evaluated = evaluate_table(
        breast_cancer(tmp_path), Roles("malignant"), TableSettings(resamples=20)
    )
    (groups,) = (of for of in sections_of(evaluated) if of.anchor == "groups")
    assert not groups.blocks
    assert "--group" in groups.absent


def test_groups_that_are_all_too_small_are_told_as_that(tmp_path: Path) -> None:
    frame = visits()
    ward = np.where(np.arange(len(frame)) < 9, "tiny", "large")
    roles = Roles("outcome", ("ward",), leave_out=("person",))
    file = saved(frame.assign(ward=ward), tmp_path)
    evaluated = evaluate_table(file, roles, TableSettings(resamples=0))
    page = html(evaluated)
    assert "No group can be judged." in page
    assert "7 people or fewer" in page
