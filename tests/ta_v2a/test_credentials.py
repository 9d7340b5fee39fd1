"""Content credentials, signed with a certificate made here and read back by C2PA's own reader."""

import datetime
import json
from pathlib import Path

import c2pa
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ta_v2a.__main__ import main
from ta_v2a.delivery.credentials import Credentials
from ta_v2a.errors import UserError
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.writing.wav import write_wav


def certificate(subject: str, key, issuer: str, issuer_key, is_authority: bool):
    """A certificate as C2PA asks for it: signers for e-mail protection, beneath an authority."""
    name = lambda text: x509.Name(  # noqa: E731
        [x509.NameAttribute(NameOID.COMMON_NAME, text), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test")]
    )
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    made = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=36_500))
        .add_extension(x509.BasicConstraints(is_authority, None), True)
        .add_extension(own, False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
        .add_extension(
            x509.KeyUsage(not is_authority, False, False, False, False, is_authority, False, False, False),
            True,
        )
    )
    if not is_authority:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    return made.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="module")
def pem(tmp_path_factory) -> Path:
    """Chain and key in one file."""
    authority, signer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = [
        certificate("signer", signer, "authority", authority, False),
        certificate("authority", authority, "authority", authority, True),
    ]
    path = tmp_path_factory.mktemp("keys") / "own.pem"
    key = signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in chain) + key)
    return path


def manifest(path: Path, kind: str) -> dict:
    with path.open("rb") as file, c2pa.Reader(kind, file) as reader:
        told = json.loads(reader.json())
    return told["manifests"][told["active_manifest"]]


def test_film_and_wav_say_that_their_sound_is_synthetic(pem, silent_clip, pipeline_folder, tmp_path, capsys):
    out = tmp_path / "out.mp4"
    words = ["-p", "knocking", "--seed", "3", "--c2pa", str(pem), "-o", str(out)]
    assert main(["foley", str(silent_clip), *words, "--preset", str(pipeline_folder)]) == 0
    capsys.readouterr()
    for path, kind, source in (
        (out, "video/mp4", "compositeWithTrainedAlgorithmicMedia"),
        (out.with_suffix(".wav"), "audio/wav", "trainedAlgorithmicMedia"),
    ):
        assertions = {each["label"]: each["data"] for each in manifest(path, kind)["assertions"]}
        actions = next(data for label, data in assertions.items() if label.startswith("c2pa.actions"))
        assert actions["actions"][0]["digitalSourceType"].endswith(f"/{source}")
        told = assertions["org.ta-v2a.provenance"]
        assert (told["prompt"], told["seed"]) == ("knocking", 3) and len(told["weights_sha256"]) == 64
    assert probe(out).duration_s == pytest.approx(probe(silent_clip).duration_s, abs=0.002)


def test_a_changed_file_no_longer_fits_its_credentials(pem, tmp_path):
    path = write_wav(tmp_path / "a.wav", np.full(4800, 0.1, np.float32), 48_000)
    Credentials(str(pem)).sign(path, {"seed": 1})
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with path.open("rb") as file, c2pa.Reader("audio/wav", file) as reader:
        told = json.loads(reader.json())
    failures = {each["code"] for each in told["validation_results"]["activeManifest"]["failure"]}
    assert "assertion.dataHash.mismatch" in failures


@pytest.mark.parametrize("what", ["text", "no key", "self-signed"])
def test_a_file_that_cannot_sign_is_refused_before_the_work(pem, tmp_path, what):
    path = tmp_path / "bad.pem"
    if what == "text":
        path.write_text("hello")
    elif what == "no key":
        path.write_text(pem.read_text().partition("-----BEGIN PRIVATE KEY")[0])
    else:
        key = ec.generate_private_key(ec.SECP256R1())
        own = certificate("me", key, "me", key, True).public_bytes(Encoding.PEM)
        path.write_bytes(own + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(UserError, match=r"bad.pem: cannot sign content credentials: ") as caught:
        Credentials(str(path))
    assert "\n" not in str(caught.value)


def test_a_film_that_holds_no_credentials_is_refused(pem, tmp_path):
    with pytest.raises(UserError, match=r"x.mkv: content credentials go into .mp4"):
        Credentials(str(pem)).check(tmp_path / "x.mkv")
