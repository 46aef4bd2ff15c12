"""Listings of every make, each on one small page with the same two things in it, and pages that are none."""

# ruff: noqa: E501, DTZ001 - pages as servers write them; most name no zone
from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import pytest

from crawler.listings import parse_listing
from documents.records import EntryKind

URL = "http://files.example.org/pub/"
DAY = datetime(2023, 1, 2)
MINUTE = datetime(2023, 1, 2, 3, 4)
SECOND = datetime(2023, 1, 2, 3, 4, 5)
AFTERNOON = datetime(2023, 1, 13, 15, 4)


def iis(folder: str, file: str) -> str:
    return (
        "<html><head><title>files.example.org - /pub/</title></head><body><H1>files.example.org - /pub/</H1><hr>\n\n"
        f'<pre><A HREF="/">[To Parent Directory]</A><br><br> {folder} &lt;dir&gt; <A HREF="/pub/2023/">2023</A><br>'
        f' {file} <A HREF="/pub/a.pdf">a.pdf</A><br></pre><hr></body></html>'
    )


def coded(path: str) -> str:
    return b64encode(path.encode()).decode()


PAGES: dict[str, str] = {}
PAGES["apache plain"] = (
    '<html><head><title>Index of /pub</title></head><body><h1>Index of /pub</h1>\n<ul><li><a href="/"> Parent Directory</a></li>\n<li><a href="2023/"> 2023/</a></li>\n<li><a href="a.pdf"> a.pdf</a></li>\n</ul>\n</body></html>'
)
PAGES[
    "lighttpd"
] = """<!DOCTYPE html><html><head><title>Index of /pub/</title></head><body><h2>Index of /pub/</h2><div class="list"><table summary="Directory Listing" cellpadding="0" cellspacing="0"><thead><tr><th class="n">Name</th><th class="m">Last Modified</th><th class="s">Size</th><th class="t">Type</th></tr></thead><tbody>
<tr class="d"><td class="n"><a href="../">..</a>/</td><td class="m">&nbsp;</td><td class="s">- &nbsp;</td><td class="t">Directory</td></tr>
<tr class="d"><td class="n"><a href="2023/">2023</a>/</td><td class="m">2023-Jan-02 03:04:05</td><td class="s">- &nbsp;</td><td class="t">Directory</td></tr>
<tr><td class="n"><a href="a.pdf">a.pdf</a></td><td class="m">2023-Jan-02 03:04:05</td><td class="s">1.5K</td><td class="t">application/pdf</td></tr>
</tbody></table></div><div class="foot">lighttpd/1.4.69</div></body></html>"""
PAGES["iis us"] = iis(" 1/13/2023  3:04 PM       ", " 1/13/2023  3:04 PM         1536")
PAGES["iis gb"] = iis("13/01/2023    15:04       ", "13/01/2023    15:04         1536")
PAGES["iis de"] = iis("13.01.2023    15:04       ", "13.01.2023    15:04         1536")
PAGES["iis ko"] = iis("2023-01-13   오후 3:04       ", "2023-01-13   오후 3:04         1536")
PAGES["iis long"] = iis("Friday, January 13, 2023  3:04 PM       ", "Friday, January 13, 2023  3:04 PM         1536")
PAGES[
    "caddy"
] = """<!DOCTYPE html><html><head><title>pub</title></head><body><header><h1><a href="/">/</a><a href="">pub</a></h1></header><main><div class="meta"><span class="meta-item"><b>1</b> directory</span> <span class="meta-item"><b>1</b> file</span></div><div class="listing"><table aria-describedby="summary"><thead><tr><th></th><th><a href="?sort=namedirfirst&order=desc">Name</a></th><th><a href="?sort=size&order=asc">Size</a></th><th><a href="?sort=time&order=asc">Modified</a></th><th></th></tr></thead><tbody>
<tr><td></td><td><a href=".."><span class="goup">Up</span></a></td><td></td><td></td><td></td></tr>
<tr class="file"><td></td><td><a href="./2023/"><svg><use xlink:href="#folder"></use></svg><span class="name">2023</span></a></td><td>&mdash;</td><td class="timestamp"><time datetime="2023-01-02T03:04:05Z">01/02/2023 03:04:05 AM +00:00</time></td><td></td></tr>
<tr class="file"><td></td><td><a href="./a.pdf"><svg><use xlink:href="#file"></use></svg><span class="name">a.pdf</span></a></td><td class="size" data-size="1536"><div class="sizebar"><div class="sizebar-text">1.5 KiB</div></div></td><td class="timestamp"><time datetime="2023-01-02T03:04:05Z">01/02/2023 03:04:05 AM +00:00</time></td><td></td></tr>
</tbody></table></div></main><footer>Served with <a href="https://caddyserver.com">Caddy</a></footer></body></html>"""
PAGES[
    "caddy grid"
] = """<!DOCTYPE html><html><head><title>pub</title></head><body><header><h1><a href="/">/</a>pub</h1></header><main><div class="meta"><a href="?layout=list">List</a><a href="?layout=grid">Grid</a></div><div class="listing grid"><div class="entry"><a href=".."><span class="goup">Up</span></a></div>
<div class="entry"><a href="./2023/"><svg><use xlink:href="#folder"></use></svg><div class="name">2023</div><div class="size">&mdash;</div></a></div>
<div class="entry"><a href="./a.pdf"><svg><use xlink:href="#file"></use></svg><div class="name">a.pdf</div><div class="size">1.5 KiB</div></a></div>
<div class="entry"><a href="./b.pdf"><svg><use xlink:href="#file"></use></svg><div class="name">b.pdf</div><div class="size">2 B</div></a></div>
</div></main><footer>Served with <a href="https://caddyserver.com">Caddy</a></footer></body></html>"""
PAGES["http.server"] = (
    '<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Directory listing for /pub/</title>\n</head>\n<body>\n<h1>Directory listing for /pub/</h1>\n<hr>\n<ul>\n<li><a href="2023/">2023/</a></li>\n<li><a href="a.pdf">a.pdf</a></li>\n<li><a href="link">link@</a></li>\n</ul>\n<hr>\n</body>\n</html>\n'
)
PAGES["npm serve"] = (
    """<!DOCTYPE html><html><head><title>Files within pub/</title></head><body><main><header><h1><i>Index of&nbsp;</i><a href="/">app/</a><a href="/pub">pub/</a></h1></header><ul id="files"><li><a href="/" title="app/" class="">..</a></li><li><a href="/pub/2023" title="2023/" class="folder ">2023/</a></li><li><a href="/pub/a.pdf" title="a.pdf" class="file pdf">a.pdf</a></li></ul></main></body></html>"""
)
PAGES[
    "tomcat de"
] = """<html><head><title>Verzeichnisauflistung f&uuml;r [/pub/]</title></head><body><h1>Verzeichnisauflistung f&uuml;r [/pub/] - <a href="/"><b>Hoch zu [/]</b></a></h1><hr class="line"><table width="100%"><tr><td align="left"><font size="+1"><strong><a href="?C=N;O=A">Dateiname</a></strong></font></td><td align="center"><font size="+1"><strong><a href="?C=S;O=A">Gr&ouml;&szlig;e</a></strong></font></td><td align="right"><font size="+1"><strong><a href="?C=M;O=A">Letzte &Auml;nderung</a></strong></font></td></tr>
<tr><td align="left">&nbsp;&nbsp;<a href="/pub/2023/"><tt>2023/</tt></a></td><td align="right"><tt>&nbsp;</tt></td><td align="right"><tt>Mon, 02 Jan 2023 03:04:05 GMT</tt></td></tr>
<tr bgcolor="#eeeeee"><td align="left">&nbsp;&nbsp;<a href="/pub/a.pdf"><tt>a.pdf</tt></a></td><td align="right"><tt>1.5 kb</tt></td><td align="right"><tt>Mon, 02 Jan 2023 03:04:05 GMT</tt></td></tr>
</table><hr class="line"><h3>Apache Tomcat/10.1.34</h3></body></html>"""
PAGES[
    "jetty"
] = """<html><head><title>Directory: /pub/</title></head><body><h1 class="title">Directory: /pub/</h1><table class="listing"><thead><tr><th class="name"><a href="?C=N&O=D">Name&nbsp; &#8679;</a></th><th class="lastmodified"><a href="?C=M&O=A">Last Modified</a></th><th class="size"><a href="?C=S&O=A">Size</a></th></tr></thead><tbody>
<tr><td class="name"><a href="/">Parent Directory</a></td><td class="lastmodified">-</td><td>-</td></tr>
<tr><td class="name"><a href="/pub/2023/">2023/&nbsp;</a></td><td class="lastmodified">Jan 2, 2023, 3:04:05 AM&nbsp;</td><td class="size">4,096 bytes&nbsp;</td></tr>
<tr><td class="name"><a href="/pub/a.pdf">a.pdf&nbsp;</a></td><td class="lastmodified">Jan 2, 2023, 3:04:05 AM&nbsp;</td><td class="size">1,536 bytes&nbsp;</td></tr>
</tbody></table></body></html>"""
PAGES[
    "h5ai"
] = """<!DOCTYPE html><html><head><title>index - powered by h5ai v0.30.0</title></head><body><div id="fallback"><table><tr><th class="fb-i"></th><th class="fb-n"><span>Name</span></th><th class="fb-d"><span>Last modified</span></th><th class="fb-s"><span>Size</span></th></tr>
<tr><td class="fb-i"><img src="/_h5ai/public/images/fallback/folder-parent.png" alt="folder-parent"/></td><td class="fb-n"><a href="..">Parent Directory</a></td><td class="fb-d"></td><td class="fb-s"></td></tr>
<tr><td class="fb-i"><img src="/_h5ai/public/images/fallback/folder.png" alt="folder"/></td><td class="fb-n"><a href="/pub/2023/">2023</a></td><td class="fb-d">2023-01-02 03:04</td><td class="fb-s"></td></tr>
<tr><td class="fb-i"><img src="/_h5ai/public/images/fallback/file.png" alt="file"/></td><td class="fb-n"><a href="/pub/a.pdf">a.pdf</a></td><td class="fb-d">2023-01-02 03:04</td><td class="fb-s">2 KB</td></tr></table></div></body></html>"""
PAGES[
    "directory lister v2"
] = """<html><head><title>Directory listing of http://files.example.org/pub/</title></head><body><div class="breadcrumb"><a href="http://files.example.org/">Home</a></div><div id="content"><div id="directory-list-header"><div class="row"><div>File</div><div>Size</div><div>Last Modified</div></div></div><ul id="directory-listing">
<li data-name=".." data-href="http://files.example.org/"><a href="http://files.example.org/" data-name=".."><div class="row"><span><i class="fa fa-level-up"></i> ..</span><span>-</span><span>-</span></div></a></li>
<li data-name="2023" data-href="?dir=pub/2023"><a href="?dir=pub/2023" data-name="2023"><div class="row"><span><i class="fa fa-folder"></i> 2023</span> <span>-</span> <span>2023-01-02 03:04:05</span></div></a></li>
<li data-name="a.pdf" data-href="pub/a.pdf"><a href="a.pdf" data-name="a.pdf"><div class="row"><span><i class="fa fa-file-pdf-o"></i> a.pdf</span> <span>1.5KB</span> <span>2023-01-02 03:04:05</span></div></a><a href="javascript:void(0)" class="file-info-button">i</a></li>
</ul></div></body></html>"""
PAGES[
    "directory lister v3"
] = """<html><head><title>pub &bull; Directory Lister</title></head><body><div><a href="/">Home</a></div><div><div>File Name</div><div>Size</div><div>Date</div></div><ul id="file-list">
<li><a href="."><div><i class="fas fa-level-up-alt"></i></div><div>..</div><div>&mdash;</div><div>&mdash;</div></a></li>
<li><a href="?dir=2023"><div><i class="fas fa-folder"></i></div><div>2023</div><div>&mdash;</div><div>2023-01-02 03:04:05</div></a></li>
<li><a href="a.pdf"><div><i class="fas fa-file-pdf"></i></div><div>a.pdf</div><div>1.5KB</div><div>2023-01-02 03:04:05</div></a></li></ul></body></html>"""
PAGES[
    "hfs"
] = """<html><head><title>HFS /pub/</title></head><body><div id="panel">Folder<a href="../">Home</a>/<a href="/pub/">pub</a></div><form method="post"><table id="files"><tr><th><a href="?sort=n">Name <a href="?sort=e">.extension</a></th><th><a href="?sort=s">Size</a></th><th><a href="?sort=!t">Timestamp</a></th><th><a href="?sort=d">Hits</a></th></tr>
<tr class="even"><td><input type="checkbox" name="selection" value="2023/"><img src="/~img_folder"> <a href="2023/"><b>2023</b></a></td><td align="center"><i>folder</i></td><td align="right">1/2/2023 3:04:05 AM</td><td align="right">7</td></tr>
<tr><td><input type="checkbox" name="selection" value="a.pdf"><img src="/~img1"> <a href="a.pdf">a.pdf</a></td><td align="right">1.5 KB</td><td align="right">1/2/2023 3:04:05 AM</td><td align="right">7</td></tr></table></form><div>HttpFileServer 2.3m</div></body></html>"""
PAGES[
    "litespeed"
] = """<html><head><title>Index of /pub/</title></head><body><h1>Index of /pub/</h1><div id="table-list"><table id="table-content"><thead class="t-header"><tr><th class="colname"><a class="name" href="?ND" onclick="return false">Name</a></th><th class="colname"><a href="?MA">Last Modified</a></th><th class="colname"><a href="?SA">Size</a></th></tr></thead>
<tr><td data-sort="*parent"><a href="/"><img src="/_autoindex/assets/icons/corner-left-up.svg" alt="Up">Parent Directory</a></td><td></td><td></td></tr>
<tr><td data-sort="*2023"><a href="/pub/2023/"><img class="icon" src="/_autoindex/assets/icons/folder-fill.svg" alt="Directory">2023</a></td><td data-sort="1">2023-01-02 03:04</td><td data-sort="-1">-</td></tr>
<tr><td data-sort="a.pdf"><a href="/pub/a.pdf"><img class="icon" src="/_autoindex/assets/icons/file-text.svg" alt="[PDF]">a.pdf</a></td><td data-sort="672628">2023-01-02 03:04</td><td data-sort="1536">2k</td></tr></table></div>Proudly Served by LiteSpeed Web Server at files.example.org Port 80</body></html>"""
PAGES["thttpd"] = """<HTML><HEAD><TITLE>Index of /pub/</TITLE></HEAD><BODY><H2>Index of /pub/</H2><PRE>
mode  links  bytes  last-changed  name
dr-x   3      4096  Jan  2  2023  <A HREF="./">.</A>
dr-x   9      4096  Jan  2  2023  <A HREF="../">..</A>
dr-x   2      4096  Jan  2  2023  <A HREF="2023/">2023/</A>
-r--   1      1536  Jan  2  2023  <A HREF="a.pdf">a.pdf</A>
</PRE><HR><ADDRESS><A HREF="http://www.acme.example/software/thttpd/">thttpd/2.29</A></ADDRESS></BODY></HTML>"""
PAGES["dir query"] = (
    '<html><head><title>Files</title></head><body><h1>Index of pub</h1><table><tr><th>Name</th><th>Size</th><th>Date</th></tr><tr><td><a href="?dir=pub/2023">2023</a></td><td>-</td><td>2023-01-02</td></tr><tr><td><a href="?dir=pub/2024">2024</a></td><td>-</td><td>2023-01-02</td></tr><tr><td><a href="?file=pub/a.pdf">a.pdf</a></td><td>1536</td><td>2023-01-02</td></tr></table></body></html>'
)
PAGES["base64"] = (
    f'<html><head><title>Index of /</title></head><body><table><tr><th>Name</th><th>Size</th><th>Modified</th></tr><tr><td><a href="index.php?folder={coded("pub/2023")}">2023</a></td><td>-</td><td>2023-01-02</td></tr><tr><td><a href="index.php?folder={coded("pub/2024")}">2024</a></td><td>-</td><td>2023-01-02</td></tr><tr><td><a href="a.pdf">a.pdf</a></td><td>1.5 KB</td><td>2023-01-02</td></tr></table></body></html>'
)
PAGES["off host"] = (
    '<html><head><title>Index of /pub/</title></head><body><h1>Index of /pub/</h1><table><tr><th>Name</th><th>Size</th><th>Modified</th></tr><tr><td><a href="2023/">2023/</a></td><td>-</td><td>2023-01-02</td></tr><tr><td><a href="http://cdn.example.net/x/a.pdf">a.pdf</a></td><td>1.5 KB</td><td>2023-01-02</td></tr><tr><td><a href="http://cdn.example.net/x/b.pdf">b.pdf</a></td><td>2 KB</td><td>2023-01-02</td></tr></table></body></html>'
)
PAGES["icons"] = (
    '<html><head><title>Index of /pub/</title></head><body><pre><img src="/i/folder.gif"> <a href="2023">2023</a>\n<img src="/i/text.gif"> <a href="README">README</a>\n</pre></body></html>'
)
PAGES["classes"] = (
    '<html><head><title>Index of /pub/</title></head><body><ul><li class="folder"><a href="2023">2023</a></li><li class="file"><a href="README">README</a></li></ul></body></html>'
)
PAGES["permissions"] = (
    '<html><head><title>Index of /pub/</title></head><body><table><tr><th>Name</th><th>Mode</th></tr><tr><td><a href="2023">2023</a></td><td>drwxr-xr-x</td></tr><tr><td><a href="README">README</a></td><td>-rw-r--r--</td></tr></table></body></html>'
)
PAGES["no mark"] = (
    '<html><head><title>Index of /pub/</title></head><body><ul><li><a href="2023">2023</a></li><li><a href="README">README</a></li></ul></body></html>'
)

# Address, size, how far it rounds and time of the file; address and time of the folder.
EXPECTED: dict[str, tuple[int | None, int, datetime | None]] = {
    "apache plain": (None, 0, None),
    "lighttpd": (1536, 51, SECOND),
    "iis us": (1536, 0, AFTERNOON),
    "iis gb": (1536, 0, AFTERNOON),
    "iis de": (1536, 0, AFTERNOON),
    "iis ko": (1536, 0, AFTERNOON),
    "iis long": (1536, 0, AFTERNOON),
    "caddy": (1536, 0, SECOND.replace(tzinfo=UTC)),
    "http.server": (None, 0, None),
    "npm serve": (None, 0, None),
    "tomcat de": (1536, 51, SECOND.replace(tzinfo=UTC)),
    "jetty": (1536, 0, SECOND),
    "h5ai": (2048, 512, MINUTE),
    "hfs": (1536, 51, SECOND),
    "litespeed": (1536, 0, MINUTE),
    "thttpd": (1536, 0, DAY),
}


@pytest.mark.parametrize("make", EXPECTED)
def test_a_folder_and_a_file(make: str) -> None:
    listing = parse_listing(PAGES[make].encode(), URL, "text/html")
    assert listing.is_listing
    folder, file, *more = listing.entries
    assert [entry.name for entry in more] == (["link"] if make == "http.server" else [])
    size, error, time = EXPECTED[make]
    assert (folder.name, folder.kind, folder.url) == ("2023", EntryKind.DIRECTORY, URL + "2023/")
    assert (folder.size, folder.modified) == (None, time)
    assert (file.name, file.kind, file.url) == ("a.pdf", EntryKind.FILE, URL + "a.pdf")
    assert (file.size, file.size_error, file.size_exact, file.modified) == (size, error, error == 0, time)


def told(page: str, url: str = URL) -> list[tuple[str, str, str, int | None]]:
    listing = parse_listing(page.encode(), url, "text/html")
    assert listing.is_listing
    return [(entry.kind.value, entry.name, entry.url.removeprefix(url), entry.size) for entry in listing.entries]


def test_caddys_grid() -> None:
    assert told(PAGES["caddy grid"]) == [
        ("directory", "2023", "2023/", None),
        ("file", "a.pdf", "a.pdf", 1536),
        ("file", "b.pdf", "b.pdf", 2),
    ]


@pytest.mark.parametrize(("make", "address"), [("v2", "?dir=pub%2F2023"), ("v3", "?dir=2023")])
def test_directory_lister(make: str, address: str) -> None:
    rows = told(PAGES[f"directory lister {make}"])
    assert rows == [("directory", "2023", address, None), ("file", "a.pdf", "a.pdf", 1536)]


def test_folders_that_are_queries() -> None:
    assert told(PAGES["dir query"]) == [
        ("directory", "2023", "?dir=pub%2F2023", None),
        ("directory", "2024", "?dir=pub%2F2024", None),
        ("file", "a.pdf", "?file=pub%2Fa.pdf", 1536),
    ]


def test_folders_that_are_queries_in_base64() -> None:
    assert [(kind, name) for kind, name, _, _ in told(PAGES["base64"])] == [
        ("directory", "2023"),
        ("directory", "2024"),
        ("file", "a.pdf"),
    ]


def test_files_on_another_host() -> None:
    assert told(PAGES["off host"]) == [
        ("directory", "2023", "2023/", None),
        ("file", "a.pdf", "http://cdn.example.net/x/a.pdf", 1536),
        ("file", "b.pdf", "http://cdn.example.net/x/b.pdf", 2048),
    ]


@pytest.mark.parametrize("make", ["icons", "classes", "permissions"])
def test_folders_without_a_slash_are_told_by_other_marks(make: str) -> None:
    assert told(PAGES[make]) == [("directory", "2023", "2023/", None), ("file", "README", "README", None)]


def test_what_no_mark_tells_is_unknown() -> None:
    assert told(PAGES["no mark"]) == [("unknown", "2023", "2023", None), ("unknown", "README", "README", None)]


# What the rows of a page are: cut out, its listing is empty.
ROWS = {
    "apache plain": ('<li><a href="2023/">', "</ul>"),
    "lighttpd": ('<tr class="d"><td class="n"><a href="2023/">', "</tbody>"),
    "iis us": ("<br><br>", "</pre>"),
    "caddy": ('<tr class="file">', "</tbody>"),
    "http.server": ("<li>", "</ul>"),
    "npm serve": ('<li><a href="/pub/2023"', "</ul>"),
    "tomcat de": ('<tr><td align="left">&nbsp;&nbsp;<a href="/pub/2023/">', "</table><hr"),
    "jetty": ('<tr><td class="name"><a href="/pub/2023/">', "</tbody>"),
    "h5ai": ('<tr><td class="fb-i"><img src="/_h5ai/public/images/fallback/folder.png"', "</table>"),
    "litespeed": ('<tr><td data-sort="*2023">', "</table>"),
    "thttpd": ("dr-x   2 ", "</PRE>"),
}


@pytest.mark.parametrize("make", ROWS)
def test_a_folder_may_be_empty(make: str) -> None:
    start, end = ROWS[make]
    head, _, rest = PAGES[make].partition(start)
    page = head + end + rest.partition(end)[2]
    assert len(page) < len(PAGES[make])
    assert told(page) == []


PLAIN_PAGES = {
    "article": """<title>Index of refraction</title><h1>Index of refraction of glass</h1><p>See <a href="glass.html">glass</a>,
        <a href="water.html">water</a>, <a href="air.html">air</a> and <a href="table.pdf">the table</a>.</p>""",
    "about listings": """<title>How to disable directory listing</title><h1>How to disable directory listing</h1>
        <p>A server answers with:</p><pre>Index of /pub
Name        Last modified     Size
a.pdf       2023-01-02 03:04  1.5K</pre><p><a href="/docs/apache.html">Apache</a> <a href="/docs/nginx.html">nginx</a></p>""",
    "not available": """<title>404 Not Found</title><h1>Index of /pub/ is not available</h1>
        <p>The requested folder was not found. <a href="/">Home</a></p>""",
    "denied": "<title>Index of /pub/</title><h1>Forbidden</h1><p>Listing this folder is denied. <a href='/'>Home</a></p>",
    "news": """<title>News</title><h1>Index of articles</h1><ul>
        <li>2023-01-02 <a href="/news/101">Clinic opens its doors</a></li><li>2023-01-03 <a href="/news/102">New scanner arrives</a></li>
        <li>2023-01-04 <a href="/news/103">Visitors welcome again</a></li></ul>""",
    "modules": """<title>serde - Rust</title><h1>Crate serde</h1><h2>Modules</h2><ul class="item-table">
        <li><a class="mod" href="de/index.html" title="mod serde::de">de</a><div>Generic data structure deserialization.</div></li>
        <li><a class="mod" href="ser/index.html" title="mod serde::ser">ser</a><div>Generic data structure serialization.</div></li></ul>""",
    "menu": """<title>Example Clinic</title><nav><ul><li><a href="about.html">About us</a></li><li><a href="contact.html">Contact</a></li>
        <li><a href="doctors/">Our doctors</a></li><li><a href="news/">News</a></li></ul></nav><p>Welcome.</p>""",
    "downloads": """<title>Downloads</title><h1>Leaflets</h1><table><tr><th>Leaflet</th><th>Language</th></tr>
        <tr><td><a href="leaflet-1.pdf">Before your visit</a></td><td>English</td></tr>
        <tr><td><a href="leaflet-2.pdf">After your visit</a></td><td>English</td></tr></table>""",
    "search": """<title>Search</title><ol><li><a href="/r?id=1">Letter to patients</a> 2 Jan 2023</li>
        <li><a href="/r?id=2">Letter to doctors</a> 3 Jan 2023</li></ol><a href="?page=2">Next</a>""",
    "login": "<title>Files</title><form action=/login><input name=user></form><a href='forgot'>Forgot your password?</a>",
    "forum": """<title>Forum</title><table><tr><th>Topic</th><th>Replies</th><th>Last post</th></tr>
        <tr><td><a href="t/1">Parking</a></td><td>12</td><td>2023-01-02 03:04</td></tr>
        <tr><td><a href="t/2">Opening hours</a></td><td>3</td><td>2023-01-03 03:04</td></tr></table>""",
    "sitemap": """<title>Sitemap</title><ul><li><a href="/">Home</a></li><li><a href="/about/">About</a></li>
        <li><a href="/about/team.html">Team</a></li><li><a href="/contact.html">Contact</a></li></ul>""",
}


@pytest.mark.parametrize("kind", PLAIN_PAGES)
def test_an_ordinary_page_is_none(kind: str) -> None:
    assert not parse_listing(PLAIN_PAGES[kind].encode(), URL, "text/html").is_listing
