"""A device that holds one passkey, in a few lines of our own: so that tests can also send what no honest device would."""

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, KEY = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Device:
    """Makes a passkey and signs with it (WebAuthn §6.1, §6.5)."""

    def __init__(
        self, origin: str = "http://localhost:8000", domain: str = "localhost", *, counts: bool = True
    ) -> None:
        self.origin, self.domain = origin, domain
        self.id, self.uses, self.counts = os.urandom(32), 0, counts
        self.key = ec.generate_private_key(ec.SECP256R1())

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, flags: int, more: bytes = b"") -> bytes:
        self.uses += self.counts
        return hashlib.sha256(self.domain.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big") + more

    def _said(self, response: dict[str, Any]) -> str:
        told = {name: text(value) for name, value in response.items()}
        return json.dumps({"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": told})

    def create(self, options: dict[str, Any], flags: int = PRESENT | VERIFIED | KEY) -> str:
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        more = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(flags, more)})
        return self._said(
            {"clientDataJSON": self._client("webauthn.create", options["challenge"]), "attestationObject": made}
        )

    def answer(self, options: dict[str, Any], flags: int = PRESENT | VERIFIED) -> str:
        client, data = self._client("webauthn.get", options["challenge"]), self._data(flags)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said({"clientDataJSON": client, "authenticatorData": data, "signature": signed})
