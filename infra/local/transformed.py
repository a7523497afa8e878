"""Writes what SAM makes of `template.yaml`, as JSON: what AWS would create, for tests and for auditors.

Runs in the deploy tool's environment, which has SAM's translator: `python -m local.transformed FILE,NAME=VALUE`.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from local.template_reader import read_template

PROJECT = Path(__file__).resolve().parents[2]
# Where artefacts would be; nothing is fetched.
BUCKET = "s3://artefacts/"
BUCKET_URL = "https://s3.amazonaws.com/artefacts/"


def placed(template: dict[str, Any]) -> dict[str, Any]:
    """The template as `sam package` leaves it: its local folders and files are in a bucket."""
    template["Globals"]["Function"]["CodeUri"] = BUCKET + "functions"
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = BUCKET + resource["Properties"]["ContentUri"]
        elif resource["Type"] == "AWS::Serverless::Application":
            resource["Properties"]["Location"] = BUCKET_URL + resource["Properties"]["Location"]
    return template


def transformed(parameters: Mapping[str, str]) -> dict[str, Any]:
    """What SAM makes of the template where these parameters are given."""
    from samtranslator.translator.transform import transform  # in the deploy tool's environment only

    template = placed(read_template((PROJECT / "template.yaml").read_text("utf-8")))
    return dict(transform(template, dict(parameters), SimpleNamespace(load=dict)))


def main() -> None:
    """One file for each argument: `path` or `path,Name=value,…`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("variants", nargs="+", metavar="FILE[,NAME=VALUE…]")
    logging.disable(logging.WARNING)  # the translator warns of features of its own that are off
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    for variant in parser.parse_args().variants:
        path, *said = variant.split(",")
        parameters = dict(one.split("=", 1) for one in said)
        Path(path).write_text(json.dumps(transformed(parameters), indent=1), "utf-8")


if __name__ == "__main__":
    main()
