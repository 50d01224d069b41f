"""The key-management entity behind HTTPS with mutual certificates, on this machine only."""

import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ebit.consensus.keys.certificates import Identity, name_of
from ebit.consensus.keys.entity import KeyManagementEntity, RequestError
from ebit.errors import EbitError

MOST_BODY = 65536
PATIENCE = 10.0
"""Seconds that a client may take for its handshake or a request."""


class KeyServer(ThreadingHTTPServer):
    """Serves one entity on a port of the loopback interface.

    Args:
        entity: The entity.
        identity: Certificate of the node.
        port: The port; 0 for a free one.

    Raises:
        EbitError: If the port is taken or a certificate is wrong.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, entity: KeyManagementEntity, identity: Identity, port: int) -> None:
        self.entity = entity
        self._context = identity.server()
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise EbitError(
                f"Cannot serve keys at port {port} ({error.strerror}): choose another port."
            ) from None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the thread of the client, so that nobody can stop the others."""
        request.settimeout(PATIENCE)
        try:
            secure = self._context.wrap_socket(request, server_side=True)
        except (OSError, ssl.SSLError):
            return
        try:
            super().finish_request(secure, client_address)
        except OSError:
            pass
        finally:
            self.shutdown_request(secure)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is no matter."""


class _Handler(BaseHTTPRequestHandler):
    """One client."""

    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: KeyServer
    connection: ssl.SSLSocket
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Status, and the short forms of the others."""
        query = parse_qs(urlsplit(self.path).query)
        request: dict[str, Any] = {}
        for name in ("number", "size"):
            if name in query:
                text = query[name][0]
                request[name] = int(text) if text.isdecimal() and len(text) < 10 else text
        if "key_ID" in query:
            request["key_IDs"] = [{"key_ID": query["key_ID"][0]}]
        self._answer(request)

    def do_POST(self) -> None:
        """Requests with a body."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MOST_BODY:
            self.close_connection = True
            self._reply(400, {"message": f"A body has at most {MOST_BODY} bytes."})
            return
        try:
            request = json.loads(self.rfile.read(int(length)) or b"{}")
        except (ValueError, RecursionError):
            request = None
        if not isinstance(request, dict):
            self._reply(400, {"message": "The body must be a JSON object."})
            return
        self._answer(request)

    def _answer(self, request: dict[str, Any]) -> None:
        entity, sae = self.server.entity, name_of(self.connection)
        parts = urlsplit(self.path).path.strip("/").split("/")
        calls: dict[str, Callable[[str], dict[str, Any]]] = {
            "status": lambda other: entity.status(sae, other),
            "enc_keys": lambda other: entity.enc_keys(sae, other, request),
            "dec_keys": lambda other: entity.dec_keys(sae, other, request),
        }
        if len(parts) != 5 or parts[:3] != ["api", "v1", "keys"] or parts[4] not in calls:
            self._reply(404, {"message": "There is nothing here."})
            return
        try:
            self._reply(200, calls[parts[4]](parts[3]))
        except RequestError as error:
            self._reply(error.code, {"message": error.message})
        except EbitError as error:
            self._reply(503, {"message": str(error)})

    def _reply(self, code: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keys and their names are not logged."""
