"""Refusals speak of found, expected and remedy."""

from empathy_assets.engines.packaging.errors import CertificateError, CertificateStaleError, PackageRefusedError


def test_a_refusal_says_all_three():
    error = CertificateStaleError("an old one", "a new one", "certify")
    assert str(error) == "release refused: found an old one; expected a new one. Remedy: certify"
    assert isinstance(error, CertificateError)
    assert isinstance(error, PackageRefusedError)
