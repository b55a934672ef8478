"""The form under which a split is kept as a plan."""

from __future__ import annotations

from decimal import Decimal

from adplanning.core.money import minor_digits
from adplanning.core.validation import validated
from adplanning.forecasts.budget import Allocation
from adplanning.forecasts.budget_service import save_plan
from adplanning.forecasts.fields import Outcome, PlanFields, checked_split, n_days
from adplanning.ui.catalogue import address_of
from adplanning.ui.form import Field, Form, Values
from adplanning.ui.pages.forecast_words import SLUG
from adplanning.ui.visit import Visit


class PlanForm:
    """The dialog; its total is what the split spends on all days together."""

    def __init__(self, visit: Visit, outcome: Outcome) -> None:
        self._visit, self._outcome = visit, outcome
        self._split: Allocation | None = None
        self.form = Form(
            visit,
            title="Save as plan",
            button="Save plan",
            fields=(
                Field("name", "Name", required=True, help="Such as Diwali 2026."),
                Field("first_on", "First day", "day", required=True),
                Field("last_on", "Last day", "day", required=True, help="Included."),
            ),
            check=self._fields,
            submit=self._submit,
        )

    def ask(self, split: Allocation) -> None:
        """Open it for a split."""
        self._split = split
        self.form.ask({})

    def _fields(self, values: Values) -> PlanFields:
        currency = self._visit.settings.currency
        spends = {} if self._split is None else dict(self._split.rows.select("campaign_id", "spend").iter_rows())
        daily = {
            campaign_id: Decimal(round(spend)).scaleb(-minor_digits(currency)) for campaign_id, spend in spends.items()
        }
        allocations = [{"campaign_id": key, "daily_budget": value} for key, value in daily.items()]
        a_day = sum(daily.values(), Decimal(0))
        given = {**values, "total": a_day, "allocations": allocations, "outcome": self._outcome}
        fields = validated(PlanFields, given)
        checked_split(fields)
        return fields.model_copy(update={"total": a_day * n_days(fields)})

    def _submit(self, values: Values) -> None:
        visit, fields = self._visit, self._fields(values)
        with visit.writing() as session:
            plan = save_plan(session, fields, currency=visit.settings.currency, now=visit.now(), by=visit.name)
            plan_id = plan.id
        visit.frame.toast(f"“{fields.name}” is saved as a plan.")
        visit.frame.go(address_of(SLUG, plan_id))
