"""No page of another origin is let at the APIs: none is offered CORS, and nothing answers a preflight but a refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway_events import make_event, send
from quen.http.openapi import ABOUT, load

PROJECT = Path(__file__).parents[2]
TEMPLATES = [PROJECT / "template.yaml", *sorted((PROJECT / "infra").glob("*.yaml"))]


@pytest.mark.parametrize("name", ABOUT)
def test_a_preflight_is_refused_like_any_method_that_a_path_does_not_know(name: str) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for app in load(name):
        for path in app.routes:
            answer = send(app, make_event("OPTIONS", path, headers=asked))
            assert (answer.status, answer.code) == (405, "method_not_allowed")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_offers_it(template: Path) -> None:
    text = template.read_text("utf-8").lower()
    assert not [word for word in ("corsconfiguration", "cors:", "access-control-allow") if word in text]
