"""One page about one run: for whoever answers for it, and for whoever checks it.

A single HTML file without any outside asset. The same run gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.targets import TARGETS
from training.report.blocks import Section
from training.report.run import Run
from training.report.sections import (
    calibration,
    competing,
    decisions,
    groups,
    in_short,
    lists,
    papers,
    people,
    reasons,
    stability,
    training,
    units,
)
from training.report.summary import Summary, summary_of

TEMPLATES = Path(__file__).with_name("templates")
SECTIONS: tuple[Callable[[Run], Section], ...] = (
    in_short.section,
    people.section,
    lists.section,
    units.section,
    calibration.section,
    competing.section,
    decisions.section,
    groups.section,
    reasons.section,
    stability.section,
    training.section,
)
"""In the order of reading; what papers ask comes after them."""


def sections_of(run: Run) -> list[Section]:
    found = [section(run) for section in SECTIONS]
    titles = {section.anchor: section.title for section in found}
    return [*found, *papers.sections(run, titles | {"sammanfattning": "Sammanfattning"})]


def html(run: Run, sections: list[Section]) -> str:
    """The whole page."""
    judgement = run.judgement
    return page(
        f"Report of a model of {TARGETS[run.target].label_en}",
        f"Extract {judgement.extract_id} · judged at "
        f"{', '.join(day.isoformat() for day in judgement.index_dates)} · "
        f"{len(run.model.targets)} targets",
        sections,
        f"Made by framsynt train. {ABOUT_NOBODY}",
        summary_of(run),
    )


ABOUT_NOBODY = (
    "No number of 7 people or fewer is told of any group, and nothing on this page is about one "
    "person. Framsynt is not CE marked; see docs/regulation.md."
)


def page(
    title: str,
    subtitle: str,
    sections: Sequence[Section],
    footer: str,
    summary: Summary | None = None,
) -> str:
    """Sections as one file; ``summary``: the Swedish page before them."""
    return (
        _environment()
        .get_template("report.html")
        .render(
            title=title,
            subtitle=subtitle,
            style=(TEMPLATES / "style.css").read_text(encoding="utf-8").strip(),
            sections=sections,
            summary=summary,
            footer=footer,
        )
    )


def with_section(text: str, section: Section) -> str:
    """A page that ``html`` made, with ``section`` in the place of the one of its anchor.

    Raises ``ValueError`` where it has none: a page of an earlier version, or no page of ours.
    """
    for macro, pattern in (
        ("whole", rf'<section id="{section.anchor}" .*?</section>'),
        ("link", rf'<li[^>]*><a href="#{section.anchor}">.*?</li>'),
    ):
        source = f"{{% from 'blocks.html' import {macro} %}}{{{{ {macro}(section) }}}}"
        made = _environment().from_string(source).render(section=section)
        found = list(re.finditer(pattern, text, flags=re.DOTALL))
        if len(found) != 1:
            raise ValueError(f"the page has no section '{section.anchor}'")
        text = text[: found[0].start()] + made + text[found[0].end() :]
    return text


def _environment() -> Environment:
    # Trusted templates of our own; everything they are given is escaped but our own drawings.
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
