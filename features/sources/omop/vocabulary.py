"""What OMOP's concepts are codes of."""

import pandas as pd

from features.sources.delivered import Delivered

CODED_IN = {
    "ICD10": "icd10",
    "ICD10CM": "icd10cm",
    "ICD10GM": "icd10cm",
    "ICD10CN": "icd10cm",
    "CIM10": "icd10cm",
    "KCD7": "icd10cm",
    "ICD10SE": "icd10se",
    "ICD9CM": "icd9cm",
    "ICD9Proc": "icd9cm_proc",
    "SNOMED": "snomed",
    "KVA": "kva",
    "ATC": "atc",
    "LOINC": "loinc",
    "UCUM": "ucum",
    "RxNorm": "rxnorm",
    "RxNorm Extension": "rxnorm_extension",
}
"""Vocabularies that are read; national ICD-10s as ``icd10cm``, to four characters."""


class Vocabulary:
    """Codes of the vocabularies in ``CODED_IN``, by concept, and the ATC codes of drugs.

    Holds a row a concept of these vocabularies and, of ``concept_ancestor``, the pairs of a drug
    and an ATC substance. Without these tables it knows no concept.
    """

    def __init__(self, tables: Delivered) -> None:
        self._codes = _concepts(tables)
        self._atc = _atc_of_drugs(tables, self._codes)

    def systems_of(self, concepts: pd.Series) -> tuple[pd.Series, pd.Series]:
        """System and code of each concept id (text), missing where it is not known."""
        found = self._codes.reindex(_ids(concepts))
        found.index = concepts.index
        return found["system"].astype("str"), found["code"].astype("str")

    def atc_of(self, drugs: pd.Series) -> tuple[pd.Series, pd.Series]:
        """ATC code of each drug concept (missing where none is known), and whether it was one
        of several."""
        found = self._atc.reindex(_ids(drugs))
        found.index = drugs.index
        return found["code"].astype("str"), found["several"].fillna(False).astype(bool)


def _ids(texts: pd.Series) -> pd.Series:
    return pd.to_numeric(texts, errors="coerce").fillna(0).astype("int64")


def _concepts(tables: Delivered) -> pd.DataFrame:
    parts = [pd.DataFrame({"id": [], "system": [], "code": []})]
    if tables.has("concept"):
        columns = ("concept_id", "vocabulary_id", "concept_code")
        only = ("vocabulary_id", list(CODED_IN))
        for block in tables.blocks("concept", columns, only=only):
            rows = block.rows
            parts.append(
                pd.DataFrame(
                    {
                        "id": _ids(rows["concept_id"]),
                        "system": rows["vocabulary_id"].map(CODED_IN),
                        "code": rows["concept_code"],
                    }
                )
            )
    whole = pd.concat(parts, ignore_index=True)
    whole = whole.astype({"id": "int64", "system": "category", "code": "str"})
    return whole.drop_duplicates("id").set_index("id")


def _atc_of_drugs(tables: Delivered, codes: pd.DataFrame) -> pd.DataFrame:
    """Drug concept -> ATC substance (seven characters): the nearest; of equally near ones the
    one with the fewest drugs under it, then the first by code. Which route or use a drug has
    the hierarchy does not say."""
    atc = codes[(codes["system"] == "atc") & (codes["code"].str.len() == 7)]["code"]
    parts = [pd.DataFrame({"drug": [], "atc": [], "near": []})]
    if tables.has("concept_ancestor") and len(atc):
        columns = ("ancestor_concept_id", "descendant_concept_id", "min_levels_of_separation")
        only = ("ancestor_concept_id", [int(number) for number in atc.index])
        for block in tables.blocks("concept_ancestor", columns, only=only):
            rows = block.rows
            parts.append(
                pd.DataFrame(
                    {
                        "drug": _ids(rows["descendant_concept_id"]),
                        "atc": _ids(rows["ancestor_concept_id"]),
                        "near": _ids(rows["min_levels_of_separation"]),
                    }
                )
            )
    pairs = pd.concat(parts, ignore_index=True).astype("int64")
    pairs["code"] = pairs["atc"].map(atc).astype("str")
    pairs["under"] = pairs.groupby("code")["drug"].transform("size")
    pairs = pairs.sort_values(["drug", "near", "under", "code"], kind="stable")
    pairs["several"] = pairs["drug"].duplicated(keep=False)
    return pairs.drop_duplicates("drug").set_index("drug")[["code", "several"]]
