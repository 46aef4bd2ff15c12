"""Servers for the bucket probes: one that keeps to the rules, one that lies as it is told."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import bucket_probes.s3_session
import bucket_probes.walker
from bucket_probes.s3 import S3Probe
from bucket_probes.source import BucketSource
from bucket_probes.state import StateQuestions
from demo_range.s3_server import S3Server
from documents.buckets import BucketAccess
from fetching.dialler import AddressInfo, Dialler
from fetching.errand import Errand
from fetching.store import Store
from fetching.wire import Wire
from scope.model import BucketTarget, Scope
from scope.units import Unit, units_of
from tests.bucket_probes.azure_setting import azure_fixture, lying_fixture, open_container_fixture  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from tests.conftest import MakeErrand, MakeScope, RecordingSink

BUCKET = "clinic-letters"


@dataclass
class Reply:
    """What the liar says; `promised` is the length that it announces, and an empty Content-Length announces none."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None
    # The rest is kept back until the client has gone.
    holds: bool = False


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


Says = Callable[[Asked], Reply | None]


def error(status: int, code: str, more: str = "", **headers: str) -> Reply:
    """An S3 error document; underscores in header names stand for hyphens."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code>{more}<RequestId>R1</RequestId></Error>"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, body.encode(), {"Content-Type": "application/xml", **named})


def listing(*keys: str, truncated: bool = False, more: str = "", size: int = 5, **sizes: int) -> Reply:
    """One page, keys as they are; `sizes` by key without its ending."""
    sized = [(key, sizes.get(key.partition(".")[0], size)) for key in keys]
    rows = "".join(f"<Contents><Key>{key}</Key><Size>{bytes_}</Size></Contents>" for key, bytes_ in sized)
    flag = str(truncated).lower()
    return Reply(200, f"<ListBucketResult>{more}<IsTruncated>{flag}</IsTruncated>{rows}</ListBucketResult>".encode())


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up on liars."""


class Liar:
    """A bucket service that answers with whatever `says` returns, and keeps what it was asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.says: Says = lambda asked: None
        self._server = _QuietServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def listings(self) -> list[Asked]:
        """Pages of the listing: not the few keys that are asked for to learn whether it is given."""
        of_a_page = {"list-type", "prefix", "encoding-type", "marker", "continuation-token", "start-after"}
        return [asked for asked in self.asked if asked.path == f"/{BUCKET}" and asked.query.keys() <= of_a_page]

    @property
    def reads(self) -> list[str]:
        """Keys that were asked for."""
        return [asked.path.removeprefix(f"/{BUCKET}/") for asked in self.asked if asked.path != f"/{BUCKET}"]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        liar = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(unquote(parts.path), query, headers)
                liar.asked.append(asked)
                self.reply(liar.says(asked) or error(404, "NoSuchBucket"))

            def reply(self, reply: Reply) -> None:
                self.send_response(reply.status)
                promised = len(reply.body) if reply.promised is None else reply.promised
                for name, value in {"Content-Length": str(promised), **reply.headers}.items():
                    if value:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)
                if reply.holds:
                    self.wfile.flush()
                    self.rfile.read(1)
                self.close_connection = promised != len(reply.body) or not reply.headers.get("Content-Length", "x")

            def log_message(self, format: str, *args: Any) -> None:
                """Keep quiet."""

        return Handler


@dataclass
class Walked:
    """What one fetch of a bucket gave."""

    sink: RecordingSink
    access: BucketAccess
    errand: Errand
    unit: Unit

    def url(self, key: str = "") -> str:
        return self.unit.start_url + key


class Bucket:
    """Fetches a bucket at an endpoint into a recording sink."""

    def __init__(self, make_scope: MakeScope, make_errand: MakeErrand, new_sink: Callable[[], RecordingSink]) -> None:
        self._make_scope = make_scope
        self._make_errand = make_errand
        self._new_sink = new_sink

    def scope(
        self, endpoint: str, *, known: Sequence[str] = (), name: str = BUCKET, prefix: str = "", **limits: Any
    ) -> Scope:
        target = BucketTarget(
            tier="own",
            authority="IG-1",
            name=name,
            endpoint=endpoint,
            prefix=prefix,
            known_keys=tuple(known),
            listing=limits.pop("listing", None),
        )
        return self._make_scope(target, **limits)

    def errand(self, scope: Scope, store: Store | None = None) -> Errand:
        return replace(self._make_errand(scope), store=store)

    def fetch(self, endpoint: str, **options: Any) -> Walked:
        scope = self.scope(endpoint, **options)
        return self.walk(scope, self.errand(scope))

    @contextmanager
    def probing(self, endpoint: str, **options: Any) -> Iterator[S3Probe]:
        """A probe of S3 alone, without a walk."""
        scope = self.scope(endpoint, **options)
        errand = self.errand(scope)
        with Wire(errand, Dialler(errand.guard)) as wire:
            yield S3Probe(scope.bucket[0], wire)

    def questions(self, endpoint: str, name: str = BUCKET) -> int:
        """Requests that it takes to ask for a bucket's state."""
        scope = self.scope(endpoint, name=name)
        errand = self.errand(scope)
        dialler = Dialler(errand.guard)
        with Wire(errand, dialler) as wire:
            StateQuestions(scope.bucket[0], errand, wire, dialler).ask()
        return errand.budget.requests

    def walk(self, scope: Scope, errand: Errand, sink: RecordingSink | None = None) -> Walked:
        unit = next(units_of(scope))
        source = BucketSource(errand, pauses=(0.0, 0.0))
        taken = sink or self._new_sink()
        source.fetch(unit, taken)
        assert source.learned is not None
        assert taken.buckets[-1] == source.learned
        return Walked(taken, source.learned, errand, unit)


@pytest.fixture
def bucket(
    make_scope: MakeScope, make_errand: MakeErrand, recording_sink: RecordingSink, monkeypatch: pytest.MonkeyPatch
) -> Bucket:
    """Without the waits before something that was not found is asked for again."""
    monkeypatch.setattr(bucket_probes.walker, "LOST_PAUSES", (0.0, 0.0))
    return Bucket(make_scope, make_errand, type(recording_sink))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that fail are asked for again at once."""
    monkeypatch.setattr(bucket_probes.s3_session, "PAUSES", (0.0, 0.0))


@pytest.fixture
def liar() -> Iterator[Liar]:
    running = Liar()
    yield running
    running.close()


@dataclass(frozen=True)
class Authority:
    """A certificate for Amazon's endpoints, and a client's trust in it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test range")])
    hosts = [
        x509.DNSName("*.amazonaws.com"),
        x509.DNSName("*.eu-west-2.amazonaws.com"),
        x509.DNSName("*.us-east-1.amazonaws.com"),
    ]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = tmp_path_factory.mktemp("tls") / "server.pem"
    chain.write_bytes(certificate + secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    return Authority(server, ssl.create_default_context(cadata=certificate.decode()))


@pytest.fixture
def amazon(authority: Authority) -> Iterator[Liar]:
    """A liar that holds a certificate for Amazon's endpoints."""
    running = Liar(authority.server)
    yield running
    running.close()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with S3Server() as running:
        yield running


@pytest.fixture(name="error")
def _error() -> Callable[..., Reply]:
    return error


@pytest.fixture(name="listing")
def _listing() -> Callable[..., Reply]:
    return listing


@pytest.fixture(name="reply")
def _reply() -> type[Reply]:
    return Reply


@pytest.fixture
def lending(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Rights of every cloud in the environment and below the home folder; the word that all of them hold."""
    word = "LENDSARIGHT"
    home = tmp_path_factory.mktemp("home")
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text(f"[default]\naws_access_key_id={word}\naws_secret_access_key={word}\n")
    (home / ".aws/config").write_text("[default]\nregion=eu-west-9\nendpoint_url=http://192.0.2.1:9\n")
    (home / ".netrc").write_text(f"machine 127.0.0.1 login {word} password {word}\n")
    adc = home / "adc.json"
    adc.write_text(
        json.dumps({"type": "authorized_user", "client_id": word, "client_secret": word, "refresh_token": word})
    )
    lent = {
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": word,
        "AWS_SECRET_ACCESS_KEY": word,
        "AWS_SESSION_TOKEN": word,
        "AWS_PROFILE": "nowhere",
        "AWS_REGION": "eu-west-9",
        "AWS_ENDPOINT_URL": "http://192.0.2.1:9",
        "AWS_ENDPOINT_URL_S3": "http://192.0.2.1:9",
        "AWS_CA_BUNDLE": "/nowhere.pem",
        "AWS_MAX_ATTEMPTS": "9",
        "AWS_DEFAULTS_MODE": "auto",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_CSM_ENABLED": "true",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "_X_AMZN_TRACE_ID": word,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/",
        "GOOGLE_APPLICATION_CREDENTIALS": str(adc),
        "AZURE_CLIENT_ID": word,
        "AZURE_CLIENT_SECRET": word,
        "AZURE_STORAGE_CONNECTION_STRING": f"AccountName=a;AccountKey={word}",
        "HTTP_PROXY": "http://192.0.2.1:9",
        "http_proxy": "http://192.0.2.1:9",
        "HTTPS_PROXY": "http://192.0.2.1:9",
        "REQUESTS_CA_BUNDLE": "/nowhere.pem",
    }
    for name, value in lent.items():
        monkeypatch.setenv(name, value)
    return word


@pytest.fixture
def probe(liar: Liar, bucket: Bucket) -> Iterator[S3Probe]:
    """Of the liar's bucket."""
    with bucket.probing(liar.url) as probing:
        yield probing


class Amazon:
    """Probes a bucket at Amazon's addresses, which all lead to the liar."""

    def __init__(self, liar: Liar, authority: Authority, make_scope: MakeScope, make_errand: MakeErrand) -> None:
        self.liar = liar
        # Answers at port 80, where the other does not.
        self.plain: Liar | None = None
        self._authority = authority
        self._make_scope = make_scope
        self._make_errand = make_errand

    @property
    def hosts(self) -> list[str]:
        return [asked.headers["host"] for asked in self.liar.asked]

    @contextmanager
    def probing(self, region: str = "us-east-1", name: str = "clinic.letters") -> Iterator[S3Probe]:
        def resolve(host: str, port: int, family: int, kind: int) -> Sequence[AddressInfo]:
            answering = self.plain if port == 80 and self.plain else self.liar
            return [(2, kind, 6, "", ("127.0.0.1", answering.port))]

        target = BucketTarget(tier="own", authority="IG-1", name=name, region=region)
        errand = self._make_errand(self._make_scope(target))
        with Wire(errand, Dialler(errand.guard, resolve), self._authority.client) as wire:
            yield S3Probe(target, wire)

    def keys(self) -> tuple[list[str], S3Probe]:
        with self.probing() as probe:
            return [item.key for page in probe.pages() for item in page.objects], probe


@pytest.fixture
def at_amazon(amazon: Liar, authority: Authority, make_scope: MakeScope, make_errand: MakeErrand) -> Amazon:
    return Amazon(amazon, authority, make_scope, make_errand)
