"""The demo: a program, a partner with a key, three members. All of it through the APIs, as a shop would do it.

What was made is remembered in `seed.json`, because a partner's secret is shown once; a second start finds it there.
"""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from local.connection import read_kept, write_private
from local.errors import LocalError
from local.identity_provider import IdentityProvider

PROGRAM = Path(__file__).with_name("programs") / "ca-phe-quen.yaml"
STAFF = {"subject": "staff-owner", "role": "owner"}
TIMEOUT_SECONDS = 120
"""The first requests start the functions that answer them: on a busy machine that takes its time."""
CONSENTS = [
    {"purpose": purpose, "granted": True, "text_version": "2026-01"} for purpose in ("transactional", "marketing")
]
MEMBERS: tuple[dict[str, str], ...] = (
    {
        "subject": "lan",
        "phone": "+84901000001",
        "email": "lan@quen.example",
        "name": "Nguyễn Thị Lan",
        "birthday": "1994-11-20",
        "locale": "vi",
    },
    {
        "subject": "minh",
        "phone": "+84901000002",
        "email": "minh@quen.example",
        "name": "Trần Văn Minh",
        "birthday": "1988-02-29",
        "locale": "vi",
    },
    {
        "subject": "anna",
        "phone": "+84901000003",
        "email": "anna@quen.example",
        "name": "Anna Pham",
        "birthday": "1990-07-02",
        "locale": "en",
    },
)


class Seed:
    """Seeds the stack behind the three URLs."""

    def __init__(self, data: Path, urls: dict[str, str], provider: IdentityProvider) -> None:
        self._path = data / "seed.json"
        self._urls = urls
        self._provider = provider
        self.staff_token = provider.token(STAFF["subject"], role=STAFF["role"])

    @property
    def is_planted(self) -> bool:
        """Whether an earlier start made all of it."""
        return self._path.exists() and "members" in read_kept(self._path)

    def plant(self) -> None:
        """Make what is not there yet."""
        if not self._has_program():
            self._path.unlink(missing_ok=True)  # of a stack that is no more
            self._put_program()
        seeded = read_kept(self._path) if self._path.exists() else {}
        if "partner" not in seeded:
            seeded["partner"] = self._make_partner()
            write_private(self._path, seeded)
        if "members" not in seeded:
            seeded["members"] = [self._enrol(member) for member in MEMBERS]
            write_private(self._path, seeded)

    def describe(self) -> dict[str, Any]:
        """`{"partner": …, "members": [{"member_id", "token"}]}`, the tokens new."""
        seeded = read_kept(self._path)
        tokens = map(self._member_token, MEMBERS)
        members = [{**member, "token": token} for member, token in zip(seeded["members"], tokens, strict=True)]
        return {"partner": seeded["partner"], "members": members}

    def _has_program(self) -> bool:
        status, _ = self._call("admin", "GET", "/v1/program", self.staff_token)
        return status == http.client.OK

    def document(self) -> dict[str, Any]:
        """The demo's program document."""
        from quen.program.document import read_text  # brings pydantic, which only a first start needs

        values, _faults = read_text(PROGRAM.read_bytes())
        document: dict[str, Any] = cast("dict[str, Any]", values)
        return document

    def _put_program(self) -> None:
        self._require("admin", "PUT", "/v1/program", self.staff_token, self.document())

    def _make_partner(self) -> dict[str, Any]:
        partner = self._require(
            "admin", "POST", "/v1/partners", self.staff_token, {"name": "Cà phê Quen", "relation": "own"}
        )
        path = f"/v1/partners/{partner['partner_id']}/keys"
        key = self._require("admin", "POST", path, self.staff_token, {"algorithm": "hmac-sha256"})
        return {"partner_id": partner["partner_id"], **{name: key[name] for name in ("key_id", "algorithm", "secret")}}

    def _member_token(self, member: dict[str, str]) -> str:
        verified = {"phone_number_verified": True, "email_verified": True}
        return self._provider.token(member["subject"], phone_number=member["phone"], email=member["email"], **verified)

    def _enrol(self, member: dict[str, str]) -> dict[str, str]:
        token = self._member_token(member)
        body = {name: value for name, value in member.items() if name != "subject"} | {"consents": CONSENTS}
        status, answer = self._call("mobile", "POST", "/v1/members", token, body)
        if status == http.client.CONFLICT:  # enrolled by a start that was interrupted
            answer = self._require("mobile", "GET", "/v1/me", token)
        elif status != http.client.CREATED:
            raise refused("POST /v1/members", status, answer)
        return {"member_id": answer.get("member", answer)["member_id"]}

    def _require(self, api: str, method: str, path: str, token: str, body: object = None) -> dict[str, Any]:
        status, answer = self._call(api, method, path, token, body)
        if status >= http.client.BAD_REQUEST:
            raise refused(f"{method} {path}", status, answer)
        return answer

    def _call(self, api: str, method: str, path: str, token: str, body: object = None) -> tuple[int, dict[str, Any]]:
        base = urlsplit(self._urls[api])
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"seed-{path.rsplit('/', 1)[-1]}"}
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(base.netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, base.path + path, content, headers)
            response = connection.getresponse()
            return response.status, read_json(response.read())
        except (OSError, http.client.HTTPException) as error:
            raise LocalError(
                f"the demo could not be seeded: {method} {path} got no answer ({error or type(error).__name__}); is the machine"
                " very busy? Start it again: what is there already stays."
            ) from None
        finally:
            connection.close()


def read_json(content: bytes) -> dict[str, Any]:
    """The answer's document; an answer that is none is shown as text."""
    try:
        document = json.loads(content)
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"text": content.decode("utf-8", "replace")}


def refused(request: str, status: int, answer: dict[str, Any]) -> LocalError:
    """The demo could not be made: which request, and what it was told."""
    return LocalError(
        f"the demo could not be seeded: {request} answered {status} {json.dumps(answer, ensure_ascii=False)}."
    )
