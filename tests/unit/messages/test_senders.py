"""Which channels a stack has: those that it was set up for."""

from __future__ import annotations

import pytest

from quen.adapters import Adapters
from quen.settings import Settings


@pytest.mark.parametrize(
    ("zalo_secret", "channels"),
    [("", {"email", "sms"}), ("arn:aws:secretsmanager:us-east-1:123456789012:secret:zalo", {"email", "sms", "zalo"})],
)
def test_zalo_is_a_channel_where_its_token_is_kept_and_push_is_none_yet(zalo_secret, channels):
    environment = {name.upper(): "given" for name in Settings.__struct_fields__} | {"ZALO_SECRET": zalo_secret}
    settings = Settings.from_environment(environment)
    assert Adapters(settings)._senders.keys() == channels
