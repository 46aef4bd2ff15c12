"""The open-directory spider, on the servers that make the listings."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

NAMES = ["letter.pdf", "J. Example 2023.docx", "Überweisung.txt", "100% sure?.txt", "a#b&c;d.txt", "-dash", "no ending"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "public"
    for folder in ("", "clinic", "clinic/2023", "clinic/2023/01", "empty", "other"):
        (root / folder).mkdir(exist_ok=True)
    for folder in ("clinic", "clinic/2023/01"):
        for name in NAMES:
            (root / folder / name).write_text(f"{folder} {name}")
    (root / "other" / "outside.txt").write_text("not below the start folder")
    (root / "clinic" / "again").symlink_to(root / "clinic", target_is_directory=True)
    return root


class QuietHandler(SimpleHTTPRequestHandler):
    """Python's http.server without its log."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def python_server(tree: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(tree)))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def nginx_server(tree: Path, tmp_path: Path) -> Iterator[str]:
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if nginx is None:
        pytest.skip("nginx is not installed; .ci/run installs it")
    state = tmp_path / "nginx"
    state.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), QuietHandler) as free:
        port = free.server_port
    temporary = "".join(
        f"{kind}_temp_path {state}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (state / "nginx.conf").write_text(
        f"{user}daemon off; pid {state}/pid; error_log {state}/error;\nevents {{}}\n"
        f"http {{ access_log off; {temporary} server {{ listen 127.0.0.1:{port}; root {tree}; autoindex on; }} }}\n"
    )
    arguments = [nginx, "-p", str(state), "-c", str(state / "nginx.conf"), "-e", str(state / "error")]
    started = subprocess.Popen(arguments)
    yield _answering(f"http://127.0.0.1:{port}", started)
    started.terminate()
    started.wait(10)


def _answering(url: str, started: subprocess.Popen[bytes]) -> str:
    pause = threading.Event()
    for _ in range(100):
        assert started.poll() is None
        try:
            with urlopen(url):
                return url
        except OSError:
            pause.wait(0.05)
    raise AssertionError("the server did not start")


def check_tree(crawled: Any, url: str) -> None:
    heads = [document["head"] for document in crawled.documents]
    for folder in ("clinic", "clinic/2023/01"):
        for name in NAMES:
            assert f"{folder} {name}".encode().decode("latin-1") in heads
    assert not [head for head in heads if head.startswith("not below")]
    names = {entry["name"] for entry in crawled.entries}
    assert names == {*NAMES, "2023", "01", "again"}
    ended = [d["requested_url"] or d["url"] for d in crawled.documents] + [skip["url"] for skip in crawled.skips]
    assert sorted(ended) == sorted({f"{url}/clinic/", *(entry["url"] for entry in crawled.entries)})
    # The link to its own parent is entered a few times, and then seen through.
    assert set(crawled.skipped.values()) == {("budget_spent", "repeating_path")}


def test_pythons_own_server(python_server: str, crawl: Callable[..., Any]) -> None:
    crawled = crawl(f"{python_server}/clinic/", "open_directory")
    check_tree(crawled, python_server)
    # HTTP/1.0: each connection is closed after its answer, and no request is wasted on a dead one.
    wasted = [line for line in crawled.conduct if "failed" in line]
    assert len(wasted) < len(crawled.documents) / 4


def test_nginx(nginx_server: str, crawl: Callable[..., Any]) -> None:
    crawled = crawl(f"{nginx_server}/clinic/", "open_directory")
    check_tree(crawled, nginx_server)
    assert all(entry["modified"] for entry in crawled.entries)
    sizes = {entry["name"]: entry["size"] for entry in crawled.entries if entry["kind"] == "file"}
    assert sizes["letter.pdf"] in (len("clinic letter.pdf"), len("clinic/2023/01 letter.pdf"))


def listing(path: str, *rows: str) -> str:
    links = "".join(
        f'<a href="{row}">{row}</a>  02-Jan-2023 03:04  {number}\r\n' for number, row in enumerate(rows, 10)
    )
    return f"<title>Index of {path}</title><h1>Index of {path}</h1><hr><pre><a href='../'>../</a>\r\n{links}</pre><hr>"


def test_a_folder_that_holds_itself_under_many_names_ends(web: Any, crawl: Callable[..., Any]) -> None:
    """Two names that both lead back: without an end, 2^20 folders."""

    def folder(handler: Any) -> None:
        handler.answer(200, listing("/x/", "one/", "two/", "letter.txt").encode())

    def letter(handler: Any) -> None:
        handler.answer(200, b"letter", {"Content-Type": "text/plain"})

    class Everywhere(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            return folder if path.endswith("/") else letter

    web.pages = Everywhere()
    crawled = crawl(web.url + "/x/", "open_directory")
    assert len(crawled.fetched) < 40
    assert {skip["detail"] for skip in crawled.skips} <= {"folder_in_itself", "repeating_path"}
    assert "folder_in_itself" in {skip["detail"] for skip in crawled.skips}


def test_folders_that_look_alike_are_no_trap(web: Any, crawl: Callable[..., Any]) -> None:
    patients = [f"patient{number}/" for number in range(12)]
    web.page("/", listing("/", *patients))
    for patient in patients:
        web.page(f"/{patient}", listing(f"/{patient}", "letter.pdf"))
        web.page(f"/{patient}letter.pdf", "letter")
    crawled = crawl(web.url, "open_directory")
    assert len(crawled.fetched) == 1 + 2 * len(patients)
    assert crawled.skips == []


def test_stored_pages_are_files_and_index_pages_are_followed(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", listing("/", "page.html", "sub/"))
    web.page("/page.html", '<a href="/hidden.txt">x</a>')
    web.page("/sub/", '<h1>Welcome</h1><a href="found.txt">x</a><a href="/above.txt">x</a>')
    web.page("/sub/found.txt", "text")
    web.page("/above.txt", "text")
    crawled = crawl(web.url, "open_directory")
    assert sorted(crawled.fetched) == ["/", "/above.txt", "/page.html", "/sub/", "/sub/found.txt"]


def test_rows_outside_the_start_folder_are_not_ours(web: Any, crawl: Callable[..., Any]) -> None:
    rows = (
        "/letters/above.txt",
        "http://elsewhere.example/x.txt",
        "/pub/",
        "/pub/in.txt",
        "in/../../up.txt",
        "%2e%2e/up.txt",
    )
    web.page("/pub/", listing("/pub/", *rows))
    web.page("/pub/in.txt", "text")
    crawled = crawl(web.url + "/pub/", "open_directory")
    assert crawled.listed == ["/pub/in.txt"]
    assert web.asked == ["/pub/", "/pub/in.txt"]


def test_folders_named_by_verbs_are_folders(web: Any, crawl: Callable[..., Any]) -> None:
    """Steps of a transcription workflow; what a query says is still judged."""
    folders = ["edit/", "reject/", "Cancel%20Clinic/", "Reset/", "add/", "Approve/", "create/"]
    web.page("/", listing("/", *folders, "delete"))
    web.page("/delete", "letter")
    for folder in folders:
        web.page(f"/{folder}", listing(f"/{folder}", "letter.txt"))
        web.page(f"/{folder}letter.txt", "letter")
    web.page("/reject/", '<a href="?action=delete">x</a><a href="letter.txt">x</a>')
    crawled = crawl(web.url, "open_directory")
    assert sorted(crawled.fetched) == sorted(
        ["/", "/delete", *(f"/{folder}{name}" for folder in folders for name in ("", "letter.txt"))]
    )
    assert crawled.reasons == {"/reject/?action=delete": "action_link"}


@pytest.mark.parametrize("kind", ["open_directory", "site"])
def test_what_a_listing_links_to_besides_its_rows_is_followed(kind: str, web: Any, crawl: Callable[..., Any]) -> None:
    sorts = "".join(f'<a href="{link}">x</a>' for link in ("?C=N;O=D", "?sort=name&order=desc", "/?layout=grid"))
    header = f'<a href="old/letters/2019.txt">x</a><a href="view.php?file=3">x</a>{sorts}'
    web.page("/", header + listing("/", "sub/x.txt", "dl?f=1", "a.txt"))
    for path in ("/old/letters/2019.txt", "/view.php", "/sub/x.txt", "/dl", "/a.txt"):
        web.page(path, "letter", Content_Type="text/plain")
    crawled = crawl(web.url, kind)
    found = {"/old/letters/2019.txt", "/view.php?file=3", "/sub/x.txt", "/dl?f=1", "/a.txt"}
    assert set(crawled.listed) == found
    assert sorted(crawled.fetched) == sorted({"/", *found})
    assert set(crawled.reasons.items()) == {(path, "not_found") for path in ("/old/letters/", "/old/", "/sub/")}


def test_a_listing_whose_rows_are_queries_is_followed(web: Any, crawl: Callable[..., Any]) -> None:
    """An indexer in PHP, below the start too."""
    links = {"": "?dir=a", "dir=a": "?dir=a%2Fb", "dir=a%2Fb": "?file=letter.txt"}

    def page(handler: Any) -> None:
        link = links.get(handler.path.partition("?")[2])
        body = f"<title>Index of /</title><table><tr><td><a href='{link}'>x</a></table>" if link else "letter"
        handler.answer(200, body.encode())

    web.pages["/index.php"] = page
    web.page("/", "<title>Index of /</title><a href='index.php'>x</a>")
    crawled = crawl(web.url, "open_directory")
    asked = ["/", "/index.php", "/index.php?dir=a", "/index.php?dir=a%2Fb", "/index.php?file=letter.txt"]
    assert crawled.fetched == asked


@pytest.mark.parametrize("start", ["/pub", "/pub/"])
def test_a_listing_is_not_read_again_by_a_folders_way_back(start: str, web: Any, crawl: Callable[..., Any]) -> None:
    for path in ("/pub", "/pub/"):
        web.page(path, listing("/pub/", "/pub/sub/"))
    web.page("/pub/sub/", listing("/pub/sub/", "a.txt"))
    web.page("/pub/sub/a.txt", "letter")
    crawled = crawl(web.url + start, "open_directory")
    assert crawled.fetched == [start, "/pub/sub/", "/pub/sub/a.txt"]


def test_a_folder_that_only_a_link_led_into_is_read_from_above(web: Any, crawl: Callable[..., Any]) -> None:
    web.page("/", '<a href="old/letters/">x</a>' + listing("/", "a.txt"))
    web.page("/old/letters/", listing("/old/letters/", "2019.txt"))
    web.page("/old/", listing("/old/", "letters/", "b.txt"))
    for path in ("/a.txt", "/old/b.txt", "/old/letters/2019.txt"):
        web.page(path, "letter")
    crawled = crawl(web.url, "open_directory")
    assert "/old/b.txt" in crawled.fetched
    assert len(crawled.fetched) == len(set(crawled.fetched)) == 6


def test_what_is_not_asked_for_in_a_listing_is_told(web: Any, crawl: Callable[..., Any]) -> None:
    long = "dl?f=" + "x" * 8_000
    web.page("/", f'<a href="{long}">x</a>' + listing("/", "%252e%252e", "a.txt"))
    web.page("/a.txt", "letter")
    crawled = crawl(web.url, "open_directory")
    assert crawled.fetched == ["/", "/a.txt"]
    assert crawled.reasons == {"/%252e%252e": "denied_by_guard", "/": "too_large"}


@pytest.mark.slow
def test_a_listing_of_fifty_thousand_rows(web: Any, crawl: Callable[..., Any]) -> None:
    names = [f"letter{number:06}.pdf" for number in range(50_000)]
    web.page("/", listing("/", *names))
    crawled = crawl(web.url, "open_directory", limits={"requests": 20})
    assert len(crawled.entries) == 50_000
    assert len(crawled.documents) + len(crawled.skips) == 50_001


def test_hostile_names_stay_names(web: Any, crawl: Callable[..., Any]) -> None:
    """Data to the record and percent-encoded on the wire; none leads out of the folder, none is a path here."""
    names = [
        "%1b%5B31m%E2%80%AEfdp.txt",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "..%5c..%5cboot.ini",
        "a%00b.txt",
        "%3Cscript%3E.txt",
        "=cmd%7C.txt",
        "x" * 7_000 + ".txt",
        "%FF%FE.txt",
        "a%0d%0aSet-Cookie:%20x.txt",
    ]
    rows = "".join(f'<a href="{name}">{name[:40]}</a> 2024-01-02 03:04 5\n' for name in names)
    web.page("/x/", f"<title>Index of /x/</title><h1>Index of /x/</h1><pre>{rows}</pre>")
    crawled = crawl(web.url + "/x/", "open_directory")
    kept = {entry["name"] for entry in crawled.entries}
    assert {"<script>.txt", "=cmd|.txt", "x" * 7_000 + ".txt"} <= kept
    assert {path: crawled.reasons[path] for path in crawled.reasons if "%1B" in path.upper()} == {
        "/x/%1B[31m%E2%80%AEfdp.txt": "denied_by_guard"
    }
    assert all(path.startswith("/x/") and path.isprintable() and path.isascii() for path in web.asked)
    assert not [path for path in web.asked if "etc" in path or "boot" in path or "%00" in path or "%0d" in path.lower()]
    assert {reason for path, reason in crawled.reasons.items() if "%2F" in path or "%5C" in path.upper()} <= {
        "denied_by_guard"
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["open_directory", "site"])
def test_a_listing_of_very_many_rows_is_read_by_pieces(kind: str, web: Any, crawl: Callable[..., Any]) -> None:
    """Ten times longer than what is read at once; only what is worth a request is asked for."""
    rows = 15_000
    names = [f"{number:05d}-{'x' * 80}.css" for number in range(rows)]
    names[rows // 2] = "letter.txt"
    web.page("/", "<a href='about.txt'>x</a>" + listing("/", *names))
    web.page("/letter.txt", "letter", Content_Type="text/plain")
    web.page("/about.txt", "about", Content_Type="text/plain")
    crawled = crawl(web.url, kind)
    assert len(set(crawled.listed) & {f"/{name}" for name in names}) == rows
    assert {"/letter.txt", "/about.txt"} <= set(crawled.fetched)
