"""The catalogues: complete, alike in both languages, and the only place for words on a page."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from serving.web.catalogue import LANGUAGES, LOCALE, UnknownKey, file_of
from serving.web.render import TEMPLATES
from serving.web.words import Speech

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {**DEFAULT_KEYWORDS, "text": None, "many": (1, 1)}
SPOKEN = ("aria-label", "title", "alt", "placeholder", "data-label", "aria-description")
NAMES = {"Framsynt", "framsynt weekly", "framsynt objection", "j", "k", "e", "d", "a", "Esc"}


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def ids(catalogue: Catalog) -> set[str | tuple[str, ...]]:
    return {m.id for m in catalogue if m.id}


def test_the_catalogues_hold_every_key_that_the_code_uses_and_no_other() -> None:
    used: dict[str, str | tuple[str, ...]] = {}
    found = extract_from_dir(str(TEMPLATES.parent), METHODS, keywords=KEYWORDS)
    for file, _, message, _, _ in found:
        if file != "catalogue.py":  # where the marker itself is defined
            used[message if isinstance(message, str) else message[0]] = message
    for language in LANGUAGES:
        assert ids(read(file_of(language))) == set(used.values()), language
    assert ids(read(LOCALE / "framsynt.pot")) == set(used.values())


def test_both_languages_say_everything_with_the_same_values() -> None:
    catalogues = {language: read(file_of(language)) for language in LANGUAGES}
    for message in catalogues["sv"]:
        if not message.id:
            continue
        values = []
        for catalogue in catalogues.values():
            found = catalogue.get(message.id)
            assert found is not None, message.id
            said = found.string if isinstance(found.string, tuple) else (found.string,)
            assert all(said), message.id
            assert len(said) == (2 if isinstance(message.id, tuple) else 1), message.id
            # One form of a plural may go without the number: "Visa registreringen".
            values.append(set().union(*(re.findall(r"%\((\w+)\)s", s) for s in said)))
            assert not any(re.search(r"%(?![%(])", s.replace("%%", "")) for s in said), message.id
        assert values[0] == values[1], message.id


def test_an_unknown_key_is_an_error() -> None:
    for language in LANGUAGES:
        with pytest.raises(UnknownKey):
            Speech(language).text("no_such_key")
        with pytest.raises(UnknownKey):
            Speech(language).many("no_such_key", 2)


class Spoken(HTMLParser):
    """Text and spoken attributes of a template whose expressions have been blanked out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in SPOKEN]
        if tag == "input" and dict(attrs).get("type") in ("submit", "button"):
            self.found.append(dict(attrs).get("value") or "")


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: p.name)
def test_no_template_holds_words_of_its_own(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    strings = re.findall(r"{{.*?}}", source, re.DOTALL)
    for expression in strings:  # a conditional word inside an expression is a word too
        for said in re.findall(r"""(?<![\w(])["']([^"']*)["']\s+if\b""", expression):
            assert not re.search(r"[A-ZÅÄÖåäö]|\w \w", said), (template.name, said)
    blank = re.sub(r"{#.*?#}|{%.*?%}", "", source, flags=re.DOTALL)
    blank = re.sub(r"{{.*?}}", "·", blank, flags=re.DOTALL)
    spoken = Spoken()
    spoken.feed(blank)
    words = {s for said in spoken.found for s in said.split("·") if re.search(r"[^\W\d_]", s)}
    assert {w.strip(" –-.,()\n") for w in words} <= NAMES


@pytest.mark.parametrize(
    ("chance", "sv"),
    [
        (0.0, "färre än 1 av 100"),
        (0.0049, "färre än 1 av 100"),
        (0.005, "1 % – ungefär 1 av 100"),
        (0.124, "12 % – ungefär 12 av 100"),
        (0.994, "99 % – ungefär 99 av 100"),
        (0.996, "fler än 99 av 100"),
    ],
)
def test_chances_in_words(chance: float, sv: str) -> None:
    assert Speech("sv").chance(chance) == sv


@pytest.mark.parametrize(
    ("chance", "sv", "en"),
    [
        (0.004, "färre än 1 av 100", "fewer than 1 in 100"),
        (0.06, "6 av 100", "6 in 100"),
        (0.085, "1 av 10", "1 in 10"),
        (0.25, "25 av 100", "25 in 100"),
        (0.38, "4 av 10", "4 in 10"),
        (0.96, "96 av 100", "96 in 100"),
    ],
)
def test_chances_as_so_many_people(chance: float, sv: str, en: str) -> None:
    assert Speech("sv").frequency(chance) == sv
    assert Speech("en").frequency(chance) == en


def test_days_and_numbers_in_each_languages_form() -> None:
    sv, en = Speech("sv"), Speech("en")
    monday = date(2026, 5, 4)
    assert (sv.day(monday), en.day(monday)) == ("4 maj 2026", "4 May 2026")
    summer = datetime(2026, 5, 4, 6, 30, tzinfo=UTC)
    assert (sv.moment(summer), en.moment(summer)) == ("4 maj 2026 08:30", "4 May 2026 08:30")
    assert (sv.count(12345), en.count(12345)) == ("12\N{NO-BREAK SPACE}345", "12,345")
    assert (sv.decimal(-1.25), en.decimal(-1.25)) == ("−1,25", "−1.25")
    assert (sv.many("years", 1), en.many("years", 1), en.many("years", 2)) == (
        "1 år",
        "1 year",
        "2 years",
    )
