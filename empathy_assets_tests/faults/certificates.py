"""A certificate of a private authority for a server on this machine."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_AUTHORITY = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A private authority")])
_SERVER = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])


def _certificate(subject: x509.Name, key: EllipticCurvePrivateKey, signer: EllipticCurvePrivateKey) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(_AUTHORITY, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=subject == _AUTHORITY, path_length=None), critical=True)
    if subject == _SERVER:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def private_server(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return the file of a new authority and the context of a server that it vouches for."""
    signer, key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    authority, server = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(_certificate(_AUTHORITY, signer, signer).public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    server.write_bytes(_certificate(_SERVER, key, signer).public_bytes(Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)
    return authority, context
