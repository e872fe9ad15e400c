"""An OMOP CDM of three people, as files or in a database."""

import sqlite3
import zipfile
from pathlib import Path

import pandas as pd

TABLES = {
    "cdm_source": """\
cdm_source_name,source_release_date
small,2024-03-01
""",
    "person": """\
person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime,location_id
1,8532,1938,4,1,,71
2,8507,1941,11,,,72
3,0,1950,,,,
4,8507,1945,5,5,,71
""",
    "death": """\
person_id,death_date
2,2024-02-10
3,2030-01-01
4,2019-06-01
""",
    "observation_period": """\
person_id,observation_period_start_date,observation_period_end_date
1,2020-01-01,2024-02-29
2,2020-01-01,2024-01-31
4,2020-01-01,2024-02-29
""",
    "visit_occurrence": """\
visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date,provider_id,care_site_id,admitted_from_concept_id
10,1,262,2024-01-02,2024-01-05,,7,0
11,1,9202,2024-02-01,2024-02-01,1,8,0
12,2,9201,2024-01-10,2024-01-20,,7,0
13,2,9203,2024-01-09,2024-01-09,,7,0
14,2,32036,2024-01-11,2024-01-11,,,0
15,1,9201,2024-02-25,2099-12-31,,7,8870
16,3,5553,2024-02-01,2024-02-01,2,,0
""",
    "visit_detail": """\
visit_detail_id,person_id,visit_detail_concept_id,visit_detail_start_date,visit_occurrence_id
20,2,9203,2024-01-10,12
21,2,9203,2024-01-09,13
""",
    "provider": """\
provider_id,specialty_concept_id
1,38004446
2,38004456
""",
    "care_site": """\
care_site_id,care_site_source_value
7,SE2321000131-E7
8,
""",
    "condition_occurrence": """\
condition_occurrence_id,person_id,condition_concept_id,condition_start_date,condition_status_concept_id,visit_occurrence_id,condition_source_value,condition_source_concept_id
30,1,316139,2024-01-02,32902,10,I50.22,1569178
31,1,201826,2024-02-01,0,11,E11,0
32,2,201826,2024-01-10,0,99,44054006,201826
33,2,4000001,2024-01-11,0,14,x,0
""",
    "procedure_occurrence": """\
procedure_occurrence_id,person_id,procedure_concept_id,procedure_date,visit_occurrence_id,procedure_source_concept_id
40,1,4000002,2024-01-03,10,0
""",
    "drug_exposure": """\
drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,days_supply,drug_source_concept_id
50,1,19078461,2024-01-06,30,0
51,1,1112807,2024-01-06,0,0
52,2,777,2024-01-12,30,2200000009
53,2,778,2024-01-12,30,0
""",
    "location": """\
location_id,city,zip,county,location_source_value
71,Angered,424 37,,
72,Angered,,,deso-7
""",
    "measurement": """\
measurement_id,person_id,measurement_concept_id,measurement_date,value_as_number,unit_concept_id,unit_source_value,measurement_source_concept_id
60,1,3000963,2024-01-03,13.1,8713,g/dL,0
61,1,3004249,2024-02-01,151,0,mm[Hg],3004249
62,2,3000963,2024-01-11,131,0,,0
63,2,3000963,2024-01-11,,8713,g/dL,0
64,2,4000002,2024-01-12,1,8713,g/dL,0
""",
    "observation": """\
observation_id,person_id,observation_concept_id,observation_date,value_as_number,unit_concept_id,unit_source_value,observation_source_concept_id
70,1,0,2024-02-01,6,0,,2000000001
""",
    "concept": """\
concept_id,concept_name,vocabulary_id,concept_code
316139,Heart failure,SNOMED,84114007
201826,Type 2 diabetes mellitus,SNOMED,44054006
1569178,Chronic systolic heart failure,ICD10CM,I50.22
4000002,Some procedure,SNOMED,430193006
19078461,ibuprofen 200 MG Oral Tablet,RxNorm,310965
1112807,aspirin,RxNorm,1191
2200000001,ibuprofen,ATC,M01AE01
2200000002,acetylsalicylic acid,ATC,B01AC06
2200000003,acetylsalicylic acid,ATC,N02BA01
2200000004,Anti-inflammatory,ATC,M01A
2200000009,lisinopril,ATC,C09AA03
3000963,Hemoglobin,LOINC,718-7
3004249,Systolic blood pressure,LOINC,8480-6
8713,gram per deciliter,UCUM,g/dL
""",
    "concept_ancestor": """\
ancestor_concept_id,descendant_concept_id,min_levels_of_separation
2200000001,19078461,2
2200000004,19078461,3
2200000002,1112807,1
2200000003,1112807,1
2200000003,1112808,1
9202,5553,1
""",
}
"""Person 3 has a death to come, person 4 one from before anything was seen. Visit 10 came through
an emergency room, 12 by its detail, 15 still goes on. 14 is a laboratory; 16 is outpatient by the
hierarchy, to a specialist."""


def deliver_omop(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in TABLES.items():
        (folder / f"{name.upper()}.csv").write_text(text, encoding="utf-8")
    return folder


def deliver_parquet(folder: Path) -> Path:
    """As an exporter would: typed columns, numbers with gaps as floats, a folder a table."""
    for name, text in TABLES.items():
        (folder / name).mkdir(parents=True)
        whole = pd.DataFrame([line.split(",") for line in text.splitlines()[1:]])
        whole.columns = text.splitlines()[0].split(",")
        for column in whole:
            if column.endswith("_date"):
                whole[column] = pd.to_datetime(whole[column]).dt.date
            elif column.endswith("_id") and column != "vocabulary_id":
                whole[column] = pd.to_numeric(whole[column])
        half = len(whole) // 2
        whole.iloc[:half].to_parquet(folder / name / "part-0.parquet")
        whole.iloc[half:].to_parquet(folder / name / "part-1.parquet")
    return folder


def deliver_zip(file: Path, folder: Path) -> Path:
    """Every file of a folder, in a folder of the archive, beside a Mac's leftovers."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.rglob("*.*")):
            archive.write(part, f"cdm/{part.relative_to(folder).as_posix()}")
        archive.writestr("__MACOSX/cdm/._PERSON.csv", b"\x00\x05")
    return file


def deliver_sqlite(file: Path) -> None:
    with sqlite3.connect(file) as database:
        for name, text in TABLES.items():
            head, *rows = (line.split(",") for line in text.splitlines())
            database.execute(f"create table {name} ({', '.join(head)})")
            marks = ", ".join("?" * len(head))
            typed = [
                [None if v == "" else int(v) if v.isdigit() else v for v in row] for row in rows
            ]
            database.executemany(f"insert into {name} values ({marks})", typed)
    database.close()
