"""The test vectors of RFC 9421, appendix B.2: through the library, through our adapter, and through our client.

https://www.rfc-editor.org/rfc/rfc9421#appendix-B.2. The keys are the RFC's own (appendix B.1) and secret to nobody.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    InvalidSignature,
    MappingKeyResolver,
    algorithms,
)
from msgspec.structs import replace

from quen.client import signing
from quen.client.signing import Credentials, UnsignedRequest, sign, signature_base
from quen.partners.model import Algorithm, Component, ParsedSignature, SignedRequest
from quen.partners.signatures import Rfc9421Signatures

CREATED = 1618884473
BODY = b'{"hello": "world"}'
REQUEST_HEADERS = {
    "host": "example.com",
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "content-type": "application/json",
    "content-digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
    "content-length": "18",
}
RESPONSE_HEADERS = {
    "date": "Tue, 20 Apr 2021 02:07:56 GMT",
    "content-type": "application/json",
    "content-digest": "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
    "content-length": "23",
}

RSA_PSS_PUBLIC = b"""-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----
"""
ECC_P256_PUBLIC = b"""-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----
"""
ED25519_PUBLIC = b"""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
ED25519_PRIVATE = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
SHARED_SECRET = base64.b64decode(
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
)


@dataclass
class Request:
    headers: dict[str, str]
    method: str = "POST"
    url: str = "https://example.com/foo?param=Value&Pet=dog"


@dataclass
class Response:
    headers: dict[str, str]
    request: Request
    status_code: int = 200


@dataclass(frozen=True)
class Vector:
    label: str
    algorithm: type[HTTPSignatureAlgorithm]
    key: bytes
    parameters: str
    value: str

    def message(self) -> Request | Response:
        signed = {
            "signature-input": f"{self.label}={self.parameters}",
            "signature": f"{self.label}=:{self.value}:",
        }
        if self.label == "sig-b24":
            return Response(RESPONSE_HEADERS | signed, Request(REQUEST_HEADERS))
        return Request(REQUEST_HEADERS | signed)


B25 = Vector(
    "sig-b25",
    algorithms.HMAC_SHA256,
    SHARED_SECRET,
    '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
)
B26 = Vector(
    "sig-b26",
    algorithms.ED25519,
    ED25519_PUBLIC,
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
)
VECTORS = [
    Vector(
        "sig-b21",
        algorithms.RSA_PSS_SHA512,
        RSA_PSS_PUBLIC,
        '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
        "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG"
        "52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVro"
        "gUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ"
        "98Xw9Q==",
    ),
    Vector(
        "sig-b22",
        algorithms.RSA_PSS_SHA512,
        RSA_PSS_PUBLIC,
        '("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss"'
        ';tag="header-example"',
        "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT"
        "8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBS"
        "pqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTu"
        "gEjHSw==",
    ),
    Vector(
        "sig-b23",
        algorithms.RSA_PSS_SHA512,
        RSA_PSS_PUBLIC,
        '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
        ';created=1618884473;keyid="test-key-rsa-pss"',
        "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fU"
        "xN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA"
        "1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKE"
        "gM4cUA==",
    ),
    Vector(
        "sig-b24",
        algorithms.ECDSA_P256_SHA256,
        ECC_P256_PUBLIC,
        '("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
        "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
    ),
    B25,
    B26,
]


class TimelessVerifier(HTTPMessageVerifier):
    """The vectors are of 2021."""

    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        pass


def verify(vector: Vector, message: Request | Response) -> Mapping[str, str]:
    key_id = vector.parameters.partition('keyid="')[2].partition('"')[0]
    resolver = MappingKeyResolver(public_keys={key_id: vector.key}, private_keys={})
    verifier = TimelessVerifier(signature_algorithm=vector.algorithm, key_resolver=resolver)
    (result,) = verifier.verify(message, max_age=None)
    return result.covered_components


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.label)
def test_the_library_verifies_the_vector(vector: Vector) -> None:
    assert verify(vector, vector.message())['"@signature-params"'] == vector.parameters


@pytest.mark.parametrize("vector", VECTORS[1:], ids=lambda vector: vector.label)
def test_the_library_refuses_the_vector_when_what_it_covers_is_changed(vector: Vector) -> None:
    message = vector.message()
    for name in ("content-digest", "content-type"):
        if f'"{name}"' in vector.parameters:
            message.headers[name] = message.headers[name].replace("a", "b", 1)
    with pytest.raises(InvalidSignature):
        verify(vector, message)


def parsed(vector: Vector) -> ParsedSignature:
    names = vector.parameters[1:].partition(")")[0].replace('"', "").split()
    return ParsedSignature(
        components=[Component(name) for name in names],
        parameters={"keyid": vector.parameters.partition('keyid="')[2].partition('"')[0]},
        value=base64.b64decode(vector.value),
        input_text=f"{vector.label}={vector.parameters}",
        value_text=f"{vector.label}=:{vector.value}:",
    )


@pytest.mark.parametrize(("vector", "algorithm"), [(B25, Algorithm.HMAC_SHA256), (B26, Algorithm.ED25519)])
def test_our_adapter_verifies_the_vectors_of_our_algorithms(vector: Vector, algorithm: Algorithm) -> None:
    headers = {name: [value] for name, value in REQUEST_HEADERS.items()}
    request = SignedRequest("POST", "example.com", "/foo", headers, BODY)
    signatures = Rfc9421Signatures()
    assert signatures.verify(request, parsed(vector), algorithm, vector.key)
    assert not signatures.verify(replace(request, authority="example.org"), parsed(vector), algorithm, vector.key)


@pytest.mark.parametrize(
    ("vector", "credentials"),
    [
        (B25, Credentials("test-shared-secret", "hmac-sha256", SHARED_SECRET)),
        (B26, Credentials("test-key-ed25519", "ed25519", ED25519_PRIVATE)),
    ],
    ids=["sig-b25", "sig-b26"],
)
def test_our_client_makes_the_vectors_of_our_algorithms(vector: Vector, credentials: Credentials) -> None:
    derived = {"@method": "POST", "@authority": "example.com", "@path": "/foo"}
    components = {one.name: (derived | REQUEST_HEADERS)[one.name] for one in parsed(vector).components}
    signature = credentials.sign(signature_base(components, vector.parameters))
    assert base64.b64encode(signature).decode() == vector.value


EXAMPLES = [
    (
        UnsignedRequest(
            "POST", "api.quen.example", "/live/v1/purchases/preview", b'{"total":{"amount":125000,"currency":"VND"}}'
        ),
        Credentials("key_0123456789abcdef", "hmac-sha256", bytes(range(32))),
    ),
    (
        UnsignedRequest("GET", "api.quen.example", "/live/v1/purchases/r-1"),
        Credentials("key_zyxwvtsrqpnmkjhg", "ed25519", ED25519_PRIVATE),
    ),
]


@pytest.mark.parametrize(("request_", "credentials"), EXAMPLES, ids=["hmac-sha256", "ed25519"])
def test_the_worked_examples_are_what_the_client_signs(request_: UnsignedRequest, credentials: Credentials) -> None:
    shown = (signing.__doc__ or "").replace("\\\n      ", "")
    headers = sign(request_, credentials, created=1795317300, nonce="Zm9yLW9uZS11c2Utb25seQ")
    parameters = headers["Signature-Input"].removeprefix("sig1=")
    assert parameters in shown
    assert f"Signature: {headers['Signature']}" in shown
    if request_.body:
        assert f"Content-Digest: {headers['Content-Digest']}" in shown
        assert f"these {len(request_.body)} bytes" in shown
        assert request_.body.decode() in shown
        assert base64.b64encode(credentials.secret).decode() in shown
