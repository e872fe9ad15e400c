"""The list of a care unit: go through it, decide, undo, search, take it along."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.population import TARGET_GROUPS
from serving.api import answers
from serving.api.routes import AtDesk, Week
from serving.deciding import DECLINE_REASONS, MODELS
from serving.places import day_of, places_of
from serving.register import WeeklyRun
from serving.register.decisions import Decision
from serving.register.reading import one_reading
from serving.review import Row, Sort, State, Wanted, chosen, rows_of
from serving.web import export
from serving.web.catalogue import N_
from serving.web.decided import Deeds
from serving.web.render import page, render, speech_of
from serving.web.router import router
from serving.web.words import few_of

QUICK_WEEKS = (1, 4, 12)
ONLY = (("", N_("all")), ("new", N_("only_new")), ("open", N_("only_open")))
SORTS = (
    (Sort.RISK, N_("sort_risk")),
    (Sort.NEW, N_("sort_new")),
    (Sort.OPEN, N_("sort_open")),
    (Sort.AGE, N_("sort_age")),
)


async def _wanted(  # async: it waits for nothing, so needs no thread of its own
    group: Annotated[str, Query(max_length=64)] = "",
    model: Annotated[str, Query(pattern="^[ABC]?$")] = "",
    only: Annotated[str, Query(pattern="^(new|open)?$")] = "",
    sort: Sort = Sort.RISK,
) -> Wanted:
    return Wanted(group if group in TARGET_GROUPS else "", model, only, sort)


Filters = Annotated[Wanted, Depends(_wanted)]


@dataclass(frozen=True)
class Draft:
    """What somebody filled in, so that it is still there when it could not be saved."""

    kind: str
    mobile_model: str
    start: str
    until: str
    until_other: str
    reason: str
    note: str
    wrong: str = ""
    conflict: Decision | None = None


@dataclass(frozen=True)
class Desktop:
    """A unit's list of a week, as one request sees it."""

    request: Request
    desk: Any
    run: WeeklyRun
    care_unit: str
    wanted: Wanted

    def show(
        self,
        status: int = 200,
        *,
        drafts: dict[str, Draft] | None = None,
        searched: str = "",
    ) -> HTMLResponse:
        """The whole page."""
        with one_reading(self.desk.register.engine):
            list_ = self.desk.weekly_list(self.run, self.care_unit)
            rows = rows_of(self.desk.register, self.run, list_.entries)
            known = self._known(list_, rows, drafts or {})
            weeks = self.desk.register.weeks()
        return page(
            self.request,
            "list.html",
            status,
            **known,
            list=list_,
            rows=chosen(rows, self.wanted),
            weeks=weeks,
            example=_example(list_),
            groups=list(TARGET_GROUPS),
            models=MODELS,
            onlys=ONLY,
            sorts=SORTS,
            searched=searched,
        )

    def show_row(self, person_id: str, said: str, draft: Draft | None = None) -> HTMLResponse:
        """One person's row, the places, and a word to who cannot see them change."""
        with one_reading(self.desk.register.engine):
            list_ = self.desk.weekly_list(self.run, self.care_unit)
            rows = rows_of(self.desk.register, self.run, list_.entries)
            known = self._known(list_, rows, {person_id: draft} if draft else {})
        row = next(r for r in rows if r.entry.person_id == person_id)
        html = render(self.request, "parts/answer.html", row=row, said=said, **known)
        # A refused form is still an answer to htmx: 409 and 400 are swapped in (base.html).
        status = 409 if draft and draft.conflict else 400 if draft else 200
        return HTMLResponse(html, status)

    def _known(
        self, list_: answers.WeeklyList, rows: list[Row], drafts: dict[str, Draft]
    ) -> dict[str, Any]:
        return {
            **self.to_decide(drafts),
            "tab": "list",
            "wanted": self.wanted,
            "left": sum(r.state is State.OPEN for r in rows),
            "primary": list_.primary_target,
        }

    def to_decide(self, drafts: dict[str, Draft]) -> dict[str, Any]:
        """What the form of a decision needs, on a list and on a person's page."""
        day = day_of(self.run)
        newest = self.desk.register.current()
        is_newest = newest is not None and newest.id == self.run.id
        return {
            "unit_url": unit_url(self.care_unit),
            "query": self._query(is_newest),
            "week_query": "" if is_newest else f"?week={self.run.week}",
            "is_newest": is_newest,
            "places": places_of(self.desk.register, self.care_unit, day, self.run),
            "deeds": Deeds(speech_of(self.request)),
            "drafts": drafts,
            "today": day,
            "quick": [((day + timedelta(weeks=n)).isoformat(), n) for n in QUICK_WEEKS],
            "decline_reasons": DECLINE_REASONS,
        }

    def _query(self, is_newest: bool) -> str:
        wanted = self.wanted
        asked = {
            "week": "" if is_newest else self.run.week,
            "group": wanted.group,
            "model": wanted.model,
            "only": wanted.only,
            "sort": "" if wanted.sort is Sort.RISK else wanted.sort.value,
        }
        said = urlencode({k: v for k, v in asked.items() if v})
        return f"?{said}" if said else ""

    def back(self, person_id: str, *, to_person: bool = False) -> RedirectResponse:
        """To the list, at the person's row, which names nobody; or to the person's page."""
        entry = self.desk.register.entry(self.run.id, person_id)
        if to_person:
            return RedirectResponse(f"/people/{quote(person_id, safe='')}", 303)
        newest = self.desk.register.current()
        query = self._query(newest is not None and newest.id == self.run.id)
        place = f"#r{entry.rank}" if entry else ""
        return RedirectResponse(f"{unit_url(self.care_unit)}{query}{place}", 303)

    @property
    def by_htmx(self) -> bool:
        return self.request.headers.get("hx-request") == "true"


def unit_url(care_unit: str) -> str:
    return f"/care-units/{quote(care_unit, safe='')}"


def _example(list_: answers.WeeklyList) -> tuple[int, int]:
    """A risk of this very list to explain risks by, as so many of 10 or of 100."""
    chances = [e.probabilities[list_.primary_target] for e in list_.entries]
    return few_of(chances[0] if chances else 0.3)


# -- reading ----------------------------------------------------------------------------


@router.get("/care-units/{care_unit}")
def unit(
    request: Request, desk: AtDesk, care_unit: str, wanted: Filters, week: Week = "current"
) -> Response:
    return Desktop(request, desk, desk.run(week), care_unit, wanted).show()


@router.post("/care-units/{care_unit}/search")
def search(
    request: Request,
    desk: AtDesk,
    care_unit: str,
    wanted: Filters,
    q: Annotated[str, Form(max_length=128)] = "",
    week: Week = "current",
) -> Response:
    """By pseudonym, sent as a form: it is not left in an address, a history or a log."""
    run, asked = desk.run(week), q.strip()
    found = Desktop(request, desk, run, care_unit, replace(wanted, person=asked))
    if not asked:
        return found.show()
    scored = desk.register.person(run.id, asked)
    listed = desk.register.entry(run.id, asked)
    if scored is not None and scored[0] == care_unit and listed is None:
        return RedirectResponse(f"/people/{quote(asked, safe='')}?week={run.week}", 303)
    return found.show(searched=speech_of(request).text("searched", q=asked))


@router.get("/care-units/{care_unit}/export.{kind}")
def take_along(
    request: Request,
    desk: AtDesk,
    care_unit: str,
    kind: Literal["xlsx", "csv"],
    wanted: Filters,
    week: Week = "current",
) -> Response:
    run = desk.run(week)
    list_ = desk.weekly_list(run, care_unit)
    rows = chosen(rows_of(desk.register, run, list_.entries), wanted)
    speech = speech_of(request)
    lines = export.table(rows, list_.primary_target, speech)
    title = speech.text("week") + " " + speech.week_number(run.week)
    made, media = (
        (export.as_xlsx(lines, title), export.XLSX)
        if kind == "xlsx"
        else (export.as_csv(lines), export.CSV)
    )
    name = f"framsynt-{run.week}.{kind}"
    return Response(made, 200, {"content-disposition": f'attachment; filename="{name}"'}, media)
