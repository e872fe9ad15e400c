"""Calls a running service as a tool would, and holds its scores against the batch's.

python .ci/call.py --port 3917 --home .framsynt
"""

import argparse
import json
import math
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

from features.home import Home
from features.store import ExtractStore

PATIENCE_SECONDS = 90
PEOPLE = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True)
    chosen = parser.parse_args()
    home = Home.at(chosen.home)
    with httpx.Client(base_url=f"http://127.0.0.1:{chosen.port}", timeout=60) as client:
        waited = wait_until_ready(client)
        assert client.get("/api/v1/care-units").status_code == 401, "open without a token"
        token = new_token(home)  # the service takes it at once
        client.headers["authorization"] = f"Bearer {token}"
        listed = check_lists(client)
        worst = check_scores(client, home, listed[:PEOPLE])
        check_refusals(client)
        assert "framsynt" in client.get("/metrics").text
    print(
        f"Ready after {waited:.0f} s. {len(listed)} people on lists. Batch and API differ by "
        f"at most {worst:.1e} over {min(PEOPLE, len(listed))} people."
    )


def wait_until_ready(client: httpx.Client) -> float:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        try:
            if client.get("/readyz").status_code == 200:
                return time.monotonic() - began
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise SystemExit("The service did not become ready.")


def new_token(home: Home) -> str:
    command = ["framsynt", "login", "--new", "--json", "--home", str(home.path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return str(json.loads(said)["token"])


def check_lists(client: httpx.Client) -> list[dict[str, Any]]:
    units = client.get("/api/v1/care-units").json()["care_units"]
    entries = []
    for unit in units:
        answer = client.get(f"/api/v1/care-units/{unit['care_unit']}/lists/current")
        answer.raise_for_status()
        answered = answer.json()
        entries += [{**e, "index_date": answered["index_date"]} for e in answered["entries"]]
    assert entries, "no one on any list"
    return entries


def check_scores(client: httpx.Client, home: Home, listed: list[dict[str, Any]]) -> float:
    """The largest difference between what the list says and what the scoring call answers."""
    extract = ExtractStore(home).current()
    worst = 0.0
    for entry in listed:
        tables = extract.person(entry["person_id"])
        history = {
            name: json.loads(rows.to_json(orient="records", date_format="iso"))
            for name, rows in tables.items()
        }
        for rows in history.values():
            for row in rows:
                for column, value in row.items():
                    if isinstance(value, str) and value.endswith("T00:00:00.000"):
                        row[column] = value[:10]
        body = {"history": history, "index_date": entry["index_date"]}
        answer = client.post("/score", json=body)
        answer.raise_for_status()
        scored = answer.json()
        for target, probability in entry["probabilities"].items():
            worst = max(worst, abs(probability - scored["probabilities"][target]))
        for explained in scored["explanations"]:
            total = explained["base"] + explained["rest"]
            total += sum(reason["contribution"] for reason in explained["reasons"])
            p = scored["probabilities"][explained["target"]]
            assert abs(total - math.log(p / (1 - p))) < 1e-6, "contributions do not add up"
    assert worst < 1e-9, f"batch and API differ by {worst}"
    return worst


def check_refusals(client: httpx.Client) -> None:
    for answer, status in (
        (client.get("/api/v1/care-units/no-such-unit/lists/current"), 404),
        (client.post("/score", json={"history": {"persons": "nonsense"}}), 400),
        (client.post("/score", content=b"{", headers={"content-type": "application/json"}), 400),
        (client.post("/score", content=b"{"), 415),
    ):
        assert answer.status_code == status, (answer.status_code, status)
        assert answer.headers["content-type"].startswith("application/problem+json")


if __name__ == "__main__":
    main()
