"""Lets the emulator remember what a nested stack's resource answers to GetAtt, where an update leaves the resource as it is.

It forgets that for nested stacks alone, and then refuses the update of whatever names such a resource by an attribute: every
data directory whose nested templates have changed. Runs inside the emulator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Attributes = Mapping[str, Any]
Update = Callable[..., tuple[str, Attributes]]
Stacks = Mapping[str, Mapping[str, Any]]


def remembering(update: Update, stacks: Stacks) -> Update:
    """The emulator's update of one resource, which is told what the stack knew of it where the emulator does not say."""

    def update_and_remember(
        resource_type: str,
        physical_id: str,
        old_props: Any,
        new_props: Any,
        stack_name: str,
        logical_id: str | None = None,
        old_attrs: Attributes | None = None,
    ) -> tuple[str, Attributes]:
        known = stacks.get(stack_name, {}).get("_resources", {}).get(logical_id, {}).get("Attributes")
        return update(resource_type, physical_id, old_props, new_props, stack_name, logical_id, old_attrs or known)

    return update_and_remember


def install() -> None:
    """Into the emulator of this process, before it serves."""
    from ministack.services.cloudformation import _stacks, provisioners

    provisioners._update_resource = remembering(provisioners._update_resource, _stacks)  # noqa: SLF001 - it has no other way in
