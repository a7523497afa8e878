"""The bill of materials of what is deployed: CycloneDX 1.6 in JSON, made from the lock of the dependencies layer.

A component's hashes are those of all files that the lock lets be it (a wheel for each platform): the one that was installed is
among them. The same lock and revision give the same bill. Lambda's own runtime is not in it: AWS patches that.
https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from local.audit.locks import Package

SPEC_VERSION = "1.6"
OURS = "pkg:generic/quen"


def bill_of(packages: Sequence[Package], licences: Mapping[str, str], version: str) -> dict[str, Any]:
    """The bill. `licences` are SPDX expressions by the package's name; `version` is ours."""
    components = [_component(package, licences[package.name]) for package in packages]
    named = " ".join(sorted(package.url for package in packages))
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC_VERSION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{OURS}@{version} {named}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": f"{OURS}@{version}",
                "name": "quen",
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": components,
        "dependencies": [{"ref": f"{OURS}@{version}", "dependsOn": [package.url for package in packages]}],
    }


def _component(package: Package, licence: str) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": package.url,
        "name": package.name,
        "version": package.version,
        "purl": package.url,
        "scope": "required",
        "licenses": [{"expression": licence}],
        "hashes": [{"alg": "SHA-256", "content": value} for value in package.hashes],
    }
