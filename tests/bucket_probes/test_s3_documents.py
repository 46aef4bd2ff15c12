from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bucket_probes.s3_documents import (
    facts_of_acl,
    facts_of_location,
    facts_of_policy_status,
    owner_of_listing,
    read_document,
)

GROUPS = "http://acs.amazonaws.com/groups"
OWNER = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def root_of(text: str) -> etree._Element:
    document = read_document(text.encode())
    assert document
    return document.root


def acl(*grants: tuple[str, str], namespace: str = NAMESPACE) -> etree._Element:
    """Grants as group (or another's id) and permission."""
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    rows = "".join(
        f'<Grant><Grantee {xsi} xsi:type="Group">{_grantee(whom)}</Grantee><Permission>{what}</Permission></Grant>'
        for whom, what in grants
    )
    return root_of(
        f"<AccessControlPolicy {namespace}><Owner><ID>{OWNER}</ID><DisplayName>Jane Roe</DisplayName></Owner>"
        f"<AccessControlList>{rows}</AccessControlList></AccessControlPolicy>"
    )


def _grantee(whom: str) -> str:
    return f"<URI>{whom}</URI>" if "/" in whom else f"<ID>{whom}</ID>"


@pytest.mark.parametrize("namespace", [NAMESPACE, "", 'xmlns="http://doc.s3.amazonaws.com/2006-03-01"'])
@pytest.mark.parametrize("permission", ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"])
@pytest.mark.parametrize(
    ("group", "whom"), [("global/AllUsers", "all users"), ("global/AuthenticatedUsers", "any account")]
)
def test_grants_to_everyone(namespace: str, permission: str, group: str, whom: str) -> None:
    facts = facts_of_acl(acl((OWNER, "FULL_CONTROL"), (f"{GROUPS}/{group}", permission), namespace=namespace))
    assert facts.rights == (f"ACL: {whom} {permission}",)
    assert facts.owner.owner_id == OWNER


def test_grants_to_others_are_nobodys_business() -> None:
    granted = acl((OWNER, "FULL_CONTROL"), ("0" * 64, "READ"), (f"{GROUPS}/s3/LogDelivery", "WRITE"))
    assert facts_of_acl(granted).rights == ()
    assert facts_of_acl(acl((f"{GROUPS}/global/AllUsers", "Jane Roe"))).rights == ()


@pytest.mark.parametrize(
    ("text", "region"),
    [("", "us-east-1"), ("EU", "eu-west-1"), ("eu-west-2", "eu-west-2"), ("fra1", "fra1"), ("no such place/", "")],
)
def test_where_a_bucket_is(text: str, region: str) -> None:
    assert facts_of_location(root_of(f"<LocationConstraint>{text}</LocationConstraint>")).region == region


@pytest.mark.parametrize(("text", "rights"), [("true", ("policy: public",)), ("TRUE", ("policy: public",)), ("no", ())])
def test_what_the_service_calls_public(text: str, rights: tuple[str, ...]) -> None:
    assert facts_of_policy_status(root_of(f"<PolicyStatus><IsPublic>{text}</IsPublic></PolicyStatus>")).rights == rights


@pytest.mark.parametrize(
    ("owner", "told"),
    [(f"<Owner><ID>{OWNER}</ID></Owner>", OWNER), ("", ""), ("<Owner/>", ""), ("<Owner><ID>Jane Roe</ID></Owner>", "")],
)
def test_whose_an_object_is(owner: str, told: str) -> None:
    body = f"<ListBucketResult><Contents><Key>a</Key>{owner}</Contents><Contents/></ListBucketResult>"
    assert owner_of_listing(body.encode()).owner_id == told


@pytest.mark.parametrize(
    "body", [b"", b"<a>", b"{}", b"<!DOCTYPE a><a/>", b"<!DOCTYPE html><html></html>", b"\xff\xfe"]
)
def test_other_things_are_no_documents(body: bytes) -> None:
    assert read_document(body) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(noise: bytes) -> None:
    read_document(noise)
    for start in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<", b"<a>"):
        read_document(start + noise)
    owner_of_listing(b"<ListBucketResult><Owner>" + noise)
