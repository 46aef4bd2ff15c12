"""Every Scrapy setting that bears on what we may do, what it costs and what is logged; nothing is left to a default.

The `_BASE` lists of Scrapy are emptied, so a component that a later version switches on by default does not run here.
"""

from __future__ import annotations

from typing import Any

from fetching.errand import Errand
from fetching.exchange import SLOWEST_RATE

# Requests under way at one host at a time. More gains nothing on one core (measured: 16, 32 and 100 alike), and the
# pacer spaces them anyway.
CONCURRENCY = 8
# Memory for bodies under way, bytes: each may be held twice (as received, and decoded).
BODIES_IN_MEMORY = 512 << 20

_HTTP_HANDLER = "crawler.downloading.GuardedDownloadHandler"
_MIDDLEWARES = {
    # The first is asked first before a request, and last after an answer.
    "crawler.middlewares.guard.GuardMiddleware": 100,
    "crawler.middlewares.traps.TrapsMiddleware": 120,
    "crawler.middlewares.soft_404.SoftNotFoundMiddleware": 150,
    "crawler.middlewares.rendering.RenderingMiddleware": 160,
    "crawler.middlewares.robots.RobotsMiddleware": 200,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 300,
    "crawler.middlewares.repeating.RepeatingMiddleware": 350,
    "crawler.middlewares.decoding.DecodingMiddleware": 400,
    "crawler.middlewares.redirects.RedirectsMiddleware": 500,
    "crawler.middlewares.pacing.PacingMiddleware": 600,
    # After pacing: what is spent is a request that is made now.
    "crawler.middlewares.budget.BudgetMiddleware": 700,
    "crawler.middlewares.conduct.ConductMiddleware": 800,
}


# What holds for every unit.
FIXED_SETTINGS: dict[str, Any] = {
    "ADDONS": {},
    "BOT_NAME": "stray",
    # 100 tasks are started per answer by default (scrapy#5182); a spider of ours yields one item.
    "CONCURRENT_ITEMS": 1,
    # What anyone sees: no session is kept.
    "COOKIES_ENABLED": False,
    # The pacer decides; a second delay would hide it.
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_DELAY_JITTER": 0,
    # A body cut short is an error, never half a document.
    "DOWNLOAD_FAIL_ON_DATALOSS": True,
    "DOWNLOAD_HANDLERS": {"http": _HTTP_HANDLER, "https": _HTTP_HANDLER},
    # file:, data:, ftp: and s3: would read what is not the target's.
    "DOWNLOAD_HANDLERS_BASE": {},
    # A certificate that does not hold is recorded as `tls_error`: who answers there is unknown. Where the target says
    # `certificates = "record"`, the fault is recorded and the place is read: `crawler.tls`.
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOADER_MIDDLEWARES": _MIDDLEWARES,
    # No proxy from the environment, no netrc-like credentials, no meta refresh, no cookies, no cache, no retries:
    # those that are wanted are in `_MIDDLEWARES`.
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "DOWNLOADER_STATS": False,
    "EXTENSIONS": {},
    # Telnet, remote control, feed exports, memory mail.
    "EXTENSIONS_BASE": {},
    "FEEDS": {},
    "HTTPCACHE_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "ITEM_PIPELINES": {"crawler.pipelines.SinkPipeline": 100},
    # A JOBDIR is pickle: whoever can write there runs code. The engine of the sweep repeats units instead.
    "JOBDIR": None,
    # Scrapy logs URLs, and a name in a URL is patient data; see `crawler.quiet`.
    "LOG_ENABLED": False,
    "LOG_INSTALL_ROOT_HANDLER": False,
    "METAREFRESH_ENABLED": False,
    "REDIRECT_ENABLED": False,
    "REFERER_ENABLED": False,
    "REFERRER_POLICY": "no-referrer",
    # Both execute what they are sent.
    "REMOTE_CONTROL_ENABLED": False,
    "RETRY_ENABLED": False,
    # Our own middleware knows the policy of the target and RFC 9309.
    "ROBOTSTXT_OBEY": False,
    "SCHEDULER": "crawler.scheduling.FrontierScheduler",
    # Bytes of answers waiting for the sink; past that the engine fetches no more.
    "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 16 << 20,
    "SPIDER_LOADER_CLASS": "scrapy.spiderloader.DummySpiderLoader",
    "SPIDER_MIDDLEWARES": {},
    # Depth, status and length are judged where they are recorded.
    "SPIDER_MIDDLEWARES_BASE": {},
    "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
    "STATS_DUMP": False,
    "TELNETCONSOLE_ENABLED": False,
    "TWISTED_DNS_RESOLVER": "crawler.resolver.CheckedResolver",
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "TWISTED_REACTOR_ENABLED": True,
    # It reads the source of every callback.
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
}


def crawl_settings(errand: Errand) -> dict[str, Any]:
    """Scrapy's settings for one unit: the fixed ones, and what its limits say."""
    limits = errand.limits
    at_once = max(1, min(CONCURRENCY, BODIES_IN_MEMORY // (2 * limits.body_bytes)))
    return FIXED_SETTINGS | {
        "CONCURRENT_REQUESTS": at_once,
        "CONCURRENT_REQUESTS_PER_DOMAIN": at_once,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": errand.user_agent,
        },
        "DOWNLOAD_MAXSIZE": limits.body_bytes,
        # A ceiling; the handler ends what is slow long before.
        "DOWNLOAD_TIMEOUT": limits.timeout_seconds + limits.body_bytes / SLOWEST_RATE,
        "USER_AGENT": errand.user_agent,
    }
