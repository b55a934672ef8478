"""What stands on the page of an invented advertiser: forms, the leads left in them, posts out and planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from adplanning.demo.graph_objects import Account
from adplanning.demo.graph_pages import Lead, LeadForm, Page, Post

_QUESTIONS = {
    "full_name": "Full name",
    "email": "Email",
    "phone_number": "Phone number",
    "which_products_interest_you?": "Which products interest you?",
    "आपका_शहर": "आपका शहर",
}
_PRODUCTS = ("Bedsheets", "Quilts", "Cushion covers", "Towels")
_CITIES = ("मुंबई", "दिल्ली", "जयपुर", "पुणे")
_NAMES = ("Asha Rao", "Kabir Mehta", "Neha Iyer", "Rohan Das", "Zoya Khan")
_MESSAGES = (
    "Block printed by hand in Bagru: the new bedsheets are here.",
    "How a razai is filled: a film from our workshop.",
    "Six quilts, one question: which one is yours?",
    "Indigo takes eleven dips. We counted.",
)


@dataclass(frozen=True)
class Content:
    """One page with all that stands on it."""

    page: Page
    forms: Sequence[LeadForm]
    leads: Sequence[Lead]
    posts: Sequence[Post]


def page_content(
    account: Account, ad_ids: Sequence[str], *, end: datetime, days: int, n_leads: int, n_posts: int, seed: int
) -> Content:
    """A page of the account with two forms, `n_leads` leads, `n_posts` posts and a planned one.

    Parameters
    ----------
    ad_ids : ads that leads come from; each seventh lead is organic.
    end, days : everything happened in the days before `end`, no two leads in one second.
    """
    rng = np.random.default_rng([seed, int(account.number)])
    page = Page(f"{account.number}50", f"{account.name} Page", f"page-token-of-{account.number}", account.id)
    forms = [
        LeadForm(f"{account.number}6{n:06d}", page.id, name, _QUESTIONS, end - timedelta(days=days))
        for n, name in enumerate(("Festive enquiry", "Bulk order"))
    ]
    seconds = np.sort(rng.choice(days * 86_400, n_leads, replace=False))[::-1].tolist()
    leads = [
        Lead(
            id=f"{account.number}7{n:06d}",
            form_id=forms[n % len(forms)].id,
            page_id=page.id,
            created_at=end - timedelta(seconds=before + 1),
            answers=_answers(n, rng),
            ad_id=None if n % 7 == 6 or not ad_ids else ad_ids[n % len(ad_ids)],
            platform="ig" if n % 3 == 2 else "fb",
        )
        for n, before in enumerate(seconds)
    ]
    return Content(page, forms, leads, _posts(page, end, days, n_posts, rng))


def _answers(n: int, rng: np.random.Generator) -> dict[str, list[str]]:
    name = _NAMES[n % len(_NAMES)]
    return {
        "full_name": [name],
        "email": [f"{name.lower().replace(' ', '.')}{n}@example.com"],
        # No Indian mobile number begins with 5.
        "phone_number": [f"+91555{1_000_000 + n:07d}"],
        # Several may be ticked.
        "which_products_interest_you?": [str(product) for product in rng.choice(_PRODUCTS, 1 + n % 3, replace=False)],
        "आपका_शहर": [_CITIES[n % len(_CITIES)]],
    }


def _posts(page: Page, end: datetime, days: int, n_posts: int, rng: np.random.Generator) -> list[Post]:
    posts = [
        Post(
            id=f"{page.id}_{n + 1}",
            page_id=page.id,
            message=_MESSAGES[n % len(_MESSAGES)],
            created_at=end - timedelta(days=days * (n_posts - n) / (n_posts + 1)),
            n_likes=int(rng.poisson(60)),
            n_comments=int(rng.poisson(6)),
            n_shares=int(rng.poisson(2)),
            metrics={
                "post_media_view": int(rng.poisson(2500)),
                "post_total_media_view_unique": int(rng.poisson(1800)),
                "post_clicks": int(rng.poisson(120)),
            },
        )
        for n in range(n_posts)
    ]
    soon = end + timedelta(days=2)
    return [*posts, Post(f"{page.id}_{n_posts + 1}", page.id, "Coming: the winter edition.", end, scheduled_at=soon)]
