"""Fills the secrets with the sandbox's credentials, and signs the tokens that people and tests use."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time

import aws
from say import step
from settings import (BILLZ, INTERNAL_API_KEY, ISP_API, ISP_PANEL, KEYS, PORTMONE, RECEIPTS, SIPPY, STACK, TELECOM, TELEGRAM,
                      TRIPAY)

TOKEN_SECONDS = 30 * 24 * 3600


def keys() -> dict[str, str]:
    """The keys of this machine, made once."""
    if not KEYS.exists():
        made = {"jwtSecret": secrets.token_urlsafe(48), "cronSecret": secrets.token_urlsafe(24)}
        with open(os.open(KEYS, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            json.dump(made, file)
    return json.loads(KEYS.read_text())


def fill_secrets() -> None:
    """Writes what the sandbox accepts into the secrets; leaves alone what is right already. Mail goes by SES, which needs none."""
    _merge("tripay", TRIPAY)
    _merge("telegram", TELEGRAM)
    _merge("isp-panel", ISP_PANEL)
    _merge("isp-api", ISP_API)
    _merge("billz", BILLZ)
    _merge("sippy", SIPPY)
    _merge("portmone", PORTMONE)
    _merge("receipts", RECEIPTS)
    _merge("telecom", TELECOM)
    _merge("api", {"jwtSecret": keys()["jwtSecret"]})
    _merge("cron", {"secret": keys()["cronSecret"]})
    _merge("internal", {"apiKeys": [INTERNAL_API_KEY]})


def _merge(name: str, fields: dict) -> None:
    secretsmanager = aws.client("secretsmanager")
    secret = f"{STACK}/{name}"
    current = json.loads(secretsmanager.get_secret_value(SecretId=secret)["SecretString"])
    if current | fields != current:
        step(f"Filling the secret {secret}")
        secretsmanager.put_secret_value(SecretId=secret, SecretString=json.dumps(current | fields))


def tokens() -> dict[str, str]:
    """Bearer tokens of two users and an administrator, good for a month."""
    return {
        "user": _token({"sub": "user-1", "roles": []}),
        "otherUser": _token({"sub": "user-2", "roles": []}),
        "admin": _token({"sub": "admin-1", "roles": ["admin"]}),
    }


def _token(claims: dict) -> str:
    now = int(time.time())
    signed = ".".join([_segment({"alg": "HS256", "typ": "JWT"}), _segment(claims | {"iat": now, "exp": now + TOKEN_SECONDS})])
    signature = hmac.new(keys()["jwtSecret"].encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64url(signature)}"


def _segment(value: dict) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
