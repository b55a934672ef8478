"""/admin/ad-planning/attribution: touchpoints and the credit they earned."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/admin/ad-planning/attribution", tags=["attribution"])
