"""What may be given for a text that is to be analysed, and for feedback."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from adplanning.core.errors import InvalidData
from adplanning.core.fields import Fields, InstantText, Optional, Rating, Scale
from adplanning.core.texts import Identifier, JsonObject, none_if_blank, storable_text
from adplanning.core.vocabulary import TextSource
from adplanning.sentiment.words import MOST_CHARACTERS

NOT_ANALYSED: Final = "not_analysed"
"""What stands for the label of a text that has none, where a list is asked for such."""

Opinion = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_CHARACTERS),
    AfterValidator(storable_text),
]
"""What somebody says, in as many characters as are read."""


class SentimentFields(Fields):
    """A text and where it was said; the same source again replaces what was told of it."""

    text: Opinion
    source_type: TextSource
    source_id: Identifier
    person_id: Optional = None
    website_id: Optional = None
    metadata: JsonObject | None = None
    said_at: InstantText | None = None


Content = Annotated[
    Annotated[str, StringConstraints(max_length=MOST_CHARACTERS), AfterValidator(storable_text)] | None,
    AfterValidator(none_if_blank),
]


class FeedbackFields(Fields):
    """What somebody has given: words, a rating on the scale of 5 or of 10, or both.

    With a `source_id`, its number where it came from, it is taken once however often it is sent.
    """

    person_id: Optional = None
    content: Content = None
    rating: Rating | None = None
    scale: Scale = "10"
    website_id: Optional = None
    source_id: Annotated[Identifier | None, BeforeValidator(none_if_blank)] = None


def checked_feedback(fields: FeedbackFields) -> FeedbackFields:
    """The same fields.

    Raises
    ------
    InvalidData : they hold neither words nor a rating.
    """
    if fields.content is None and fields.rating is None:
        raise InvalidData.at("content", "is missing; give a content, a rating, or both")
    return fields
