"""XML documents of S3, other than listings: read whole, nothing expanded; and what they say of a bucket."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from bucket_probes.access import Facts
from documents.buckets import OwnerHints
from documents.exposure import Truth
from fetching.bucket_listings import first_text
from fetching.xml_stream import XmlStream, local_name, root_name

# Largest document that is read, bytes. Errors are below 1 kB; an ACL has at most 100 grants of 300 bytes.
DOCUMENT_BYTES = 64 << 10
# What a document in two bytes a character begins with, and how to read it.
_WIDE = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
# An owner's id: 64 hexadecimal digits at Amazon, a user's or project's name at others.
_OWNER = re.compile(r"[\w.@:+=$-]{1,128}", re.ASCII)
_REGION = re.compile(r"[A-Za-z0-9-]{1,40}")
# The groups that anyone, or anyone with any account of the service, belongs to.
_GROUPS = {"AllUsers": "all users", "AuthenticatedUsers": "any account"}
_PERMISSIONS = frozenset(["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"])
# Where a bucket is whose location is given as it was before there were names for it.
_OLD_LOCATIONS = {"": "us-east-1", "EU": "eu-west-1", "US": "us-east-1"}


@dataclass(frozen=True, slots=True)
class Document:
    """A small document.

    Attributes:
        kind: local name of its root element, in lower case.
        root: the element.
    """

    kind: str
    root: etree._Element


def read_document(body: bytes) -> Document | None:
    """Read one, in UTF-8 or UTF-16; None for anything else, one that breaks off, and one with a DTD.

    No service writes a DTD: it is there to be expanded.
    """
    text = as_utf8(body)
    if root_name(text) is None:
        return None
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError:
        return None
    return Document(local_name(root).lower(), root)


def as_utf8(body: bytes) -> bytes:
    """A document's bytes without a byte order mark and white space before it; what is not UTF-8 is replaced."""
    body = body.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    coding = next((coding for mark, coding in _WIDE if body.startswith(mark)), "utf-8")
    return body.decode(coding, "replace").lstrip().encode()


def texts(root: etree._Element) -> dict[str, str]:
    """What stands directly below an element, by name in lower case; nothing for a name that is there twice."""
    found: dict[str, str] = {}
    for child in root:
        name = local_name(child).lower()
        found[name] = "" if name in found else (child.text or "").strip()
    return found


def facts_of_acl(root: etree._Element) -> Facts:
    """Who owns the bucket, and what its ACL gives to everyone: not the last word, for a policy gives and takes too."""
    owner = next((first_text(child, "ID") for child in root if _named(child, "Owner")), "")
    grants = (grant for child in root if _named(child, "AccessControlList") for grant in child)
    rights = {right for grant in grants if (right := _right(grant))}
    return Facts(rights=tuple(sorted(rights)), owner=owner_hint(owner))


def _right(grant: etree._Element) -> str:
    """Such as "ACL: all users READ"; empty where it is nobody's business but a named account's."""
    permission = first_text(grant, "Permission").strip()
    uri = next((first_text(child, "URI") for child in grant if _named(child, "Grantee")), "")
    group = _GROUPS.get(uri.strip().rpartition("/")[2])
    return f"ACL: {group} {permission}" if group and permission in _PERMISSIONS else ""


def facts_of_policy_status(root: etree._Element) -> Facts:
    """Does the service itself call the policy public?"""
    public = first_text(root, "IsPublic").strip().lower()
    return Facts(rights=("policy: public",) if public == "true" else ())


def facts_of_location(root: etree._Element) -> Facts:
    """Where the bucket is."""
    text = (root.text or "").strip()
    region = _OLD_LOCATIONS.get(text, text)
    return Facts(region=region if _REGION.fullmatch(region) else "")


def facts_of_website(_: etree._Element) -> Facts:
    """It has a configuration as a web site."""
    return Facts(website=Truth.YES)


def facts_of_uploads(_: etree._Element) -> Facts:
    """Anyone may see what is being uploaded, by name."""
    return Facts(rights=("list uploads",))


def owner_of_listing(body: bytes) -> OwnerHints:
    """The owner of the first object that a listing names with its owner."""
    return owner_hint(next(_owners(as_utf8(body)), ""))


def _owners(text: bytes) -> Iterator[str]:
    for element in XmlStream(text, rows=("Owner",)):
        if owner := first_text(element, "ID"):
            yield owner


def owner_hint(text: str) -> OwnerHints:
    """An id that looks like one."""
    owner = text.strip()
    return OwnerHints(owner_id=owner if _OWNER.fullmatch(owner) else "")


def _named(element: etree._Element, name: str) -> bool:
    return local_name(element) == name
