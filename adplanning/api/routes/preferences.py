"""/admin/ad-planning/settings: the reporting currency and time zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from adplanning.api.deps import AppSettings, Caller, Now, StoreEngine
from adplanning.core.fields import StrictFields
from adplanning.core.periods import isoformat
from adplanning.core.settings import Settings
from adplanning.store.preferences import choose, forget, preferences, with_preferences
from adplanning.store.session import reading, writing
from adplanning.store.tables.operations import Preference

router = APIRouter(prefix="/admin/ad-planning/settings", tags=["settings"])

Given = Annotated[str | None, Field(max_length=64, description="null lets the environment's hold again")]


class SettingsFields(StrictFields):
    """What is to change; what is not sent stays."""

    currency: Given = None
    timezone: Given = None


class SettingOut(BaseModel):
    """What holds now, what the environment says, and who chose or took back another last, if anybody."""

    value: str
    environment: str
    changed_by: str | None
    changed_at: str | None


class SettingsAnswer(BaseModel):
    """The settings that can be chosen."""

    currency: SettingOut
    timezone: SettingOut


def settings_json(settings: Settings, chosen: Mapping[str, Preference]) -> SettingsAnswer:
    """The settings as the API shows them."""

    def one(name: str, value: str, environment: str) -> SettingOut:
        row = chosen.get(name)
        return SettingOut(
            value=value,
            environment=environment,
            changed_by=None if row is None else row.changed_by,
            changed_at=None if row is None else isoformat(row.changed_at),
        )

    return SettingsAnswer(
        currency=one("currency", settings.currency, settings.start_currency),
        timezone=one("timezone", settings.timezone, settings.start_timezone),
    )


@router.get("")
def read(engine: StoreEngine, settings: AppSettings) -> SettingsAnswer:
    """The reporting currency and time zone."""
    with reading(engine) as session:
        return settings_json(settings, preferences(session))


@router.put("")
def change(
    body: SettingsFields, engine: StoreEngine, settings: AppSettings, now: Now, caller: Caller
) -> SettingsAnswer:
    """Report in another currency or time zone; every number is computed from the stored amounts and times anew."""
    with writing(engine) as session:
        for name in body.model_fields_set:
            value = getattr(body, name)
            if value is None:
                forget(session, name, by=caller, now=now)
            else:
                choose(session, name, value, by=caller, now=now)
    return read(engine, with_preferences(engine, settings))
