from __future__ import annotations

import base64
import random

import pytest

from scope.credentials import TOKEN_CHARACTERS, is_random
from scope.urls import has_credentials, without_credentials

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
RANDOM = "gT7x_Qp2-Zr9Lw4vB8nM1kYd6sHf3JcXe5uA0oRi7tWq"
HEX = "9e107d9d372bb6826bd81d3542a419d6e4d909c290d0fb1ca068ffaddf22cbd0"
LETTER = "Letter_to_Dr_Smith_2024-01-02_Clinic_NHS1234567890_FINAL"


@pytest.mark.parametrize(
    "tail",
    [
        "?X-Amz-Algorithm=AWS4&X-Amz-Credential=c&X-Amz-Signature=s&X-Amz-Expires=9&response-content-type=x",
        "?AWSAccessKeyId=a&Signature=s&Expires=1",
        "?X-Goog-Signature=s&X-Goog-Date=d",
        "?sv=2022&sr=b&sig=s&se=2030&sp=r",
        "?Policy=a&Signature=b&Key-Pair-Id=c",
        "?x-oss-signature=a&x-oss-date=b&OSSAccessKeyId=c&x-oss-expires=9",
        "?q-sign-algorithm=sha1&q-ak=b&q-sign-time=1;2&q-key-time=1;2&q-header-list=h&q-url-param-list=&q-signature=a",
        "?rlkey=abc&st=xyz",
        *"?tempauth=1 ?guestaccesstoken=1 ?access_token=t ?share_token=a ?download_token=a ?security_token=a".split(),
        *"?api_token=a ?jwt=a ?jwt_token=a ?sas=a ?bearer=a ?api_key=a ?my.Token.x=1 ?auth[key]=1 ?%74oken=1".split(),
        *"?client_secret=a ?oauth=x ?authorization=x ?upload-credential=x".split(),
        *"?hdnts=exp=1~hmac=2 ?hdnea=x ?hdntl=x".split(),
        *"?md5=abc&expires=123 ?st=abc&e=1700000000 ?hash=a&exp=1 ?hmac=a&e=2 ?token=a&e=2".split(),
        "?s=abc&e=1700000000",
        f"?code={'aB3' * 18}%3D%3D",
        f"?verify={'a1B2' * 8}",
        f"?x={JWT}",
        f"?id={JWT}",
        f"?{JWT}",
        f"?k={RANDOM}",
        "?key=AIzaSyA1234567890abcdefghijklmnopqrstuv",
        "?url=https%3A%2F%2Fb.example%2Fk%3FX-Amz-Signature%3Dabc",
        "?url=https%3A%2F%2Fme%3Aword%40b.example%2F",
        *";jsessionid=AF09 ;JSESSIONID ;a_token=1 %3Bjsessionid=2".split(),
        f";x={JWT}",
    ],
)
def test_a_right_that_not_everyone_has_is_taken_out(tail: str) -> None:
    assert has_credentials(f"https://example.org/k{tail}")
    assert without_credentials(f"https://example.org/k{tail}") == "https://example.org/k"


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://user:word@example.org/k", "https://example.org/k"),
        ("https://example.org/(S(lit3py55t21z5v55vlm25s55))/k", "https://example.org/k"),
        ("https://example.org/hdnts=exp=1~hmac=2/k", "https://example.org/k"),
        ("https://example.org/k?a=1&amp;token=3&b=2", "https://example.org/k?a=1&amp&b=2"),
        ("https://example.org/k?a=1;token=3", "https://example.org/k?a=1"),
        ("https://example.org/k?rlkey=1&dl=0&st=2", "https://example.org/k?dl=0"),
    ],
)
def test_what_else_the_url_says_stays(url: str, bare: str) -> None:
    assert has_credentials(url)
    assert without_credentials(url) == bare
    assert not has_credentials(bare)


@pytest.mark.parametrize(
    "tail",
    [
        *"?se=1&st=2 ?expires=1 ?page=2 ?e=1 ?s=word&e=3 ?hash=abc ?C=N;O=D ?design=1".split(),
        "?prefix=letters",
        "?sign=off",
        *"?author=Smith ?authority=trust ?author_id=3 ?co-authors=x ?secretary=Jones ?code=NW10 ?verify=1".split(),
        *"?pageToken=a ?next_token=x ?$skiptoken=1 ?x-oss-process=image/resize ;v=1 ;token%20list.pdf".split(),
        "?code=how+to+get+an+appointment+here",
        f"?continuation-token=1/{RANDOM}",
        f"?id={RANDOM}",
        f"?versionId={RANDOM}",
        f"?x={HEX}",
        "?v=0f8fad5b-d9cb-469f-a165-70867728950e",
        f"?id={'1234567890' * 5}",
        f"?x={LETTER}",
        f"?f={LETTER}.pdf",
    ],
)
def test_ordinary_parameters_and_ids_are_no_credentials(tail: str) -> None:
    url = f"https://example.org/k{tail}"
    assert not has_credentials(url)
    assert without_credentials(url) == url


def test_the_threshold_of_randomness_tells_signatures_from_names_of_letters() -> None:
    drawn = random.Random(6)  # noqa: S311 - drawn again alike in each run
    tokens = [base64.urlsafe_b64encode(drawn.randbytes(32)).decode().rstrip("=") for _ in range(2000)]
    assert sum(map(is_random, tokens)) > 0.95 * len(tokens)
    kinds = ["Letter", "Clinic_Letter", "IVF", "Discharge-Summary", "DrSmith", "MRN", "ENT_T2"]
    first = ["Jane", "Mohammed", "Siobhan", "William", "OConnor", "Anne-Marie", "Li"]
    last = ["Smith", "Jones", "McDonald", "Patel", "Okonkwo", "van-der-Berg", "Ng"]
    names = [
        f"{drawn.choice(kinds)}_{drawn.choice(first)}_{drawn.choice(last)}_{drawn.randrange(1930, 2010)}-"
        f"{drawn.randrange(1, 13):02}-{drawn.randrange(1, 29):02}_NHS{drawn.randrange(10**9, 10**10)}_v2"
        for _ in range(2000)
    ]
    assert max(map(len, names)) >= TOKEN_CHARACTERS
    assert not any(map(is_random, names))
