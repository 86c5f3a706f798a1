"""What proves that a delivery is ours. Pure."""

import base64
import hashlib
import hmac
import secrets


def hub_signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature` over exactly these bytes (WebSub §7.1); sha256, as §8.3 asks for."""
    return f"sha256={hmac.digest(secret.encode(), body, hashlib.sha256).hex()}"


BEGINS = "whsec_"
"""What a webhook's secret begins with; base64 of 24 to 64 bytes follows (Standard Webhooks, "Signature scheme")."""


def new_secret() -> str:
    """A webhook's secret of 32 bytes."""
    return BEGINS + base64.b64encode(secrets.token_bytes(32)).decode()


def webhook_signature(known: tuple[str, ...], message: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one for each secret, so that a partner may change over when it suits them."""
    signed = f"{message}.{timestamp}.".encode() + body
    keys = (base64.b64decode(secret.removeprefix(BEGINS)) for secret in known)
    return " ".join(f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}" for key in keys)
