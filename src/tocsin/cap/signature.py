"""Enveloped XML signatures (clause 3.3.4; W3C XML Signature 1.1), and the key that makes ours.

RSA 3072 with SHA-256 over exclusive canonical XML: what every verifier in use knows. The certificate is the
instance's own and vouches for nothing but itself: whoever relies on it compares its fingerprint once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner

from tocsin.kernel.errors import Misconfigured, Unavailable
from tocsin.kernel.keyfile import secret

FOLDER, PRIVATE, PUBLIC = "keys", "warning.key", "warning.crt"
_BITS = 3072
_YEARS = 10


class Signer:
    """Signs messages. The private half is never shown, logged or exported."""

    def __init__(self, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> None:
        self._key, self._certificate = key, certificate
        self.certificate = certificate.public_bytes(Encoding.PEM)
        self.fingerprint = certificate.fingerprint(hashes.SHA256()).hex()

    def __repr__(self) -> str:
        return f"Signer({self.fingerprint[:16]})"

    def signed(self, root: etree._Element) -> etree._Element:
        """A copy with the signature as its last element, where the schema has a place for it."""
        signer = XMLSigner(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        made: etree._Element = signer.sign(root, key=self._key, cert=[self._certificate])
        return made


def signer_of(state: Path) -> Signer:
    """The signer of ``<state>/keys``, its key made there, mode 0600, where there is none yet.

    Several processes may ask at once: one key is made. Raises ``Misconfigured`` for a file that others can
    read or that holds no such key, ``Unavailable`` where none can be written.
    """
    path = state / FOLDER / PRIVATE
    told = secret(path, _made, what="the key that signs warnings")
    try:
        key = load_pem_private_key(told, None)
        certificate = x509.load_pem_x509_certificate(told)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("no RSA key")
        public = path.with_name(PUBLIC)
        if not public.exists():
            public.write_bytes(certificate.public_bytes(Encoding.PEM))
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be made or read ({error.strerror})",
            cure="look at the disk and at the rights of the state folder",
        ) from error
    except (ValueError, TypeError) as error:
        raise Misconfigured(
            "the key that signs warnings is damaged",
            field="key",
            value=path,
            cure="bring it back from a back-up",
        ) from error
    return Signer(key, certificate)


def _made() -> bytes:
    """Key and certificate in one file, so that no kill leaves the one without the other."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem + _certificate(key).public_bytes(Encoding.PEM)


def _certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    """Certificates know the wall clock alone, whatever realm signs."""
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tocsin public warnings")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
