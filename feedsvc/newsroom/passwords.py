"""Hashes of passwords: ~50 ms and 64 MiB for each look at one, so only two at once."""

import base64
import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
_at_once = threading.BoundedSemaphore(2)


def hashed(password: bytes) -> str:
    """The argon2id hash."""
    with _at_once:
        return _hasher.hash(password)


def fits(hashed: str, password: bytes) -> bool:
    """Whether a password is the one that was hashed. It takes the same time whatever the answer."""
    try:
        with _at_once:
            return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def of_nobody() -> str:
    """A hash to look at in place of an unknown account's, so that both answers take the same time.

    Nobody reckoned it, and so no first try takes twice as long: random bytes, with the measures that our hashes have.
    """
    measures = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    lengths = (_hasher.salt_len, _hasher.hash_len)
    salt, said = (base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in lengths)
    return f"$argon2id$v=19${measures}${salt}${said}"
