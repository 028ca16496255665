"""The code that somebody without password and key types to show that it is they who want their account deleted."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from collegium.foundation import clock, letters
from collegium.foundation.signing import hashed
from collegium.people.models import Account

KEY = "goodbye"
LASTS = timedelta(minutes=30)
ATTEMPTS = 5


def send_code(request: HttpRequest, account: Account) -> None:
    """By letter to the account's address; only its hash is kept, in the session."""
    code = f"{secrets.randbelow(10**6):06d}"
    request.session[KEY] = {
        "hash": _hashed(code),
        "until": (clock.now() + LASTS).timestamp(),
        "left": ATTEMPTS,
    }
    letters.send(
        to=account.email,
        template="people/letters/goodbye_code",
        context={"code": code, "email": account.email},
    )


def is_code(request: HttpRequest, typed: str) -> bool:
    """Counts the attempt; after five, or half an hour, no code is right."""
    kept = request.session.get(KEY)
    if not kept or kept["left"] < 1 or clock.now().timestamp() > kept["until"]:
        return False
    request.session[KEY] = {**kept, "left": kept["left"] - 1}
    return secrets.compare_digest(_hashed("".join(typed.split())), kept["hash"])


def was_sent(request: HttpRequest) -> bool:
    kept = request.session.get(KEY)
    return kept is not None and kept["left"] > 0 and clock.now().timestamp() <= kept["until"]


def _hashed(code: str) -> str:
    return hashed(f"{settings.SECRET_KEY}{code}")
