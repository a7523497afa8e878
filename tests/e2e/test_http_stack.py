"""A whole stack with `Gateway: http`, seeded through it: what `quen serve --gateway http` runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.callers import open_member, open_partner
from local.emulator import free_port
from local.running_stack import RunningStack
from local.stack import LocalStack

pytestmark = [pytest.mark.e2e, pytest.mark.long]


def test_a_stack_behind_http_apis_serves_members_and_tills_under_addresses_without_a_stage(tmp_path: Path) -> None:
    with (
        LocalStack(tmp_path, free_port(), is_kept=False, gateway="http") as local,
        RunningStack.load(tmp_path) as stack,
    ):
        outputs = local.connection["outputs"]
        assert stack.mobile_url.endswith(f"/{outputs['MobileApiId']}")
        assert (stack.partner.path_prefix, stack.admin_url.rpartition("/")[2]) == ("", "live")
        assert open_member(stack).request("GET", "/v1/me/account").status == 200
        with open_partner(stack) as till:
            assert till.request("GET", "/v1/partner").status == 200
