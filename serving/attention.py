"""What to look at for a person: rules on the records, each with its source.

These are not reasons for a score. A rule says that something usually done is not on record, or
that two things on record should be seen together; whether it matters is for who knows the
person. What is not known fulfils no rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan

from features.measures import FEATURE
from serving.api.answers import Words

Values = Mapping[str, float]
OWN = Words(sv="Framsynts egen gräns", en="Framsynt's own limit")


@dataclass(frozen=True)
class Look:
    """A rule: ``of`` names the features it reads (KeyError at import for one that is not)."""

    name: str
    of: tuple[str, ...]
    rule: Callable[..., bool]
    says: Words
    source: Words

    def __post_init__(self) -> None:
        for feature in self.of:
            FEATURE[feature]

    def fires(self, values: Values) -> bool:
        """Whether the rule holds; never where one of its features is not known."""
        read = [values.get(feature, float("nan")) for feature in self.of]
        return not any(map(isnan, read)) and bool(self.rule(*read))


@dataclass(frozen=True)
class Found:
    """A rule that holds for a person, and the values that made it."""

    look: Look
    values: list[Words]


LOOKS = (
    Look(
        "medication_review",
        ("substances_120d", "medication_review_365d", "medication_review_in_depth_730d"),
        lambda medicines, review, deep: medicines >= 5 and review == 0 and deep == 0,
        Words(
            sv="Läkemedelsgenomgång: minst fem läkemedel, ingen genomgång registrerad på ett år",
            en="Medication review: five medicines or more, and no review recorded in a year",
        ),
        Words(
            sv="HSLF-FS 2017:37 (gäller från 75 år; här alla med minst fem läkemedel)",
            en="HSLF-FS 2017:37 (from 75 years; here all with five medicines or more)",
        ),
    ),
    Look(
        "sip_health",
        ("home_health_care_now", "home_help_now", "outpatient_contacts_365d", "sip_730d"),
        lambda nursing, help_, contacts, sip: (nursing or help_) and contacts > 0 and sip == 0,
        Words(
            sv="SIP: både region och kommun ger vård eller omsorg, och ingen samordnad individuell "
            "plan är registrerad",
            en="SIP: region and municipality both give care, and no coordinated individual plan "
            "is recorded",
        ),
        Words(
            sv="Hälso- och sjukvårdslagen (2017:30) 16 kap. 4 §",
            en="Health and Medical Services Act (2017:30) ch. 16 s. 4",
        ),
    ),
    Look(
        "fixed_contact",
        ("care_units_365d", "professions_365d"),
        lambda units, professions: units >= 8 or professions >= 5,
        Words(
            sv="Fast vårdkontakt: många enheter eller yrkesgrupper är inblandade. Finns någon som "
            "håller ihop?",
            en="Fixed care contact: many units or professions are involved. Does somebody hold "
            "it together?",
        ),
        Words(
            sv="Patientlagen (2014:821) 6 kap. 2 §; gränsen är Framsynts egen",
            en="Patient Act (2014:821) ch. 6 s. 2; the limit is Framsynt's own",
        ),
    ),
    Look(
        "continuity",
        ("primary_continuity_index_730d", "outpatient_contacts_365d"),
        lambda index, contacts: index < 0.4 and contacts >= 6,
        Words(
            sv="Kontinuitet: kontakterna i primärvården är spridda på flera enheter",
            en="Continuity: contacts in primary care are spread over several units",
        ),
        Words(
            sv="Bice–Boxerman, doi 10.1097/00005650-197704000-00010; gränsen är Framsynts egen",
            en="Bice–Boxerman, doi 10.1097/00005650-197704000-00010; the limit is Framsynt's own",
        ),
    ),
    Look(
        "falls",
        ("falls_365d", "fall_risk_medicines_120d"),
        lambda falls, medicines: falls > 0 and medicines > 0,
        Words(
            sv="Fall: har fallit det senaste året och använder läkemedel som kan öka fallrisken",
            en="Falls: has fallen in the last year and uses medicines that may raise the risk",
        ),
        OWN,
    ),
    Look(
        "unsuitable_medicines",
        ("age", "inappropriate_medicines_120d"),
        lambda age, medicines: age >= 75 and medicines > 0,
        Words(
            sv="Läkemedel som bör undvikas hos äldre är uthämtade",
            en="Medicines to be avoided in older people have been collected",
        ),
        Words(
            sv="Socialstyrelsen, Indikatorer för god läkemedelsterapi hos äldre",
            en="Socialstyrelsen, Indicators of good drug therapy in the elderly",
        ),
    ),
    Look(
        "follow_up",
        ("discharges_without_follow_up_90d",),
        lambda discharges: discharges > 0,
        Words(
            sv="Uppföljning: utskriven från sjukhus utan registrerad kontakt i öppenvården efteråt",
            en="Follow-up: discharged from hospital without a recorded outpatient contact after",
        ),
        OWN,
    ),
)


READ = tuple(dict.fromkeys(feature for look in LOOKS for feature in look.of))
"""The features that the rules read."""


def to_look_at(values: Values) -> list[Found]:
    """The rules that hold, in the order they are declared."""
    return [
        Found(look, [_said(name, values[name]) for name in look.of])
        for look in LOOKS
        if look.fires(values)
    ]


def _said(name: str, value: float) -> Words:
    feature = FEATURE[name]
    return Words(sv=feature.says(value, "sv"), en=feature.says(value, "en"))
