"""How values are written for people: money, percent, numbers, dates; each in one place.

INR is grouped the Indian way (₹12,34,567.00), other currencies in threes. Unknown is a dash, never a zero.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

UNKNOWN = "–"
# Where a shorter unit begins, as CLDR has them: thousand, lakh, crore, thousand crore and lakh crore in India,
# thousand, million … elsewhere.
_SCALES = {"en_IN": (10**3, 10**5, 10**7, 10**10, 10**12), "en_US": (10**3, 10**6, 10**9, 10**12)}


def money(amount: float | None, currency: str, *, decimals: int | None = None) -> str:
    """An amount in full, with the decimals of its currency unless others are asked for.

    >>> money(1234567.5, "INR"), money(1234567.5, "USD"), money(250, "JPY"), money(None, "INR")
    ('₹12,34,567.50', '$1,234,567.50', '¥250', '–')
    >>> money(12400.4, "INR", decimals=0)
    '₹12,400'
    """
    if amount is None:
        return UNKNOWN
    if decimals is None:
        return format_currency(amount, currency, locale=_locale(currency))
    return format_currency(
        round(amount, decimals),
        currency,
        format=f"¤{_pattern(decimals, currency)}",
        locale=_locale(currency),
        currency_digits=False,
    )


def short_money(amount: float | None, currency: str) -> str:
    """An amount as a card shows it: three digits and their scale (lakh and crore for INR).

    >>> short_money(1234567, "INR"), short_money(12476432, "INR"), short_money(1234567, "USD"), short_money(950, "INR")
    ('₹12.3L', '₹1.25Cr', '$1.23M', '₹950')
    """
    if amount is None:
        return UNKNOWN
    locale = _locale(currency)
    # Rounded first, so that 99,950 is a lakh and not a hundred thousand.
    shown = amount if abs(amount) >= 1000 * _SCALES[locale][-1] else float(f"{amount:.3g}")
    size = abs(shown)
    if size < 1000:
        return format_currency(round(shown) or 0, currency, locale=locale, format="¤#,##0", currency_digits=False)
    scale = max(step for step in _SCALES[locale] if step <= size)
    decimals = 2 if size < 10 * scale else 1 if size < 100 * scale else 0
    return format_compact_currency(shown, currency, locale=locale, fraction_digits=decimals)


def number(value: float | None, decimals: int = 0, *, currency: str = "INR") -> str:
    """A count or a figure; grouped as amounts in `currency` are.

    >>> number(1234567), number(3.14159, 2), number(None)
    ('12,34,567', '3.14', '–')
    """
    if value is None:
        return UNKNOWN
    return format_decimal(round(value, decimals), format=_pattern(decimals, currency), locale=_locale(currency))


def percent(share: float | None, decimals: int = 1) -> str:
    """A share between 0 and 1 as percent.

    >>> percent(0.1234), percent(None)
    ('12.3%', '–')
    """
    return UNKNOWN if share is None else format_percent(share, format=f"#,##0.{'0' * decimals}%", locale="en")


def times(ratio: float | None) -> str:
    """A ratio such as ROAS.

    >>> times(3.456), times(None)
    ('3.46×', '–')
    """
    return UNKNOWN if ratio is None else f"{ratio:,.2f}×"


def moment(instant: datetime | None, zone: ZoneInfo) -> str:
    """An instant in the reporting zone.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 11, 12, 8, 35, tzinfo=UTC), ZoneInfo("Asia/Kolkata"))
    '12 Nov 2026, 14:05'
    """
    return UNKNOWN if instant is None else instant.astimezone(zone).strftime("%-d %b %Y, %H:%M")


def day(instant: datetime | None, zone: ZoneInfo) -> str:
    """The day of an instant in the reporting zone.

    >>> from datetime import UTC
    >>> day(datetime(2026, 11, 12, 20, 35, tzinfo=UTC), ZoneInfo("Asia/Kolkata"))
    '13 Nov 2026'
    """
    return UNKNOWN if instant is None else instant.astimezone(zone).strftime("%-d %b %Y")


def duration(seconds: float | None) -> str:
    """How long something took.

    >>> duration(0.4), duration(75), duration(3720), duration(None)
    ('0 s', '1 min 15 s', '1 h 2 min', '–')
    """
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _locale(currency: str) -> str:
    return "en_IN" if currency == "INR" else "en_US"


def _pattern(decimals: int, currency: str) -> str:
    groups = "#,##,##0" if currency == "INR" else "#,##0"
    return groups + ("." + "0" * decimals if decimals else "")
