"""The catalogue of measures, and the command that prints it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from features.errors import SettingsError
from features.measures import FEATURES, MEASURES
from features.measures.base import Domain
from features.measures.describe import catalogue, features_page, unverified

ROOT = Path(__file__).parents[3]
MEASURE = {measure.name: measure for measure in MEASURES}


def framsynt(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "framsynt", "features", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_every_measure_stands_in_the_catalogue_once() -> None:
    listed = catalogue("en")
    assert sorted(entry["name"] for entry in listed) == sorted(MEASURE)
    assert sum(len(entry["features"]) for entry in listed) == len(FEATURES)
    assert list(dict.fromkeys(entry["domain"] for entry in listed)) == [
        domain.name.lower() for domain in Domain
    ]


def test_one_domain_in_swedish() -> None:
    listed = catalogue("sv", "municipal_care")
    assert {entry["domain_label"] for entry in listed} == {"Kommunal vård och omsorg"}
    (hours,) = [entry for entry in listed if entry["name"] == "home_help_hours_now"]
    assert hours["says_of_2"] == "Hemtjänst 2 timmar i månaden"
    assert hours["unit"] == "hours/month"


def test_an_unknown_domain_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"no domain 'heart'.* demography"):
        catalogue("en", "heart")


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("age", ""),
        ("hfrs", ""),
        ("charlson", "22 of 509 codes"),  # of the ICD-9-CM map
        ("avoidable_admissions", "all codes"),
        ("chronic_groups", "codes"),
        ("multisjuk", "chapters of ICD-10"),
        ("team_criteria", "home help or residential care stands for"),
        ("medicine_insulin", "all codes"),
        ("kidney_straining_medicines", "all codes"),
        ("admitted_for_circulation", ""),
        ("hospital_score", "bands of earlier admissions"),
    ],
)
def test_what_is_unverified_is_marked(name: str, mark: str) -> None:
    said = unverified(MEASURE[name])
    assert mark in said
    assert bool(said) is bool(mark)
    (line,) = [x for x in features_page().splitlines() if x.startswith(f"| `{name}` |")]
    assert line.endswith(f"| {said} |")


def test_the_command_lists_by_domain() -> None:
    shown = framsynt("--language", "sv", "--domain", "continuity")
    assert shown.returncode == 0, shown.stderr
    assert "Kontinuitet (continuity)" in shown.stdout
    assert "usual_unit" in shown.stdout
    assert "365, 730" in shown.stdout
    assert "Akutbesök (" not in shown.stdout
    everything = framsynt()
    assert f"{len(FEATURES)} features of {len(MEASURES)} measures" in everything.stdout


def test_the_command_prints_json() -> None:
    listed = json.loads(framsynt("--json").stdout)
    assert listed == catalogue("en")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--domain", "heart"), "there is no domain 'heart'"),
        (("--language", "fi"), "there is no language 'fi'. Choose sv or en."),
    ],
)
def test_the_command_refuses_what_it_does_not_know(words: tuple[str, ...], says: str) -> None:
    refused = framsynt(*words)
    assert refused.returncode == 2
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr
