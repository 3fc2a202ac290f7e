"""Closes the gap of ministack's EventBridge Scheduler: it fires schedules, and leaves the context attributes in their input
as they are written. On AWS, `<aws.scheduler.scheduled-time>` and its like are replaced before the target is invoked.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
Loaded by emulator.py, before it starts.
"""

import uuid
from datetime import datetime, timezone

from ministack.services import eventbridge, scheduler

_invoke_target = eventbridge._invoke_target


def invoke_target(target, event, rule, *view):
    """Invokes the target of a schedule, or of a rule, which has no such attributes."""
    if "FlexibleTimeWindow" in rule and target.get("Input"):
        attributes = {
            "schedule-arn": rule["Arn"],
            "scheduled-time": _scheduled_for(rule["ScheduleExpression"], event["Time"]),
            "execution-id": str(uuid.uuid4()),
            "attempt-number": "1",
        }
        text = target["Input"]
        for name, value in attributes.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        target = target | {"Input": text}
    return _invoke_target(target, event, rule, *view)


def _scheduled_for(expression: str, fired_at: float) -> str:
    """The instant that a schedule was to fire at. ministack looks every ten seconds, so it fires a little later."""
    instant = scheduler._at_time_epoch(expression)
    if instant is None:
        instant = fired_at - fired_at % 60 if expression.startswith("cron") else fired_at
    return datetime.fromtimestamp(instant, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def close_gaps() -> None:
    """Puts this in place of ministack's."""
    eventbridge._invoke_target = invoke_target
