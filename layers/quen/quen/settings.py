"""What a stack is told about itself: the environment of its functions, read once, all missing names reported together."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

_OPTIONAL = {
    "ZALO_SECRET": "",
    "PUBLIC_AUTHORITY": "",
    "MOBILE_URL": "",
    "EMAIL_FROM": "",
    "EMAIL_CONFIGURATION_SET": "",
    "SANDBOX": "false",
    "AWS_REGION": "",
    "ENCRYPTION_KEY": "",
    "REVISION": "unknown",
}
_QUEUE_URL = "_queue_url"


class SettingsError(Exception):
    """The function was deployed without names that it needs; the message lists them all."""


class Settings(Struct, frozen=True):
    """One field per environment variable of `template.yaml`'s Globals, in lower case."""

    ledger_table: str
    members_table: str
    program_table: str
    messages_table: str
    archive_bucket: str
    event_bus: str
    messages_queue_url: str
    webhooks_queue_url: str
    expire_points_queue_url: str
    review_tiers_queue_url: str
    birthday_rewards_queue_url: str
    win_back_queue_url: str
    holiday_rewards_queue_url: str
    announcements_queue_url: str
    warn_endings_queue_url: str
    verify_ledger_queue_url: str
    close_statements_queue_url: str
    archive_entries_queue_url: str
    issue_vouchers_queue_url: str
    message_reports_queue_url: str
    events_failed_queue_url: str
    master_key_secret: str
    partner_secrets_prefix: str
    encryption_key: str
    zalo_secret: str
    token_issuer: str
    token_audience: str
    token_jwks_url: str
    email_from: str
    email_configuration_set: str
    public_authority: str
    mobile_url: str
    sandbox: bool
    aws_region: str
    revision: str

    @property
    def queue_urls(self) -> Mapping[str, str]:
        """The queues that park what fails, by name: all but the one in which failed events are parked themselves."""
        names = [name for name in self.__struct_fields__ if name.endswith(_QUEUE_URL)]
        urls = {name.removesuffix(_QUEUE_URL).replace("_", "-"): getattr(self, name) for name in names}
        return {name: url for name, url in urls.items() if name != "events-failed"}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Raises SettingsError naming every variable that is missing or empty."""
        names = {name: name.upper() for name in cls.__struct_fields__}
        values = {field: environment.get(name) or _OPTIONAL.get(name) for field, name in names.items()}
        missing = sorted(names[field] for field, value in values.items() if value is None)
        if missing:
            raise SettingsError(f"The environment lacks: {', '.join(missing)}")
        return cls(**values | {"sandbox": values["sandbox"] == "true"})  # type: ignore[arg-type] # no None is left
