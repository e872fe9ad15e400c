"""The page of all code lists, written from the lists."""

from collections import Counter

from features.codelists import CODE_LISTS
from features.codelists.reader import CodeList, version

NO_SUCH_CODE = "no such code in ICD-10-SE"

_ABOUT = {
    "charlson_se": "Charlson comorbidity index, Swedish version: 18 scored groups and a helper "
    "(ascites), with the authors' hierarchy; an ICD-9-CM map of the same groups.",
    "elixhauser": "Elixhauser comorbidity: 31 groups by Quan's ICD-10 coding, with van Walraven's "
    "weights; complicated diabetes and hypertension over uncomplicated, spread cancer over solid.",
    "hfrs": "Hospital Frailty Risk Score: 109 codes and their weights.",
    "frailty_deficits": "Deficits named in the electronic frailty index, by a proposed ICD-10 "
    "mapping that has not been validated.",
    "frailty_syndromes": "Nine frailty syndromes by ICD-10, as used at Imperial College.",
    "acute_events": "Infections, injuries and sudden illness beside those of the target groups.",
    "symptoms": "Symptoms as reasons for contact.",
    "icd_chapters": "Chapters of ICD-10.",
    "rxrisk": "RxRisk-V: conditions that medicines point to, with mortality weights. The lists of "
    "hepatitis B, hepatitis C and tuberculosis have no published weight and count as 0.",
    "regular_medicines": "Medicines that are taken regularly: without those for eyes, skin and "
    "various, and without vaccines.",
    "chronic_groups": "Groups of chronic conditions, for counting multimorbidity.",
    "target_conditions": "Conditions of the target groups, and events that precede admissions.",
    "undvikbar_slutenvard": "Swedish list of avoidable inpatient care (undvikbar slutenvård). "
    "Principal diagnosis only, but diabetes with complications in any position, and acute "
    "bronchitis (J20) only with a COPD code beside it. Check against the current Swedish "
    "definition before use.",
    "medicine_groups": "Groups of medicines by ATC.",
    "anticholinergic": "Anticholinergic burden, 1-3 a substance.",
    "fall_risk_medicines": "Medicines that raise the risk of falls or orthostatism.",
    "inappropriate_medicines": "Medicines to be avoided in older people (Socialstyrelsen).",
    "kva": "Measures taken (KVÅ) that show coordination.",
}


def code_lists_page() -> str:
    """Markdown: one section per list with its groups, systems, sources and status."""
    lines = [
        "# Code lists",
        "",
        "Written from `features/codelists/*.csv` by "
        "`python -m features.codelists > docs/codelists.md`.",
        f"Version (a hash over all lists): `{version()}`.",
        "",
        "A list says its edition (the year of its definition) and the code systems it covers. A",
        "source that delivers none of these systems gives features that are not known, never 0.",
        "",
        "Codes are prefixes without dots. *Found*: read in the source named. *Unverified*:",
        "recalled, or our own proposal; to be checked by someone who answers for the list.",
        "",
    ]
    for code_list in CODE_LISTS:
        lines += _section(code_list)
    return "\n".join(lines).rstrip() + "\n"


def _section(code_list: CodeList) -> list[str]:
    statuses = Counter(row.status for row in code_list.rows)
    lines = [
        f"## {code_list.name}",
        "",
        _ABOUT[code_list.name],
        "",
        f"{len(code_list.groups)} groups, {len(code_list.rows)} prefixes "
        f"({statuses['found']} found, {statuses['unverified']} unverified); "
        f"covers {', '.join(sorted(code_list.systems))}; edition {code_list.year}.",
        "",
        *_without_code(code_list),
        "Sources:",
        "",
    ]
    by_source = Counter((row.source, row.status) for row in code_list.rows)
    lines += [f"- {source} ({status}, {n})" for (source, status), n in sorted(by_source.items())]
    lines += [
        "",
        "| group | weight | in English | på svenska | systems | unverified |",
        "|---|---|---|---|---|---|",
    ]
    for number, group in enumerate(code_list.groups):
        systems = ", ".join(sorted(code_list.systems_of([group])))
        lines.append(
            f"| {group} | {code_list.weights[number]:g} | {code_list.labels_en[number]} "
            f"| {code_list.labels_sv[number]} | {systems} | {_unverified(code_list, group)} |"
        )
    return [*lines, ""]


def _without_code(code_list: CodeList) -> list[str]:
    """Names the prefixes that no code of ICD-10-SE begins with."""
    absent = sorted(row.code_prefix for row in code_list.rows if NO_SUCH_CODE in row.source)
    if not absent:
        return []
    return [f"No code of ICD-10-SE begins with {', '.join(absent)}: they never match there.", ""]


def _unverified(code_list: CodeList, group: str) -> str:
    rows = [row for row in code_list.rows if row.group == group]
    count = sum(row.status == "unverified" for row in rows)
    if not count:
        return ""
    return "all codes" if count == len(rows) else f"{count} of {len(rows)} codes"
