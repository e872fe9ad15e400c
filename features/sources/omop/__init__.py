"""OMOP CDM 5.4 (OHDSI), as CSV or Parquet files in a folder or a zip, or in a database.

WHERE is a folder, a zip archive, or a TOML file with `schema` (and `url_variable`, the name of the
environment variable that holds the database's address; `FRAMSYNT_SOURCE_URL` by default).

| from | to |
|---|---|
| `person`, `death` | `persons`; a birth without day is the 15th, without month 1 July |
| `observation_period` | `observation_periods`, share 1; OMOP's last day is one day before ours |
| `visit_occurrence`, `visit_detail`, `provider`, `care_site` | `contacts` |
| `condition_occurrence`, `concept` | `diagnoses` |
| `procedure_occurrence`, `concept` | `procedures` |
| `drug_exposure`, `concept`, `concept_ancestor` | `dispensings` |
| `measurement`, `observation`, `concept` | `observations` |
| `location` | municipality and deprivation, by the code map |
| `cdm_source` | the last day of the delivery (`source_release_date`) |

**Visits** by concept: 9201 and kin are `inpatient`, 9203 `emergency`, 262 a stay and the emergency
visit that it began with, 9202 and kin outpatient, 581476 home visits, 722455 and 5083 digital.
Others are looked up in the hierarchy where it is delivered; what is none of these (laboratory,
pharmacy, long-term care) is left out and counted. Outpatient visits are `primary` where the
provider is in general or family practice, else `specialist`; where fewer than nine in ten have
a provider with a specialty, neither is known. A stay is `unplanned` where it came through an
emergency room (262, a visit detail, `admitted_from`); of other stays OMOP does not tell. Concept
numbers but for those in HL7's FHIR-to-OMOP guide are from memory (unverified).

**Diagnoses** are coded by the source's concept where that is of ICD-10 (its national editions to
four characters) or ICD-9-CM; else, with `source_system`, by the source's value; else by the
standard concept (SNOMED), which the code map may turn into ICD-10. The map is asked by
`snomed` and code, and by `omop` and concept number. Principal where `condition_status` says so.

**Medicines** get their ATC code from the source's concept where that is of ATC, from the code map
(`rxnorm`, or `omop` and concept number), or from the hierarchy (`concept_ancestor`): the nearest
substance. Of several equally near ones (a substance with several routes) the one with the
fewest drugs is taken, and they are counted. Without any, medicines are not known.

**Measured values** by LOINC, of the standard concept or the source's, or by the code map (`loinc`
or another vocabulary's code, or `omop` and concept number, to `observations`). Units are UCUM's by
`unit_concept_id`, else `unit_source_value` ("Measured values" above). The operator (below or above
a limit) is not read: the limit stands for the value.

**Where people live** only by the code map, of `person.location_id`, by `postal_code` (`zip`),
`city`, `county` or `place` (`location_source_value`): `to_system` `municipality` or `deprivation`.

**Dates.** Only the `_date` columns are read: local days. A death in the future, or before the
person was first observed, is not believed and is left out; one after the last observation is kept;
all are counted. Without `death` nobody's death is known, and that is told. Somebody whose day of
death is no date is set aside. The end of a visit after the last day of the delivery is open. Later
rows are rejected by the contract.

**Known then.** OMOP does not say when a row was recorded. A diagnosis is known on its day, or when
its visit began if that is later; one on a stay when the stay was over. Observation periods
are known from their start.

**Missing.** Listings, municipal care, enrolments, living alone; municipality and deprivation
without a code map.
"""

from features.sources.omop.source import OmopSource

__all__ = ["OmopSource"]
