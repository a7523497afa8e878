"""What a stack is told about itself: the environment of its functions, read once, all missing names reported together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

_OPTIONAL = {
    "PUBLIC_AUTHORITY": "",
    "EMAIL_FROM": "",
    "SANDBOX": "false",
    "AWS_REGION": "",
    "REVISION": "unknown",
}


class SettingsError(Exception):
    """The function was deployed without names that it needs; the message lists them all."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One field per environment variable of `template.yaml`'s Globals, in lower case."""

    ledger_table: str
    members_table: str
    program_table: str
    messages_table: str
    event_bus: str
    messages_queue_url: str
    webhooks_queue_url: str
    expire_points_queue_url: str
    review_tiers_queue_url: str
    birthday_rewards_queue_url: str
    win_back_queue_url: str
    holiday_rewards_queue_url: str
    verify_ledger_queue_url: str
    close_statements_queue_url: str
    issue_vouchers_queue_url: str
    events_failed_queue_url: str
    master_key_secret: str
    partner_secrets_prefix: str
    token_issuer: str
    token_audience: str
    token_jwks_url: str
    email_from: str
    public_authority: str
    sandbox: bool
    aws_region: str
    revision: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Raises SettingsError naming every variable that is missing or empty."""
        names = {field.name: field.name.upper() for field in fields(cls)}
        values = {field: environment.get(name) or _OPTIONAL.get(name) for field, name in names.items()}
        missing = sorted(names[field] for field, value in values.items() if value is None)
        if missing:
            raise SettingsError(f"The environment lacks: {', '.join(missing)}")
        return cls(**values | {"sandbox": values["sandbox"] == "true"})  # type: ignore[arg-type] # no None is left
