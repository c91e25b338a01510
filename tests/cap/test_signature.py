"""Signed messages, verified without the library that signs: canonical form, digest and RSA by hand."""

from __future__ import annotations

import base64
import stat
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree
from tests.cap.samples import message

from tocsin.cap.reading import read
from tocsin.cap.signature import Signer, signer_of
from tocsin.cap.writing import dump, element_of
from tocsin.cap.xsd import schema
from tocsin.kernel.errors import Misconfigured

DS = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def signer(state: Path) -> Signer:
    return signer_of(state)


def verified(document: bytes, certificate: bytes) -> bool:
    """XML Signature 3.2 (core validation), for one enveloped reference and exclusive canonical XML."""
    root = etree.fromstring(document)
    signature = root.find(f"{DS}Signature")
    assert signature is not None
    signed_info = signature.find(f"{DS}SignedInfo")
    canonical_info = etree.tostring(signed_info, method="c14n", exclusive=True, with_comments=False)
    value = base64.b64decode(signature.findtext(f"{DS}SignatureValue"))
    digest = base64.b64decode(signed_info.findtext(f"{DS}Reference/{DS}DigestValue"))
    assert signed_info.find(f"{DS}Reference").get("URI") == ""
    root.remove(signature)
    content = etree.tostring(root, method="c14n", exclusive=True, with_comments=False)
    if sha256(content).digest() != digest:
        return False
    key = x509.load_pem_x509_certificate(certificate).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        key.verify(value, canonical_info, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def test_a_signed_message_verifies_and_is_still_valid(signer: Signer) -> None:
    document = dump(signer.signed(element_of(message())))
    assert verified(document, signer.certificate)
    assert schema().validate(etree.fromstring(document))
    assert read(document) == message()


@pytest.mark.parametrize(("was", "now"), [(b"Severe", b"Minor"), (b"W-0002", b"W-0003"), (b"Avoid", b"None")])
def test_one_changed_word_breaks_it(signer: Signer, was: bytes, now: bytes) -> None:
    document = dump(signer.signed(element_of(message())))
    assert was in document
    assert not verified(document.replace(was, now, 1), signer.certificate)


def test_another_key_does_not_verify_it(signer: Signer, tmp_path: Path) -> None:
    document = dump(signer.signed(element_of(message())))
    assert not verified(document, signer_of(tmp_path).certificate)


def test_the_key_is_made_once_and_is_private(state: Path, signer: Signer) -> None:
    key = state / "keys" / "warning.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert signer_of(state).fingerprint == signer.fingerprint
    assert b"PRIVATE" not in (state / "keys" / "warning.crt").read_bytes()
    assert "PRIVATE" not in repr(signer)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    signer_of(tmp_path)
    (tmp_path / "keys" / "warning.key").chmod(0o644)
    with pytest.raises(Misconfigured, match="read by others"):
        signer_of(tmp_path)


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    key = tmp_path / "keys" / "warning.key"
    key.write_bytes(b"nothing")
    key.chmod(0o600)
    with pytest.raises(Misconfigured, match="damaged"):
        signer_of(tmp_path)
