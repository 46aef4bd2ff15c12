from __future__ import annotations

import pytest

from scope.bucket_names import account_fault, name_fault
from scope.providers import NameRules


@pytest.mark.parametrize(
    ("rules", "name"),
    [
        (NameRules.S3, "abc"),
        (NameRules.S3, "a" * 63),
        (NameRules.S3, "trust.clinic-letters.2026"),
        (NameRules.S3, "letters-123456789012-eu-west-2-an"),
        (NameRules.S3, "letters-urban"),
        (NameRules.COMPATIBLE, "clinic.letters"),
        (NameRules.OSS, "clinic-letters"),
        (NameRules.B2, "Clinic-Letters"),
        (NameRules.GCS, "clinic_letters.example.org"),
        (NameRules.GCS, ".".join(["a" * 60] * 3)),
        (NameRules.AZURE, "clinic-letters"),
        (NameRules.AZURE, "$root"),
        (NameRules.AZURE, "$web"),
        (NameRules.AZURE, "$logs"),
    ],
)
def test_names_that_are_allowed(rules: NameRules, name: str) -> None:
    assert name_fault(rules, name) is None


@pytest.mark.parametrize(
    ("rules", "name"),
    [
        (NameRules.S3, "ab"),
        (NameRules.S3, "a" * 64),
        (NameRules.S3, "Letters"),
        (NameRules.S3, "clinic_letters"),
        (NameRules.S3, "-letters"),
        (NameRules.S3, "letters."),
        (NameRules.S3, "a..b"),
        (NameRules.S3, "192.168.1.1"),
        (NameRules.S3, "xn--letters"),
        (NameRules.S3, "sthree-letters"),
        (NameRules.S3, "amzn-s3-demo-letters"),
        (NameRules.S3, "letters-s3alias"),
        (NameRules.S3, "letters--ol-s3"),
        (NameRules.S3, "letters.mrap"),
        (NameRules.S3, "letters--x-s3"),
        (NameRules.S3, "letters--table-s3"),
        (NameRules.S3, "letters-123456789012-nowhere-an"),
        (NameRules.COMPATIBLE, "clinic_letters"),
        (NameRules.OSS, "clinic.letters"),
        (NameRules.B2, "short"),
        (NameRules.GCS, "goog-letters"),
        (NameRules.GCS, "my-google-letters"),
        (NameRules.GCS, "my-g00gle-letters"),
        (NameRules.GCS, "a" * 64),
        (NameRules.GCS, "a" * 64 + ".b"),
        (NameRules.GCS, "10.0.0.1"),
        (NameRules.AZURE, "a--b"),
        (NameRules.AZURE, "a.b"),
        (NameRules.AZURE, "letters-"),
        (NameRules.AZURE, "$other"),
    ],
)
def test_names_that_are_not(rules: NameRules, name: str) -> None:
    assert name_fault(rules, name)


@pytest.mark.parametrize("name", ["Old_Bucket", "a" * 255, "clinic_letters", "UPPER"])
def test_what_was_allowed_once_still_exists(name: str) -> None:
    assert name_fault(NameRules.S3, name) is not None
    assert name_fault(NameRules.S3, name, legacy=True) is None


@pytest.mark.parametrize("name", ["a" * 256, "_x_", "a b", "xn--letters", "ab"])
def test_what_was_never_allowed_does_not(name: str) -> None:
    assert name_fault(NameRules.S3, name, legacy=True) is not None


def test_an_azure_account_has_a_name_of_its_own_kind() -> None:
    assert account_fault("devstoreaccount1") is None
    assert account_fault("Upper") is not None
    assert account_fault("ab") is not None
    assert account_fault("a-b-c") is not None
