"""Age and living situation."""

from features.measures.base import Domain
from features.measures.kinds import Age, PersonIs, PersonValue
from features.measures.wording import amount, yes_no

age = Age(
    name="age",
    domain=Domain.DEMOGRAPHY,
    unit="years",
    says=amount(sv=("Ålder", "{n} år"), en=("Age", "{n} years old")),
)
sex_female = PersonIs(
    name="sex_female",
    domain=Domain.DEMOGRAPHY,
    column="sex",
    value="female",
    says=yes_no(sv=("Kön", "Kvinna", "Man"), en=("Sex", "Woman", "Man")),
)
deprivation = PersonValue(
    name="deprivation",
    domain=Domain.DEMOGRAPHY,
    column="deprivation",
    unit="fifth",
    says=amount(
        sv=(
            "Områdets socioekonomi",
            "Bor i område med socioekonomisk utsatthet {n} av 5 (5 är störst)",
        ),
        en=(
            "Deprivation of the neighbourhood",
            "Lives in an area of deprivation {n} of 5 (5 is the most deprived)",
        ),
    ),
)
lives_alone = PersonIs(
    name="lives_alone",
    domain=Domain.DEMOGRAPHY,
    column="lives_alone",
    value=True,
    says=yes_no(
        sv=("Bor ensam", "Bor ensam", "Bor inte ensam"),
        en=("Lives alone", "Lives alone", "Does not live alone"),
    ),
)

MEASURES = (age, sex_female, deprivation, lives_alone)
