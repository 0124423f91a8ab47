"""The refusals of the packager: each says what was found, what is expected, and what to do.

Lives here: error classes. Must not live here: the checks that raise them (`fence`).
"""

from __future__ import annotations


class PackageRefusedError(ValueError):
    """A release may not be packaged as it is.

    Attributes:
        found: What the release holds.
        expected: What a release must hold.
        remedy: What the user can do.
    """

    def __init__(self, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"release refused: found {found}; expected {expected}. Remedy: {remedy}")
        self.found = found
        self.expected = expected
        self.remedy = remedy


class ExemptOutsideFenceError(PackageRefusedError):
    """A record is exempt from a gate outside nightmare-fuel, or from more than the content gate."""


class UndeclaredLicenceError(PackageRefusedError):
    """A record has no licence, or one that policy does not accept."""


class MixedSchemaError(PackageRefusedError):
    """Records of more than one schema version, or of another than this code writes."""


class WrongMixError(PackageRefusedError):
    """The stages do not stand in exactly the mix of policy."""


class SplitLeakError(PackageRefusedError):
    """Records that belong together stand in different splits, or the shares are off."""


class UnjudgedRecordError(PackageRefusedError):
    """A record is in the release that the ledger does not show as admitted."""


class CertificateError(PackageRefusedError):
    """The crisis detector's certificate does not cover this release."""


class CertificateMissingError(CertificateError):
    """There is no certificate."""


class CertificateFailedError(CertificateError):
    """The certificate says that the detector failed."""


class CertificateStaleError(CertificateError):
    """The certificate belongs to another detector version than the one that scored the records."""
