"""Sizes as servers print them: units, signs between thousands, decimal signs, exact counts, and how far they round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crawler.listings.sizes import LARGEST_SIZE, LONGEST_SIZE, Size, header_unit, in_units, parse_size

K, M, G, T = 1 << 10, 1 << 20, 1 << 30, 1 << 40


@pytest.mark.parametrize(
    ("text", "size", "error", "has_unit"),
    [
        ("0", 0, 0, False),
        ("512", 512, 0, False),
        ("٥١٢", 512, 0, False),
        ("512 B", 512, 0, True),
        ("1 byte", 1, 0, True),
        ("12,345 bytes", 12_345, 0, True),
        ("12.345 bytes", 12_345, 0, True),
        ("12 345 octets", 12_345, 0, True),
        ("12\u202f345 o", 12_345, 0, True),
        ("12'345", 12_345, 0, True),
        ("1,234,567", 1_234_567, 0, True),
        ("146K", 146 * K, 512, True),
        ("1.2G", round(1.2 * G), round(G / 20), True),
        ("1,5 kB", 1536, 51, True),
        ("16.40 KB", round(16.4 * K), 5, True),
        ("1,234 KB", 1234 * K, 512, True),
        ("1,234,567 KB", 1_234_567 * K, 512, True),
        ("2 MiB", 2 * M, M // 2, True),
        ("2Mo", 2 * M, M // 2, True),
        ("2 megabytes", 2 * M, M // 2, True),
        ("3 ГБ", 3 * G, G // 2, True),
        ("3 кб", 3 * K, 512, True),
        ("77 байт", 77, 0, True),
        ("77 字节", 77, 0, True),
        ("1T", T, T // 2, True),
        ("~ 4.0 MB", 4 * M, round(M / 20), True),
        ("(16 KB)", 16 * K, 512, True),
        ("[16 KB]", 16 * K, 512, True),
        ("16 KB,", 16 * K, 512, True),
        ("4.8 MB (4,789,380 bytes)", 4_789_380, 0, True),
        ("5 KB (5000 B)", 5_000, 0, True),
        ("\u00a0 7k \u00a0", 7 * K, 512, True),
    ],
)
def test_sizes_of_listings(text: str, size: int, error: int, has_unit: bool) -> None:
    assert parse_size(text) == Size(size, error, has_unit)


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "—", "4.5", "1.2.3", "v2", "12 apples", "1 2 3", "1,2,3 kB", "12,34,567 B", "<DIR>", "K", "-5", "0x10",
        "12 kB of text", "2021-03-04", "12:30", "1e3", "9" * 19, "9" * 15 + "P", "1" * (LONGEST_SIZE + 1),
    ],
)  # fmt: skip
def test_what_is_no_size(text: str) -> None:
    assert parse_size(text) is None


@pytest.mark.parametrize(
    ("header", "unit"),
    [("Size", 1), ("Size (KB)", K), ("Size [MiB]", M), ("size in bytes", 1), ("Größe (GB)", G), ("KBytes", 1)],
)
def test_a_columns_unit(header: str, unit: int) -> None:
    assert header_unit(header) == unit


def test_a_bare_number_counts_what_its_column_says() -> None:
    assert in_units(Size(12, 0, has_unit=False), K) == Size(12 * K, K // 2, has_unit=True)
    assert in_units(Size(12, 0, has_unit=False), 1) == Size(12, 0, has_unit=False)
    assert in_units(Size(12, 0, has_unit=True), K) == Size(12, 0, has_unit=True)
    assert in_units(Size(LARGEST_SIZE, 0, has_unit=False), K) is None


@given(some.text(max_size=LONGEST_SIZE + 5))
def test_no_text_breaks_it(text: str) -> None:
    size = parse_size(text)
    assert size is None or (0 <= size.size <= LARGEST_SIZE and size.error >= 0)


@given(some.integers(0, 1 << 50), some.sampled_from([(K, "K"), (M, "MB"), (G, " GiB")]), some.integers(0, 2))
def test_the_true_size_lies_within_the_error(size: int, unit: tuple[int, str], decimals: int) -> None:
    factor, word = unit
    read = parse_size(f"{size / factor:.{decimals}f}{word}")
    assert read is not None
    assert abs(read.size - size) <= read.error + 2
