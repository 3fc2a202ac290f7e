"""Where everything of the local stack is, and the credentials of its sandbox."""

import os
import platform
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "infra/local"
LOCAL = ROOT / ".local"
LOGS = LOCAL / "log"
PROCESSES = LOCAL / "run"
PACKAGES = LOCAL / "packages"
STACK_FILE = LOCAL / "stack.json"
LAMBDA_ENV = LOCAL / "lambda.env"
FUNCTION_ENV = LOCAL / "env"
KEYS = LOCAL / "keys.json"

TOOLS = ROOT / ".venv"
EMULATOR = ROOT / ".venv-aws"

STACK = "paydesk-local"
REGION = "us-east-1"
ARCHITECTURE = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"

AWS_PORT = int(os.environ.get("PAYDESK_AWS_PORT", "4566"))
SANDBOX_PORT = int(os.environ.get("PAYDESK_SANDBOX_PORT", "4570"))
WATCH_PORT = int(os.environ.get("PAYDESK_WATCH_PORT", "9000"))
AWS_ENDPOINT = f"http://127.0.0.1:{AWS_PORT}"
SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}"

FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/Cargo.toml"))

# What the sandbox accepts; it documents the same values.
TRIPAY = {
    "apiKey": "DEV-sandboxsandboxsandboxsandboxsandbox0000",
    "privateKey": "SANDB-OXSAN-DBOXS-ANDBO-XSAND",
    "merchantCode": "T9999",
}
TELEGRAM = {
    "botToken": "123456789:SANDBOX-telegram-bot-token-000000000",
    "webhookSecret": "sandbox-webhook-secret-0000000000000000000",
}
TELEGRAM_BOT = "paydesk_sandbox_bot"
ISP_PANEL = {"username": "paydesk", "password": "sandbox-panel-password"}
ISP_API = {"username": "paydesk", "password": "sandbox-isp-password"}
BILLZ = {"secretToken": "sandbox-billz-secret-token-00000000"}
SIPPY = {"username": "sandbox-sippy-user", "password": "sandbox-sippy-api-password-0000"}
PORTMONE = {
    "login": "sandbox-portmone-login",
    "password": "sandbox-portmone-password-0000",
    "webhookToken": "sandbox-portmone-webhook-token-0000",
    "gatewayLogin": "sandbox-gateway-login",
    "gatewayPassword": "sandbox-gateway-password-0000",
    "gatewayPayeeId": "1185",
}
RECEIPTS = {"encryptionSecret": "sandbox-receipts-encryption-secret-0000"}
TELECOM = {"apiKey": "sandbox-telecom-api-key-0000"}
INTERNAL_API_KEY = "local-internal-key"

# The sandbox's payees, by the two digits after 380.
KYIVSTAR, VODAFONE, LIFECELL = "2065", "2066", "2067"
PAYEES = {
    KYIVSTAR: ("39", "67", "68", "96", "97", "98"),
    VODAFONE: ("50", "66", "95", "99"),
    LIFECELL: ("63", "73", "93"),
}

# Parameters of template.yaml that differ on one machine.
PARAMETERS = {
    "Stage": "local",
    "Architecture": ARCHITECTURE,
    "LogLevel": os.environ.get("PAYDESK_LOG_LEVEL", "info"),
    "TripayMode": "sandbox",
    "TripayBaseUrl": f"{SANDBOX_URL}/tripay/api-sandbox",
    "OrderServiceBaseUrl": f"{SANDBOX_URL}/orders",
    "UserServiceBaseUrl": f"{SANDBOX_URL}/users",
    "EmailFrom": "Paydesk <billing@paydesk.example>",
    # The emulated SES takes an identity as proved at once, and refuses mail from any other, as AWS does.
    "EmailIdentity": "paydesk.example",
    "TelegramApiBaseUrl": f"{SANDBOX_URL}/telegram",
    "TelegramBotUsername": TELEGRAM_BOT,
    "BillingApiBaseUrl": f"{SANDBOX_URL}/isp-panel",
    # Customers are found by it; workers come from the directory below infra/local, which has the same people.
    "IspApiBaseUrl": f"{SANDBOX_URL}/isp-api",
    "BillzBaseUrl": f"{SANDBOX_URL}/billz",
    "BillzShopId": "5d4b1a0e-3c1f-4a59-9b8e-1f5f0c6a7b10",
    "BillzCashboxId": "0c9a7c2e-8f5b-4c0d-a2a7-6b1d3e4f5a60",
    # The sandbox's Billz shows at once what it did.
    "BillzSettleSeconds": "2",
    "SippyUrl": f"{SANDBOX_URL}/sippy/xmlapi/xmlapi",
    # So does its switch, unless it is told to take longer.
    "SippySettleSeconds": "2",
    "PortmoneApiBase": f"{SANDBOX_URL}/portmone/api/directcash/",
    "PortmoneGatewayUrl": f"{SANDBOX_URL}/portmone/gateway/",
    "PortmonePayees": ",".join(f"{prefix}={payee}" for payee, prefixes in PAYEES.items() for prefix in prefixes),
    # Its Portmone reports at once, or never.
    "PortmoneSettleSeconds": "3",
    "TelecomUrl": f"{SANDBOX_URL}/telecom",
    # Tests pay out more in a day than a company.
    "BonusMostPerDay": "100000",
    "BonusMostPerUser": "100000",
    "OperatorsTelegramChatId": "-1001234567890",
    "OperatorsEmails": "operators@example.com",
}

# The emulator takes any key of account 000000000000's root; no profile of yours is read or used.
AWS_ENVIRONMENT = {
    "AWS_ENDPOINT_URL": AWS_ENDPOINT,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


def environment(**extra: str) -> dict[str, str]:
    """The environment of commands: the tools first on PATH, the emulated AWS, nothing of a real account."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "SAM_"))}
    return kept | AWS_ENVIRONMENT | {"PATH": _path(), "SAM_CLI_TELEMETRY": "0"} | extra


def service_environment(**extra: str) -> dict[str, str]:
    """The environment of programs that stay: only what is named here. The functions inherit the emulator's, so that a
    proxy or a log filter of somebody's shell does not get into them."""
    kept = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR") if key in os.environ}
    return kept | AWS_ENVIRONMENT | {"PATH": _path(), "RUST_BACKTRACE": "1"} | extra


def _path() -> str:
    return f"{TOOLS / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
