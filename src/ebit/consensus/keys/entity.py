"""A key-management entity as ETSI GS QKD 014 V1.1.1 describes it, without its server.

It hands the keys of simulated links to the applications (SAE) of its node: `enc_keys` to the one
that begins, `dec_keys` by key_ID to the one at the other end. Every key goes to each of them once.
The SAE that began may read its own key back once, which is what conformance tests do.
"""

import base64
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ebit.consensus.keys.errors import KeyExhaustedError
from ebit.consensus.keys.material import Material
from ebit.consensus.keys.pool import KeyPool
from ebit.consensus.keys.store import KeyStore

KEY_BITS = 256
LEAST_BITS, MOST_BITS = 64, 65536
MOST_KEYS = 128
STORED_BITS = 100_000_000
_BACK = " (back)"


class RequestError(Exception):
    """A request that is refused.

    Args:
        code: HTTP status.
        message: Why.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class LinkKeys:
    """A simulated QKD link between this entity and another one.

    Attributes:
        secret: Its secret, the same at both ends.
        rate: Key bits per second in each direction.
        stored: Key bits that are there at the beginning.
    """

    secret: bytes
    rate: float
    stored: float = 0.0


class KeyManagementEntity:
    """The keys of one node.

    Args:
        name: Name of the entity.
        sae: Name of the application (SAE) at this node.
        links: Links to other SAEs, by their names.
        store: What must survive.
        now: Clock, in seconds.

    Raises:
        EbitError: If the store cannot be written.
    """

    def __init__(
        self,
        name: str,
        sae: str,
        links: Mapping[str, LinkKeys],
        store: KeyStore,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._name, self._sae, self._links = name, sae, dict(links)
        self._store, self._now = store, now
        self._lock = threading.Lock()
        self._pools = {peer: self._pool(peer) for peer in self._links}
        self._filled = dict.fromkeys(self._links, now())

    def _pool(self, peer: str) -> KeyPool:
        source, target, link = self._sae, peer, self._links[peer]
        known = self._store.taken(source, target)
        used, bits, at = known or (0, link.stored, self._now())
        pool = KeyPool(
            Material(link.secret, source, target),
            used,
            lambda taken, left: self._store.take(source, target, taken, left, self._now()),
            STORED_BITS,
        )
        pool.refill(bits + link.rate * max(0.0, self._now() - at))
        return pool

    def _fill(self, peer: str) -> KeyPool:
        now = self._now()
        pool = self._pools[peer]
        pool.refill(self._links[peer].rate * max(0.0, now - self._filled[peer]))
        self._filled[peer] = now
        return pool

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _known(self, sae: str, path: str) -> None:
        if sae != self._sae:
            raise RequestError(401, f"SAE {sae!r} is not one of this entity.")
        if path not in self._links:
            raise RequestError(400, f"There is no link to SAE {path!r}.")

    def status(self, sae: str, slave: str) -> dict[str, Any]:
        """What there is for a slave SAE (5.1).

        Args:
            sae: Who asks, by its certificate.
            slave: The SAE at the other end.

        Returns:
            The fields of the standard.

        Raises:
            RequestError: If it is refused.
        """
        self._known(sae, slave)
        with self._lock:
            bits = self._fill(slave).bits
        return {
            "source_KME_ID": self._name,
            "target_KME_ID": f"kme-{slave}",
            "master_SAE_ID": sae,
            "slave_SAE_ID": slave,
            "key_size": KEY_BITS,
            "stored_key_count": bits // KEY_BITS,
            "max_key_count": STORED_BITS // KEY_BITS,
            "max_key_per_request": MOST_KEYS,
            "max_key_size": MOST_BITS,
            "min_key_size": LEAST_BITS,
            "max_SAE_ID_count": 0,
        }

    def enc_keys(self, sae: str, slave: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Fresh keys for a master SAE (5.2).

        Args:
            sae: Who asks, by its certificate.
            slave: The SAE at the other end.
            request: `number`, `size` and extensions.

        Returns:
            A key container.

        Raises:
            RequestError: If it is refused, or the keys are used up.
        """
        self._known(sae, slave)
        number = _whole(request, "number", 1, 1, MOST_KEYS)
        size = _whole(request, "size", KEY_BITS, LEAST_BITS, MOST_BITS)
        if size % 8:
            raise RequestError(400, f"The size must be a multiple of 8, but is {size}.")
        if request.get("additional_slave_SAE_IDs"):
            raise RequestError(400, "Keys for more than one slave SAE are not supported.")
        if request.get("extension_mandatory"):
            raise RequestError(400, "Not all extension_mandatory parameters are supported.")
        with self._lock:
            pool = self._fill(slave)
            try:
                whole = pool.take(number * size)
            except KeyExhaustedError as error:
                raise RequestError(503, str(error)) from None
        material = Material(self._links[slave].secret, self._sae, slave)
        step = size // 8
        keys = []
        for at in range(0, number * step, step):
            name = _key_id(material, whole.position + at, step)
            keys.append(_shown(name, whole.content[at : at + step]))
        return {"keys": keys}

    def dec_keys(self, sae: str, master: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Keys that a master SAE has drawn, for the slave SAE (5.3).

        Args:
            sae: Who asks, by its certificate.
            master: The SAE that drew them.
            request: `key_IDs`.

        Returns:
            A key container.

        Raises:
            RequestError: If a key is unknown, or was handed out before.
        """
        self._known(sae, master)
        rows = request.get("key_IDs")
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_KEYS:
            raise RequestError(400, f"Give 1 to {MOST_KEYS} key_IDs.")
        names = [row.get("key_ID") if isinstance(row, dict) else None for row in rows]
        secret = self._links[master].secret
        for material, reader in (
            (Material(secret, master, sae), sae),
            (Material(secret, sae, master), sae + _BACK),
        ):
            parts = [_part(material, name) for name in names]
            found = [part for part in parts if part is not None]
            if len(found) == len(parts):
                if reader != sae and any(p + n > self._pools[master].used for p, n in found):
                    break
                if not self._store.deliver(material.source, material.target, reader, found):
                    raise RequestError(404, "A key was handed out before.")
                return {
                    "keys": [
                        _shown(str(name), material.part(*part))
                        for name, part in zip(names, found, strict=True)
                    ]
                }
        raise RequestError(404, "A key_ID is unknown.")


def _shown(name: str, content: bytes) -> dict[str, str]:
    return {"key_ID": name, "key": base64.b64encode(content).decode()}


def _whole(request: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = request.get(name, default)
    if type(value) is not int or not least <= value <= most:
        raise RequestError(400, f"The {name} must be a whole number from {least} to {most}.")
    return value


def _key_id(material: Material, position: int, size: int) -> str:
    """A UUID of version 8: position (48 bit), size (18 bit) and a mark of the link (56 bit)."""
    head = position.to_bytes(6, "big")
    middle = bytes([0x80 | size >> 14, size >> 6 & 0xFF, 0x80 | size & 0x3F])
    return str(uuid.UUID(bytes=head + middle + material.mark(position, size)))


def _part(material: Material, name: object) -> tuple[int, int] | None:
    """Position and size that a key_ID stands for; None if it is none of this stream."""
    try:
        content = uuid.UUID(str(name)).bytes
    except ValueError:
        return None
    position = int.from_bytes(content[:6], "big")
    size = (content[6] & 0x0F) << 14 | content[7] << 6 | content[8] & 0x3F
    is_ours = 0 < size <= MOST_BITS // 8 and _key_id(material, position, size) == str(name).lower()
    return (position, size) if is_ours else None
