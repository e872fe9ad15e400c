"""A record system: its signing key, the address of its public keys, and calls with its tokens."""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ISSUER = "https://journal.example.se"
PUBLIC = "https://framsynt.example.se"
PATIENT_VIEW = "/cds-services/framsynt-patient-view"
DISCHARGE = "/cds-services/framsynt-encounter-discharge"


class RecordSystem:
    """Signs with ES384, as CDS Hooks recommends."""

    def __init__(self) -> None:
        self.new_key()

    def new_key(self) -> None:
        self.key = ECKey.generate_key("P-384", parameters={"kid": uuid.uuid4().hex, "use": "sig"})

    @property
    def public(self) -> dict[str, Any]:
        return dict(KeySet([self.key]).as_dict(private=False))

    def token(self, path: str, key: ECKey | None = None, **changes: Any) -> str:
        """A token for the service at ``path``; a claim changed to None is left out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": PUBLIC + path,
            "iat": now,
            "exp": now + 300,
            "jti": uuid.uuid4().hex,
            **changes,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        signer = key or self.key
        header = {"alg": "ES384", "typ": "JWT", "kid": self.key.kid}
        return jwt.encode(header, said, signer, algorithms=["ES384"])

    def headers(self, path: str, **changes: Any) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(path, **changes)}"}


@contextmanager
def publishing(system: RecordSystem) -> Iterator[str]:
    """The address where the system's public keys are."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(system.public).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/jwks"
    server.shutdown()
    thread.join()
    server.server_close()


def call(
    person_id: str, hook: str = "patient-view", prefetch: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The body of a hook."""
    body: dict[str, Any] = {
        "hook": hook,
        "hookInstance": str(uuid.uuid4()),
        "fhirServer": "https://journal.example.se/fhir",
        "context": {"userId": "Practitioner/1", "patientId": person_id, "encounterId": "E1"},
    }
    return body if prefetch is None else {**body, "prefetch": prefetch}
