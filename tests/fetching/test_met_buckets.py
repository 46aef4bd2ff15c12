"""Leads: each bucket and object once, with the page that named it, without a credential."""

from __future__ import annotations

from fetching.met_buckets import leads_in
from scope.bucket_urls import built_in_grammar

PAGE = "https://www.eastham.example/"


def test_each_object_once_and_a_leaked_signature_is_told() -> None:
    text = (
        "https://eht.s3.eu-west-2.amazonaws.com/a.pdf https://eht.s3.eu-west-2.amazonaws.com/b.pdf"
        " https://s3.eu-west-2.amazonaws.com/eht/a.pdf?X-Amz-Signature=0123&X-Amz-Credential=AKIAX"
    )
    leads, is_whole = leads_in(text, "html", PAGE, built_in_grammar())
    assert is_whole
    assert [(lead.name, lead.key, lead.had_credential) for lead in leads] == [
        ("eht", "a.pdf", True),
        ("eht", "b.pdf", False),
    ]
    assert {lead.url for lead in leads} == {"https://s3.eu-west-2.amazonaws.com/eht/"}
    assert {(lead.met_in, lead.parent) for lead in leads} == {("html", PAGE)}
    assert "AKIAX" not in repr(leads)


def test_an_account_alone_is_a_lead() -> None:
    ((lead,), _) = leads_in("img-src https://ehtletters.blob.core.windows.net", "csp", None, built_in_grammar())
    assert (lead.provider, lead.account, lead.name) == ("azure", "ehtletters", "")
    assert lead.url == "https://ehtletters.blob.core.windows.net/"


def test_more_than_are_kept_are_told() -> None:
    text = " ".join(f"s3://bucket/{number}" for number in range(30))
    leads, is_whole = leads_in(text, "text", PAGE, built_in_grammar(), most=20)
    assert len(leads) == 20
    assert not is_whole
