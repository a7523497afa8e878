"""How a partner signs a request, as `infra/openapi/partner.yaml` tells it. A test recomputes the numbers of the example."""

from __future__ import annotations

SIGNING_PROFILE = """\
What tills and partner brands do. Every request is signed: HTTP Message Signatures (RFC 9421), and with a body Content-Digest
(RFC 9530). `infra/partners/` holds files that sign, to copy (`sign.py`, `sign.mjs`, `sign.sh`), and test vectors
(`vectors.json`).

## Signing a request

1. **Key.** Staff of the program make it. For `hmac-sha256` you get a secret in base64, shown once: decode it. For `ed25519`
   and `ecdsa-p256-sha256` you send a public key. The key decides the algorithm; `alg` may repeat it or be left out.
2. **Body.** Send `Content-Type: application/json` and `Content-Digest: sha-256=:…:`, the base64 of the SHA-256 of the raw
   bytes (`sha-512` will do as well).
3. **Base.** One line `"<name>": <value>` for each part that is covered: `"@method"`, `"@authority"` (the API's public name,
   in lower case), `"@path"` (all of it, with what the API's address has before `/v1`), with a body `"content-type"` and
   `"content-digest"`, and `"idempotency-key"` where that header is sent. The last line is `"@signature-params": ` with the
   list of the names, in the order of the lines, and the parameters. A newline stands between lines and none at the end.
4. **Parameters.** `created` and `expires` in Unix seconds, `keyid`, `nonce` (16 to 128 of `A-Z a-z 0-9 _ = -`, never used
   before) and `tag="loyalty-partner-v1"`. `created` is at most 300 seconds past and 60 ahead; `expires` is not past, and at
   most 300 seconds after `created`.
5. **Signature.** Sign the bytes of the base. Send what follows `"@signature-params": ` as `Signature-Input: sig1=…`, and the
   signature in base64 as `Signature: sig1=:…:`. A P-256 signature is r and s, 32 bytes each, not DER.

A retry is signed anew, with the same business id (`purchase_id`, `return_id`, `Idempotency-Key`).

### A worked example

Key `key_0123456789abcdef`, `hmac-sha256`, its secret `AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=`; a body of 44 bytes:

    {"total":{"amount":125000,"currency":"VND"}}

The base, five lines and the parameters:

    "@method": POST
    "@authority": api.quen.example
    "@path": /live/v1/purchases/preview
    "content-type": application/json
    "content-digest": sha-256=:iyXjYgbl8JKyhGY+s/59ou3cB58NDLM3ZyZGM6cx7Iw=:
    "@signature-params": ("@method" "@authority" "@path" "content-type" "content-digest");created=1795317300\
;expires=1795317600;keyid="key_0123456789abcdef";nonce="Zm9yLW9uZS11c2Utb25seQ";tag="loyalty-partner-v1"

What is sent:

    Content-Type: application/json
    Content-Digest: sha-256=:iyXjYgbl8JKyhGY+s/59ou3cB58NDLM3ZyZGM6cx7Iw=:
    Signature-Input: sig1=("@method" "@authority" "@path" "content-type" "content-digest");created=1795317300\
;expires=1795317600;keyid="key_0123456789abcdef";nonce="Zm9yLW9uZS11c2Utb25seQ";tag="loyalty-partner-v1"
    Signature: sig1=:IZyQfABEqPk+A/dvEszEJ2R8qWlZMIrHaV5VrjaOj4U=:

### What is refused

In this order; the first that is wrong is the answer. A 401 carries `Accept-Signature`, the signature that would do.

| code | status | what is wrong |
|---|---|---|
| `headers_too_large`, `body_too_large` | 431, 413 | headers over 16 KB together, a body over 128 KB |
| `duplicate_header` | 400 | a header that is signed, or that decides something, comes twice |
| `path_not_canonical` | 400 | `%`, `;`, `\\`, `//`, a dot segment, a slash at the end, a character beyond ASCII |
| `query_not_allowed` | 400 | any query string: it is not signed |
| `signature_missing`, `signature_malformed` | 401, 400 | no signature under the tag; not one of this profile |
| `signature_components_missing` | 401 | something is not covered that must be, or is covered and was not sent |
| `signature_params_missing` | 401 | a parameter is not there |
| `signature_expired` | 401 | `created` and `expires` do not fit the time |
| `signature_invalid` | 401 | an unknown or revoked key, or a wrong signature: nobody is told which |
| `content_digest_malformed`, `content_digest_unsupported`, `content_digest_mismatch` | 400 | the digest is not the body's |
| `signature_replayed` | 401 | the nonce was used |
| `partner_forbidden` | 403 | the partner is suspended, or may not do this |
"""
