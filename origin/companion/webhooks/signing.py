"""Secrets, and the header fields that prove who sends (Standard Webhooks). Pure."""

from base64 import b64encode
from datetime import UTC, datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32
_PREFIX = "whsec_"


def new_secret(random_bytes: bytes) -> str:
    """Spell a secret as the standard does."""
    return _PREFIX + b64encode(random_bytes).decode()


def headers(secrets: list[str], message_id: str, body: str, *, now_s: float) -> dict[str, str]:
    """Return the fields of a message; while a secret is replaced, both sign."""
    moment = datetime.fromtimestamp(int(now_s), UTC)
    signatures = [Webhook(secret).sign(message_id, moment, body) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now_s)),
        "webhook-signature": " ".join(signatures),
    }
