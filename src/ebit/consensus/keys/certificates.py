"""Certificates of nodes: who may speak, and under which name.

Both ends of a connection show a certificate of the same authority; the name of a node stands in it.
"""

import datetime
import ipaddress
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ebit.errors import EbitError

DAYS = 365


@dataclass(frozen=True)
class Identity:
    """Where a node's certificate, its private key and the authority's certificate are.

    Attributes:
        ca: Certificate of the authority (PEM).
        certificate: Certificate of the node (PEM).
        key: Private key of the node (PEM).
    """

    ca: Path
    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        """What a server shows, and whom it lets in.

        Raises:
            EbitError: If a file is missing or wrong.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        return self._loaded(context)

    def client(self) -> ssl.SSLContext:
        """What a client shows, and whom it trusts.

        Raises:
            EbitError: If a file is missing or wrong.
        """
        return self._loaded(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    def _loaded(self, context: ssl.SSLContext) -> ssl.SSLContext:
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        for path in (self.ca, self.certificate, self.key):
            if not path.is_file():
                raise EbitError(
                    f"Cannot read {str(path)!r} (No such file): give a PEM file of the node."
                )
        try:
            context.load_verify_locations(self.ca)
            context.load_cert_chain(self.certificate, self.key)
        except (ssl.SSLError, OSError) as error:
            raise EbitError(
                f"Cannot use the certificate {str(self.certificate)!r} with the key "
                f"{str(self.key)!r} and the authority {str(self.ca)!r} ({error}): give files that "
                "belong together."
            ) from None
        return context

    @property
    def name(self) -> str:
        """The node's name in its certificate."""
        from cryptography import x509

        try:
            certificate = x509.load_pem_x509_certificate(self.certificate.read_bytes())
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
            return names.value.get_values_for_type(x509.DNSName)[0]
        except (OSError, ValueError, x509.ExtensionNotFound, IndexError):
            raise EbitError(
                f"Certificate {str(self.certificate)!r} names no node: give one with its name as "
                "DNS name."
            ) from None


def name_of(connection: ssl.SSLSocket) -> str:
    """The name in the certificate that the other end of a connection showed; "" if there is none.

    Args:
        connection: The connection, after its handshake.

    Returns:
        The first DNS name.
    """
    shown: dict[str, Any] = connection.getpeercert() or {}
    names = [value for kind, value in shown.get("subjectAltName", ()) if kind == "DNS"]
    return names[0] if names else ""


def why_refused(error: OSError) -> str:
    """Why a connection did not come about, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        text = error.verify_message
        if "expired" in text or "not yet valid" in text:
            return f"its certificate is not valid now ({text}): compare the clocks"
        return f"its certificate is refused ({text})"
    if isinstance(error, ssl.SSLError):
        return f"the certificates do not fit ({error.reason or error})"
    return error.strerror or str(error)


def make_certificates(folder: Path, names: Sequence[str], days: int = DAYS) -> dict[str, Identity]:
    """An authority and one certificate per node, for nodes on this machine.

    Args:
        folder: Where they are written: `ca.pem`, and `NAME.pem` and `NAME.key` for each node.
        names: Names of the nodes.
        days: How long they are valid.

    Returns:
        Name -> files.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)

    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    def begun(name: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named("ebit loopback authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),
                critical=False,
            )
        )

    authority = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    root = (
        begun("ebit loopback authority", authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(authority, hashes.SHA256())
    )
    ca = folder / "ca.pem"
    ca.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    found = {}
    for name in names:
        key = ec.generate_private_key(ec.SECP256R1())
        places = [
            x509.DNSName(name),
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        certificate = (
            begun(name, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(places), critical=False)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            .sign(authority, hashes.SHA256())
        )
        identity = Identity(ca, folder / f"{name}.pem", folder / f"{name}.key")
        identity.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        write_secret(
            identity.key,
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )
        found[name] = identity
    return found


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
