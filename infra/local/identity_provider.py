"""A small OpenID Connect issuer for the local stack, in the place of the brand's own.

It publishes its discovery document and its key, and gives a token to whoever has the data directory: development only.
"""

from __future__ import annotations

import json
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from local.connection import damaged, read_kept, write_private
from local.emulator import HOST, free_port, is_free
from quen.clock import WallClock

AUDIENCE = "quen"
ALGORITHM = "RS256"
TOKEN_SECONDS = 30 * 24 * 60 * 60
DISCOVERY_PATH = "/.well-known/openid-configuration"
JWKS_PATH = "/.well-known/jwks.json"


class IdentityProvider:
    """The issuer whose key is kept under `data_dir`; the same one at every start."""

    audience = AUDIENCE

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "identity"
        self._key = self._load_key()
        self._server: ThreadingHTTPServer | None = None

    def _load_key(self) -> RSAKey:
        path = self._folder / "key.json"
        if not path.exists():
            key = RSAKey.generate_key(2048, {"alg": ALGORITHM, "use": "sig"}, private=True, auto_kid=True)
            write_private(path, dict(key.as_dict(private=True)))
        try:
            return RSAKey.import_key(read_kept(path))
        except (JoseError, ValueError):
            raise damaged(path) from None

    @property
    def issuer(self) -> str:
        """What `iss` says: the address it was last served at."""
        path = self._folder / "address.json"
        match read_kept(path):
            case {"issuer": str(address)}:
                return address
        raise damaged(path)

    @property
    def jwks_url(self) -> str:
        """Where its public key is."""
        return self.issuer + JWKS_PATH

    def token(self, subject: str, *, expires_in_seconds: int = TOKEN_SECONDS, **claims: Any) -> str:
        """A signed token: of a member (phone_number, phone_number_verified, email …) or of staff (role)."""
        now = int(WallClock().now().timestamp())  # tokens do not travel in time
        registered = {"iss": self.issuer, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + expires_in_seconds}
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, {**registered, **claims}, self._key, algorithms=[ALGORITHM])

    def serve(self, preferred_port: int) -> None:
        """Publish the key on the last port, else the preferred one, else any that is free."""
        port = self._choose_port(preferred_port)
        issuer = f"http://{HOST}:{port}"
        documents: dict[str, dict[str, Any]] = {
            DISCOVERY_PATH: {
                "issuer": issuer,
                "jwks_uri": issuer + JWKS_PATH,
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
            },
            JWKS_PATH: {"keys": [self._key.as_dict(private=False)]},
        }
        self._server = ThreadingHTTPServer((HOST, port), partial(_Documents, documents))
        threading.Thread(target=self._server.serve_forever, name="identity-provider", daemon=True).start()
        write_private(self._folder / "address.json", {"issuer": issuer})

    def _choose_port(self, preferred: int) -> int:
        wanted = [preferred]
        if (self._folder / "address.json").exists():
            wanted.insert(0, int(self.issuer.rsplit(":", 1)[1]))
        return next((port for port in wanted if is_free(port)), 0) or free_port()

    def close(self) -> None:
        """Stop publishing."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()


class _Documents(BaseHTTPRequestHandler):
    """Answers GET with one of a few fixed JSON documents."""

    def __init__(self, documents: dict[str, dict[str, Any]], *arguments: Any) -> None:
        self._documents = documents
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """The document at this path, or 404."""
        document = self._documents.get(self.path)
        body = json.dumps(document or {"error": "not_found"}).encode()
        self.send_response(200 if document else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class names it so
        """Keep quiet: `quen serve` shows progress, not requests."""
