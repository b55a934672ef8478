"""How the amounts along an axis of a chart are written."""

from __future__ import annotations


def amount_labels(currency: str) -> str:
    """Amounts in thousands and millions; in lakh and crore where these are the words.

    Parameters
    ----------
    currency : of the amounts, which are in major units.

    Returns
    -------
    The `labelExpr` of an axis in Vega.

    >>> amount_labels("USD")
    "format(datum.value, '~s')"
    """
    if currency != "INR":
        return "format(datum.value, '~s')"
    crore, lakh, thousand = (
        f"format(datum.value / {size}, '~r') + '{unit}'" for size, unit in ((10**7, "Cr"), (10**5, "L"), (10**3, "K"))
    )
    return (
        f"datum.value >= 1e7 ? {crore} : datum.value >= 1e5 ? {lakh} : datum.value >= 1e3 ? {thousand} : "
        "format(datum.value, '~r')"
    )
