"""Words put into templates when they are compiled say what the extension i18n would say."""

import pytest
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from serving.web.catalogue import UnknownKey
from serving.web.said import SaidOnce

TEXTS = {"plain": "Åtta <b>av</b> 10 %%", "filled": "%(n)s av %(of)s", "lower": "Vecka"}


class Catalogue:
    def gettext(self, key: str) -> str:
        if key not in TEXTS:
            raise UnknownKey(key)
        return TEXTS[key]

    def ngettext(self, one: str, _many: str, _n: int) -> str:
        return self.gettext(one)


def made(kind: type[Environment], **templates: str) -> Environment:
    environment = kind(
        loader=DictLoader(templates), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    environment.catalogue = Catalogue()  # type: ignore[attr-defined]
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        Catalogue().gettext, Catalogue().ngettext, newstyle=True
    )
    return environment


@pytest.mark.parametrize(
    "template",
    [
        '{{ _("plain") }}',
        '<p title="{{ _("plain") }}">{{ _("lower") | lower }}</p>',
        '{{ _("filled", n=n, of=name) }}',
        '{{ _("plain") if n else _("lower") }}',
        '{% set said = _("filled", n=_("lower"), of=2) %}{{ said }}',
        "{{ _(key) }}",
    ],
)
def test_the_same_as_when_asked_every_time(template: str) -> None:
    known = {"n": 3, "name": "<script>", "key": "lower"}
    once = made(SaidOnce, page=template).get_template("page").render(known)

    assert once == made(Environment, page=template).get_template("page").render(known)
    assert "<script>" not in Markup(once)


def test_a_key_that_no_catalogue_has_is_an_error() -> None:
    with pytest.raises(UnknownKey):
        made(SaidOnce, page='{{ _("nowhere") }}').get_template("page")
