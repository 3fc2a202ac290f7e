"""Creates the HTTP routes that the emulator leaves out.

SAM describes an HTTP API's routes in an OpenAPI `Body`, which the emulator's CloudFormation does not read. They are
taken from the processed template that it deployed: there is no second list of routes.
"""

import json
import re

import aws
from say import step
from settings import STACK

METHODS = {"x-amazon-apigateway-any-method": "ANY"}


def connect(api_id: str) -> None:
    """Makes the API's routes equal to those of the deployed template."""
    wanted = _from_template()
    gateway = aws.client("apigatewayv2")
    existing = {route["RouteKey"]: route for route in gateway.get_routes(ApiId=api_id)["Items"]}
    integrations = {item["IntegrationUri"]: item["IntegrationId"]
                    for item in gateway.get_integrations(ApiId=api_id)["Items"]}
    changed = 0
    for key, function in wanted.items():
        if function not in integrations:
            created = gateway.create_integration(ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=function,
                                                 PayloadFormatVersion="2.0")
            integrations[function] = created["IntegrationId"]
        target = f"integrations/{integrations[function]}"
        if key not in existing:
            gateway.create_route(ApiId=api_id, RouteKey=key, Target=target)
        elif existing[key]["Target"] != target:
            gateway.update_route(ApiId=api_id, RouteId=existing[key]["RouteId"], Target=target)
        else:
            continue
        changed += 1
    for key in existing.keys() - wanted.keys():
        gateway.delete_route(ApiId=api_id, RouteId=existing[key]["RouteId"])
        changed += 1
    if changed:
        step(f"Connected {changed} HTTP routes of {len(wanted)}")


def _from_template() -> dict[str, str]:
    """Route key, and the ARN of the function alias that answers it."""
    cloudformation = aws.client("cloudformation")
    template = cloudformation.get_template(StackName=STACK, TemplateStage="Processed")["TemplateBody"]
    if isinstance(template, str):
        template = json.loads(template)
    resources = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    physical = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
    routes = {}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            for path, methods in resource["Properties"]["Body"]["paths"].items():
                for method, operation in methods.items():
                    uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
                    logical = re.search(r"/functions/\$\{(\w+)\}/invocations", uri)[1]
                    routes[f"{METHODS.get(method, method.upper())} {path}"] = physical[logical]
    return routes
