"""Content credentials (C2PA): a signed manifest in film and WAV that says the sound is synthetic.

Only on request, with the user's own certificate; the extra `c2pa` brings what is needed."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError, one_line
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.writing.atomic import output_file, whole_file
from ta_v2a.media.writing.broadcast import wave_head
from ta_v2a.system.extras import need
from ta_v2a.system.user_files import is_file

SIGNED_ENDINGS = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".avi": "video/avi",
    ".wav": "audio/wav",
}
_SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class Credentials:
    """Signs files.

    Args:
        pem: a file with the certificate chain (the signer's first) and the private key.

    Raises:
        UserError: the extra is not installed, or the file holds no pair that C2PA accepts.
    """

    def __init__(self, pem: str):
        need("c2pa")
        path = Path(pem)
        if not is_file(path):
            raise UserError(f"{shown_name(path)}: no such file of certificates and key")
        try:
            self._chain, self._key, self._algorithm = _pair(path.read_bytes())
            self._signed(io.BytesIO(_short_wave()), "audio/wav", {}, io.BytesIO())
        except UserError:
            raise
        except Exception as error:  # whatever OpenSSL or the C2PA library says
            raise UserError(
                f"{shown_name(path)}: cannot sign content credentials: {one_line(error)}"
            ) from None

    def check(self, path: Path) -> None:
        """Raises: UserError: no file of that ending can be signed."""
        if path.suffix.lower() not in SIGNED_ENDINGS:
            known = " ".join(SIGNED_ENDINGS)
            raise UserError(f"{shown_name(path)}: content credentials go into {known}; use one of these")

    def sign(self, path: Path, told: Mapping[str, Any]) -> None:
        """Puts a manifest into a file; it stays as it was where that fails.

        Args:
            told: an assertion of this program's own, ready for JSON.

        Raises:
            UserError: the file cannot be signed, or the disk is full.
        """
        try:
            with (
                whole_file(output_file(path)) as part,
                path.open("rb") as source,
                open(part, "w+b") as target,
            ):
                self._signed(source, SIGNED_ENDINGS[path.suffix.lower()], told, target)
        except UserError:
            raise
        except Exception as error:
            raise UserError(f"{shown_name(path)}: cannot be signed: {one_line(error)}") from None

    def _signed(self, source: Any, kind: str, told: Mapping[str, Any], target: Any) -> None:
        from c2pa import Builder, C2paSignerInfo, Signer

        sound = "trainedAlgorithmicMedia"
        source_type = sound if kind.startswith("audio") else f"compositeWith{sound[0].upper()}{sound[1:]}"
        action = {"action": "c2pa.created", "digitalSourceType": _SOURCES + source_type}
        manifest = {
            "claim_generator_info": [{"name": "ta-v2a"}],
            "format": kind,
            "title": "sound made by ta-v2a",
            "assertions": [
                {"label": "c2pa.actions", "data": {"actions": [action]}},
                {"label": "org.ta-v2a.provenance", "data": json.loads(json.dumps(told, default=str))},
            ],
        }
        info = C2paSignerInfo(self._algorithm, self._chain, self._key, None)
        with Signer.from_info(info) as signer, Builder(manifest) as builder:
            builder.sign(signer, kind, source, target)


def _pair(data: bytes) -> tuple[str, str, str]:
    """(certificate chain, private key in PKCS 8, C2PA's name of its algorithm) of a PEM file."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )
    from cryptography.x509 import load_pem_x509_certificates

    key = load_pem_private_key(data, None)
    chain = "".join(each.public_bytes(Encoding.PEM).decode() for each in load_pem_x509_certificates(data))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        algorithm = {256: "es256", 384: "es384", 521: "es512"}.get(key.key_size, "")
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        algorithm = "ed25519"
    else:
        algorithm = "ps256" if isinstance(key, rsa.RSAPrivateKey) else ""
    if not algorithm:
        raise ValueError("the key is of a kind that C2PA does not know (P-256, P-384, P-521, Ed25519 or RSA)")
    own = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return chain, own, algorithm


def _short_wave() -> bytes:
    """A WAV that is signed to see whether the certificate is accepted."""
    silence = np.zeros(480, np.int32).tobytes()[: 480 * 3]
    return wave_head(48_000, 1, 480) + silence
