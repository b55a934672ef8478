"""The landing page: what needs attention, the way to the metrics, and a card per module with how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from adplanning import batch_runs
from adplanning.alerts.service import list_rules, n_open_alerts
from adplanning.attribution import service as attribution_service
from adplanning.attribution.credit_options import CreditOptions
from adplanning.attribution.crediting import Scope
from adplanning.attribution.report_service import attribution_report
from adplanning.attribution.resolution_service import proposals
from adplanning.conversions import service as conversion_service
from adplanning.core import formats
from adplanning.core.money import to_major
from adplanning.core.periods import Period
from adplanning.core.vocabulary import ConversionType, ExperimentStatus, LeadStatus, PostStatus, RiskLevel, ScoreType
from adplanning.experiments.service import list_experiments
from adplanning.forecasts.service import list_forecasts
from adplanning.imports import history
from adplanning.journeys.analysis_service import funnel_report
from adplanning.journeys.scope import JourneyScope
from adplanning.leads.service import lead_counts
from adplanning.meta_ads.connection import missing
from adplanning.meta_ads.connection_service import stream_states
from adplanning.meta_ads.service import campaign_totals
from adplanning.metrics.figures_service import period_figures
from adplanning.scores import service as score_service
from adplanning.segments.summary_service import segment_counts
from adplanning.sentiment.overview_service import counts as sentiment_counts
from adplanning.social import service as social_service
from adplanning.ui import badges
from adplanning.ui.actions import Action
from adplanning.ui.badges import Badge
from adplanning.ui.cards import Cards
from adplanning.ui.catalogue import HOME, PAGES, address_of
from adplanning.ui.cells import Cell
from adplanning.ui.component import Component
from adplanning.ui.dialog import Dialog
from adplanning.ui.main_button import MainButton
from adplanning.ui.pages.alert_glance import alerts_glance
from adplanning.ui.pages.chosen_days import USUAL_DAYS, days_asked, today_of
from adplanning.ui.pages.metric_headlines import is_known, missing_source
from adplanning.ui.pages.metric_words import roas_badge
from adplanning.ui.pages.metrics import metric_view
from adplanning.ui.pages.report_question import DEFAULT_MODEL
from adplanning.ui.visit import Visit

MARK = "metrics"
METRICS = "ad-planning/metrics"
FIRST_STEPS = (
    {
        "title": "Import your orders",
        "help": "A file of your shop's orders brings conversions, revenue and customers; a file of events, their ways.",
        "icon": "mdi-file-upload-outline",
        "href": address_of("ad-planning/import"),
    },
    {
        "title": "Connect Meta",
        "help": "With an access token, campaigns, their spend, leads and posts are read every night.",
        "icon": "mdi-connection",
        "href": address_of("meta-ads/connection"),
    },
    {
        "title": "Look around first",
        "help": "“adplanning demo”, typed in a terminal, fills an empty store with an invented shop.",
        "icon": "mdi-console",
        "href": "",
    },
)


def home(visit: Visit) -> Sequence[Component]:
    """The cards at once; what the badges count follows."""
    dialog = Dialog(visit, title=PAGES[METRICS].title, mark=MARK, fill=lambda: metric_view(visit, beside={MARK: "1"}))
    button = MainButton(
        visit, Action("metrics", "View Metrics", "mdi-chart-box-outline", lambda _: _view(visit, dialog))
    )
    cards = Cards()
    with visit.reading() as session:
        is_fresh = not any(is_known(session, table) for table in ("conversions", "campaigns"))
    first = [{"title": "First steps", "cards": [{**step, "badge": None} for step in FIRST_STEPS]}] if is_fresh else []
    cards.groups = [*first, *_groups({})]
    visit.frame.later(lambda: _show_badges(visit, cards, first))
    alerts = alerts_glance(visit)
    return [button, *([alerts] if alerts else []), cards, dialog]


def _view(visit: Visit, dialog: Dialog) -> None:
    """Open the dialog; in JupyterLab, where no link of a dialog can be followed, the page with the same numbers."""
    if visit.served:
        dialog.show()
    else:
        visit.frame.go(address_of(METRICS))


def _show_badges(visit: Visit, cards: Cards, first: list[dict[str, Any]]) -> None:
    live = {
        "ad-planning/conversions": _conversions(visit),
        "ad-planning/goals": _goals(visit),
        "ad-planning/attribution": _attribution(visit),
        "ad-planning/campaign-names": _campaign_names(visit),
        "ad-planning/journeys": _journeys(visit),
        "ad-planning/segments": _segments(visit),
        "ad-planning/scores": _scores(visit),
        "ad-planning/sentiment": _sentiment(visit),
        "ad-planning/experiments": _experiments(visit),
        "ad-planning/forecasts": _forecasts(visit),
        "ad-planning/alerts": _alerts(visit),
        "meta-ads/campaigns": _campaigns(visit),
        "meta-ads/leads": _leads(visit),
        "meta-ads/connection": _connection(visit),
        "social-posts": _social_posts(visit),
        "ad-planning/import": _imports(visit),
        "ad-planning/settings": Badge(f"{visit.settings.currency}, {visit.settings.timezone}").cell(),
        "ad-planning/batch-runs": _batch_runs(visit),
    }
    cards.groups = [*first, *_groups(live)]
    # What takes longest comes last.
    live |= {"ad-planning/attribution-report": _attribution_report(visit), METRICS: _metrics(visit)}
    cards.groups = [*first, *_groups(live)]


def _groups(live: Mapping[str, Cell]) -> list[dict[str, Any]]:
    cards = [
        {
            "group": page.group,
            "title": page.title,
            "help": page.help,
            "icon": page.icon,
            "href": address_of(slug),
            "badge": live.get(slug),
        }
        for slug, page in PAGES.items()
        if slug != HOME
    ]
    return [{"title": title, "cards": list(its)} for title, its in groupby(cards, key=lambda card: card["group"])]


def _lately(visit: Visit) -> Period:
    """The days that the pages behind the cards show first where they show any, so that both tell one number."""
    return days_asked(visit, Period()).period(visit.settings.zone)


def _conversions(visit: Visit) -> Cell:
    settings = visit.settings
    found = conversion_service.statistics(
        visit.engine,
        {},
        _lately(visit),
        currency=settings.currency,
        zone=settings.zone,
        group_by="day",
        public_revenue=settings.public_revenue,
    )
    n = formats.number(found.total_conversions, currency=settings.currency)
    return Badge(
        f"{n} in the last {USUAL_DAYS} days", "green" if found.total_conversions else "grey", "mdi-cart-check"
    ).cell()


def _goals(visit: Visit) -> Cell:
    with visit.reading() as session:
        _, n = conversion_service.list_goals(session, {"is_active": True}, limit=0, offset=0)
    return Badge(f"{n} active" if n else "None yet", "blue" if n else "orange", "mdi-flag-checkered").cell()


def _attribution(visit: Visit) -> Cell:
    counts = attribution_service.attribution_stats(visit.engine, _lately(visit))["totals"]
    if counts["resolution_rate"] is None:
        return Badge(f"No touchpoint in the last {USUAL_DAYS} days").cell()
    share = formats.percent(counts["resolution_rate"] / 100, 0)
    return Badge(f"{share} of touchpoints matched", "purple", "mdi-link-variant").cell()


def _attribution_report(visit: Visit) -> Cell:
    settings = visit.settings
    report = attribution_report(
        visit.engine,
        Scope(_lately(visit), settings.public_revenue, (ConversionType.purchase,)),
        currency=settings.currency,
        zone=settings.zone,
        models=[DEFAULT_MODEL],
        options=CreditOptions(direct_credit=settings.direct_credit),
    )
    roas = report.campaign_roas(DEFAULT_MODEL)
    if roas is None:
        return Badge(f"No credited ROAS for the last {USUAL_DAYS} days").cell()
    return Badge(
        f"Credited ROAS {formats.times(roas)} in the last {USUAL_DAYS} days", "green", "mdi-scale-balance"
    ).cell()


def _metrics(visit: Visit) -> Cell:
    settings, none = visit.settings, Badge(f"No ROAS for the last {USUAL_DAYS} days").cell()
    with visit.reading() as session:
        if missing_source(session, "roas"):
            return none
    [roas] = period_figures(
        visit.engine,
        _lately(visit),
        currency=settings.currency,
        zone=settings.zone,
        public_revenue=settings.public_revenue,
        names=["roas"],
    ).values()
    if roas.value is None:
        return none
    badge = roas_badge(roas.value)
    return Badge(f"ROAS {formats.times(roas.value)}: {badge.words.lower()}", badge.colour, badge.icon).cell()


def _sentiment(visit: Visit) -> Cell:
    found = sentiment_counts(visit.engine, {}, _lately(visit))
    share = found.positive_share
    if share is None:
        return Badge(f"No text in the last {USUAL_DAYS} days", "grey", "mdi-emoticon-outline").cell()
    words = f"{formats.percent(share, 0)} positive in the last {USUAL_DAYS} days"
    liked = found.n_positive >= found.n_negative
    return Badge(words, "green" if liked else "red", "mdi-emoticon-outline").cell()


def _campaign_names(visit: Visit) -> Cell:
    settings = visit.settings
    _, n = proposals(visit.engine, cutoff=settings.match_cutoff, margin=settings.match_margin, limit=1, offset=0)
    if not n:
        return Badge("No name waits", "green", "mdi-check").cell()
    words = "1 name waits" if n == 1 else f"{formats.number(n, currency=settings.currency)} names wait"
    return Badge(words, "orange", "mdi-tag-outline").cell()


def _journeys(visit: Visit) -> Cell:
    settings = visit.settings
    scope = JourneyScope(_lately(visit))
    found = funnel_report(visit.engine, scope, public_revenue=settings.public_revenue)
    if not found.n_customers:
        return Badge(f"Nobody in the last {USUAL_DAYS} days").cell()
    n = formats.number(found.n_customers, currency=settings.currency)
    return Badge(f"{n} customers in the last {USUAL_DAYS} days", "blue", "mdi-map-marker-path").cell()


def _segments(visit: Visit) -> Cell:
    with visit.reading() as session:
        counts = segment_counts(session)
    if not counts.n:
        return Badge("None yet", "orange", "mdi-account-group-outline").cell()
    n, members = (formats.number(one, currency=visit.settings.currency) for one in (counts.n, counts.n_members))
    words = f"{n}: {counts.n_active} active, {counts.n_dynamic} dynamic, {members} members"
    return Badge(words, "blue", "mdi-account-group-outline").cell()


def _scores(visit: Visit) -> Cell:
    with visit.reading() as session:
        risks = score_service.tier_distribution(session, ScoreType.churn_risk, currency=visit.settings.currency)
    if not risks.total:
        return Badge("Nobody scored yet", "orange", "mdi-star-outline").cell()
    n = sum(risks.by_tier[level].n for level in (RiskLevel.high, RiskLevel.critical))
    if not n:
        return Badge("Nobody at high risk", "green", "mdi-check").cell()
    return Badge(
        f"{formats.number(n, currency=visit.settings.currency)} at high risk", "red", "mdi-alert-outline"
    ).cell()


def _experiments(visit: Visit) -> Cell:
    with visit.reading() as session:
        n, n_running, n_completed = (
            list_experiments(session, {"status": status}, limit=0, offset=0)[1]
            for status in (None, ExperimentStatus.running, ExperimentStatus.completed)
        )
    if not n:
        return Badge("None yet", "orange", "mdi-flask-outline").cell()
    words = f"{n}: {n_running} running, {n_completed} completed"
    return Badge(words, "green" if n_running else "blue", "mdi-flask-outline").cell()


def _forecasts(visit: Visit) -> Cell:
    with visit.reading() as session:
        found, n = list_forecasts(session, {}, today_on=today_of(visit), limit=1, offset=0)
    if not found:
        return Badge("None yet", "orange", "mdi-chart-timeline-variant").cell()
    made = formats.day(found[0].created_at, visit.settings.zone)
    return Badge(f"{n}: newest of {made}", "green", "mdi-chart-timeline-variant").cell()


def _alerts(visit: Visit) -> Cell:
    with visit.reading() as session:
        n = n_open_alerts(session)
        _, n_rules = list_rules(session, {"is_active": True}, limit=0, offset=0)
    if n:
        return Badge(f"{n} open", "red", "mdi-bell-alert-outline").cell()
    if not n_rules:
        return Badge("Nothing is watched", "orange", "mdi-bell-outline").cell()
    return Badge("All quiet", "green", "mdi-check").cell()


def _campaigns(visit: Visit) -> Cell:
    settings = visit.settings
    days = _lately(visit)
    found = campaign_totals(visit.engine, {}, days, currency=settings.currency, zone=settings.zone)
    if not found.n_campaigns:
        return Badge("None yet", "orange", "mdi-bullhorn-outline").cell()
    spent = formats.short_money(to_major(found.spend_minor, settings.currency), settings.currency)
    if found.unconverted:
        spent = f"{spent} and what has no rate"
    return Badge(f"{spent} spent in the last {USUAL_DAYS} days", "purple", "mdi-bullhorn-outline").cell()


def _leads(visit: Visit) -> Cell:
    with visit.reading() as session:
        counts = lead_counts(session, {}, Period())
    if not any(counts.values()):
        return Badge("None yet", "orange", "mdi-account-plus-outline").cell()
    n = counts[LeadStatus.new]
    if not n:
        return Badge("Nobody waits", "green", "mdi-check").cell()
    words = f"{formats.number(n, currency=visit.settings.currency)} to be contacted"
    return Badge(words, "orange", "mdi-account-clock-outline").cell()


def _connection(visit: Visit) -> Cell:
    with visit.reading() as session:
        states = stream_states(session)
    if visit.settings.meta_access_token is None:
        return Badge("No access token", "grey", "mdi-connection").cell()
    n = len(missing(states, has_token=True, now=visit.now()))
    if not n:
        return Badge("All has been read", "green", "mdi-check").cell()
    return Badge("1 thing is missing" if n == 1 else f"{n} things are missing", "orange", "mdi-alert-outline").cell()


def _social_posts(visit: Visit) -> Cell:
    with visit.reading() as session:
        counts = social_service.status_counts(session)
    n_failed, n_planned = counts[PostStatus.failed], counts[PostStatus.scheduled]
    if n_failed:
        return Badge(f"{n_failed} failed", "red", "mdi-alert-circle-outline").cell()
    if not any(counts.values()):
        return Badge("None yet", "orange", "mdi-post-outline").cell()
    return Badge(f"{n_planned} scheduled", "blue" if n_planned else "grey", "mdi-calendar-clock-outline").cell()


def _imports(visit: Visit) -> Cell:
    with visit.reading() as session:
        last, n = history.list_imports(session, limit=1, offset=0)
    if not n:
        return Badge("None yet", "grey", "mdi-file-outline").cell()
    return Badge(
        f"Last: {formats.moment(last[0].imported_at, visit.settings.zone)}", "blue", "mdi-file-check-outline"
    ).cell()


def _batch_runs(visit: Visit) -> Cell:
    with visit.reading() as session:
        runs, _ = batch_runs.list_runs(session, now=visit.now(), limit=1, offset=0)
    if not runs:
        return Badge("None yet", "orange").cell()
    badge = badges.RUN_STATUSES[runs[0].status]
    when = formats.moment(runs[0].started_at, visit.settings.zone)
    return Badge(f"Last: {badge.words.lower()}, {when}", badge.colour, badge.icon).cell()
