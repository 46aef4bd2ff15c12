"""An environment that lends nobody's rights: for the processes in which SDKs and clients run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

# Prefixes of variables that hold credentials, name a profile or role, or point a client elsewhere.
_PREFIXES = (
    "AWS_",
    "BOTO",
    "S3_",
    "MINIO_",
    "GOOGLE_",
    "GCLOUD",
    "GCE_",
    "GCP_",
    "CLOUDSDK",
    "FIREBASE_",
    "AZURE_",
    "ARM_",
    "MSI_",
    "IDENTITY_",
    "IMDS_",
)
# Single ones: a netrc file, emulators that clients follow without a word, TLS keys written to disk, trace ids that
# botocore sends along, passwords for FTP.
_NAMES = frozenset(
    """
    NETRC STORAGE_EMULATOR_HOST SSLKEYLOGFILE _X_AMZN_TRACE_ID FTP_PASSWORD NO_GCE_CHECK
    """.split()
)
_PROXY_SUFFIX = "_PROXY"
# What Python and the system's libraries need: where things are, language, time zone, certificates.
_NEEDED = frozenset(
    """
    PATH HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR TEMP TMP VIRTUAL_ENV LD_LIBRARY_PATH SSL_CERT_FILE SSL_CERT_DIR
    """.split()
)
_NEEDED_PREFIXES = ("LC_", "PYTHON")

# Set in their place, so that files below the home folder and metadata services are not read either. A file that is
# always empty stands for "no file"; google-auth looks for its file below CLOUDSDK_CONFIG.
_INSTEAD = {
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "BOTO_CONFIG": os.devnull,
    "CLOUDSDK_CONFIG": os.devnull,
    "NO_GCE_CHECK": "true",
    "AZURE_CONFIG_DIR": os.devnull,
    "NETRC": os.devnull,
    "NO_PROXY": "*",
    # Nothing is imported from the current folder, in whatever process is started next.
    "PYTHONSAFEPATH": "1",
}


def ambient_settings(environment: Mapping[str, str]) -> Iterable[str]:
    """Names of the variables that lend a right or redirect a client."""
    return [name for name in environment if _lends(name) and environment[name] != _INSTEAD.get(name)]


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What a worker needs of the environment and nothing else: secrets of any program may lie in the rest."""
    kept = {name: value for name, value in environment.items() if name in _NEEDED or name.startswith(_NEEDED_PREFIXES)}
    return {**kept, **_INSTEAD}


def _lends(name: str) -> bool:
    upper = name.upper()
    return upper.startswith(_PREFIXES) or upper in _NAMES or upper.endswith(_PROXY_SUFFIX)
