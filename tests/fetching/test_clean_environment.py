from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fetching.clean_environment import ambient_settings, clean_environment

LENDING = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "secret",
    "AWS_PROFILE": "work",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/run/token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/",
    "AWS_ENDPOINT_URL_S3": "http://elsewhere.example",
    "BOTO_CONFIG": "/etc/boto.cfg",
    "BOTOCORE_EXPERIMENTAL__PLUGINS": "a=b",
    "GOOGLE_APPLICATION_CREDENTIALS": "/run/key.json",
    "GCLOUD_PROJECT": "p",
    "CLOUDSDK_CONFIG": "/users/someone/gcloud",
    "GCE_METADATA_HOST": "elsewhere.example",
    "STORAGE_EMULATOR_HOST": "http://elsewhere.example",
    "AZURE_CLIENT_SECRET": "secret",
    "AZURE_STORAGE_CONNECTION_STRING": "secret",
    "MSI_ENDPOINT": "http://elsewhere.example",
    "IDENTITY_HEADER": "secret",
    "HTTP_PROXY": "http://proxy.example",
    "https_proxy": "http://proxy.example",
    "ALL_PROXY": "socks5://proxy.example",
    "no_proxy": "example.org",
    "NETRC": "/users/someone/netrc",
    "SSLKEYLOGFILE": "/tmp/keys",
    "_X_AMZN_TRACE_ID": "Root=1",
}
# Lends nothing to our clients, and may be somebody's secret all the same.
OTHERS = {"VAULT_TOKEN": "secret", "OPENAI_API_KEY": "secret", "PGPASSWORD": "secret", "PROXY": "x"}
KEPT = {
    "PATH": "/usr/bin",
    "HOME": "/users/someone",
    "LANG": "C.UTF-8",
    "SSL_CERT_FILE": "/etc/ca.pem",
    "PYTHONPATH": "/opt/stray",
    "LC_ALL": "C",
}


def test_only_what_a_worker_needs_stays() -> None:
    cleaned = clean_environment({**LENDING, **OTHERS, **KEPT})
    assert {name: cleaned[name] for name in KEPT} == KEPT
    left = {name: value for name, value in cleaned.items() if name in LENDING and value == LENDING[name]}
    assert left == {}
    assert not set(cleaned.values()) & {"secret", "AKIAEXAMPLE"}
    assert not OTHERS.keys() & cleaned.keys()


def test_it_says_what_was_set() -> None:
    assert sorted(ambient_settings({**LENDING, **KEPT})) == sorted(LENDING)
    assert list(ambient_settings(clean_environment({**LENDING, **KEPT}))) == []


FIND_RIGHTS = """
import botocore.session
import google.auth
from google.auth.exceptions import DefaultCredentialsError
from requests.utils import get_environ_proxies, get_netrc_auth

session = botocore.session.Session()
assert session.get_credentials() is None, session.get_credentials()
assert session.get_config_variable("region") is None
assert session.available_profiles == []
try:
    raise SystemExit(google.auth.default())
except DefaultCredentialsError:
    pass
assert get_netrc_auth("https://files.example.org/") is None
assert get_environ_proxies("https://files.example.org/") == {}
print("none")
"""


@pytest.mark.parametrize("cleaned", [True, False])
def test_sdks_find_no_rights_below_the_home_folder(tmp_path: Path, cleaned: bool) -> None:
    """Without the cleaning the very same files are found: the test would notice if it looked in the wrong places."""
    _lend(tmp_path)
    environment = {
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "s",
    }
    ended = subprocess.run(
        [sys.executable, "-c", FIND_RIGHTS],
        env=clean_environment(environment) if cleaned else environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.stdout.strip() == "none") is cleaned, ended.stderr


def _lend(home: Path) -> None:
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text("[default]\naws_access_key_id=AKIAEXAMPLE\naws_secret_access_key=s\n")
    (home / ".aws/config").write_text("[default]\nregion=eu-west-9\n")
    (home / ".config/gcloud").mkdir(parents=True)
    (home / ".config/gcloud/application_default_credentials.json").write_text(
        '{"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r"}'
    )
    (home / ".netrc").write_text("machine files.example.org login someone password secret\n")
    (home / ".netrc").chmod(0o600)
