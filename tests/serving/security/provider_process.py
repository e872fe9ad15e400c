"""Runs oidc-provider-mock as a process of its own, with what it lacks: PKCE (RFC 7636).

python provider_process.py PORT
"""

import base64
import hashlib
import sys
from urllib.parse import parse_qs, urlsplit

import flask
import oidc_provider_mock
import werkzeug.serving

challenges: dict[str, str] = {}  # by code


def main() -> None:
    app = oidc_provider_mock.app(require_nonce=True)

    @app.after_request
    def remember_challenge(answer: flask.Response) -> flask.Response:
        code = parse_qs(urlsplit(answer.headers.get("location", "")).query).get("code")
        if flask.request.path == "/oauth2/authorize" and code:
            assert flask.request.args.get("code_challenge_method") == "S256"
            challenges[code[0]] = flask.request.args["code_challenge"]
        return answer

    @app.before_request
    def check_verifier() -> tuple[dict[str, str], int] | None:
        if flask.request.path != "/oauth2/token":
            return None
        verifier = flask.request.form.get("code_verifier", "")
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        if challenges.get(flask.request.form.get("code", "")) != made.rstrip(b"=").decode():
            return {"error": "invalid_grant"}, 400
        return None

    server = werkzeug.serving.make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
