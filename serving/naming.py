"""What codes are called, as far as the code lists tell. The code itself always stands beside."""

from functools import cache

from features.codelists import (
    ACUTE_EVENTS,
    ANTICHOLINERGIC,
    CHARLSON,
    CHRONIC_GROUPS,
    HFRS,
    INAPPROPRIATE_MEDICINES,
    KVA,
    MEDICINE_GROUPS,
    SYMPTOMS,
    TARGET_CONDITIONS,
    CodeList,
)
from serving.api.answers import Detail, Words

# The lists that name what they hold most exactly come first.
DIAGNOSES = (HFRS, CHRONIC_GROUPS, CHARLSON, TARGET_CONDITIONS, ACUTE_EVENTS, SYMPTOMS)
MEDICINES = (MEDICINE_GROUPS, INAPPROPRIATE_MEDICINES, ANTICHOLINERGIC)
PROCEDURES = (KVA,)


def diagnosis(system: str, code: str) -> Detail:
    """A diagnosis code as people write it (ICD-10-SE with its dot), and its name if known."""
    dotted = f"{code[:3]}.{code[3:]}" if system == "icd10se" and len(code) > 3 else code
    return Detail(code=dotted, words=_named(DIAGNOSES, system, code))


def procedure(system: str, code: str) -> Detail:
    return Detail(code=code, words=_named(PROCEDURES, system, code))


def medicine(system: str, atc: str) -> Detail:
    return Detail(code=atc, words=_named(MEDICINES, system, atc))


NAMED = {"diagnosis": diagnosis, "procedure": procedure, "medicine": medicine}
"""How a code is told, by what kind of code it is: (system, code) -> Detail."""


@cache
def _named(lists: tuple[CodeList, ...], system: str, code: str) -> Words | None:
    for codes in lists:
        rows = list(codes.rows_of(system, code))
        if rows:
            row = max(rows, key=lambda r: len(r.code_prefix))
            return Words(sv=row.label_sv, en=row.label_en)
    return None
