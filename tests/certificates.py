"""Certificates of one test: an authority, and what it issues."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate authority of one test."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def path(self) -> Path:
        return self.folder / f"{self.name}.pem"

    def issue(self, name: str, *, san: list[x509.GeneralName], organisation: str = "acme") -> tuple[Path, Path]:
        """Writes a certificate and its key; returns their paths."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organisation)])
        builder = certificate_builder(subject, self.certificate.subject, key)
        if san:
            builder = builder.add_extension(x509.SubjectAlternativeName(san), critical=False)
        return write_pair(self.folder, name, builder.sign(self.key, hashes.SHA256()), key)


def certificate_builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    number = int.from_bytes(os.urandom(16))
    return builder.serial_number(number).not_valid_before(now - DAY).not_valid_after(now + DAY)


def write_pair(
    folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> tuple[Path, Path]:
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def make_authority(folder: Path, name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = certificate_builder(subject, subject, key)
    constraint = x509.BasicConstraints(ca=True, path_length=0)
    certificate = builder.add_extension(constraint, critical=True).sign(key, hashes.SHA256())
    write_pair(folder, name, certificate, key)
    return Authority(folder=folder, name=name, key=key, certificate=certificate)
