"""A node's keys from a key-management entity: ETSI GS QKD 014 over HTTPS."""

import base64
import http.client
import json
import threading
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from ebit.consensus.keys.certificates import Identity, why_refused
from ebit.consensus.keys.errors import KeyExhaustedError, KeyUnknownError
from ebit.errors import EbitError, printable

MOST_ANSWER = 1 << 22
PATIENCE = 10.0


class EntityKeys:
    """Keys of one node from its entity; a `KeySource`.

    Args:
        url: Address of the entity, such as `https://127.0.0.1:9100`.
        identity: Certificate of the node.
        names: SAE names of all nodes, in order.

    Raises:
        EbitError: If the address or a certificate is wrong.
    """

    def __init__(self, url: str, identity: Identity, names: Sequence[str]) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise EbitError(f"The address of the keys must be https://HOST:PORT, but is {url!r}.")
        self._url, self._host, self._port = url, parts.hostname, parts.port or 443
        self._context = identity.client()
        self._names = list(names)
        self._lock = threading.Lock()
        self._connection: http.client.HTTPSConnection | None = None

    def draw(self, peer: int, size: int) -> tuple[bytes, bytes]:
        """A fresh key for frames to a node.

        Raises:
            KeyExhaustedError: If there is none now, or the entity does not answer.
        """
        body = {"number": 1, "size": 8 * size}
        code, answer = self._ask(self._names[peer], "enc_keys", body)
        if code != 200:
            raise KeyExhaustedError(self._why(code, answer))
        return self._key(answer, size)

    def find(self, peer: int, name: bytes, size: int) -> bytes:
        """The key that a node has drawn for its frames to this one.

        Raises:
            KeyUnknownError: If the entity does not hand it out.
        """
        body = {"key_IDs": [{"key_ID": str(uuid.UUID(bytes=name))}]}
        code, answer = self._ask(self._names[peer], "dec_keys", body)
        if code != 200:
            raise KeyUnknownError(self._why(code, answer))
        found, key = self._key(answer, size)
        if found != name:
            raise KeyUnknownError("The entity hands out another key than the one asked for.")
        return key

    def status(self, peer: int) -> dict[str, Any]:
        """What the entity has for a node.

        Raises:
            EbitError: If it does not say.
        """
        code, answer = self._ask(self._names[peer], "status", None)
        if code != 200:
            raise EbitError(self._why(code, answer))
        return answer

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _why(self, code: int, answer: dict[str, Any]) -> str:
        return printable(f"{answer.get('message', 'No key')} ({self._url}, status {code})")

    def _key(self, answer: dict[str, Any], size: int) -> tuple[bytes, bytes]:
        try:
            (row,) = answer["keys"]
            name, key = uuid.UUID(row["key_ID"]).bytes, base64.b64decode(row["key"], validate=True)
        except (KeyError, TypeError, ValueError):
            raise KeyUnknownError(f"The entity at {self._url} sends no key.") from None
        if len(key) != size:
            raise KeyUnknownError(
                f"The entity at {self._url} sends {len(key)} bytes of key, not {size}."
            )
        return name, key

    def _ask(self, peer: str, what: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        path = f"/api/v1/keys/{quote(peer, safe='')}/{what}"
        with self._lock:
            for attempt in (1, 2):
                try:
                    return self._once(path, body)
                except (OSError, http.client.HTTPException, ValueError) as error:
                    self._drop()
                    if attempt == 2:
                        why = why_refused(error) if isinstance(error, OSError) else str(error)
                        raise KeyExhaustedError(
                            f"The key-management entity at {self._url} does not answer ({why}): "
                            "start it, or correct `url`."
                        ) from None
        raise AssertionError

    def _once(self, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(
                self._host, self._port, context=self._context, timeout=PATIENCE
            )
        if body is None:
            self._connection.request("GET", path)
        else:
            headers = {"Content-Type": "application/json"}
            self._connection.request("POST", path, json.dumps(body), headers)
        response = self._connection.getresponse()
        answer = json.loads(response.read(MOST_ANSWER))
        if not isinstance(answer, dict):
            raise ValueError("its answer is no JSON object")
        return response.status, answer
