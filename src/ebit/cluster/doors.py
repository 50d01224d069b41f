"""Who may talk to a cluster: certificates, and what the user should know about open doors."""

import logging
import os
import shutil
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ebit import checks
from ebit.errors import EbitError

FILES_PER_WORKER = 16
"""Open files that this process needs for a local worker, at most."""

OTHER_FILES = 64
"""Open files that it needs otherwise."""

LEFT_BEHIND = 7 * 24 * 3600.0
"""Age in seconds from which a folder of certificates of another machine counts as left behind."""

_PREFIX = ".ebit-certificates-"


@dataclass(frozen=True)
class Certificates:
    """Files with which a client shows who it is, and knows its scheduler (PEM).

    Args:
        ca: Certificate of who signed those of the cluster.
        certificate: Own certificate.
        key: Own private key.

    Raises:
        EbitError: If a file cannot be read, or they do not belong together.
    """

    ca: checks.PathLike
    certificate: checks.PathLike
    key: checks.PathLike

    def __post_init__(self) -> None:
        files = {"ca": self.ca, "certificate": self.certificate, "key": self.key}
        for name, value in files.items():
            file = checks.path(name, value)
            if not os.path.isfile(file):
                raise EbitError(f"Argument `{name}` is {str(file)!r}, which is no file: give one.")
        try:
            context = ssl.create_default_context(cafile=str(self.ca))
            context.load_cert_chain(str(self.certificate), str(self.key))
        except (OSError, ValueError) as error:
            raise EbitError(
                f"The files {str(self.ca)!r}, {str(self.certificate)!r} and {str(self.key)!r} are "
                f"no certificates with their key ({error}): give the files of the cluster."
            ) from None


def temporary_certificates() -> Any:
    """Certificates for one cluster: without them, nobody reaches its scheduler and its workers.

    Raises:
        EbitError: If what makes them is not installed.
    """
    from distributed import Security

    try:
        return Security.temporary()
    except ImportError:
        raise EbitError(
            "Option `--cluster` needs cryptography, which is not installed: "
            "pip install 'ebit[cluster]'."
        ) from None


@contextmanager
def private_folder(shared: Path) -> Iterator[Path]:
    """A folder for certificates that only this user may enter; it goes with the block.

    What a process that was killed left behind is removed at the next start.

    Args:
        shared: Where to make it: a folder that all machines of the cluster see.

    Yields:
        The folder.

    Raises:
        EbitError: If it cannot be made.

    Example:
        >>> with tempfile.TemporaryDirectory() as shared, private_folder(Path(shared)) as folder:
        ...     oct(folder.stat().st_mode)[-3:]
        '700'
    """
    try:
        for old in shared.glob(f"{_PREFIX}*"):
            if _is_left_behind(old):
                shutil.rmtree(old, ignore_errors=True)
        own = f"{_PREFIX}{socket.gethostname()}-{os.getpid()}-"
        folder = Path(tempfile.mkdtemp(prefix=own, dir=shared))
    except OSError as error:
        raise EbitError(
            f"The certificates of the jobs cannot be written to {str(shared)!r} "
            f"({error.strerror or error}): name another folder of the shared disk as "
            "shared-temp-directory below jobqueue.slurm in ~/.config/dask/jobqueue.yaml."
        ) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_left_behind(folder: Path) -> bool:
    """Whether it is of this user and of a process that is gone; elsewhere, whether it is old."""
    status = folder.lstat()
    if folder.is_symlink() or not folder.is_dir() or status.st_uid != os.getuid():
        return False
    host, pid, _ = folder.name.removeprefix(_PREFIX).rsplit("-", 2)
    if host != socket.gethostname():
        return time.time() - status.st_mtime > LEFT_BEHIND
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # the number is another user's process now
        return True
    return False


def security_of(cluster: str, certificates: Certificates | None) -> Any:
    """What a client shows to a scheduler; says so where a scheduler asks for nothing.

    Args:
        cluster: `local`, `slurm` or an address.
        certificates: Files, if the user named them.

    Returns:
        Dask's `Security`; None where the cluster itself brings it, or there is none.

    Raises:
        EbitError: If certificates are missing, or named for a cluster that takes none.
    """
    from distributed import Security

    if not cluster.startswith("tls://"):
        if certificates is not None:
            raise EbitError(
                f"Certificates are for a cluster at tls://HOST:PORT, but `cluster` is {cluster!r}: "
                "leave them out."
            )
        if cluster.startswith("tcp://"):
            logging.getLogger(__name__).warning(
                "Note: %s is open to whoever reaches it, and runs what they send; tls:// with "
                "certificates is not.",
                cluster,
            )
        return None
    if certificates is None:
        security = Security()
    else:
        security = Security(
            tls_ca_file=str(Path(certificates.ca).resolve()),
            tls_client_cert=str(Path(certificates.certificate).resolve()),
            tls_client_key=str(Path(certificates.key).resolve()),
            require_encryption=True,
        )
    if security.get_connection_args("client").get("ssl_context") is None:
        raise EbitError(
            f"Argument `cluster` is {cluster!r}, which needs certificates: name them with "
            "--tls-ca, --tls-cert and --tls-key, or below distributed.comm.tls in ~/.config/dask/."
        )
    return security


def check_open_files(workers: int) -> None:
    """Raise unless this process may open the files that so many workers take.

    Args:
        workers: Processes.

    Raises:
        EbitError: If it may not.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = OTHER_FILES + FILES_PER_WORKER * workers
    if allowed != resource.RLIM_INFINITY and allowed < needed:
        raise EbitError(
            f"Argument `workers` is {workers}, which takes {needed} open files, but this process "
            f"may open {allowed}: allow more (ulimit -n {needed}), or use fewer workers."
        )
