"""Keys of all pairs of nodes in one process: what the simulator uses."""

import math

from ebit.consensus.keys.errors import KeyUnknownError
from ebit.consensus.keys.material import Material
from ebit.consensus.keys.pool import KeyPool


class SharedKeys:
    """Pools of all ordered pairs of nodes.

    Args:
        seed: Chooses the bits.
        bits: Bits that each pool holds at first.

    Example:
        >>> keys = SharedKeys(seed=0)
        >>> name, key = keys.of(0).draw(1, 32)
        >>> keys.of(1).find(0, name, 32) == key
        True
    """

    def __init__(self, seed: int, bits: float = math.inf) -> None:
        self._secret = seed.to_bytes(32, "big")
        self._bits = bits
        self._pools: dict[tuple[int, int], KeyPool] = {}
        self._drawn: dict[tuple[int, int, bytes], bytes] = {}

    def pool(self, source: int, target: int) -> KeyPool:
        """The pool for frames from one node to another."""
        pair = source, target
        if pair not in self._pools:
            pool = KeyPool(Material(self._secret, str(source), str(target)))
            pool.refill(self._bits)
            self._pools[pair] = pool
        return self._pools[pair]

    def of(self, node: int) -> "NodeKeys":
        """The keys as one node sees them."""
        return NodeKeys(self, node)

    def draw(self, source: int, target: int, size: int) -> tuple[bytes, bytes]:
        """Take a key for frames from one node to another."""
        key = self.pool(source, target).take(8 * size)
        name = (key.position + 1).to_bytes(16, "big")
        self._drawn[source, target, name] = key.content
        return name, key.content

    def find(self, source: int, target: int, name: bytes) -> bytes:
        """The same key at the other end, once."""
        try:
            return self._drawn.pop((source, target, name))
        except KeyError:
            raise KeyUnknownError(f"No key {name.hex()} from {source} to {target}.") from None


class NodeKeys:
    """The keys of one node.

    Args:
        keys: Those of all.
        me: The node.
    """

    def __init__(self, keys: SharedKeys, me: int) -> None:
        self._keys, self._me = keys, me

    def draw(self, peer: int, size: int) -> tuple[bytes, bytes]:
        """A fresh key for frames to a node."""
        return self._keys.draw(self._me, peer, size)

    def find(self, peer: int, name: bytes, size: int) -> bytes:
        """The key that a node has drawn for its frames to this one."""
        return self._keys.find(peer, self._me, name)
