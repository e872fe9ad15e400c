"""Cards for people of a home's list, and for the same people sent along as FHIR resources.

    python -m benchmarks.cards --home HOME

One call after the other, in this process, through door, guard, access log and card: processor time
a call, with the caller's share in it, and time by the clock. The home's register gets the lines of
the access log: give it a copy.
"""

import argparse
import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np

from benchmarks.cards.resources import CODES, prefetch_of
from features.home import Home
from features.store import ExtractStore
from serving.api.app import create_app
from serving.cds.settings import CdsSettings
from serving.desk import Desk
from serving.scoring import Scorer
from serving.security.door import Door
from serving.security.login import Login, Words
from serving.security.security import Security
from serving.security.settings import Rate, Settings

HOOK = "/cds-services/framsynt-patient-view"
TOKEN = "of-the-benchmark"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--home", type=Path, required=True)
    asked.add_argument("--calls", type=int, default=300)
    options = asked.parse_args()
    with TemporaryDirectory() as work:
        codes = Path(work) / "codes.csv"
        codes.write_text(CODES, encoding="utf-8")
        asyncio.run(measure(Home.at(options.home), options.calls, codes))


async def measure(home: Home, calls: int, codes: Path) -> None:
    extract = ExtractStore(home).current()
    desk = Desk.of(home, Scorer.of(home))
    run = desk.run()
    people = [e.person_id for e in desk.register.entries(run.id)]
    histories = {p: extract.person(p) for p in people[:60]}
    sent = {f"sent-{p}": prefetch_of(f"sent-{p}", t) for p, t in histories.items()}
    rows = [sum(map(len, tables.values())) for tables in histories.values()]
    app = create_app(desk)
    login = Login.from_words(Words("not-used", TOKEN), cost=2)
    security = Security(
        lambda: app.state.desk,
        Settings(per_principal=Rate(1e6, 1e6), per_address=Rate(1e6, 1e6)),
        login.secret,
        login,
        cds=CdsSettings(code_map=codes),
    )
    transport = httpx.ASGITransport(Door(app, security=security))
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers=headers
    ) as client:
        await timed("of the register", client, people, calls, lambda p: None)
        print(f"sent along: {len(sent)} people, {np.median(rows):.0f} rows each (median)")
        await timed("sent along", client, list(sent), calls, sent.__getitem__)


async def timed(
    what: str,
    client: httpx.AsyncClient,
    people: list[str],
    calls: int,
    prefetch: Callable[[str], Any],
) -> None:
    walls, cpus, cards = [], [], 0
    for n in range(-20, calls):  # the first twenty only warm
        person = people[n % len(people)]
        body = {
            "hook": "patient-view",
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": {"userId": "Practitioner/1", "patientId": person},
        }
        if prefetch(person):
            body["prefetch"] = prefetch(person)
        wall, cpu = time.perf_counter(), time.process_time()
        answer = await client.post(HOOK, json=body)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert answer.status_code == 200, answer.text
        if n >= 0:
            walls.append(wall * 1000)
            cpus.append(cpu * 1000)
            cards += len(answer.json()["cards"])
    p50, p99 = np.percentile(walls, [50, 99])
    print(
        f"{what}: {calls} calls, {cards} cards; {np.median(cpus):.1f} ms of processor (median), "
        f"{p50:.1f} ms by the clock, 99 of 100 within {p99:.1f} ms"
    )


if __name__ == "__main__":
    main()
