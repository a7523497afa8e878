"""Partners, keys, nonces and secrets, kept for real: one suite for the fakes and for AWS as moto plays it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import get_session
from moto import mock_aws
from msgspec.structs import replace

from local.write_units import item_size
from quen.client.signing import Credentials, UnsignedRequest, sign
from quen.dynamodb import open_client
from quen.errors import ConflictRetryError, NotFoundError, TemporarilyUnavailableError
from quen.ids import new_id
from quen.partners.counts import RequestCountStore
from quen.partners.model import (
    ALL_RIGHTS,
    Algorithm,
    KeyState,
    Partner,
    PartnerKey,
    PartnerState,
    Right,
    SignatureReplayedError,
    SignedRequest,
)
from quen.partners.rates import RatedAction, RouteGroup
from quen.partners.secrets import SecretsManagerKeySecrets
from quen.partners.service import KeySecrets, Nonces, PartnerRecords, Partners
from quen.partners.signatures import Rfc9421Signatures
from quen.partners.store import NonceStore, PartnerStore
from quen.writes import Write
from tables import create_tables
from unit.partners.fakes import FakeKeySecrets, FakeNonces, FakePartnerRecords, FixedClock, make_private_pem

REGION = "ap-southeast-1"
NOW = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
SECOND = int(NOW.timestamp())


@dataclass
class Aws:
    dynamodb: Any
    secrets: Any
    table: str


@dataclass
class Ports:
    records: PartnerRecords
    nonces: Nonces
    secrets: KeySecrets


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        dynamodb = open_client(REGION)
        secrets = open_client(REGION, service="secretsmanager")
        yield Aws(dynamodb, secrets, create_tables(dynamodb)["program"])


def make_real_ports(aws: Aws) -> Ports:
    secrets = SecretsManagerKeySecrets(aws.secrets, "quen-test/partners/")
    return Ports(PartnerStore(aws.dynamodb, aws.table), NonceStore(aws.dynamodb, aws.table), secrets)


@pytest.fixture(params=["fake", "aws"])
def ports(request: pytest.FixtureRequest) -> Ports:
    if request.param == "fake":
        return Ports(FakePartnerRecords(), FakeNonces(), FakeKeySecrets())
    return make_real_ports(request.getfixturevalue("aws"))


def make_partner(name: str = "Phở 24") -> Partner:
    return Partner(new_id("ptn"), name, PartnerState.ACTIVE, ALL_RIGHTS, NOW)


def make_key(partner: Partner, **parts: Any) -> PartnerKey:
    key = PartnerKey(
        new_id("key"),
        partner.partner_id,
        Algorithm.ED25519,
        KeyState.ACTIVE,
        NOW,
        None,
        NOW,
        "-----BEGIN PUBLIC KEY-----",
    )
    return replace(key, **parts)


def test_a_partner_is_found_as_it_was_kept(ports: Ports) -> None:
    for rights in (ALL_RIGHTS, frozenset({Right.SEARCH_MEMBERS}), frozenset[Right]()):
        partner = replace(make_partner(), rights=rights)
        ports.records.add(partner)
        assert ports.records.find(partner.partner_id) == partner
    assert ports.records.find("ptn_0123456789abcdef") is None


def test_partners_are_listed_by_id_a_page_at_a_time(ports: Ports) -> None:
    partners = [make_partner(f"partner {number}") for number in range(5)]
    for partner in partners:
        ports.records.add(partner)
    ids = sorted(partner.partner_id for partner in partners)
    first = ports.records.list_partners(None, 3)
    assert [partner.partner_id for partner in first] == ids[:3]
    assert [partner.partner_id for partner in ports.records.list_partners(ids[2], 3)] == ids[3:]
    assert list(ports.records.list_partners(ids[4], 3)) == []


def test_a_key_is_found_as_it_was_kept_by_id_and_by_partner(ports: Ports) -> None:
    partner, other = make_partner(), make_partner()
    ports.records.add(partner)
    ports.records.add(other)
    keys = [
        make_key(partner, not_after=NOW + timedelta(days=1)),
        make_key(partner, algorithm=Algorithm.HMAC_SHA256, public_key=None),
    ]
    for key in keys:
        ports.records.add_key(key)
        assert ports.records.find_key(key.key_id) == key
    assert list(ports.records.list_keys(partner.partner_id)) == sorted(keys, key=lambda key: key.key_id)
    assert list(ports.records.list_keys(other.partner_id)) == []
    assert ports.records.find_key("key_0123456789abcdef") is None


def test_a_key_is_rotated_once_whichever_state_it_is_in(ports: Ports) -> None:
    partner, until = make_partner(), NOW + timedelta(days=7)
    ports.records.add(partner)
    old, made, late = (make_key(partner) for _ in range(3))
    ports.records.add_key(old)
    assert ports.records.rotate_key(made, old.key_id, until)
    assert ports.records.find_key(made.key_id) == made
    assert ports.records.find_key(old.key_id) == replace(old, state=KeyState.RETIRING, not_after=until)
    assert not ports.records.rotate_key(late, old.key_id, until)
    assert ports.records.revoke_key(made.key_id, NOW, was=KeyState.ACTIVE)
    assert not ports.records.rotate_key(late, made.key_id, until)
    assert ports.records.find_key(late.key_id) is None


def test_a_key_needs_its_partner(ports: Ports) -> None:
    key = make_key(make_partner())
    with pytest.raises(NotFoundError):
        ports.records.add_key(key)
    assert ports.records.find_key(key.key_id) is None


def test_a_key_retires_then_is_revoked_for_good(ports: Ports) -> None:
    partner = make_partner()
    key = make_key(partner)
    ports.records.add(partner)
    ports.records.add_key(key)
    until = NOW + timedelta(hours=1)
    assert ports.records.retire_key(key.key_id, until)
    assert ports.records.find_key(key.key_id) == replace(key, state=KeyState.RETIRING, not_after=until)
    assert not ports.records.revoke_key(key.key_id, NOW, was=KeyState.ACTIVE)
    assert ports.records.revoke_key(key.key_id, NOW, was=KeyState.RETIRING)
    assert not ports.records.revoke_key(key.key_id, NOW, was=KeyState.RETIRING)
    assert not ports.records.retire_key(key.key_id, until + timedelta(hours=1))
    assert ports.records.find_key(key.key_id) == replace(key, state=KeyState.REVOKED, not_after=until)


def test_what_is_not_there_is_neither_retired_nor_revoked(ports: Ports) -> None:
    assert not ports.records.retire_key("key_0123456789abcdef", NOW)
    with pytest.raises(NotFoundError):
        ports.records.revoke_key("key_0123456789abcdef", NOW, was=KeyState.ACTIVE)
    assert ports.records.find_key("key_0123456789abcdef") is None


def test_a_nonce_is_claimed_once_until_it_is_past(ports: Ports) -> None:
    expires = SECOND + 300
    assert ports.nonces.claim("key_1", "n" * 16, expires=expires, now=SECOND)
    for now in (SECOND, expires - 1, expires):
        assert not ports.nonces.claim("key_1", "n" * 16, expires=now + 300, now=now)
    assert ports.nonces.claim("key_1", "n" * 16, expires=expires + 900, now=expires + 600)
    assert not ports.nonces.claim("key_1", "n" * 16, expires=expires + 900, now=expires + 600)


def test_nonces_differ_by_key_and_by_case(ports: Ports) -> None:
    for key_id, nonce in (("key_1", "n" * 16), ("key_2", "n" * 16), ("key_1", "N" * 16)):
        assert ports.nonces.claim(key_id, nonce, expires=SECOND + 300, now=SECOND)


def test_a_secret_is_kept_until_it_is_deleted(ports: Ports) -> None:
    secret = bytes(range(32))
    assert ports.secrets.find("key_1") is None
    ports.secrets.keep("key_1", secret)
    assert ports.secrets.find("key_1") == secret
    for _ in range(2):
        ports.secrets.delete("key_1")
    assert ports.secrets.find("key_1") is None
    ports.secrets.delete("key_2")


def test_a_nonce_says_when_the_table_may_forget_it(aws: Aws) -> None:
    make_real_ports(aws).nonces.claim("key_1", "n" * 16, expires=SECOND + 300, now=SECOND)
    key = {"PK": {"S": f"NONCE#key_1#{'n' * 16}"}, "SK": {"S": "NONCE"}}
    item = aws.dynamodb.get_item(TableName=aws.table, Key=key)["Item"]
    assert item["expires_at_epoch"] == {"N": str(SECOND + 360)}


def test_a_put_that_the_client_sent_twice_is_one_claim(aws: Aws) -> None:
    client = aws.dynamodb
    calls = client._make_api_call

    def answer_lost(operation: str, parameters: dict[str, Any]) -> Any:
        if operation == "PutItem":
            calls(operation, parameters)  # it arrived; the answer did not, and the client sends it again
        return calls(operation, parameters)

    client._make_api_call = answer_lost
    nonces = NonceStore(client, aws.table)
    assert nonces.claim("key_1", "n" * 16, expires=SECOND + 300, now=SECOND)
    assert not nonces.claim("key_1", "n" * 16, expires=SECOND + 300, now=SECOND)


@pytest.mark.parametrize("key", ["", "arn:aws:kms:us-east-1:123456789012:key/own"])
def test_a_new_secret_lies_under_the_stacks_own_key_where_it_has_one(aws: Aws, key: str) -> None:
    SecretsManagerKeySecrets(aws.secrets, "quen-test/partners/", key).keep("key_1", b"s" * 32)
    [kept] = aws.secrets.list_secrets()["SecretList"]
    assert kept.get("KmsKeyId", "") == key


def test_a_service_that_is_down_says_try_again(aws: Aws) -> None:
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=0.2)
    dead = get_session().create_client(
        "secretsmanager", region_name=REGION, endpoint_url="http://127.0.0.1:9", config=config
    )
    with pytest.raises(TemporarilyUnavailableError):
        SecretsManagerKeySecrets(dead, "quen-test/partners/").find("key_1")


def test_a_stack_of_real_stores_lets_a_till_in_once(aws: Aws) -> None:
    ports, clock = make_real_ports(aws), FixedClock()
    partners = Partners(ports.records, ports.nonces, ports.secrets, Rfc9421Signatures(), clock)
    partner = partners.create("Cà phê Quen")
    private, public = make_private_pem(Algorithm.ECDSA_P256_SHA256)
    issued = partners.create_key(partner.partner_id, "ecdsa-p256-sha256", public_key=public)
    unsigned = UnsignedRequest("POST", "api.quen.example", "/live/v1/purchases", b"{}")
    credentials = Credentials(issued.key.key_id, "ecdsa-p256-sha256", private)
    headers = sign(unsigned, credentials, created=int(clock.now().timestamp()), nonce="n" * 24)
    request = SignedRequest(
        "POST", "api.quen.example", "/live/v1/purchases", {name: [value] for name, value in headers.items()}, b"{}"
    )
    assert partners.authenticate(request).partner_id == partner.partner_id
    with pytest.raises(SignatureReplayedError):
        partners.authenticate(request)


def test_requests_are_counted_a_minute_at_a_time_up_to_their_limit(aws: Aws) -> None:
    counts, minute = RequestCountStore(aws.dynamodb, aws.table), NOW.replace(second=0)
    counted = [counts.count("ptn_1", RatedAction.SEARCH_MEMBERS, minute, at_most=3) for _ in range(5)]
    assert counted == [1, 2, 3, None, None]
    assert counts.counted("ptn_1", RatedAction.SEARCH_MEMBERS, minute) == 3
    assert counts.counted("ptn_2", RatedAction.SEARCH_MEMBERS, minute) == 0
    assert counts.count("ptn_2", RatedAction.SEARCH_MEMBERS, minute, at_most=3)
    assert counts.count("ptn_1", RatedAction.PREVIEW_PURCHASES, minute, at_most=3)
    assert counts.count("ptn_1", RatedAction.SEARCH_MEMBERS, minute + timedelta(minutes=1), at_most=3)


def test_several_requests_are_counted_at_once_where_all_of_them_have_room(aws: Aws) -> None:
    counts, minute = RequestCountStore(aws.dynamodb, aws.table), NOW.replace(second=0)
    leased = [
        counts.count("key_1", RouteGroup.PURCHASES, minute, at_most=10, requests=requests)
        for requests in (4, 5, 2, 1, 1)
    ]
    assert leased == [4, 9, None, 10, None]


def test_a_count_says_when_the_table_may_forget_it_and_fits_one_write_unit(aws: Aws) -> None:
    minute = NOW.replace(second=0)
    RequestCountStore(aws.dynamodb, aws.table).count("ptn_1", RatedAction.SEARCH_MEMBERS, minute, at_most=3)
    key = {"PK": {"S": "RATE#ptn_1#2026-11-22T03:15"}, "SK": {"S": "search_members"}}
    item = aws.dynamodb.get_item(TableName=aws.table, Key=key)["Item"]
    assert item["expires_at_epoch"] == {"N": str(int(minute.timestamp()) + 120)}
    assert item_size(item) <= 1024


def test_a_change_and_what_goes_with_it_are_written_together_or_not_at_all(aws: Aws) -> None:
    records = make_real_ports(aws).records
    partner = make_partner()
    key = make_key(partner)
    absent = {"PK": {"S": "ABSENT"}, "SK": {"S": "ABSENT"}}
    check = {"TableName": aws.table, "Key": absent, "ConditionExpression": "attribute_exists(PK)"}
    refused = [Write("audit", "ConditionCheck", check)]
    with pytest.raises(ConflictRetryError):
        records.add(partner, refused)
    assert records.find(partner.partner_id) is None
    records.add(partner)
    with pytest.raises(ConflictRetryError):
        records.add_key(key, refused)
    assert records.find_key(key.key_id) is None
    records.add_key(key)
    with pytest.raises(ConflictRetryError):
        records.revoke_key(key.key_id, NOW, was=KeyState.ACTIVE, others=refused)
    assert records.find_key(key.key_id) == key
