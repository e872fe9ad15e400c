"""Changes, combinations and loads of medicines as declared."""

import pytest

from tests.features.measures.conftest import Features


def test_new_lapsed_and_regular_medicines(features: Features) -> None:
    (person,) = features(
        "new_substances_30d",
        "new_substances_90d",
        "regular_medicines_120d",
        "medicines_not_renewed",
        "psychotropic_medicines_120d",
        "rxrisk_365d",
        "rxrisk_conditions_365d",
        dispensings="""
        person_id | date       | atc     | days_supply
        a         | 2024-03-02 | N06AB04 | 90 <- first 30 days ago: depression 2
        a         | 2024-01-02 | N05CF02 | 90 <- first 90 days ago
        a         | 2023-06-01 | C03CA01 | 90 <- heart failure 2, high blood pressure -1
        a         | 2024-03-01 | C03CA01 | 90 <- not new
        a         | 2024-03-01 | S01ED01 | 90 <- eye drops: glaucoma 0, not regular
        a         | 2024-03-01 | J07BB02 | 1  <- a vaccine: not regular
        a         | 2023-06-01 | A02BC01 | 90 <- not renewed: reflux 0
        """,
    )
    assert list(person.values()) == [1, 4, 3, 1, 2, 3, 5]


@pytest.mark.parametrize(
    ("name", "codes", "without"),
    [
        ("kidney_straining_medicines_120d", ["M01AE01", "C09AA02", "C03CA01"], "M01AE01"),
        ("kidney_straining_medicines_120d", ["M01AE01", "C09AA02", "C03DA01"], "C09AA02"),
        ("double_antithrombotics_120d", ["B01AF02", "B01AC06"], "B01AC06"),
        ("opioids_and_sedatives_120d", ["N02AA05", "N05BA04"], "N02AA05"),
        ("opioids_and_sedatives_120d", ["N02AA05", "N05CF02"], "N05CF02"),
    ],
)
def test_combinations(features: Features, name: str, codes: list[str], without: str) -> None:
    # 120 days before the index date is 2023-12-03.
    rows = [f"a | 2023-12-03 | {code}" for code in codes]
    rows += [f"b | 2023-12-03 | {code}" for code in codes if code != without]
    rows += [f"c | {'2023-12-02' if code == without else '2024-03-01'} | {code}" for code in codes]
    found = features(name, dispensings="\n".join(["person_id | date | atc", *rows]))
    assert [person[name] for person in found] == [1, 0, 0]


def test_newly_started_and_courses(features: Features) -> None:
    found = features(
        "new_medicine_opioids_90d",
        "days_since_antibiotics",
        "repeated_antibiotics_365d",
        "steroids_with_antibiotics_365d",
        dispensings="""
        person_id | date       | atc
        a         | 2024-03-02 | N02AA05
        a         | 2024-02-01 | J01CA04
        a         | 2024-03-02 | J01CA04 <- 30 days later
        a         | 2024-02-24 | H02AB06 <- 7 days before the second
        b         | 2023-06-02 | N02AA05 <- not new
        b         | 2024-03-02 | N02AA05
        b         | 2024-01-31 | J01CA04
        b         | 2024-03-02 | J01CA04 <- 31 days later
        b         | 2024-02-23 | H02AB06 <- 8 days before
        c         | 2020-01-01 | J01CA04 <- longer ago than two years
        """,
    )
    assert [list(person.values()) for person in found] == [
        [1, 30, 1, 1],
        [0, 30, 0, 0],
        [0, 730, 0, 0],
    ]
