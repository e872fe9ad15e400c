"""Conditions, procedures and drugs."""

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from features.sources.base import SourceFrame
from features.sources.code_map import CodeMap
from features.sources.delivered import Delivered
from features.sources.omop.people import frame
from features.sources.omop.vocabulary import Vocabulary
from features.sources.seen import SeenContacts, on_contacts
from features.sources.systems import as_read
from features.tables import DIAGNOSES, DISPENSINGS, PROCEDURES

PRINCIPAL = {"32901", "32902", "32903"}  # primary, and primary on admission or at discharge
DIAGNOSIS_SYSTEMS = ("icd10", "icd10cm", "icd10se", "icd9cm")
PROCEDURE_SYSTEMS = ("kva",)


class Clinical:
    """``principal_told``: whether any diagnosis so far was said to be the principal one."""

    def __init__(
        self,
        code_map: CodeMap,
        source_system: str | None,
        seen: SeenContacts,
        noted: Counter[str],
    ) -> None:
        self.code_map, self.source_system = code_map, source_system
        self.seen, self.noted = seen, noted
        self.principal_told = False

    def diagnoses(self, tables: Delivered, vocabulary: Vocabulary) -> Iterator[SourceFrame]:
        if not tables.has("condition_occurrence"):
            return
        columns = ("person_id", "condition_concept_id", "condition_start_date")
        more = (
            *("condition_source_concept_id", "condition_source_value"),
            *("condition_status_concept_id", "visit_occurrence_id"),
        )
        for block in tables.blocks("condition_occurrence", columns, more):
            rows = block.rows
            coded = self._coded(rows, "condition", DIAGNOSIS_SYSTEMS, "icd10se", vocabulary)
            principal = rows["condition_status_concept_id"].isin(PRINCIPAL)
            self.principal_told |= bool(principal.any())
            position = principal.map({True: 1, False: 2}).reindex(coded.index)
            yield frame(DIAGNOSES, coded.assign(position=position.to_numpy()), block)

    def procedures(self, tables: Delivered, vocabulary: Vocabulary) -> Iterator[SourceFrame]:
        if not tables.has("procedure_occurrence"):
            return
        columns = ("person_id", "procedure_concept_id", "procedure_date")
        more = ("procedure_source_concept_id", "procedure_source_value", "visit_occurrence_id")
        for block in tables.blocks("procedure_occurrence", columns, more):
            rows = block.rows.rename(columns={"procedure_date": "procedure_start_date"})
            coded = self._coded(rows, "procedure", PROCEDURE_SYSTEMS, "kva", vocabulary)
            yield frame(PROCEDURES, coded, block)

    def _coded(
        self,
        rows: pd.DataFrame,
        kind: str,
        wanted: tuple[str, ...],
        into: str,
        vocabulary: Vocabulary,
    ) -> pd.DataFrame:
        """Person, contact, date, system, code, recorded_at; index of ``rows``, repeated where
        the code map gives several codes."""
        system, code = vocabulary.systems_of(rows[f"{kind}_source_concept_id"])
        direct = system.isin(wanted)
        standard = rows[f"{kind}_concept_id"].str.strip()
        other_system, other_code = vocabulary.systems_of(standard)
        # What the vocabulary does not know stays a number, for the code map.
        unknown = other_system.isna()
        other_system = other_system.mask(unknown, "omop")
        other_code = other_code.mask(unknown, standard)
        if self.source_system and kind == "condition":
            value = rows["condition_source_value"]
            by_value = ~direct & value.notna()
            system, code = system.mask(by_value, self.source_system), code.mask(by_value, value)
            direct |= by_value
        coded = pd.DataFrame(
            {
                "person_id": rows["person_id"],
                "contact_id": rows["visit_occurrence_id"],
                "date": rows[f"{kind}_start_date"].str.slice(0, 10),
                "system": system.where(direct, other_system),
                "code": code.where(direct, other_code),
            }
        )
        by_concept = standard.map(lambda c: bool(self.code_map.of("omop", c)), na_action="ignore")
        mapped = ~direct & by_concept.fillna(False).astype(bool)
        coded["system"] = coded["system"].mask(mapped, "omop")
        coded["code"] = coded["code"].mask(mapped, standard)
        coded = as_read(self.code_map.apply(coded, (into,)))
        uncoded = (~coded["system"].isin({"icd10se", "icd9cm", "kva"})).sum()
        what = "diagnoses without a code of ICD" if kind == "condition" else "procedures not in KVÅ"
        self.noted[f"{what}, kept as they are"] += int(uncoded)
        return on_contacts(coded, self.seen, self.noted)

    def dispensings(self, tables: Delivered, vocabulary: Vocabulary) -> Iterator[SourceFrame]:
        if not tables.has("drug_exposure"):
            return
        columns = ("person_id", "drug_concept_id", "drug_exposure_start_date")
        for block in tables.blocks(
            "drug_exposure", columns, ("drug_source_concept_id", "days_supply")
        ):
            rows = block.rows
            atc = self._atc(rows, vocabulary)
            mapped = atc.notna()
            self.noted["drug exposures without an ATC code, left out"] += int((~mapped).sum())
            if mapped.any():
                days = pd.to_numeric(rows["days_supply"], errors="coerce")
                fills = pd.DataFrame(
                    {
                        "person_id": rows["person_id"],
                        "date": rows["drug_exposure_start_date"].str.slice(0, 10),
                        "atc": atc,
                        "days_supply": days.where(days > 0),
                    }
                )
                yield frame(DISPENSINGS, fills[mapped], block)

    def _atc(self, rows: pd.DataFrame, vocabulary: Vocabulary) -> pd.Series:
        source_system, source_code = vocabulary.systems_of(rows["drug_source_concept_id"])
        atc = source_code.where(source_system == "atc")
        drug = rows["drug_concept_id"].str.strip()
        system, code = vocabulary.systems_of(drug)
        if self.code_map:
            pairs = pd.DataFrame({"system": system, "code": code, "drug": drug})
            distinct = pairs.drop_duplicates()
            told = {
                number: self.code_map.first("omop", str(number), "atc")
                or self.code_map.first(str(of), str(code), "atc")
                for of, code, number in distinct.itertuples(index=False)
            }
            atc = atc.fillna(drug.map(told).astype("str"))
        by_hierarchy, several = vocabulary.atc_of(drug)
        ambiguous = several & atc.isna()
        self.noted["drug exposures with several ATC codes, the nearest taken"] += int(
            ambiguous.sum()
        )
        return atc.fillna(by_hierarchy)
