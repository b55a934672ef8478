"""Who buys or asks at the demo shop: invented people at addresses that can never be real."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.demo.numbering import instants, numbered

_FIRST = [
    "Aarav", "Aditi", "Ananya", "Arjun", "Asha", "Bhavna", "Chitra", "Deepa", "Dev",
    "Divya", "Farah", "Gauri", "Harish", "Ishaan", "Jaya", "Kabir", "Kavya", "Kiran",
    "Lakshmi", "Manish", "Meera", "Mohan", "Nandini", "Neha", "Nikhil", "Pooja", "Pranav",
    "Priya", "Rahul", "Rekha", "Rohan", "Sana", "Sanjay", "Shreya", "Simran", "Sunita",
    "Tara", "Uma", "Varun", "Vidya", "Yash", "Zoya",
]  # fmt: skip
_LAST = [
    "Agarwal", "Banerjee", "Bhat", "Chauhan", "Das", "Desai", "Deshmukh", "Dutta", "Fernandes",
    "Ghosh", "Gill", "Gupta", "Iyer", "Jain", "Joshi", "Kaur", "Khan", "Kulkarni",
    "Mehta", "Menon", "Mishra", "Nair", "Patel", "Pillai", "Rao", "Reddy", "Saxena",
    "Shah", "Sharma", "Shetty", "Singh", "Thomas", "Varma", "Verma", "Yadav",
]  # fmt: skip
# City, state, country, how many live there.
_CITIES = [
    ("Mumbai", "Maharashtra", 14),
    ("Bengaluru", "Karnataka", 13),
    ("New Delhi", "Delhi", 13),
    ("Hyderabad", "Telangana", 8),
    ("Chennai", "Tamil Nadu", 8),
    ("Pune", "Maharashtra", 8),
    ("Kolkata", "West Bengal", 6),
    ("Ahmedabad", "Gujarat", 6),
    ("Jaipur", "Rajasthan", 6),
    ("Lucknow", "Uttar Pradesh", 4),
    ("Kochi", "Kerala", 4),
    ("Chandigarh", "Chandigarh", 3),
    ("Indore", "Madhya Pradesh", 3),
    ("Guwahati", "Assam", 2),
    ("Bhubaneswar", "Odisha", 2),
]
_ABROAD = {
    "USD": ("Austin", "Texas", "United States"),
    "EUR": ("Utrecht", "Utrecht", "Netherlands"),
    "AED": ("Dubai", "Dubai", "United Arab Emirates"),
}
# Reserved for examples by RFC 2606: mail to them reaches nobody.
MAIL_DOMAINS = ("example.com", "example.net", "example.org")


def people_of(known: pl.DataFrame, orders: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The persons in the columns of the store, with their actor, in the order in which they told their name.

    Parameters
    ----------
    known : one row per actor and known_at (microseconds).
    orders : buyer (an actor) and currency of each order.
    """
    bought = orders.group_by("buyer").agg(pl.len().cast(pl.Int64).alias("n_orders"), pl.col("currency").first())
    known = known.sort("known_at", "actor").join(
        bought, left_on="actor", right_on="buyer", how="left", maintain_order="left"
    )
    n = known.height
    cities = rng.choice(len(_CITIES), n, p=np.array([weight for *_, weight in _CITIES]) / sum(w for *_, w in _CITIES))
    phone = (np.arange(n) * 7919 + 1234567) % 10**7
    frame = known.select(
        "actor",
        "n_orders",
        "currency",
        id=numbered("person", known["known_at"].to_numpy()),
        first_name=pl.Series(rng.choice(_FIRST, n)),
        last_name=pl.Series(rng.choice(_LAST, n)),
        mail=pl.Series(rng.choice(MAIL_DOMAINS, n, p=[0.6, 0.25, 0.15])),
        # No Indian mobile number begins with 5.
        phone="+91555" + pl.Series(phone).cast(pl.String).str.zfill(7),
        city=pl.Series([city for city, *_ in _CITIES])[cities],
        state=pl.Series([state for _, state, _ in _CITIES])[cities],
        favourite=pl.Series(rng.choice(["bedsheets", "quilts", "cushion-covers", "towels"], n)),
        born=pl.Series(rng.integers(-9000, 13000, n)),
        shares_birthday=pl.Series(rng.random(n) < 0.6),
        created_at=instants(known["known_at"].to_numpy()),
    )
    return frame.select(
        "actor",
        "id",
        "first_name",
        "last_name",
        email=_email(),
        email_key=_email(),
        phone="phone",
        date_of_birth=pl.when("shares_birthday").then(pl.col("born").cast(pl.Int32).cast(pl.Date)),
        country=_place(2, pl.lit("India")),
        state=_place(1, pl.col("state")),
        city=_place(0, pl.col("city")),
        tags=pl.when(pl.col("n_orders") >= 4)
        .then(pl.lit('["vip"]'))
        .when(pl.col("n_orders").is_null())
        .then(pl.lit('["bulk enquiry"]')),
        attributes=pl.struct(favourite_collection="favourite").struct.json_encode(),
        created_at="created_at",
        updated_at="created_at",
    )


def _email() -> pl.Expr:
    return pl.format(
        "{}.{}{}@{}",
        pl.col("first_name").str.to_lowercase(),
        pl.col("last_name").str.to_lowercase(),
        pl.int_range(pl.len()) + 1,
        "mail",
    )


def _place(part: int, at_home: pl.Expr) -> pl.Expr:
    abroad = {currency: place[part] for currency, place in _ABROAD.items()}
    return pl.coalesce(pl.col("currency").replace_strict(abroad, default=None, return_dtype=pl.String), at_home)
