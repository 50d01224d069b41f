"""Where a node gets its keys: from an entity of its own, from a real one, or from nowhere."""

from contextlib import ExitStack
from pathlib import Path

from ebit.consensus.agreement.settings import NodeSettings
from ebit.consensus.keys.certificates import Identity
from ebit.consensus.keys.client import EntityKeys
from ebit.consensus.keys.entity import KeyManagementEntity, LinkKeys
from ebit.consensus.keys.frames import KeySource
from ebit.consensus.keys.material import SECRET_BYTES
from ebit.consensus.keys.server import KeyServer
from ebit.consensus.keys.store import KeyStore
from ebit.errors import EbitError
from ebit.reading import read_bytes


def key_source(
    settings: NodeSettings, identity: Identity, folder: Path, cleanup: ExitStack
) -> KeySource:
    """The keys of a node.

    Args:
        settings: Those of the node.
        identity: Its certificate.
        folder: Where its file lies.
        cleanup: Ends what is started here.

    Returns:
        Its keys.

    Raises:
        EbitError: If a secret or the record of the keys cannot be used.
    """
    if settings.authentication == "none":
        return _NoKeys()
    url = settings.keys.url or _start_entity(settings, identity, folder, cleanup)
    keys = EntityKeys(url, identity, [peer.name for peer in settings.node])
    cleanup.callback(keys.close)
    return keys


def _start_entity(
    settings: NodeSettings, identity: Identity, folder: Path, cleanup: ExitStack
) -> str:
    """A key-management entity of the node's own; its address."""
    links = {
        link.peer: LinkKeys(_secret(folder / link.secret), link.key_rate, link.stored)
        for link in settings.keys.link
    }
    store = KeyStore(folder / settings.folder / "keys.sqlite")
    cleanup.callback(store.close)
    entity = KeyManagementEntity(f"kme-{settings.name}", settings.name, links, store)
    server = KeyServer(entity, identity, settings.keys.port)
    cleanup.callback(server.server_close)
    server.start()
    cleanup.callback(server.shutdown)
    return server.url


def _secret(path: Path) -> bytes:
    content = read_bytes(path, "key", SECRET_BYTES)
    if len(content) != SECRET_BYTES:
        raise EbitError(
            f"File {str(path)!r} must hold {SECRET_BYTES} secret bytes, but has {len(content)}."
        )
    return content


class _NoKeys:
    """Frames without tags need no keys."""

    def draw(self, peer: int, size: int) -> tuple[bytes, bytes]:
        raise AssertionError

    def find(self, peer: int, name: bytes, size: int) -> bytes:
        raise AssertionError
