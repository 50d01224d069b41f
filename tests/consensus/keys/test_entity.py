"""The key-management entity: ETSI GS QKD 014, and keys that come once whatever happens."""

import base64
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ebit.consensus.keys.certificates import Identity, make_certificates
from ebit.consensus.keys.client import EntityKeys
from ebit.consensus.keys.entity import KeyManagementEntity, LinkKeys, RequestError
from ebit.consensus.keys.errors import KeyExhaustedError, KeyUnknownError
from ebit.consensus.keys.server import KeyServer
from ebit.consensus.keys.store import KeyStore
from ebit.errors import EbitError

NAMES = ["node-0", "node-1"]
SECRET = bytes(range(32))


def entity(folder: Path, me: int, stored: float = 1e6, rate: float = 0.0) -> KeyManagementEntity:
    links = {
        NAMES[1 - me]: LinkKeys(SECRET, rate, stored),
        NAMES[me]: LinkKeys(bytes(32), rate, stored),
    }
    store = KeyStore(folder / f"{me}.sqlite")
    return KeyManagementEntity(f"kme-{NAMES[me]}", NAMES[me], links, store)


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Identity]:
    folder = tmp_path_factory.mktemp("certificates")
    return {
        **make_certificates(folder / "ours", [*NAMES, "node-2"]),
        **{f"foreign {k}": v for k, v in make_certificates(folder / "foreign", NAMES).items()},
    }


@pytest.fixture
def servers(tmp_path: Path, identities: dict[str, Identity]) -> Iterator[list[KeyServer]]:
    found = [KeyServer(entity(tmp_path, k), identities[NAMES[k]], 0) for k in range(2)]
    for server in found:
        server.start()
    yield found
    for server in found:
        server.shutdown()
        server.server_close()
        server.entity.close()


def test_both_ends_get_the_same_key_once(
    servers: list[KeyServer], identities: dict[str, Identity]
) -> None:
    here, there = (EntityKeys(servers[k].url, identities[NAMES[k]], NAMES) for k in range(2))
    with closing(here), closing(there):
        check_keys(here, there)


def check_keys(here: EntityKeys, there: EntityKeys) -> None:
    name, key = here.draw(1, 32)
    assert there.find(0, name, 32) == key
    with pytest.raises(KeyUnknownError, match="handed out before"):
        there.find(0, name, 32)
    assert here.draw(1, 32)[1] != key
    assert there.draw(0, 32)[1] != key
    assert here.status(1)["stored_key_count"] == (10**6 - 512) // 256


def test_the_doctor_calls_it_conformant(
    servers: list[KeyServer], identities: dict[str, Identity]
) -> None:
    client = pytest.importorskip("qkdsec.client")
    doctor = pytest.importorskip("qkdsec.doctor")
    mine = identities["node-0"]
    for slave in NAMES:
        with client.ETSI014Client(
            servers[0].url,
            client_cert=(str(mine.certificate), str(mine.key)),
            verify=str(mine.ca),
        ) as session:
            report = doctor.run_all(session, slave)
        assert report.passed
        assert report.counts == {"pass": 10, "warn": 0, "fail": 0, "skip": 0}


@pytest.mark.parametrize("who", [None, "node-1", "node-2", "foreign node-0"])
def test_nobody_else_gets_a_key(
    servers: list[KeyServer], identities: dict[str, Identity], who: str | None
) -> None:
    if who is None:
        context = ssl.create_default_context(cafile=identities["node-0"].ca)
    else:
        context = identities[who].client()
        context.load_verify_locations(identities["node-0"].ca)
    url = f"{servers[0].url}/api/v1/keys/node-1/enc_keys"
    with pytest.raises(OSError) as caught:  # noqa: PT011
        urllib.request.urlopen(url, context=context, timeout=60)
    if isinstance(caught.value, urllib.error.HTTPError):
        with caught.value:
            assert caught.value.code == 401
            assert b'"key"' not in caught.value.read()


@pytest.mark.parametrize(
    ("request_body", "code"),
    [
        ({"size": 257}, 400),
        ({"size": 8}, 400),
        ({"size": "many"}, 400),
        ({"number": 0}, 400),
        ({"number": 129}, 400),
        ({"number": True}, 400),
        ({"extension_mandatory": [{"x": 1}]}, 400),
        ({"additional_slave_SAE_IDs": ["node-2"]}, 400),
        ({"number": 128, "size": 65536}, 503),
    ],
)
def test_wrong_requests_are_refused(
    tmp_path: Path, request_body: dict[str, object], code: int
) -> None:
    kme = entity(tmp_path, 0)
    with pytest.raises(RequestError) as caught:
        kme.enc_keys("node-0", "node-1", request_body)
    assert caught.value.code == code
    assert kme.status("node-0", "node-1")["stored_key_count"] == 10**6 // 256
    kme.close()


def test_key_ids_of_others_are_unknown(tmp_path: Path) -> None:
    kme, other = entity(tmp_path, 0), entity(tmp_path, 1)
    (row,) = kme.enc_keys("node-0", "node-1", {})["keys"]
    name = uuid.UUID(row["key_ID"])
    for wrong in (str(uuid.UUID(int=name.int ^ 1)), str(uuid.UUID(int=0)), "x", None):
        with pytest.raises(RequestError) as caught:
            other.dec_keys("node-1", "node-0", {"key_IDs": [{"key_ID": wrong}]})
        assert caught.value.code == 404
    both = [{"key_ID": row["key_ID"]}] * 2
    with pytest.raises(RequestError):  # one key twice in one request: none is handed out
        other.dec_keys("node-1", "node-0", {"key_IDs": both})
    (found,) = other.dec_keys("node-1", "node-0", {"key_IDs": both[:1]})["keys"]
    assert found == row
    kme.close()
    other.close()


def test_keys_come_at_the_rate_of_the_link(tmp_path: Path) -> None:
    now = [100.0]
    store = KeyStore(tmp_path / "keys.sqlite")
    links = {"node-1": LinkKeys(SECRET, rate=256.0)}
    kme = KeyManagementEntity("kme", "node-0", links, store, lambda: now[0])
    with pytest.raises(RequestError, match="holds 0 bits"):
        kme.enc_keys("node-0", "node-1", {})
    now[0] += 2.5
    assert kme.status("node-0", "node-1")["stored_key_count"] == 2
    now[0] -= 50  # a clock that is set back takes nothing away
    assert kme.status("node-0", "node-1")["stored_key_count"] == 2
    store.close()


TAKER = """
import base64, sys
from pathlib import Path
from ebit.consensus.keys.entity import KeyManagementEntity, LinkKeys
from ebit.consensus.keys.store import KeyStore
links = {"node-1": LinkKeys(bytes(range(32)), 0.0, 1e9)}
kme = KeyManagementEntity("kme", "node-0", links, KeyStore(Path(sys.argv[1])))
while True:
    (row,) = kme.enc_keys("node-0", "node-1", {"size": 64})["keys"]
    print(row["key_ID"], row["key"], flush=True)
"""


def test_no_key_comes_twice_over_kill_9(tmp_path: Path) -> None:
    seen: list[str] = []
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", TAKER, str(tmp_path / "keys.sqlite")],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
        lines += process.stdout.readlines()
        process.wait()
        process.stdout.close()
        seen += [line.split()[1] for line in lines if line.endswith("\n")]
    assert len(seen) >= 60
    assert len(set(seen)) == len(seen)
    assert all(len(base64.b64decode(key)) == 8 for key in seen)


def test_a_store_of_another_version_or_in_use_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.sqlite"
    store = KeyStore(path)
    with pytest.raises(EbitError, match="another process uses it"):
        KeyStore(path)
    store._database.execute("PRAGMA user_version=7")
    store.close()
    with pytest.raises(EbitError, match="is of version 7, but this ebit reads version 1"):
        KeyStore(path)
    path.write_bytes(b"no database" * 100)
    with pytest.raises(EbitError, match="it is damaged"):
        KeyStore(path)


def test_an_entity_that_is_not_there_is_named(identities: dict[str, Identity]) -> None:
    keys = EntityKeys("https://127.0.0.1:9", identities["node-0"], NAMES)
    with pytest.raises(KeyExhaustedError, match=r"at https://127\.0\.0\.1:9 does not answer"):
        keys.draw(1, 32)
    with pytest.raises(EbitError, match="must be https"):
        EntityKeys("http://127.0.0.1:9", identities["node-0"], NAMES)


def test_certificates_that_do_not_belong_together_are_named(
    identities: dict[str, Identity], tmp_path: Path
) -> None:
    one, other = identities["node-0"], identities["node-1"]
    assert one.name == "node-0"
    with pytest.raises(EbitError, match="give files that belong together"):
        Identity(one.ca, one.certificate, other.key).client()
    with pytest.raises(EbitError, match="No such file"):
        Identity(tmp_path / "ca.pem", one.certificate, one.key).client()
    assert one.key.stat().st_mode & 0o077 == 0


def test_a_client_that_says_nothing_stops_nobody(
    servers: list[KeyServer], identities: dict[str, Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ebit.consensus.keys.server.PATIENCE", 600.0)
    with (
        socket.create_connection(("127.0.0.1", servers[0].server_address[1])),
        closing(EntityKeys(servers[0].url, identities["node-0"], NAMES)) as keys,
    ):
        keys.draw(1, 32)  # does not wait for the other client


def test_long_and_wrong_bodies_are_refused(
    servers: list[KeyServer], identities: dict[str, Identity]
) -> None:
    url = f"{servers[0].url}/api/v1/keys/node-1/enc_keys"
    for body in (b"[1]", b"{", json.dumps({"x": "y" * 70000}).encode()):
        request = urllib.request.Request(url, data=body, method="POST")
        with pytest.raises(OSError) as caught:  # noqa: PT011
            urllib.request.urlopen(request, context=identities["node-0"].client(), timeout=60)
        if isinstance(caught.value, urllib.error.HTTPError):
            with caught.value:
                assert caught.value.code == 400
