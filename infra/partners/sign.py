#!/usr/bin/env python3
"""Sign one request to the partner API: prints the headers, or with --send the answer. Copy this file alone, and change it.

    python3 sign.py --url https://api.example.com/live --key key_… --algorithm hmac-sha256 --secret secret.txt \
        --send POST /v1/purchases purchase.json

`secret.txt` holds the secret as it was shown (base64), or your private key as PEM. Python 3.9 or later and nothing else for
hmac-sha256; `pip install cryptography` for ed25519 and ecdsa-p256-sha256.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import http.client
import secrets
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

LIFETIME_SECONDS = 300


def sign_base(algorithm: str, key: bytes, base: bytes) -> bytes:
    """The raw signature. `key` is what the file holds."""
    if algorithm == "hmac-sha256":
        return hmac.new(base64.b64decode(key), base, hashlib.sha256).digest()
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    private = serialization.load_pem_private_key(key, password=None)
    if algorithm == "ed25519":
        return private.sign(base)
    # r and s side by side, 32 bytes each; not the DER that libraries give.
    r, s = utils.decode_dss_signature(private.sign(base, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sign(asked: argparse.Namespace, authority: str, path: str, body: bytes, key: bytes) -> dict[str, str]:
    """All headers to send."""
    headers = {}
    if body:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {"Content-Type": "application/json", "Content-Digest": f"sha-256=:{digest}:"}
    if asked.idempotency_key:
        headers["Idempotency-Key"] = asked.idempotency_key
    covered = {"@method": asked.method, "@authority": authority, "@path": path}
    covered.update((name.lower(), value) for name, value in headers.items())

    created = asked.created or time.time_ns() // 1_000_000_000
    nonce = asked.nonce or secrets.token_hex(16)
    names = " ".join(f'"{name}"' for name in covered)
    parameters = (
        f"({names});created={created};expires={created + LIFETIME_SECONDS}"
        f';keyid="{asked.key}";nonce="{nonce}";tag="loyalty-partner-v1"'
    )
    # One line each, no newline at the end.
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    base = "\n".join([*lines, f'"@signature-params": {parameters}']).encode()
    signature = base64.b64encode(sign_base(asked.algorithm, key, base)).decode()
    headers["Signature-Input"] = f"sig1={parameters}"
    headers["Signature"] = f"sig1=:{signature}:"
    return headers


def send(asked: argparse.Namespace, headers: dict[str, str], body: bytes) -> int:
    """Print the answer; the exit status says whether it was done."""
    url = urlsplit(asked.url)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=10)
    connection.request(asked.method, url.path.rstrip("/") + asked.path, body or None, headers)
    answer = connection.getresponse()
    print(answer.status, answer.read().decode())
    return 0 if answer.status < 300 else 1


def main() -> int:
    """Read the arguments, sign, print or send."""
    parser = argparse.ArgumentParser(description="Sign one request to the partner API.")
    parser.add_argument("--url", required=True, help="what /v1/… is appended to")
    parser.add_argument("--key", required=True, help="the key's id")
    parser.add_argument("--algorithm", required=True, choices=["hmac-sha256", "ed25519", "ecdsa-p256-sha256"])
    parser.add_argument("--secret", required=True, type=Path, help="a file: the secret in base64, or a PEM private key")
    parser.add_argument("--authority", help="the API's public name, where the URL has another host")
    parser.add_argument("--prefix", help="what precedes /v1 in the path, where the URL has another (the stage)")
    parser.add_argument("--idempotency-key", help="on routes that want one")
    parser.add_argument("--created", type=int, help="Unix seconds (default: now)")
    parser.add_argument("--nonce", help="never used before (default: random)")
    parser.add_argument("--send", action="store_true")
    parser.add_argument("method", metavar="METHOD")
    parser.add_argument("path", metavar="PATH", help="from /v1 on")
    parser.add_argument("body", metavar="BODY", nargs="?", type=Path, help="a file with JSON")
    asked = parser.parse_args()

    url = urlsplit(asked.url)
    authority = asked.authority or url.netloc.lower()
    path = (url.path.rstrip("/") if asked.prefix is None else asked.prefix) + asked.path
    body = asked.body.read_bytes() if asked.body else b""
    headers = sign(asked, authority, path, body, asked.secret.read_bytes())
    if asked.send:
        return send(asked, headers, body)
    print("\n".join(f"{name}: {value}" for name, value in headers.items()))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, ImportError) as error:  # a file, a key, the network, or no `cryptography`
        sys.exit(f"sign.py: {error}")
