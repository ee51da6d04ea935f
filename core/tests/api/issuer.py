"""An authorization server with real keys, on loopback."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm


class Issuer:
    """Signs access tokens; ``keys`` are those it publishes."""

    def __init__(self) -> None:
        self.url = ""
        self.fetched = 0
        self.keys: dict[str, Any] = {}
        self.rotate("first")

    def rotate(self, kid: str) -> None:
        self.keys = {kid: rsa.generate_private_key(65537, 2048)}

    def add_elliptic(self, kid: str) -> None:
        self.keys[kid] = ec.generate_private_key(ec.SECP256R1())

    def token(self, kid: str = "first", *, key: Any = None, **claims: Any) -> str:
        key = key or self.keys[kid]
        algorithm = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"
        content = {
            "iss": self.url,
            "aud": "https://interlock.example/mcp",
            "sub": "ann",
            "exp": time.time() + 600,
            "scope": "interlock:operator",
        } | claims
        return jwt.encode(content, key, algorithm, headers={"kid": kid})

    def answer(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        if path == "/keys":
            self.fetched += 1
            return {"keys": [_public(kid, key) for kid, key in self.keys.items()]}
        return None


def _public(kid: str, key: Any) -> dict[str, Any]:
    elliptic = isinstance(key, ec.EllipticCurvePrivateKey)
    kind = ECAlgorithm if elliptic else RSAAlgorithm
    shown = kind.to_jwk(key.public_key(), as_dict=True)
    return {**shown, "kid": kid, "use": "sig", "alg": "ES256" if elliptic else "RS256"}


@contextmanager
def issuing() -> Iterator[Issuer]:
    issuer = Issuer()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = issuer.answer(self.path)
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
