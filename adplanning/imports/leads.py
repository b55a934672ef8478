"""Leads from a file: what Meta exports of a lead form, or any list of people who left word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from adplanning.imports.checks import Rule
from adplanning.imports.headers import header_key
from adplanning.imports.kinds import Kind, Stored
from adplanning.imports.lines import LINE
from adplanning.imports.persons import about_erased
from adplanning.imports.readers import IDENTIFIER, INSTANTS, TEXT, Context, Field, Reader, Values
from adplanning.leads.arrivals import NewLead
from adplanning.workflows.lead_received import receive_leads

ANSWER = "answers."
SLICE = 2000
# Columns of Meta's that nobody was asked: how far the lead is there, which this store knows for itself.
_NOT_ASKED = ("lead_status", "inbox_url")
# Meta writes what each number is before it, so that spreadsheets take it for text.
_ID_PREFIX = r"^(?:ag|as|[acfl]):"
_ANSWER_PREFIX = r"^[pz]:\s*(\+?\d)"
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")


def store_leads(connection: Connection, rows: pl.DataFrame, context: Context) -> Stored:
    """Take each lead in once, as `workflows.lead_received` does; a known one gains what was unknown."""
    questions = {name: name.removeprefix(ANSWER) for name in rows.columns if name.startswith(ANSWER)}
    session = Session(connection)
    n_new = n_erased = 0
    for part in rows.sort(LINE).iter_slices(SLICE):
        leads = [_lead(row, questions) for row in part.iter_rows(named=True)]
        received = receive_leads(session, leads, currency=context.settings.start_currency, now=context.now)
        n_new += received.n_new
        n_erased += received.n_erased
    return Stored(
        n_stored=n_new,
        n_duplicates=rows.height - n_new,
        totals={"leads": float(n_new)},
        warnings=about_erased(n_erased),
    )


def question_fields(names: Iterable[str]) -> tuple[Field, ...]:
    """A field for each column that is none of ours: it is a question of the form, and its cells are the answers.

    >>> [field.name for field in question_fields(["id", "created_time", "Your city?"])]
    ['answers.Your city?']
    """
    asked = {name.removeprefix(ANSWER): None for name in names if header_key(name) not in _KNOWN_KEYS}
    return tuple(Field(f"{ANSWER}{name}", ANSWERS, "a question of the form", synonyms=(name,)) for name in asked)


def _lead(row: Mapping[str, Any], questions: Mapping[str, str]) -> NewLead:
    return NewLead(
        submitted_at=row["created_time"],
        answers={question: [row[name]] for name, question in questions.items() if row[name] is not None},
        platform_lead_id=row["id"],
        source=row["platform"],
        form_id=row["form_id"],
        form_name=row["form_name"],
        page_id=row["page_id"],
        platform_campaign_id=row["campaign_id"],
        platform_ad_set_id=row["ad_set_id"],
        platform_ad_id=row["ad_id"],
        campaign_name=row["campaign_name"],
        ad_set_name=row["ad_set_name"],
        ad_name=row["ad_name"],
        is_organic=row["is_organic"],
    )


def _prefixed(texts: pl.Series, context: Context) -> Values:
    bare = texts.str.replace(_ID_PREFIX, "")
    return Values(bare.set(bare == "", None), IDENTIFIER.read(texts, context).faults)


def _answers(texts: pl.Series, context: Context) -> Values:
    return Values(texts.str.replace(_ANSWER_PREFIX, "$1"), TEXT.read(texts, context).faults)


def _sources(texts: pl.Series, context: Context) -> Values:
    return Values(texts.str.to_lowercase(), IDENTIFIER.read(texts, context).faults)


def _yes_or_no(texts: pl.Series, _: Context) -> Values:
    words = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
    values = texts.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    unread = texts.is_not_null() & values.is_null()
    return Values(values, ((unread, f"is not allowed; choose one of: {', '.join((*_YES, *_NO))}"),))


PREFIXED = Reader(pl.String(), _prefixed)
ANSWERS = Reader(pl.String(), _answers)
SOURCE = Reader(pl.String(), _sources)
YES_OR_NO = Reader(pl.Boolean(), _yes_or_no)

_FIELDS = (
    Field(
        "created_time",
        INSTANTS,
        "when it was left",
        required=True,
        synonyms=("created_at", "submitted_at", "date", "timestamp"),
    ),
    Field("id", PREFIXED, "the platform's number; without one a lead is known by its answers", synonyms=("lead_id",)),
    Field("platform", SOURCE, "where it was left: fb, ig or a source such as google; Meta when not given"),
    Field("form_id", PREFIXED, "the platform's id"),
    Field("form_name", TEXT, "name of the form", synonyms=("form",)),
    Field("page_id", PREFIXED, "the page of the form"),
    Field("campaign_id", PREFIXED, "the platform's id"),
    Field("campaign_name", TEXT, "name of the campaign", synonyms=("campaign",)),
    Field("ad_set_id", PREFIXED, "the platform's id"),
    Field("ad_set_name", TEXT, "name of the ad set", synonyms=("ad_set",)),
    Field("ad_id", PREFIXED, "the platform's id"),
    Field("ad_name", TEXT, "name of the ad", synonyms=("ad",)),
    Field("is_organic", YES_OR_NO, "true where no ad brought it"),
)
_KNOWN_KEYS = frozenset(header_key(name) for field in _FIELDS for name in (field.name, *field.synonyms)) | {
    header_key(name) for name in _NOT_ASKED
}

LEADS = Kind(
    help="leads as Meta exports them of a form: one a number; columns that are none of these are the form's questions",
    fields=_FIELDS,
    rules=(
        Rule(
            pl.col("id").is_null() & pl.all_horizontal(pl.lit(value=True), pl.col(rf"^{ANSWER}.*$").is_null()),
            "the row has neither a number nor an answer; give one of them",
        ),
    ),
    open_fields=question_fields,
    store=store_leads,
)
