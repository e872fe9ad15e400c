"""What code systems are called elsewhere, and what they are called here.

Sources: HL7's published names for ICD, SNOMED CT, RxNorm and ATC; Socialstyrelsen's and Inera's
OIDs as read in Inera's service contracts and in public Swedish FHIR guides and code (November
2026). There is no agreement on one name for ICD-10-SE and KVÅ, so all that were found are known.
"""

import pandas as pd

ICD10_WHO, ICD10_CM = "icd10", "icd10cm"
_ICD10 = ("icd10se", "icd10", "icd10cm", "ksh97p")

SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-10-se": "icd10se",
    "https://www.icd10.se": "icd10se",
    "https://terminologitjansten.inera.se/fhir/codesystem/icd-10-se": "icd10se",
    "https://terminologitjansten.inera.se/inera-kodverksforvaltning/kodverk/icd-10-se": "icd10se",
    "urn:oid:1.2.752.116.1.1.1": "icd10se",
    "urn:oid:1.2.752.116.1.1.1.1.1": "icd10se",
    "urn:oid:1.2.752.116.1.1.1.1.3": "icd10se",
    "urn:oid:1.2.752.116.1.1.1.1.8": "icd10se",
    "urn:oid:1.2.752.116.1.3.1.1.2": "ksh97p",
    "urn:oid:1.2.752.116.1.3.1.4.1": "ksh97p",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "urn:oid:2.16.840.1.113883.6.3": "icd10",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10cm",
    "urn:oid:2.16.840.1.113883.6.90": "icd10cm",
    "http://hl7.org/fhir/sid/icd-9-cm": "icd9cm",
    "urn:oid:2.16.840.1.113883.6.103": "icd9cm",
    "http://snomed.info/sct": "snomed",
    "urn:oid:2.16.840.1.113883.6.96": "snomed",
    "urn:oid:1.2.752.116.2.1.1": "snomed",
    "http://electronichealth.se/id/kva": "kva",
    "urn:oid:1.2.752.116.1.3.2.1.4": "kva",
    "urn:oid:1.2.752.116.1.3.2.3.4": "kva",
    "urn:oid:1.2.752.129.2.2.2.1": "kva",
    "http://www.whocc.no/atc": "atc",
    "urn:oid:2.16.840.1.113883.6.73": "atc",
    "urn:oid:1.2.752.129.2.2.3.1.1": "atc",
    "http://loinc.org": "loinc",
    "urn:oid:2.16.840.1.113883.6.1": "loinc",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "urn:oid:2.16.840.1.113883.6.88": "rxnorm",
}
"""Names in lower case, without a slash at their end."""


def system_of(uri: str) -> str:
    """Our name for a system; its own where it has none here."""
    plain = uri.strip().rstrip("/")
    return SYSTEMS.get(plain.lower(), plain)


def as_read(rows: pd.DataFrame) -> pd.DataFrame:
    """``system`` and ``code`` as the code lists read them: codes without dots, and every ICD-10
    as ``icd10se``, as far as the editions say the same.

    Of ICD-10-CM four characters are kept: beyond them the American and the Swedish
    modification are different codes with different meanings. KSH97-P, the short list of
    primary care, is ICD-10 with a ``P`` behind codes that it has put together.
    """
    system, code = rows["system"], rows["code"].str.strip()
    icd = system.isin(_ICD10) | system.str.startswith("icd9")
    code = code.mask(icd, code.str.upper().str.replace(".", "", regex=False))
    code = code.mask(system == ICD10_CM, code.str.slice(0, 4))
    code = code.mask(system == "ksh97p", code.str.replace(r"[-P]+$", "", regex=True))
    code = code.mask(system == "kva", code.str.upper())
    return rows.assign(system=system.mask(system.isin(_ICD10), "icd10se"), code=code)
