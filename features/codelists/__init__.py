"""Code lists: clinical facts as data, one CSV each, read once.

``CHARLSON.match("icd10se", codes)`` gives the groups of codes; ``docs/codelists.md`` says
where every list comes from and which rows are unverified. Every list says its edition and
the code systems it covers: a source without any of them gives "not known", never 0.
"""

from features.codelists.reader import FOLDER, CodeList, Row, read_code_list, version


def _read(name: str, year: int, *systems: str) -> CodeList:
    """The list as of a year's edition of its definition, and the code systems it covers."""
    return read_code_list(FOLDER / f"{name}.csv", year=year, systems=systems)


ACUTE_EVENTS = _read("acute_events", 2020, "icd10se")
ANTICHOLINERGIC = _read("anticholinergic", 2020, "atc")
AVOIDABLE = _read("undvikbar_slutenvard", 2020, "icd10se")
CHARLSON = _read("charlson_se", 2025, "icd10se", "icd9cm")
CHRONIC_GROUPS = _read("chronic_groups", 2014, "icd10se", "icd9cm", "ccw")
ELIXHAUSER = _read("elixhauser", 2009, "icd10se")
FALL_RISK_MEDICINES = _read("fall_risk_medicines", 2014, "atc")
FRAILTY_DEFICITS = _read("frailty_deficits", 2016, "icd10se")
FRAILTY_SYNDROMES = _read("frailty_syndromes", 2015, "icd10se")
HFRS = _read("hfrs", 2018, "icd10se")
ICD_CHAPTERS = _read("icd_chapters", 2020, "icd10se")
INAPPROPRIATE_MEDICINES = _read("inappropriate_medicines", 2017, "atc")
KVA = _read("kva", 2020, "kva")
MEDICINE_GROUPS = _read("medicine_groups", 2018, "atc")
REGULAR_MEDICINES = _read("regular_medicines", 2020, "atc")
RXRISK = _read("rxrisk", 2018, "atc")
SYMPTOMS = _read("symptoms", 2020, "icd10se")
TARGET_CONDITIONS = _read("target_conditions", 2020, "icd10se", "icd9cm", "ccw")

CODE_LISTS = (
    CHARLSON,
    ELIXHAUSER,
    HFRS,
    FRAILTY_DEFICITS,
    FRAILTY_SYNDROMES,
    CHRONIC_GROUPS,
    TARGET_CONDITIONS,
    ACUTE_EVENTS,
    SYMPTOMS,
    ICD_CHAPTERS,
    AVOIDABLE,
    MEDICINE_GROUPS,
    RXRISK,
    REGULAR_MEDICINES,
    ANTICHOLINERGIC,
    FALL_RISK_MEDICINES,
    INAPPROPRIATE_MEDICINES,
    KVA,
)

__all__ = [
    "ACUTE_EVENTS",
    "ANTICHOLINERGIC",
    "AVOIDABLE",
    "CHARLSON",
    "CHRONIC_GROUPS",
    "CODE_LISTS",
    "ELIXHAUSER",
    "FALL_RISK_MEDICINES",
    "FRAILTY_DEFICITS",
    "FRAILTY_SYNDROMES",
    "HFRS",
    "ICD_CHAPTERS",
    "INAPPROPRIATE_MEDICINES",
    "KVA",
    "MEDICINE_GROUPS",
    "REGULAR_MEDICINES",
    "RXRISK",
    "SYMPTOMS",
    "TARGET_CONDITIONS",
    "CodeList",
    "Row",
    "read_code_list",
    "version",
]
