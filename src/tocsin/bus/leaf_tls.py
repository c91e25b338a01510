"""Certificates of the link between edges and their centre: an authority of the centre's own, and one
certificate that it signs. A city needs no other; a box trusts this authority alone, for this alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tocsin.bus.accounts import Folder, write_private
from tocsin.bus.leaf import authority, certificate, key
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Invalid, Misconfigured

_AUTHORITY_DAYS = 20 * 365
_DAYS = 2 * 365
#: made anew at a start when less than this is left
_RENEW = timedelta(days=365)


def prepare(
    folder: Folder, names: Sequence[str], *, signer: Folder | None = None, peer: bool = False
) -> None:
    """Make what is missing, too old, or for other names. Raises ``Misconfigured``.

    ``signer``: whose authority signs, if not our own; its certificate is copied here. ``peer``: one that
    also calls others, as the nodes of a cluster do.
    """
    signer_key = _authority_key(signer or folder)
    pem = authority(signer or folder).read_bytes()
    if signer is not None:
        write_private(authority(folder), pem)
    signed_by = x509.load_pem_x509_certificate(pem)
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, *([ExtendedKeyUsageOID.CLIENT_AUTH] if peer else [])]
    wanted = [_general(name) for name in names]
    try:
        now = x509.load_pem_x509_certificate(certificate(folder).read_bytes())
        held = now.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if set(held) == set(wanted) and now.not_valid_after_utc - WallClock().now() > _RENEW:
            return
    except (FileNotFoundError, ValueError):
        pass
    own = ec.generate_private_key(ec.SECP256R1())
    made = (
        _builder("tocsin centre", signed_by.subject, own.public_key(), _DAYS)
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .sign(signer_key, hashes.SHA256())
    )
    write_private(key(folder), _pem(own))
    write_private(certificate(folder), made.public_bytes(serialization.Encoding.PEM))


def check_authority(pem: str) -> bytes:
    """A certificate in PEM. Raises ``Invalid``."""
    try:
        return x509.load_pem_x509_certificate(pem.encode()).public_bytes(serialization.Encoding.PEM)
    except ValueError as error:
        raise Invalid(
            "not a certificate",
            field="ca",
            value=pem[:40],
            cure="take the file whole, as tocsin edge add printed it",
        ) from error


def _authority_key(folder: Folder) -> ec.EllipticCurvePrivateKey:
    file = folder.root / "tls" / "ca.key"
    if file.exists() and authority(folder).exists():
        held = serialization.load_pem_private_key(file.read_bytes(), None)
        assert isinstance(held, ec.EllipticCurvePrivateKey)
        return held
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tocsin edges")])
    signed = (
        _builder("tocsin edges", name, made.public_key(), _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(made, hashes.SHA256())
    )
    write_private(file, _pem(made))
    write_private(authority(folder), signed.public_bytes(serialization.Encoding.PEM))
    return made


def _builder(
    subject: str, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = WallClock().now()
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a box whose clock is late can still join
        .not_valid_after(now + timedelta(days=days))
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name)
    except ValueError as error:
        raise Misconfigured(
            "not a name or address that edges could reach",
            field="edges.address",
            value=name,
            cure="names and addresses with blanks between: bus.city.example 192.0.2.7",
        ) from error


def _pem(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def read_authority(folder: Folder) -> str:
    """PEM, for an invitation."""
    path: Path = authority(folder)
    return path.read_text("ascii")
