"""What the demo shop sells, and the addresses of its pages."""

from __future__ import annotations

import polars as pl

DOMAIN = "indigo-loom.example"
NAME = "Indigo Loom"
HOME = f"https://{DOMAIN}"

# Product, its collection, its price in rupees, how often it is looked at.
PRODUCTS = pl.DataFrame(
    [
        ("Neel Block Print Bedsheet", "bedsheets", 1899, 14),
        ("Dabu Cotton Bedsheet", "bedsheets", 2199, 9),
        ("Percale Plain Bedsheet", "bedsheets", 1499, 10),
        ("Bagru Double Bedsheet Set", "bedsheets", 2799, 7),
        ("Jaipuri Razai Quilt", "quilts", 3499, 9),
        ("Kantha Throw Quilt", "quilts", 4299, 5),
        ("Mulmul Dohar", "quilts", 1999, 8),
        ("Ajrakh Cushion Cover", "cushion-covers", 449, 9),
        ("Ikat Cushion Cover Set", "cushion-covers", 999, 8),
        ("Chikan Cushion Cover", "cushion-covers", 649, 5),
        ("Waffle Bath Towel", "towels", 799, 7),
        ("Terry Towel Set", "towels", 1299, 6),
        ("Handloom Gamcha Towel", "towels", 349, 3),
    ],
    schema=["product", "collection", "rupees", "weight"],
    orient="row",
).with_columns(path="/products/" + pl.col("product").str.to_lowercase().str.replace_all(" ", "-"))
COLLECTIONS = ("/collections/bedsheets", "/collections/quilts", "/collections/cushion-covers", "/collections/towels")
OTHER_PAGES = ("/", "/pages/our-weavers", "/pages/size-guide", "/blogs/loom-notes", "/cart")
LEAD_PAGE = "/pages/bulk-orders"
