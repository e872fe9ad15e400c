"""FHIR R4 Bulk Data: a folder of NDJSON files, plain or gzipped, one type of resource a file.

`framsynt fhir-export URL FOLDER` fetches such a folder from a server (`$export`); the type stands
in a file's name, as in `Patient.000.ndjson.gz`. Files of other types are passed over. A line that
is no resource, or not shaped as one, stops the ingest and is named; so does an export that is not
finished, and a type of which no resource is about any of the patients.

| from | to |
|---|---|
| `Patient` | `persons`: id, birth, gender, death; municipality and deprivation by the code map |
| `Encounter`, `Organization` | `contacts` |
| `Condition`, `Encounter.diagnosis` | `diagnoses` |
| `Procedure` | `procedures` |
| `MedicationDispense`, else `MedicationRequest`; `Medication` | `dispensings` |
| `Observation` and its components | `observations` |
| `EpisodeOfCare` | `municipal_care`, `listings` or `enrolments`, by its type and the code map |

**Personal identity numbers** (personnummer, samordningsnummer, national reserve numbers, by OID, by
URI, or by their form under any other system) are counted and never kept; nor is any name,
address or other identifier. A person is known by the resource's id, or by the identifier of the
system that `person_identifier` names; one whose id is itself such a number is left out and counted.

**Units** are HSA-ids under either of their OIDs, 1.2.752.29.4.19 (the Swedish base profiles) and
1.2.752.129.2.1.4.1 (Inera), or the older `http://electronichealth.se/identifier/hsaid`: of
`serviceProvider` or the `Organization` it refers to. Without one, the organization's id or other
identifier, unless it is a personal identity number (a sole trader's).

**Contacts.** Class IMP, ACUTE, NONAC, SS are stays; EMER and OBSENC emergency; AMB, FLD, HH (home)
and VR (digital) outpatient; others are left out and counted, as are resources that are planned,
cancelled or entered in error. Outpatient contacts are `primary` or `specialist` by the code map
(`to_system` `setting`, of `serviceType`, `type` or the organization's `type`), and where fewer than
nine in ten can be told, neither is known. Planned or not: `priority` (EL and R planned; EM, UR, A,
S unplanned) or admission from an emergency department (`emd`); where no stay says, it is not known.

**Diagnoses** are in ICD-10-SE or another ICD where there is such a coding, else SNOMED CT, which
the code map may turn into `icd10se`. Principal by the rank in `Encounter.diagnosis`. Refuted ones
and those entered in error are left out.

**Medicines** need an ATC coding, or one by the code map (`rxnorm`, `snomed`). Where no
`MedicationDispense` is delivered, orders stand in for them, but for those not to give something
(`doNotPerform`): the day they were written.

**Episodes of care** by their type: `hacc` is `home_health_care`; others by the code map:
`to_system` `municipal_care` with a kind, `listings`, or `enrolments` with A, B or C. Others are
counted.

**Measured values** (`Observation.valueQuantity`, `valueInteger`) by LOINC, or by the code map:
`to_system` `observations`, `to_code` a name such as `haemoglobin` ("Measured values" above).
Those not final are left out. Known when issued, else on their day.

**Where people live** only by the code map, from the first address that is not an old one, by
`postal_code`, `district`, `city` or `county` (`state`): `to_system` `municipality`, a code of
four digits, or `deprivation`, 1 to 5. A postal town is no municipality. Addresses are not kept.

**Dates.** Moments have time zones: the day it was in Stockholm. Of a partial date (`2024-03`) the
last day of the month or year is taken, of a birth the middle. Somebody dead without a date has
died by the day the record was last changed, or is left out. The last day of the delivery is that
of the export (`transactionTime` in `manifest.json`, as `fhir-export` leaves it), else the last
one on which anything was recorded, happened or anybody died, no later than today.

**Known then.** A diagnosis is known when it was recorded (`recordedDate`), else on its day or when
its contact told: a visit when it began, a stay when it was over. Other rows by the table's default.

**Missing.** Listings, unless episodes tell them; observation periods; living alone; municipality
and deprivation without a code map (the Swedish base profiles have no element for them).
"""

from features.sources.fhir.source import FhirSource

__all__ = ["FhirSource"]
