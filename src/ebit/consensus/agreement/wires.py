"""Connections between nodes: TLS on the loopback interface, one direction each.

Whoever sends dials. A connection lives until something is wrong with it; every new one begins with
fresh keys.
"""

import queue
import select
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from ebit.consensus.agreement.encoding import MalformedError
from ebit.consensus.agreement.messages import Message, read_message
from ebit.consensus.keys.certificates import Identity, name_of, why_refused
from ebit.consensus.keys.errors import KeyExhaustedError
from ebit.consensus.keys.frames import MOST_BYTES, KeySource, Opener, RefusedFrameError, Sealer
from ebit.errors import EbitError
from ebit.reading import one_line

PATIENCE = 10.0
QUIET = 3.0
"""Seconds for which a node may be out of reach before that is said."""
PAUSE = 0.2
"""Seconds between two tries to reach a node."""
_LENGTH = struct.Struct(">I")


class Outlet:
    """The connection that this node dials to another one.

    Args:
        me: This node.
        peer: The other one.
        name: Its name.
        place: Where it listens.
        identity: Certificates of this node.
        mode: How frames are tagged.
        keys: Where keys come from.
        connected: Called when a new connection stands.
        note: Called with one line when something is wrong.
    """

    def __init__(
        self,
        me: int,
        peer: int,
        name: str,
        place: tuple[str, int],
        identity: Identity,
        mode: str,
        keys: KeySource,
        connected: Callable[[int], None],
        note: Callable[[str], None],
    ) -> None:
        self._me, self._peer, self._name, self._place = me, peer, name, place
        self._context = identity.client()
        self._mode, self._keys = mode, keys
        self._connected, self._note = connected, note
        self._waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._over = threading.Event()
        self._last_note = ""
        self._since = 0.0
        self.is_up = False
        self.problem = "not tried yet"
        self.lack = ""  # why the last frame got no key
        self.frames = 0
        self.stalls = 0
        self.key_bits = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def send(self, message: Message) -> bool:
        """Send a message, if the connection stands; otherwise it is said again later."""
        if self.is_up:
            self._waiting.put(message)
        return self.is_up

    def close(self) -> None:
        """End it once what waits is sent."""
        self._over.set()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                with (
                    socket.create_connection(self._place, timeout=PATIENCE) as plain,
                    self._context.wrap_socket(plain, server_hostname=self._name) as secure,
                ):
                    plain_options(secure)
                    self._speak(secure)
            except OSError as error:
                self._complain(f"{self._name} at {self._place[0]}:{self._place[1]}", error)
            self.is_up = False
            self._over.wait(PAUSE)

    def _complain(self, who: str, error: OSError) -> None:
        self.problem = why_refused(error)
        line = f"Node {who} is not reachable: {self.problem}. Trying again."
        now = time.monotonic()
        self._since = self._since or now
        if now - self._since > QUIET and line != self._last_note:
            self._last_note = line
            self._note(line)

    def _speak(self, secure: ssl.SSLSocket) -> None:
        sealer = Sealer(self._me, self._peer, self._mode, self._keys)
        while not self._waiting.empty():
            self._waiting.get()
        self.is_up, self._last_note, self._since = True, "", 0.0
        self._connected(self._peer)
        while True:
            try:
                message = self._waiting.get(timeout=PAUSE)
            except queue.Empty:
                if self._over.is_set() or select.select([secure], [], [], 0)[0]:
                    return
                continue
            if select.select([secure], [], [], 0)[0]:
                return
            before = sealer.key_bits
            try:
                frame = sealer.seal(message.kind, message.round, message.view, message.body)
            except (KeyExhaustedError, EbitError) as error:
                self.stalls += 1
                if not self.lack:
                    self._note(f"A frame for {self._name} waits for a key: {error}")
                self.lack = one_line(error)
                continue
            self.lack = ""
            self.key_bits += sealer.key_bits - before
            self.frames += 1
            secure.sendall(_LENGTH.pack(len(frame)) + frame)


class Inlets:
    """The connections that other nodes dial to this one.

    Args:
        me: This node.
        names: Names of all nodes, in order.
        place: Where to listen.
        identity: Certificates of this node.
        mode: How frames are tagged.
        keys: Where keys come from.
        received: Called with a node and its message.
        note: Called with one line when something is wrong.

    Raises:
        EbitError: If the port is taken.
    """

    def __init__(
        self,
        me: int,
        names: list[str],
        place: tuple[str, int],
        identity: Identity,
        mode: str,
        keys: KeySource,
        received: Callable[[int, Message], None],
        note: Callable[[str], None],
    ) -> None:
        self._me, self._names = me, names
        self._context = identity.server()
        self._context.num_tickets = 0  # nothing comes back on a connection but its end
        self._mode, self._keys = mode, keys
        self._received, self._note = received, note
        self._lock = threading.Lock()
        self._open: dict[int, ssl.SSLSocket] = {}
        self._shaking: dict[threading.Thread, ssl.SSLSocket] = {}
        self.refused: Counter[str] = Counter()
        try:
            self._listener = socket.create_server(place, backlog=128)
        except OSError as error:
            raise EbitError(
                f"Cannot listen at {place[0]}:{place[1]} ({error.strerror}): choose another port, "
                "or end what uses it."
            ) from None
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Stop listening, end what is open, and wait until whoever knocked is counted."""
        close_now(self._listener)
        self._accepting.join(PATIENCE)
        self._listener.close()
        with self._lock:
            shaking = dict(self._shaking)
            sockets = [*shaking.values(), *self._open.values()]
        for one in sockets:
            close_now(one)
        for thread in shaking:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            plain.settimeout(PATIENCE)
            try:
                secure = self._context.wrap_socket(
                    plain, server_side=True, do_handshake_on_connect=False
                )
            except OSError:
                self._count("certificate")
                plain.close()
                continue
            thread = threading.Thread(target=self._serve, args=(secure,), daemon=True)
            with self._lock:
                self._shaking[thread] = secure
            thread.start()

    def _serve(self, secure: ssl.SSLSocket) -> None:
        with secure:
            try:
                secure.do_handshake()
                name = name_of(secure)
            except OSError:
                name = ""
            with self._lock:
                del self._shaking[threading.current_thread()]
                if name not in self._names or name == self._names[self._me]:
                    self.refused["certificate"] += 1
                    return
                peer = self._names.index(name)
                older = self._open.get(peer)
                self._open[peer] = secure
            if older is not None:
                close_now(older)
            try:
                plain_options(secure)
                secure.settimeout(None)
                self._listen(peer, secure)
            except OSError:
                return

    def _listen(self, peer: int, secure: ssl.SSLSocket) -> None:
        opener = Opener(self._me, peer, self._mode, self._keys)
        while True:
            (size,) = _LENGTH.unpack(_exactly(secure, _LENGTH.size))
            if size > MOST_BYTES:
                self._count("size")
                return
            frame = _exactly(secure, size)
            try:
                opened = opener.open(frame)
                message = read_message(opened.kind, opened.round, opened.view, opened.body)
            except RefusedFrameError as error:
                self._count(error.reason)
                self._note(
                    f"A frame that names {self._names[peer]} is refused ({error.reason}): it has "
                    "to say it again with a fresh key."
                )
                return
            except MalformedError:
                self._count("content")
                continue
            except EbitError as error:
                self._note(str(error))
                return
            self._received(peer, message)

    def _count(self, reason: str) -> None:
        with self._lock:
            self.refused[reason] += 1


def _exactly(secure: ssl.SSLSocket, size: int) -> bytes:
    parts, left = [], size
    while left:
        part = secure.recv(min(left, 1 << 20))
        if not part:
            raise ConnectionResetError("it was closed")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def plain_options(secure: ssl.SSLSocket) -> None:
    """Small frames go out at once."""
    secure.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def close_now(connection: Any) -> None:
    """End a connection that another thread reads from."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        time.sleep(0)
