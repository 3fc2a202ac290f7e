"""Runs ministack, the emulated AWS, with the gaps closed that would make the local stack behave unlike AWS: those of
permissions and streams here, those of mail in emulated_mail.py, those of schedules in emulated_schedules.py.

Run by the Python of .venv-aws. Written for the version in requirements-aws.txt: look at all of them again when it moves.
"""

import json

from ministack.app import main
from ministack.core import iam_actions
from ministack.services import lambda_svc

import emulated_mail
import emulated_schedules

_extract_iam_action = iam_actions.extract_iam_action
_execute_function = lambda_svc._execute_function
_sqs_concurrency = lambda_svc._sqs_esm_concurrency

# On AWS the permission for one message is the permission for ten: there are no actions of these names.
BATCH_ACTIONS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def iam_action(*request):
    """The IAM action of a request, under the name that AWS knows."""
    action = _extract_iam_action(*request)
    return BATCH_ACTIONS.get(action, action)


def execute_function(function, event):
    """Runs a function. Stream records that it reports as failed are delivered again, as on AWS, instead of dropped.

    The whole batch comes again, not only what follows the first failure: more often than on AWS, never less.
    """
    result = _execute_function(function, event)
    records = event.get("Records") if isinstance(event, dict) else None
    from_stream = records and records[0].get("eventSource") == "aws:dynamodb"
    if from_stream and not result.get("error") and _reports_failures(result.get("body")):
        reason = {"errorType": "BatchItemFailures", "errorMessage": "the function reported failed records"}
        return result | {"error": True, "body": reason}
    return result


def _reports_failures(body) -> bool:
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except json.JSONDecodeError:
            return False
    return isinstance(body, dict) and bool(body.get("batchItemFailures"))


def sqs_concurrency(mapping, *function):
    """How many batches of a queue a function handles at once. A parameter of a template comes as text."""
    scaling = mapping.get("ScalingConfig") or {}
    if "MaximumConcurrency" in scaling:
        mapping = mapping | {"ScalingConfig": scaling | {"MaximumConcurrency": int(scaling["MaximumConcurrency"])}}
    return _sqs_concurrency(mapping, *function)


iam_actions.extract_iam_action = iam_action
lambda_svc._execute_function = execute_function
lambda_svc._sqs_esm_concurrency = sqs_concurrency
emulated_mail.close_gaps()
emulated_schedules.close_gaps()

if __name__ == "__main__":
    main()
