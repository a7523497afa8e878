"""The perks that a member has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.perks import PerkList

perks: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


@perks.endpoint("GET", "/v1/me/perks", answer=PerkList, errors=(MemberNotFoundError,))
def list_perks(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """What the member has that is no points, in their own language, and what the next tier would bring."""
    app = application()
    member = app.members.load(own_member_id(call.caller))
    return app.perks.show(member.member_id, member.locale)
