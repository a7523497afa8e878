"""What README and the guides show is typed into the running stack, page by page, and answers as they say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from local.callers import open_member, open_staff
from local.commands.program import read_document
from local.identity_provider import IdentityProvider
from local.running_stack import RunningStack
from local.sandbox_clock import SandboxClockItem
from local.seed import CONSENTS
from played_pages import Player, furnish
from quen.foundations import SANDBOX_PROGRAM_CACHE_SECONDS
from snippets import PAGES, PROJECT, Snippet, snippets_of

pytestmark = pytest.mark.e2e
THE_DAY_BEFORE = datetime(2026, 11, 25, 5, tzinfo=UTC)
PROGRAM = PROJECT / "infra/local/programs/ca-phe-quen.yaml"
NUMBERS = count(1)
Life = tuple[str, dict[str, str], str]
"""A tag for the ids of one play, what is so for what the page says of people, and Lan's token."""


def played(page: Path) -> list[Snippet]:
    """What is typed on that page."""
    return [one for one in snippets_of(page) if one.language in {"console", "python"} and not one.reason]


@pytest.fixture(scope="module")
def stack(connection: dict[str, Any], data: Path) -> RunningStack:
    assert connection
    return RunningStack.load(data)


@pytest.fixture(scope="module")
def clock(stack: RunningStack) -> Iterator[SandboxClockItem]:
    item = SandboxClockItem(stack.open_dynamodb(), stack.tables["program"], lambda: datetime.now(UTC))
    yield item
    item.set_offset(timedelta(0))


@pytest.fixture(scope="module")
def program(stack: RunningStack, clock: SandboxClockItem) -> None:
    """The demo's, whatever ran on this stack before, and whatever day it really is."""
    clock.set_now(THE_DAY_BEFORE)
    document, faults = read_document(PROGRAM)
    assert not faults
    staff = open_staff(stack)
    assert staff.request("PUT", "/v1/program", document).status == 200
    staff._transport.close()
    time.sleep(SANDBOX_PROGRAM_CACHE_SECONDS + 0.5)


@pytest.fixture
def enrol(stack: RunningStack, data: Path, clock: SandboxClockItem) -> Callable[[], Life]:
    """Makes another Lan, and makes up somebody who is no member yet."""

    def make() -> Life:
        number = next(NUMBERS)
        phone, email = f"090123{number:04}", f"lan{number}@quen.example"
        proven = {
            "phone_number": f"+84{phone[1:]}",
            "phone_number_verified": True,
            "email": email,
            "email_verified": True,
        }
        token = IdentityProvider(data).token(f"lan-{number}", **proven)
        clock.set_now(THE_DAY_BEFORE)
        member = open_member(stack, token)
        body = {"phone": phone, "email": email, "name": "Nguyễn Thị Lan", "birthday": "1994-11-20", "locale": "vi"}
        enrolled = member.request("POST", "/v1/members", {**body, "consents": CONSENTS})
        member._transport.close()
        assert enrolled.status == 201, enrolled.document
        other = {"912345671": f"91234{number:04}", "hoa@quen.example": f"hoa{number}@quen.example"}
        # Nothing else in an answer ends so: a bare number would be found in every date.
        return f"page{number}", {"0901000001": phone, **other}, token

    return make


@pytest.fixture
def play(
    data: Path,
    tmp_path: Path,
    enrol: Callable[[], Life],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Sequence[Snippet]], None]:
    """Plays blocks of one page, in a folder that looks like the project's."""

    def play_all(snippets: Sequence[Snippet]) -> None:
        furnish(tmp_path, data)
        monkeypatch.chdir(tmp_path)
        player = Player(tmp_path, *enrol(), read=capsys.readouterr)
        for snippet in snippets:
            player.play(snippet)

    return play_all


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
@pytest.mark.usefixtures("program")
def test_a_page_s_terminal_answers_as_it_shows(page: Path, play: Callable[[Sequence[Snippet]], None]) -> None:
    play([snippet for snippet in played(page) if not snippet.is_long])


@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in PAGES if any(one.is_long for one in played(page))])
@pytest.mark.usefixtures("program")
def test_so_does_what_takes_long(page: Path, play: Callable[[Sequence[Snippet]], None]) -> None:
    play(played(page))
