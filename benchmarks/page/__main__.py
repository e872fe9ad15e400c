"""python -m benchmarks.page --home HOME: what a page costs the processor; benchmarks/README.md.

In this process, without a network: the door, the page, the register. The register of the home is
written to (its access log, a session): give a copy.
"""

import argparse
import gc
import json
import logging
import random
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from statistics import mean, median, quantiles

import anyio
import httpx
from itsdangerous import TimestampSigner

from features import kernels
from features.home import Home
from features.store import ExtractStore
from serving.api.app import create_app
from serving.desk import Desk
from serving.preparing import told_of_listed
from serving.scoring import Scorer
from serving.security.door import Door
from serving.security.login import Login
from serving.security.security import SESSION_KEY
from serving.security.sessions import Sessions
from serving.security.who import Principal, Role
from serving.warm import warm
from serving.weekly import features_told

MANY = 1600


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--people", type=int, default=60, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    logging.disable(logging.INFO)
    _run(chosen.home, chosen.people, random.Random(chosen.seed))


def _run(folder: Path, number: int, rng: random.Random) -> None:
    kernels.load()
    home = Home.at(folder)
    desk = Desk.of(home, Scorer.of(home))
    run = desk.run()
    warm(desk.scorer)
    listed = [entry.person_id for entry in desk.register.entries(run.id)]
    others = sorted(set(desk.register.scores(run.id, run.primary_target)) - set(listed))
    rng.shuffle(listed)
    rng.shuffle(others)
    app = Door(create_app(desk), Login.of(home)[0])
    paths = {
        "page, on a list": [f"/people/{p}" for p in listed[:number]],
        "page, on no list": [f"/people/{p}" for p in others[:number]],
        "page of the start": ["/"] * number,
    }
    cookies = _cookies(home, desk)
    print(f"{len(listed)} people on lists; milliseconds of processor time")
    anyio.run(_get, app, cookies, paths["page, on a list"][:5])
    gc.collect()
    gc.freeze()
    for name, asked in paths.items():
        _say(name, anyio.run(_get, app, cookies, asked))
    opened = [lambda p=p: desk.open(run, p, [run.primary_target]) for p in listed[:number]]
    _say("the desk alone, on a list", [_clock(one) for one in opened])

    why = desk.register.reasons(run.id, listed, run.primary_target)
    features = {p: features_told(why[p].reasons) for p in listed}
    # Whom the lists would hold, were they longer: of more people a partition costs little.
    scores = desk.register.scores(run.id, run.primary_target)
    likeliest = sorted(scores, key=lambda p: (-scores[p], p))[:MANY]
    many = dict(zip(likeliest, cycle(features.values()), strict=False))
    extract = ExtractStore(home).get(run.extract_id)
    told_of_listed(extract, desk.scorer, run.index_date, features)  # all is loaded now
    for people in (features, many):
        began = time.process_time()
        rows = told_of_listed(extract, desk.scorer, run.index_date, people)
        each = 1000 * (time.process_time() - began) / len(rows)
        in_one = len(rows) // len(extract.partitions)
        sizes = [len(row["content"]) for row in rows]
        print(
            f"made ready: {each:.1f} a person, {len(rows)} people, {in_one} in a partition; "
            f"kept {mean(sizes):.0f} bytes a person, at most {max(sizes)}"
        )


def _cookies(home: Home, desk: Desk) -> dict[str, str]:
    """Of somebody who works at every care unit."""
    units = frozenset(unit.care_unit for unit in desk.register.units(desk.run().id))
    somebody = Principal("benchmark", "Benchmark", frozenset({Role.REVIEWER}), units)
    session = {SESSION_KEY: Sessions(desk.register.engine).begin(somebody)}
    signer = TimestampSigner(Login.of(home)[0].secret)
    return {"framsynt": signer.sign(b64encode(json.dumps(session).encode())).decode()}


async def _get(app: Door, cookies: dict[str, str], paths: Sequence[str]) -> list[float]:
    """Seconds of processor time, of all threads, for each."""
    transport = httpx.ASGITransport(app)
    spent = []
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", cookies=cookies
    ) as client:
        for path in paths:
            began = time.process_time()
            answer = await client.get(path)
            spent.append(time.process_time() - began)
            answer.raise_for_status()
    return spent


def _clock(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _say(name: str, seconds: Sequence[float]) -> None:
    low, high = quantiles(seconds, n=10)[0], quantiles(seconds, n=10)[-1]
    said = " ".join(f"{1000 * s:6.1f}" for s in (low, median(seconds), high))
    print(f"{name:28} {said}   (10th, 50th, 90th percentile)")


if __name__ == "__main__":
    main()
