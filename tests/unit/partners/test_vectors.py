"""The profile's own test vectors: made anew alike, taken by the side that verifies, made by the side that signs."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from local import partner_vectors
from quen.client.signing import UnsignedRequest, sign
from quen.errors import QuenError
from quen.partners.model import Algorithm
from unit.partners.vectors import DOCUMENT, VECTORS, credentials, signed_request, world_at

each = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])


def test_the_file_is_what_the_code_makes() -> None:
    assert partner_vectors.OUTPUT.read_text("utf-8") == partner_vectors.text(), "run python -m local.partner_vectors"


def test_there_is_every_kind_of_request_for_every_algorithm() -> None:
    assert [key["algorithm"] for key in DOCUMENT["keys"]] == list(Algorithm)
    assert {vector["name"] for vector in VECTORS} == {
        f"{algorithm}: {case.name}" for algorithm in Algorithm for case in partner_vectors.CASES
    }


@each
def test_the_verifier_takes_the_vector(vector: dict[str, Any]) -> None:
    world = world_at(vector["created"])
    assert world.partners.authenticate(signed_request(vector)).key_id == vector["key_id"]


@each
def test_the_verifier_refuses_the_vector_once_a_signed_part_is_another(vector: dict[str, Any]) -> None:
    request = signed_request(vector)
    for other in (
        replace(request, method="PUT"),
        replace(request, authority="api.other.example"),
        replace(request, path=request.path + "x"),
        replace(request, body=request.body + b" "),
    ):
        with pytest.raises(QuenError):
            world_at(vector["created"]).partners.authenticate(other)


@each
def test_the_client_makes_the_vector(vector: dict[str, Any]) -> None:
    request = UnsignedRequest(
        vector["method"],
        vector["authority"],
        vector["path"],
        vector["body"].encode(),
        idempotency_key=vector["headers"].get("Idempotency-Key"),
    )
    made = sign(request, credentials(vector["key_id"]), created=vector["created"], nonce=vector["nonce"])
    if credentials(vector["key_id"]).algorithm == Algorithm.ECDSA_P256_SHA256:
        world_at(vector["created"]).partners.authenticate(signed_request(vector, made))
        made["Signature"] = vector["headers"]["Signature"]  # another one each time
    assert made == vector["headers"]


@each
def test_the_base_is_a_line_for_each_part_and_ends_without_a_newline(vector: dict[str, Any]) -> None:
    lines = vector["signature_base"].split("\n")
    parameters = vector["headers"]["Signature-Input"].removeprefix("sig1=")
    known = {"@method": vector["method"], "@authority": vector["authority"], "@path": vector["path"]}
    known |= {name.lower(): value for name, value in vector["headers"].items() if not name.startswith("Signature")}
    assert lines == [*(f'"{name}": {value}' for name, value in known.items()), f'"@signature-params": {parameters}']
