"""Who a record system's patient is here: the same id, an identifier, or the region's file."""

import os
from pathlib import Path
from typing import Any

import pytest

from features.errors import MissingError, SettingsError
from serving.cds.settings import CdsSettings
from serving.cds.whose import People, Whose
from serving.desk import Desk
from tests.serving.cds.conftest import site
from tests.serving.cds.records import PATIENT_VIEW, call
from tests.serving.conftest import Client
from tests.serving.security.conftest import as_

SYSTEM = "urn:region:pseudonym"


def patient(patient_id: str, **more: Any) -> dict[str, Any]:
    return {"patient": {"resourceType": "Patient", "id": patient_id, **more}}


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(text, encoding="utf-8")
    return file


def ask(client: Client, patient_id: str, prefetch: dict[str, Any] | None = None) -> Any:
    body = call(patient_id, prefetch=prefetch)
    return client.post(PATIENT_VIEW, json=body, headers=as_("coordinator"))


def test_the_same_where_nothing_is_said() -> None:
    assert Whose().person_id("P1", {}) == "P1"


def test_by_the_regions_file(desk: Desk, settings: Any, tmp_path: Path) -> None:
    file = write(tmp_path, "patient_id,person_id\n1288992,P1\nP2,P3\n")
    hooks = site(desk, settings, whose=Whose(People(file)))
    [card] = ask(hooks, "1288992").json()["cards"]
    assert "Nummer 1 på listan" in card["summary"]
    assert card["links"][0]["url"].endswith("/people/P1")
    assert ask(hooks, "P1").status_code == 412  # an id of theirs that looks like a pseudonym
    assert ask(hooks, "P2").json() == {"cards": []}  # P3, whose risk is low
    assert [a.what for a in desk.register.access.of_person("P1")] == ["card"]
    assert [a.what for a in desk.register.access.of_person("P3")] == ["card"]
    assert desk.register.access.of_person("P2") == []
    assert desk.register.access.of_person("1288992") == []


def test_a_file_that_was_renewed_is_read_again(tmp_path: Path) -> None:
    file = write(tmp_path, "patient_id,person_id\n1,P1\n")
    whose = Whose(People(file))
    assert whose.person_id("1", {}) == "P1"
    write(tmp_path, "patient_id,person_id\n1,P2\n")
    os.utime(file, (0, 0))
    assert whose.person_id("1", {}) == "P2"
    file.unlink()
    with pytest.raises(MissingError):
        whose.person_id("1", {})


def test_by_an_identifier_of_the_patient(desk: Desk, settings: Any) -> None:
    hooks = site(desk, settings, whose=Whose(identifier=SYSTEM))
    known = patient("7", identifier=[{"system": SYSTEM, "value": "P1"}])
    [card] = ask(hooks, "7", known).json()["cards"]
    assert card["links"][0]["url"].endswith("/people/P1")
    assert ask(hooks, "7").status_code == 412
    assert ask(hooks, "8", known).status_code == 412  # somebody else's Patient
    desk.scorer = None
    other = patient("P1", identifier=[{"system": "urn:other", "value": "P2"}], birthDate="1940")
    assert ask(hooks, "P1", other).json() == {"cards": []}  # nobody here
    assert [a.what for a in desk.register.access.of_person("P1")] == ["card"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "person_id,patient_id\n1,P1\n",
        "patient_id,person_id\n1\n",
        "patient_id,person_id\n1,\n",
        "patient_id,person_id\n1,P1\n1,P2\n",
    ],
    ids=["empty", "other columns", "one field", "an empty field", "two of one"],
)
def test_a_broken_file_is_an_error_at_the_start(tmp_path: Path, text: str) -> None:
    environment = {"FRAMSYNT_CDS_PEOPLE": str(write(tmp_path, text))}
    with pytest.raises(SettingsError, match="FRAMSYNT_CDS_PEOPLE") as raised:
        CdsSettings.from_environment(environment)
    assert "P1" not in str(raised.value)


def test_one_way_of_saying_it(tmp_path: Path) -> None:
    file = str(write(tmp_path, "patient_id,person_id\n1,P1\n"))
    said = {"FRAMSYNT_CDS_PEOPLE": file, "FRAMSYNT_CDS_PERSON_IDENTIFIER": SYSTEM}
    with pytest.raises(SettingsError, match="two ways"):
        CdsSettings.from_environment(said)
    assert CdsSettings.from_environment({"FRAMSYNT_CDS_PERSON_IDENTIFIER": SYSTEM}).whose == Whose(
        identifier=SYSTEM
    )
