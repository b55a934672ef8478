"""/admin/ad-planning/nps: what customers say when asked whether they would recommend the shop."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from adplanning.api.deps import AppSettings, Filter, GivenPeriod, StoreEngine
from adplanning.scores import service

router = APIRouter(prefix="/admin/ad-planning/nps", tags=["scores"])


class NpsOut(BaseModel):
    """The net promoter score, each person counted once; percentages to two decimals."""

    score: float
    promoters: int
    passives: int
    detractors: int
    total: int
    promoter_percentage: float
    passive_percentage: float
    detractor_percentage: float


class NpsMonthOut(BaseModel):
    """The same of one month."""

    month: str
    score: float
    promoters: int
    passives: int
    detractors: int
    total: int


class NpsAnswer(BaseModel):
    """The net promoter score of a period, and month by month."""

    nps: NpsOut
    trend: list[NpsMonthOut]


@router.get("")
def read(engine: StoreEngine, settings: AppSettings, period: GivenPeriod, segment_id: Filter = None) -> NpsAnswer:
    """The net promoter score of all who rated in the period, or of a segment's members."""
    total, trend = service.nps_report(engine, period, zone=settings.zone, segment_id=segment_id or None)
    return NpsAnswer(nps=NpsOut.model_validate(total), trend=[NpsMonthOut.model_validate(one) for one in trend])
