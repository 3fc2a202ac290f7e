"""Sets SMS billing up for playing: what messages cost, and whose account at the switch the sandbox's customers have.

By the API, as an operator would. What somebody changed stays as it is.
"""

import json
import urllib.error
import urllib.request

from say import step

DECK = "standard"
RATES = {
    "currency": "USD",
    "rates": [
        {"prefix": "380", "country": "Ukraine", "price": 0.0375, "per": "segment"},
        {"prefix": "38067", "country": "Ukraine", "price": 0.032, "per": "segment"},
        {"prefix": "62", "country": "Indonesia", "price": 0.0295, "per": "segment"},
        {"prefix": "998", "country": "Uzbekistan", "price": 0.045, "per": "segment"},
        {"prefix": "99890", "country": "Uzbekistan", "price": 0.0375, "per": "segment"},
        {"prefix": "44", "country": "United Kingdom", "price": 0.05, "per": "message"},
    ],
}
# The sandbox documents these accounts: acme and globex, in USD.
ACCOUNTS = {"user-1": 3, "user-2": 4}


def set_up(stack: dict) -> None:
    """Makes the rate deck, and gives the sandbox's customers their accounts, where that is not done."""
    if _call(stack, "GET", f"rate-decks/{DECK}") is None:
        step(f"Putting the SMS rate deck {DECK}, and accounts at the switch for {' and '.join(ACCOUNTS)}")
        _call(stack, "PUT", f"rate-decks/{DECK}", RATES)
        for user, account in ACCOUNTS.items():
            _call(stack, "PUT", "billing-settings", {"userId": user, "sippyAccountId": account, "rateDeckId": DECK})


def _call(stack: dict, method: str, path: str, body: dict | None = None) -> dict | None:
    """An administrator's request; none where there is no such thing."""
    headers = {"Authorization": f"Bearer {stack['tokens']['admin']}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{stack['apiUrl']}/api/admin/sms/{path}", method=method, headers=headers,
                                     data=None if body is None else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from error
