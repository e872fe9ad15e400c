"""Which diagnoses contacts get: under-coding, symptoms of a decline, causes of a stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from features.region.contacts import BEFORE_STAY, KINDS, STAY, Contacts
from features.region.course import Course
from features.region.facts import causes, conditions
from features.region.people import NEVER, People

PRIMARY_ONLY_HEART_FAILURE = 0.362
"""Patients with heart failure seen in primary care only, Östergötland (PMC4828898)."""
# Share of contacts that get a diagnosis.
_CODED_CONTACTS = {
    ("primary", "visit", "physician"): 0.95,
    ("primary", "visit", "nurse"): 0.40,
    ("primary", "visit", "physiotherapist"): 0.60,
    ("primary", "home_visit", "physician"): 0.90,
    ("primary", "home_visit", "nurse"): 0.45,
    ("primary", "phone", "physician"): 0.55,
    ("primary", "phone", "nurse"): 0.25,
    ("specialist", "visit", "physician"): 0.95,
    ("emergency", "visit", "physician"): 1.0,
}
# What a decline looks like before anybody knows its cause; "" in anyone.
_SYMPTOMS = {
    "heart_failure": ("R060", "R609", "I509", "R539"),
    "copd": ("R060", "R059", "J441", "J209"),
    "asthma": ("R060", "J459"),
    "urinary_infections": ("N300", "R309", "N390", "R410"),
    "diabetes": ("R739", "E162", "E116"),
    "ischaemic_heart_disease": ("R074", "I209", "R060"),
    "dementia": ("R410", "F059", "R451"),
    "anaemia": ("R539", "D509", "R060"),
    "falls": ("R296", "R268", "S008"),
    "malnutrition": ("R634", "R630"),
    "substance_use": ("F100", "R451"),
    "": ("R539", "R429", "R104", "R509", "R634", "R119", "R410", "M545", "J069", "R600"),
}
_EVERYDAY = (
    "M545",
    "M255",
    "L309",
    "J069",
    "H612",
    "R104",
    "Z000",
    "M796",
    "R429",
    "L209",
    "K219",
    "B351",
    "J029",
    "N300",
    "R519",
    "Z719",
    "L570",
    "M751",
    "H103",
    "K590",
    "E039",
    "E785",
    "Z921",
    "G479",
    "R074",
)
_EMERGENCY = (
    "S008",
    "R074",
    "R104",
    "R559",
    "S610",
    "M545",
    "R060",
    "S934",
    "I489",
    "N300",
    "T149",
    "R429",
    "L039",
    "R509",
    "M796",
)
_STAY_EXTRA = (
    "I109",
    "E876",
    "R339",
    "K590",
    "N179",
    "D649",
    "R410",
    "Z508",
    "R296",
    "L899",
    "E559",
    "Z921",
)


@dataclass
class Diagnoses:
    """One entry a diagnosis; ``contact`` is a position among the contacts."""

    contact: np.ndarray
    code: np.ndarray
    """Position in ``words``."""
    position: np.ndarray


@cache
def words() -> list[str]:
    facts = conditions()
    found = {code for codes in facts.codes for code in codes} | set(facts.secondary_codes)
    found |= {cause.code for kind in ("avoidable", "other", "planned") for cause in causes(kind)}
    found |= {code for codes in _SYMPTOMS.values() for code in codes}
    found |= {*_EVERYDAY, *_EMERGENCY, *_STAY_EXTRA, "W199"}
    return sorted(found)


def _positions(codes: Sequence[str]) -> np.ndarray:
    return np.searchsorted(words(), list(codes))


@dataclass
class Coding:
    """Which conditions of which people care ever writes down, and with which code."""

    in_primary: np.ndarray
    in_hospital: np.ndarray
    named_in_hospital: np.ndarray
    """Whether hospitals name the person's heart failure."""
    code: np.ndarray
    """Position in ``words`` of a person's code for a condition, people x conditions."""


def coding_of(people: People, rng: np.random.Generator) -> Coding:
    """About 12 % with kidney disease get its code; 36 % with heart failure only in primary care."""
    facts = conditions()
    coded = rng.random((len(people), len(facts))) < facts.number["coded"]
    in_hospital = coded.copy()
    named = rng.random(len(people)) >= PRIMARY_ONLY_HEART_FAILURE
    in_hospital[:, facts.index["heart_failure"]] &= named
    code = np.empty((len(people), len(facts)), dtype=np.int64)
    for c, codes in enumerate(facts.codes):
        # The first code is the commonest.
        which = np.minimum(rng.geometric(0.55, len(people)) - 1, len(codes) - 1)
        code[:, c] = _positions(codes)[which]
    return Coding(coded, in_hospital, named, code)


def diagnoses_of(
    contacts: Contacts, course: Course, coding: Coding, rng: np.random.Generator
) -> Diagnoses:
    parts = [
        _found(contacts, coding),
        _outpatient(contacts, course, coding, rng),
        _stays(contacts, course, coding, rng),
    ]
    contact, code, position = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((position, contact))
    return Diagnoses(contact[order], code[order], position[order])


Part = tuple[np.ndarray, np.ndarray, np.ndarray]


def _found(contacts: Contacts, coding: Coding) -> Part:
    which = np.flatnonzero(contacts.new_condition >= 0)
    person, condition = contacts.person[which], contacts.new_condition[which]
    coded = coding.in_primary[person, condition]
    which, person, condition = which[coded], person[coded], condition[coded]
    return which, coding.code[person, condition], np.ones(len(which), dtype=np.int64)


def _outpatient(
    contacts: Contacts, course: Course, coding: Coding, rng: np.random.Generator
) -> Part:
    share = np.zeros(len(contacts))
    for number, kind in enumerate(KINDS):
        share[contacts.kind == number] = _CODED_CONTACTS.get(
            (kind.setting, kind.form, kind.profession), 0.0
        )
    share[contacts.kind == BEFORE_STAY] = 0.9
    which = np.flatnonzero(rng.random(len(contacts)) < share)
    emergency = contacts.setting[which] == 2
    symptom = contacts.declining[which] & (rng.random(len(which)) < 0.55)
    condition = np.full(len(which), -1)
    chronic = ~emergency & ~symptom & (rng.random(len(which)) < 0.72)
    condition[chronic] = _a_condition(contacts, which[chronic], course, coding.in_primary, rng)
    code = rng.choice(_positions(_EVERYDAY), len(which))
    code[emergency] = rng.choice(_positions(_EMERGENCY), emergency.sum())
    known = condition >= 0
    code[known] = coding.code[contacts.person[which[known]], condition[known]]
    code[symptom] = _symptoms(contacts, which[symptom], course, rng)
    ones = np.ones(len(which), dtype=np.int64)
    second = np.flatnonzero(known & (rng.random(len(which)) < 0.4))
    other = _a_condition(contacts, which[second], course, coding.in_primary, rng)
    differs = (other >= 0) & (other != condition[second])
    second, other = second[differs], other[differs]
    injured = np.flatnonzero(np.isin(code, _positions(["S008", "S610", "T149"])))
    return (
        np.concatenate([which, which[second], which[injured]]),
        np.concatenate(
            [
                code,
                coding.code[contacts.person[which[second]], other],
                np.full(len(injured), _positions(["W199"])[0]),
            ]
        ),
        np.concatenate([ones, 2 * ones[second], 2 * ones[injured]]),
    )


def _a_condition(
    contacts: Contacts,
    which: np.ndarray,
    course: Course,
    coded: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """A coded condition that the person has by then, -1 where there is none."""
    chosen = np.full(len(which), -1)
    for first in range(0, len(which), 100_000):
        part = which[first : first + 100_000]
        person = contacts.person[part]
        began = course.onset[person] <= contacts.start[part, None] // 7
        cumulative = np.cumsum(began & coded[person], axis=1)
        wanted = (rng.random(len(part)) * cumulative[:, -1]).astype(np.int64)
        found = (cumulative > wanted[:, None]).argmax(axis=1)
        chosen[first : first + 100_000] = np.where(cumulative[:, -1] > 0, found, -1)
    return chosen


def _symptoms(
    contacts: Contacts, which: np.ndarray, course: Course, rng: np.random.Generator
) -> np.ndarray:
    drivers = [conditions().index.get(name, -1) for name in _SYMPTOMS]
    weights = np.array([2.5 if name else 1.0 for name in _SYMPTOMS])
    driver = _drawn(contacts, which, course.onset, np.array(drivers), weights, rng)
    code = np.empty(len(which), dtype=np.int64)
    for number, codes in enumerate(_SYMPTOMS.values()):
        of_it = driver == number
        code[of_it] = rng.choice(_positions(codes), of_it.sum())
    return code


def _drawn(
    contacts: Contacts,
    which: np.ndarray,
    onset: np.ndarray,
    drivers: np.ndarray,
    weights: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draws an entry by weight among those whose driver the person has (-1: everyone)."""
    began = onset[contacts.person[which]] <= contacts.start[which, None] // 7
    open_to = np.where(drivers[None, :] < 0, True, began[:, np.maximum(drivers, 0)])
    cumulative = np.cumsum(open_to * weights, axis=1)
    wanted = rng.random(len(which)) * cumulative[:, -1]
    return (cumulative > wanted[:, None]).argmax(axis=1)


def _stays(contacts: Contacts, course: Course, coding: Coding, rng: np.random.Generator) -> Part:
    facts = conditions()
    ended = (contacts.kind == STAY) & (contacts.end >= contacts.start)
    kinds = (
        ("avoidable", ended & contacts.avoidable),
        ("other", ended & ~contacts.avoidable & (contacts.urgency == 1)),
        ("planned", ended & (contacts.urgency == 0)),
    )
    # Heart failure that hospitals never name is no cause of a stay in their records either.
    onset = course.onset.copy()
    failing = facts.index["heart_failure"]
    onset[~coding.named_in_hospital, failing] = NEVER
    found, code = [], []
    for name, chosen in kinds:
        which = np.flatnonzero(chosen)
        listed = causes(name)
        entry = _drawn(
            contacts,
            which,
            onset,
            np.array([cause.driver for cause in listed]),
            np.array([cause.weight for cause in listed]),
            rng,
        )
        found.append(which)
        code.append(_positions([cause.code for cause in listed])[entry])
    stay, principal = np.concatenate(found), np.concatenate(code)
    contact, codes = [stay], [principal]
    position = [np.ones(len(stay), dtype=np.int64)]
    secondary = _positions(facts.secondary_codes)
    # Never a diabetic complication beside another cause: it would make the stay avoidable.
    for place in (2, 3, 4):
        condition = _a_condition(contacts, stay, course, coding.in_hospital, rng)
        keep = (condition >= 0) & (rng.random(len(stay)) < 0.8)
        keep &= secondary[condition] != principal
        for at, earlier in zip(contact[1:], codes[1:], strict=True):
            keep &= secondary[condition] != _spread(earlier, at, stay)
        contact.append(stay[keep])
        codes.append(secondary[condition[keep]])
        position.append(np.full(keep.sum(), place))
    extra = rng.random(len(stay)) < 0.5
    contact.append(stay[extra])
    codes.append(rng.choice(_positions(_STAY_EXTRA), extra.sum()))
    position.append(np.full(extra.sum(), 5))
    return np.concatenate(contact), np.concatenate(codes), np.concatenate(position)


def _spread(code: np.ndarray, at: np.ndarray, stays: np.ndarray) -> np.ndarray:
    """Codes of some stays laid out over all of them; -1 where there is none."""
    out = np.full(int(stays.max(initial=0)) + 1, -1)
    out[at] = code
    return out[stays]
