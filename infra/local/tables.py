"""Switches on what the emulator's CloudFormation leaves out of tables: expiry and point-in-time recovery.

Taken from the template that it deployed, as the routes are.
"""

import aws
from say import step
from settings import STACK


def complete() -> None:
    """Gives every table the expiry and the recovery that infra/data.yaml asks for."""
    cloudformation = aws.client("cloudformation")
    outer = {resource["LogicalResourceId"]: resource["PhysicalResourceId"]
             for resource in cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]}
    data = outer["Data"].split("/")[1]
    template = cloudformation.get_template(StackName=data, TemplateStage="Processed")["TemplateBody"]
    tables = [resource for resource in cloudformation.describe_stack_resources(StackName=data)["StackResources"]
              if resource["ResourceType"] == "AWS::DynamoDB::Table"]
    changed = sum(_complete(table["PhysicalResourceId"], template["Resources"][table["LogicalResourceId"]]["Properties"])
                  for table in tables)
    if changed:
        step(f"Switched on expiry and recovery of {changed} tables")


def _complete(table: str, wanted: dict) -> bool:
    dynamodb = aws.client("dynamodb")
    state = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"]
    if state == "ENABLED":
        return False
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=_typed(wanted["TimeToLiveSpecification"]))
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification=_typed(wanted["PointInTimeRecoverySpecification"]))
    return True


def _typed(specification: dict) -> dict:
    """The same with truth values where a template may have their names."""
    return {key: value if key == "AttributeName" else str(value).lower() == "true" for key, value in specification.items()}
