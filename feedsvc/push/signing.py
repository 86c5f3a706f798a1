"""What proves that a delivery is ours. Pure."""

import hashlib
import hmac


def hub_signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature` over exactly these bytes (WebSub §7.1); sha256, as §8.3 asks for."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
