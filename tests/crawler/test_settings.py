"""What Scrapy may do is said here and nowhere else."""

from __future__ import annotations

from typing import Any

from scrapy.settings import Settings, default_settings
from scrapy.utils.misc import load_object

from crawler.settings import FIXED_SETTINGS, crawl_settings
from fetching.budget import Budget
from fetching.conduct import ConductLog
from fetching.errand import Errand
from fetching.pacing import Pacer
from scope.guard import Guard
from scope.model import Limits, Scope


def settings_for(**limits: Any) -> dict[str, Any]:
    scope = Scope.model_validate(
        {"organisation": "x", "contact": "x", "pack": {"path": "p", "key": "k"}, "limits": limits}
    )
    errand = Errand(Guard(scope), scope.limits, Budget(Limits()), Pacer(1), ConductLog(), "Stray/0.1")
    return crawl_settings(errand)


def test_every_setting_is_one_that_scrapy_knows() -> None:
    known = set(dir(default_settings)) | {"REFERRER_POLICY"}
    assert set(settings_for()) - known == set()


def test_they_are_in_alphabetical_order() -> None:
    def order(name: str) -> str:
        return name.removesuffix("_BASE").replace("_", " ")

    assert list(FIXED_SETTINGS) == sorted(FIXED_SETTINGS, key=order)


def test_what_reads_files_runs_code_or_keeps_secrets_is_off() -> None:
    settings = Settings(settings_for())
    assert set(settings.getwithbase("DOWNLOAD_HANDLERS")) == {"http", "https"}
    assert not settings.getwithbase("EXTENSIONS")
    assert not settings.getwithbase("SPIDER_MIDDLEWARES")
    for name in ("TELNETCONSOLE", "REMOTE_CONTROL", "COOKIES", "METAREFRESH", "HTTPPROXY", "REFERER", "RETRY"):
        assert settings.getbool(f"{name}_ENABLED") is False
    assert settings["JOBDIR"] is None
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES") is True


def test_every_component_exists_and_the_guard_comes_first() -> None:
    settings = Settings(settings_for())
    middlewares = settings.getwithbase("DOWNLOADER_MIDDLEWARES")
    in_order = sorted(middlewares, key=lambda path: int(middlewares[path]))
    assert in_order[0] == "crawler.middlewares.guard.GuardMiddleware"
    assert in_order[-1] == "crawler.middlewares.conduct.ConductMiddleware"
    named = [*in_order, *settings.getwithbase("ITEM_PIPELINES"), *settings.getwithbase("DOWNLOAD_HANDLERS").values()]
    named += [settings[name] for name in ("SCHEDULER", "TWISTED_DNS_RESOLVER", "SPIDER_LOADER_CLASS", "STATS_CLASS")]
    assert all(load_object(path) for path in named)


def test_memory_is_bounded_by_what_may_be_under_way() -> None:
    assert settings_for()["CONCURRENT_REQUESTS"] == 8
    assert settings_for(body_bytes=128 << 20)["CONCURRENT_REQUESTS"] == 2
    assert settings_for(body_bytes=1 << 30)["CONCURRENT_REQUESTS"] == 1
