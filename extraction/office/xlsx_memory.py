"""What a workbook remembers of data that lie elsewhere: caches of pivot tables, values of linked workbooks."""

from __future__ import annotations

from lxml import etree

from extraction.office.office_package import Package
from extraction.texts.xml_tree import local_name


def pivot_lines(package: Package, name: str) -> list[str]:
    """The records that a pivot table was made from, or their values where the records were not kept."""
    root = package.xml(name)
    if root is None:
        return []
    fields = list(root.iterfind("{*}cacheFields/{*}cacheField"))
    shared = [[_value(item) for item in each.iterfind("{*}sharedItems/*")] for each in fields]
    records = [each.target for each in package.relations(name) if each.kind == "pivotCacheRecords"]
    lines = ["\t".join(str(each.get("name") or "") for each in fields)]
    kept = package.xml(records[0]) if records else None
    if kept is not None:
        lines += [_record(record, shared) for record in kept]
    else:
        lines += ["\t".join(value for value in values if value) for values in shared]
    return [line for line in lines if line]


def external_lines(root: etree._Element | None) -> list[str]:
    """The cells that another workbook gave."""
    rows = root.iter("{*}row") if root is not None else ()
    lines = ("\t".join(str(value.text) for value in row.iterfind("{*}cell/{*}v") if value.text) for row in rows)
    return [line for line in lines if line]


def _record(record: etree._Element, shared: list[list[str]]) -> str:
    values = [_looked_up(item, shared[place] if place < len(shared) else []) for place, item in enumerate(record)]
    return "\t".join(value for value in values if value)


def _looked_up(item: etree._Element, shared: list[str]) -> str:
    value = _value(item)
    if local_name(item) != "x":
        return value
    return shared[int(value)] if value.isdecimal() and len(value) < 8 and int(value) < len(shared) else ""  # noqa: PLR2004


def _value(item: etree._Element) -> str:
    value = str(item.get("v") or "")
    return value.removesuffix("T00:00:00") if local_name(item) == "d" else value
