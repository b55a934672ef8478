"""/admin/websites: the storefronts whose events are taken."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from adplanning.api.bodies import Deleted
from adplanning.api.deps import Id, Now, Page, Reading, Writing
from adplanning.core.fields import Fields, Optional, changes
from adplanning.core.periods import isoformat
from adplanning.core.texts import Identifier
from adplanning.people import service
from adplanning.store.tables.people import Website

router = APIRouter(prefix="/admin/websites", tags=["websites"])

Status = Literal["active", "inactive"]


class WebsiteFields(Fields):
    """A storefront."""

    domain: Identifier
    name: Optional = None
    status: Status = "active"


class WebsiteChange(Fields):
    """What may be changed of a storefront."""

    domain: Identifier | None = None
    name: Optional = None
    status: Status | None = None


class WebsiteOut(BaseModel):
    """A storefront as the API shows one."""

    id: str
    domain: str
    name: str | None
    status: str
    created_at: str | None
    updated_at: str | None


class WebsiteAnswer(BaseModel):
    """One storefront."""

    website: WebsiteOut


class WebsitesAnswer(BaseModel):
    """A page of storefronts."""

    websites: list[WebsiteOut]
    count: int
    limit: int
    offset: int


def website_json(website: Website) -> WebsiteOut:
    """A storefront as the API shows one."""
    return WebsiteOut(
        id=website.id,
        domain=website.domain,
        name=website.name,
        status=website.status,
        created_at=isoformat(website.created_at),
        updated_at=isoformat(website.updated_at),
    )


@router.post("", status_code=201)
def create(body: WebsiteFields, session: Writing, now: Now) -> WebsiteAnswer:
    """Add a storefront; a domain is one storefront."""
    return WebsiteAnswer(website=website_json(service.create_website(session, body.model_dump(), now=now)))


@router.get("")
def list_(session: Reading, page: Page) -> WebsitesAnswer:
    """Storefronts, newest first."""
    rows, count = service.list_websites(session, limit=page.limit, offset=page.offset)
    return WebsitesAnswer(
        websites=[website_json(row) for row in rows], count=count, limit=page.limit, offset=page.offset
    )


@router.get("/{website_id}")
def read(website_id: Id, session: Reading) -> WebsiteAnswer:
    """One storefront."""
    return WebsiteAnswer(website=website_json(service.find_website(session, website_id)))


@router.put("/{website_id}")
def change(website_id: Id, body: WebsiteChange, session: Writing, now: Now) -> WebsiteAnswer:
    """Change the fields that are sent."""
    fields = changes(body, required=("domain", "status"))
    return WebsiteAnswer(website=website_json(service.change_website(session, website_id, fields, now=now)))


@router.delete("/{website_id}")
def delete(website_id: Id, session: Writing) -> Deleted:
    """Remove a storefront; its events stay, new ones are refused."""
    service.delete_website(session, website_id)
    return Deleted(id=website_id)
