"""Closes the gaps of ministack's SES, so that mail behaves here as on AWS. Loaded by emulator.py, before it starts.

1. Who may send: AWS checks `ses:SendEmail` on the sender's identity and on the configuration set, with the condition
   `ses:FromAddress`. ministack knows neither, and would refuse every policy that names them.
2. What a mail may carry: AWS takes few characters in a tag. ministack looks at none.
3. What comes back: mail to the addresses of AWS's mailbox simulator (`bounce@simulator.amazonses.com`,
   `complaint@…`) bounces or is complained about, and the configuration set publishes that to its topic. ministack
   records such event destinations and never uses them.
"""

import json
import re
from datetime import datetime, timezone
from email.utils import parseaddr

from ministack import app
from ministack.core.responses import get_account_id, get_region
from ministack.services import ses, ses_v2, sns

_enforce_ses_v2 = app._enforce_ses_v2
_handle_request = ses_v2.handle_request

SEND = "/v2/email/outbound-emails"
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
# As SES names them to a configuration set, and to whoever receives the event.
EVENTS = {"BOUNCE": "Bounce", "COMPLAINT": "Complaint"}


def enforce_ses_v2(method, path, headers, body, query_params, request_id):
    """Whether the caller may make this call; for a mail, on everything that AWS checks."""
    if not _is_mail(method, path):
        return _enforce_ses_v2(method, path, headers, body, query_params, request_id)
    mail = json.loads(body or b"{}")
    sender = parseaddr(mail.get("FromEmailAddress", ""))[1]
    resources = [f"identity/{_identity(sender)}"]
    if mail.get("ConfigurationSetName"):
        resources.append(f"configuration-set/{mail['ConfigurationSetName']}")
    for resource in resources:
        arn = _arn(resource)
        denied = app._enforce_data_plane("sesv2", "ses:SendEmail", headers, query_params, request_id, resource_arn=arn,
                                         named_resource=arn, service_context={"ses:fromaddress": sender})
        if denied:
            return denied
    return None


async def handle_request(method, path, headers, body, query_params):
    """Handles a call as ministack does; a mail that was taken is then bounced or complained about."""
    mail = json.loads(body or b"{}") if _is_mail(method, path) else {}
    configuration_set = mail.get("ConfigurationSetName", "")
    if configuration_set and configuration_set not in ses_v2._config_sets:
        return ses_v2._missing_config_set(configuration_set)
    for tag in mail.get("EmailTags", []):
        for part in ("Name", "Value"):
            if not TAG.fullmatch(tag[part]):
                return ses_v2._json_err("BadRequestException", f"Invalid tag {part.lower()} <{tag[part]}>: only alphanumeric "
                                        "ASCII characters, '_', and '-' are allowed.")
    answer = await _handle_request(method, path, headers, body, query_params)
    if configuration_set and answer[0] == 200:
        _publish_feedback(configuration_set, mail, json.loads(answer[2])["MessageId"])
    return answer


def _is_mail(method: str, path: str) -> bool:
    return method == "POST" and path.rstrip("/") == SEND


def _identity(address: str) -> str:
    """The identity that SES sends for: the address itself when that is one, or the nearest domain above it."""
    domain = address.rpartition("@")[2].lower()
    known = [name for name in (address, *ses._domain_and_parents(domain)) if name in ses_v2._identities]
    return known[0] if known else address


def _arn(resource: str) -> str:
    return f"arn:aws:ses:{get_region()}:{get_account_id()}:{resource}"


def _publish_feedback(configuration_set: str, mail: dict, message_id: str) -> None:
    """Tells the topics of the configuration set what became of mail to the mailbox simulator."""
    recipients = [parseaddr(address)[1] for address in mail.get("Destination", {}).get("ToAddresses", [])]
    destinations = (ses_v2._config_sets[configuration_set].get("EventDestinations") or {}).values()
    topics = [(one["SnsDestination"]["TopicArn"], one["MatchingEventTypes"]) for one in destinations
              if one["Enabled"] and "SnsDestination" in one]
    for recipient in recipients:
        for kind, detail in _outcomes(recipient):
            event = {"eventType": kind, "mail": _mail(configuration_set, mail, message_id, recipients), **detail}
            for topic, kinds in topics:
                allowed = sns.topic_policy_allows(topic, "ses.amazonaws.com", _arn(f"configuration-set/{configuration_set}"),
                                                  get_account_id())
                if allowed and any(EVENTS.get(one) == kind for one in kinds):
                    sns.publish_internal(topic, json.dumps(event), "Amazon SES Email Event Notification")


def _outcomes(recipient: str) -> list[tuple[str, dict]]:
    local, _, domain = recipient.partition("@")
    if domain.lower() != ses._SIMULATOR_DOMAIN:
        return []
    outcomes = ses._SIMULATOR_OUTCOMES.get(local.lower().split("+")[0], ())
    return [(kind, ses._notification_detail(kind, recipient, _now(), subtype)) for kind, subtype in outcomes]


def _mail(configuration_set: str, mail: dict, message_id: str, recipients: list[str]) -> dict:
    sender = mail["FromEmailAddress"]
    return {
        "timestamp": _now(),
        "source": sender,
        "sourceArn": _arn(f"identity/{_identity(parseaddr(sender)[1])}"),
        "sendingAccountId": get_account_id(),
        "messageId": message_id,
        "destination": recipients,
        "headersTruncated": False,
        "headers": [{"name": "From", "value": sender}, {"name": "To", "value": ", ".join(recipients)}],
        "commonHeaders": {"from": [sender], "to": recipients, "messageId": message_id},
        "tags": {"ses:configuration-set": [configuration_set], **{tag["Name"]: [tag["Value"]] for tag in mail.get("EmailTags", [])}},
    }


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def close_gaps() -> None:
    """Puts these in place of ministack's."""
    app._enforce_ses_v2 = enforce_ses_v2
    ses_v2.handle_request = handle_request
