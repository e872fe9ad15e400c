"""The records behind a reason, in the words of a timeline."""

from collections.abc import Iterable

from features.measures import FEATURE
from features.measures.kinds import OfDate
from features.measures.records import records_behind
from features.one_by_one import OnePerson
from serving.timeline import newest_first
from serving.told import Behind, Code, Fact, Said
from serving.wording import Wording

MOST_RECORDS = 15

ON_A_CONTACT = {
    "diagnoses": Said("Diagnos", "Diagnosis"),
    "procedures": Said("Åtgärd", "Procedure"),
}
ABOUT_THE_PERSON = Fact(
    None, None, "person", Said("Uppgift om personen", "What is known of the person")
)

Numbers = dict[str, list[int]]
"""Row numbers by table, among everybody's."""


def records_told(one: OnePerson, wording: Wording, features: Iterable[str]) -> dict[str, Behind]:
    """The records behind each feature, as known at the index date; ``wording``: of everybody
    whom the person was cut out of.

    Features that this code does not have, or that are told by the date alone, are left out.
    """
    found = {}
    for name in dict.fromkeys(features):
        if name in FEATURE and not isinstance(FEATURE[name].measure, OfDate):
            behind = {
                table: (rows + one.first(table)).tolist() if table != "persons" else [0]
                for table, rows in records_behind(one, FEATURE[name]).items()
            }
            records = _records(wording, behind)
            found[name] = Behind(len(records), tuple(records[:MOST_RECORDS]))
    return found


def _records(wording: Wording, behind: Numbers) -> list[Fact]:
    """The records that rows make, newest first."""
    records = [
        *_contacts(wording, behind),
        *_as_worded(wording, behind, "municipal_care", "enrolments"),
        *_medicines(wording, behind.get("dispensings", [])),
        *_without_contact(wording, behind),
        *_as_worded(wording, behind, "observations", "listings"),
    ]
    return newest_first(records) + ([ABOUT_THE_PERSON] if "persons" in behind else [])


def _as_worded(wording: Wording, behind: Numbers, *names: str) -> list[Fact]:
    return [wording.facts(name)[row] for name in names for row in behind.get(name, ())]


def _contacts(wording: Wording, behind: Numbers) -> list[Fact]:
    """Contacts, and those that diagnoses and measures taken stand on: they say where."""
    rows = behind.get("contacts", [])
    codes: dict[int, list[tuple[int, Code]]] = {}
    if "diagnoses" in behind or "procedures" in behind:
        seen = wording.history.arrays("contacts").known < wording.day
        for name in ON_A_CONTACT:
            contact = wording.history.contact_of(name)
            for row in behind.get(name, ()):
                at = int(contact[row])
                if at >= 0 and seen[at]:
                    found = codes.setdefault(at, [])
                    if name == "diagnoses":
                        position = wording.history.arrays(name).numbers("position")[row]
                        found.append((int(position), wording.diagnoses[row]))
        rows = sorted({*rows, *codes})
    facts = wording.facts("contacts") if rows else []
    return [
        facts[row]._replace(codes=_in_order(codes[row])) if codes.get(row) else facts[row]
        for row in rows
    ]


def _without_contact(wording: Wording, behind: Numbers) -> Iterable[Fact]:
    for name, words in ON_A_CONTACT.items():
        rows = behind.get(name)
        if rows:
            arrays = wording.history.arrays(name)
            told = wording.diagnoses if name == "diagnoses" else wording.procedures
            for row in rows:
                if not arrays.on_contact[row]:
                    yield Fact(int(arrays.day[row]), None, name, words, None, (told[row],))


def _medicines(wording: Wording, rows: list[int]) -> Iterable[Fact]:
    """One record for each medicine, on the day it was last collected."""
    if not rows:
        return
    day = wording.history.arrays("dispensings").day
    collected: dict[Code, list[int]] = {}
    for row in rows:
        collected.setdefault(wording.medicines[row], []).append(int(day[row]))
    for code, days in sorted(collected.items()):
        times = len(days)
        words = Said(
            "Uthämtat" if times == 1 else f"Uthämtat ({times} gånger)",
            "Collected" if times == 1 else f"Collected ({times} times)",
        )
        yield Fact(max(days), None, "medicines", words, None, (code,))


def _in_order(codes: list[tuple[int, Code]]) -> tuple[Code, ...]:
    return tuple(code for _, code in sorted(codes, key=lambda c: c[0]))
