"""A few campaigns with figures that can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert

from adplanning.conversions.fields import ConversionFields
from adplanning.core.names import name_key
from adplanning.core.validation import validated
from adplanning.store.session import write_transaction, writing
from adplanning.store.tables.catalogue import TABLES
from adplanning.ui.visit import Visit
from adplanning.workflows.conversion_recorded import record_conversion

MADE = datetime(2026, 9, 1, tzinfo=UTC)
# Noon in Kolkata on the last of October: the last thirty days are 2 to 31 October, since 4 October unsettled.
NOW = datetime(2026, 10, 31, 6, 30, tzinfo=UTC)
BOUGHT = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)


def add(engine: Engine, table: str, *rows: dict[str, Any]) -> None:
    """Store rows; what they do not say is null."""
    columns = [column.name for column in TABLES[table].columns if column.nullable]
    with write_transaction(engine) as connection:
        connection.execute(insert(TABLES[table]), [dict.fromkeys(columns) | row for row in rows])


def account(engine: Engine, n: int = 1, *, platform: str = "meta", currency: str = "INR", **facts: Any) -> None:
    """The account `acct_<n>`."""
    row = {
        "id": f"acct_{n}", "platform": platform, "platform_account_id": str(n), "name": f"Account {n}",
        "currency": currency, "timezone": "America/New_York", "created_at": MADE,
    }  # fmt: skip
    add(engine, "ad_accounts", row | facts)


def campaign(engine: Engine, name: str, *, of_account: int = 1, **facts: Any) -> str:
    """A campaign `camp_<name>`."""
    row = {
        "id": f"camp_{name}", "ad_account_id": f"acct_{of_account}", "name": name, "name_key": name_key(name),
        "status": "ACTIVE", "created_at": MADE, "updated_at": MADE,
    }  # fmt: skip
    add(engine, "campaigns", row | facts)
    return f"camp_{name}"


def ad(engine: Engine, campaign_id: str, name: str) -> str:
    """An ad `ad_<name>` in an ad set of its own, `adset_<name>`."""
    add(
        engine,
        "ad_sets",
        {"id": f"adset_{name}", "campaign_id": campaign_id, "name": f"set {name}", "created_at": MADE},
    )
    add(engine, "ads", {"id": f"ad_{name}", "ad_set_id": f"adset_{name}", "name": name, "created_at": MADE})
    return f"ad_{name}"


def day(
    engine: Engine,
    object_id: str,
    on: date,
    spend: float,
    *,
    campaign_id: str = "",
    level: str = "campaign",
    **told: Any,
) -> None:
    """What an object cost on a day, in the major unit; 1000 impressions and 10 clicks unless told otherwise."""
    row = {
        "object_id": object_id, "on": on, "level": level, "campaign_id": campaign_id or object_id,
        "spend_minor": round(100 * spend), "currency": "INR", "n_impressions": 1000, "n_clicks": 10,
    }  # fmt: skip
    add(engine, "daily_spend", row | told)


def ad_day(engine: Engine, campaign_id: str, name: str, on: date, spend: float, **told: Any) -> None:
    """What an ad of `ad` cost on a day."""
    of = {"ad_set_id": f"adset_{name}", "ad_id": f"ad_{name}"}
    day(engine, f"ad_{name}", on, spend, campaign_id=campaign_id, level="ad", **of, **told)


def bought(engine: Engine, value: int, *, currency: str = "INR", kind: str = "purchase") -> None:
    """One conversion, which the shop has confirmed."""
    fields = validated(
        ConversionFields,
        {
            "conversion_type": kind,
            "visitor_id": "v1",
            "conversion_value": value,
            "currency": currency,
            "converted_at": BOUGHT.isoformat(),
        },
    )
    with writing(engine) as session:
        record_conversion(session, fields, currency="INR", zone=ZoneInfo("Asia/Kolkata"), now=BOUGHT)


def at_noon(_: Visit) -> datetime:
    """The clock of a visit."""
    return NOW
