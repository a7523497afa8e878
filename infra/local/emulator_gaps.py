"""Does by API what the emulator leaves out when it reads the deployed template. AWS does all of this by itself.

Nothing here decides anything: gateway responses, methods and time-to-live are read from the deployed templates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from local.connection import aws_client
from local.template_reader import read_template

ANY_METHOD = "x-amazon-apigateway-any-method"
GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"
INTEGRATION = "x-amazon-apigateway-integration"
STAGE = "live"
LINKS = "MOBILE_URL"

ALIAS = "live"

_FUNCTION = re.compile(r"\$\{(\w+)(?:\.Arn)?\}")
_FUNCTION_NAME = re.compile(r"(?<=:function:)[^/]+")


class EmulatorGaps:
    """Completes one deployed stack, its nested stacks included. Safe to repeat."""

    def __init__(self, stack: str, endpoint: str) -> None:
        self._stack = stack
        self._endpoint = endpoint
        self._cloudformation = aws_client("cloudformation", endpoint)
        self._gateway = aws_client("apigateway", endpoint)

    def close(self) -> None:
        """Everything, in the order it depends on."""
        for physical_id, resource in self._resources(self._stack):
            if resource["Type"] == "AWS::ApiGateway::RestApi":
                self._complete_api(physical_id, resource["Properties"]["Body"])
            elif resource["Type"] == "AWS::DynamoDB::Table":
                self._expire_items(physical_id, resource["Properties"])

    def lead_links_to(self, mobile_url: str) -> None:
        """Functions that put links to the mobile API into messages name it by the gateway's own domain, which is not here."""
        functions = aws_client("lambda", self._endpoint)
        for physical_id, resource in self._resources(self._stack):
            if resource["Type"] == "AWS::Lambda::Function":
                configured = functions.get_function_configuration(FunctionName=physical_id)
                variables = configured.get("Environment", {}).get("Variables", {})
                if LINKS in variables:
                    environment = {"Variables": variables | {LINKS: mobile_url}}
                    functions.update_function_configuration(FunctionName=physical_id, Environment=environment)
                    version = functions.publish_version(FunctionName=physical_id)["Version"]
                    functions.update_alias(FunctionName=physical_id, Name=ALIAS, FunctionVersion=version)

    def _resources(self, stack: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every resource of the stack and its nested stacks: (physical id, what the template says of it)."""
        body = self._cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
        template = read_template(body) if isinstance(body, str) else body
        summaries = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        for summary in (summary for page in summaries for summary in page["StackResourceSummaries"]):
            if summary["ResourceType"] == "AWS::CloudFormation::Stack":
                yield from self._resources(summary["PhysicalResourceId"])
            elif summary["LogicalResourceId"] in template["Resources"]:
                yield summary["PhysicalResourceId"], template["Resources"][summary["LogicalResourceId"]]

    def _complete_api(self, api_id: str, definition: dict[str, Any]) -> None:
        self._add_any_methods(api_id, definition)
        for response_type, response in definition.get(GATEWAY_RESPONSES, {}).items():
            self._gateway.put_gateway_response(
                restApiId=api_id,
                responseType=response_type,
                statusCode=str(response["statusCode"]),
                responseParameters=response["responseParameters"],
                responseTemplates=response["responseTemplates"],
            )
        # Gateway responses take effect with the stage's next deployment.
        self._gateway.create_deployment(restApiId=api_id, stageName=STAGE)

    def _add_any_methods(self, api_id: str, definition: dict[str, Any]) -> None:
        """The emulator imports named methods only; ANY goes to the function that its path names in the template."""
        authorizers = {found["name"]: found["id"] for found in self._gateway.get_authorizers(restApiId=api_id)["items"]}
        resources = self._gateway.get_resources(restApiId=api_id, limit=500, embed=["methods"])["items"]
        known = next(method for resource in resources for method in resource.get("resourceMethods", {}).values())
        integration = known["methodIntegration"]
        for resource in resources:
            declared = definition["paths"].get(resource["path"], {}).get(ANY_METHOD)
            if declared is None or "ANY" in resource.get("resourceMethods", {}):
                continue
            target = {"restApiId": api_id, "resourceId": resource["id"], "httpMethod": "ANY"}
            uri = _FUNCTION_NAME.sub(self._function_of(declared), integration["uri"])
            named = [name for rule in declared.get("security", ()) for name in rule if name in authorizers]
            if named:
                self._gateway.put_method(**target, authorizationType="CUSTOM", authorizerId=authorizers[named[0]])
            else:
                self._gateway.put_method(**target, authorizationType="NONE")
            self._gateway.put_integration(**target, type=integration["type"], uri=uri, integrationHttpMethod="POST")

    def _function_of(self, declared: dict[str, Any]) -> str:
        """The name of the function that a method of the template invokes, with the alias where it says one."""
        [logical_id] = _FUNCTION.findall(json.dumps(declared[INTEGRATION]["uri"]))
        found = self._cloudformation.describe_stack_resource(StackName=self._stack, LogicalResourceId=logical_id)
        # A function's id is its name, an alias's its ARN.
        name: str = found["StackResourceDetail"]["PhysicalResourceId"].rpartition(":function:")[2]
        return name

    def _expire_items(self, table: str, properties: dict[str, Any]) -> None:
        if "TimeToLiveSpecification" in properties:
            dynamodb = aws_client("dynamodb", self._endpoint)
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
