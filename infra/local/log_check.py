"""Searches everything that a run of the tests logged for secrets and personal data.

The tests and the sandbox use the values below wherever the real thing would be a person's or a secret. Found in a log,
any of them means that the real one would be in CloudWatch.
"""

from pathlib import Path

import build
import processes
from say import Problem, step
from settings import (BILLZ, ISP_API, ISP_PANEL, LOCAL, LOGS, PORTMONE, RECEIPTS, ROOT, SIPPY, STACK, TELECOM, TELEGRAM,
                      TRIPAY)

# What it is, and how it looks. A phone number is looked for without its first digits, which are written in several ways.
SEEDED = {
    "the Telegram bot's token": TELEGRAM["botToken"].split(":")[1],
    "the webhook's secret": TELEGRAM["webhookSecret"],
    "the panel's password": ISP_PANEL["password"],
    "the ISP API's password": ISP_API["password"],
    "Billz's secret token": BILLZ["secretToken"],
    "the switch's API password": SIPPY["password"],
    "the password at Portmone": PORTMONE["password"],
    "the token of Portmone's callbacks": PORTMONE["webhookToken"],
    "the password at Portmone's gateway": PORTMONE["gatewayPassword"],
    "the secret of receipts": RECEIPTS["encryptionSecret"],
    "the telecom's key": TELECOM["apiKey"],
    "Tripay's private key": TRIPAY["privateKey"],
    "Tripay's API key": TRIPAY["apiKey"],
    "the mail relay's password": "S33d-Smtp-Passw0rd",
    "a customer's server password": "S33d-Vps-Passw0rd",
    "a phone number": "81234567890",
    "another phone number": "81298765432",
    "the phone number of a client at Billz": "901112233",
    "the phone number of a bonus": "671234567",
    "another phone number of a bonus": "991234567",
}

# Where a run leaves what it logged: the tests' own output, the programs of the local stack, the functions of the tests.
CAPTURED = LOCAL / "test-output"
TEST_LOGS = "test-logs"


def start() -> None:
    """Forgets what an earlier run left behind."""
    for folder in (CAPTURED, build.target() / TEST_LOGS):
        for file in _files(folder):
            file.unlink()
    CAPTURED.mkdir(parents=True, exist_ok=True)


def check() -> None:
    """Fails with file and line of everything found, without repeating it."""
    prove()
    files = [file for folder in (CAPTURED, LOGS, build.target() / TEST_LOGS) for file in _files(folder)]
    found = [place for file in files for place in search(str(file), file.read_text(errors="replace"))]
    found += _of_functions()
    if found:
        raise Problem("the logs of this run hold what no log may hold:\n  " + "\n  ".join(found))
    step(f"Nothing of {len(SEEDED)} seeded secrets in {len(files)} files of logs and in the functions' own")


def search(name: str, text: str) -> list[str]:
    """Where in the text a seeded value is: the name, the line, and which."""
    return [f"{name}:{number}: {what}" for number, line in enumerate(text.splitlines(), 1)
            for what, value in SEEDED.items() if value in line]


def prove() -> None:
    """Every seeded value would be found, in the midst of a line, and a clean text is."""
    for what, value in SEEDED.items():
        text = f'{{"level":"INFO"}}\n{{"level":"INFO","detail":"to +62{value}, \'{value}\'"}}\n'
        if search("a.log", text) != [f"a.log:2: {what}"]:
            raise Problem(f"the log check would not find {what}; mend infra/local/log_check.py.")
    if search("a.log", '{"level":"INFO","phone":"0812…890"}\n'):
        raise Problem("the log check finds something where there is nothing; mend infra/local/log_check.py.")


def _of_functions() -> list[str]:
    """The functions' log groups of the running local stack; nothing where it does not run."""
    if not processes.running("aws"):
        return []
    # Needs boto3, which only the Python of .venv has.
    import aws

    logs = aws.client("logs")
    found = []
    for group in logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{STACK}-")["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        lines = [event["message"].replace("\n", " ") for page in pages for event in page["events"]]
        found += search(group["logGroupName"], "\n".join(lines))
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []
