"""What the invented Graph API answers: which route a path is, which parameters it takes, and what it says."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from adplanning.demo import graph_insights
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_fields import asked_fields, picked
from adplanning.demo.graph_listing import listed_leads, listed_objects
from adplanning.demo.graph_objects import Account, AdObject, Kind
from adplanning.demo.graph_pages import Page, Post
from adplanning.demo.graph_routes import Route, listing, record_route
from adplanning.demo.graph_wire import Answer, Request, as_bytes, not_found, page, refused, report_record

_LIST = frozenset({"fields", "limit", "after", "summary"})
_OBJECTS = _LIST | {"filtering", "effective_status", "updated_since"}
_FEED = _LIST | {"since", "until"}
_KINDS: Mapping[str, Kind] = {"campaigns": "campaign", "adsets": "adset", "ads": "ad"}
_LEAD_FIELDS, _PAGE_FIELDS = "created_time,id,field_data", "access_token,category,name,id,tasks"
_POST_FIELDS, _FORM_FIELDS = "created_time,message,id", "id,locale,name,status"
LEADS_KEPT_DAYS = 90


@dataclass
class Answers:
    """The answers from data; `today` says how far back it is kept."""

    data: GraphData
    today: Callable[[], date]
    user_id: str = "900100"
    # Report runs by id: the question, and whether its asker has seen that it is complete.
    _runs: dict[str, Request] = field(default_factory=dict)
    _completed: set[str] = field(default_factory=set)

    def route(self, request: Request) -> Route:
        """Find the route of a request."""
        if request.method == "POST" and request.parts[1:] != ["insights"]:
            raise refused(f"Unsupported post request. {request.path} can only be read")
        match request.parts:
            case ["debug_token"]:
                return Route("debug_token", frozenset({"input_token"}), self._token)
            case ["me"]:
                return record_route("me", {"id": self.user_id, "name": "Demo System User"}, "User", "id,name")
            case ["me", "adaccounts"]:
                return Route("adaccounts", _LIST, self._accounts)
            case ["me", "accounts"]:
                return Route("accounts", _LIST, self._pages)
            case [node_id]:
                return self._node(node_id)
            case [node_id, edge]:
                return self._edge(node_id, edge, request)
        raise refused(f"Unknown path components: {request.path}", 2500)

    def _node(self, node_id: str) -> Route:
        data = self.data
        if node_id in self._runs:
            return Route("report_status", frozenset({"fields"}), lambda request: self._report_status(node_id, request))
        if account := data.accounts.get(node_id):
            return record_route("account", self._account_record(account), "AdAccount", "account_id,id")
        if part := self._known(node_id):
            return record_route("object", self._object_record(part), part.node, "id")
        if held := data.pages.get(node_id):
            return record_route("page", held.record(), "Page", "name,id")
        return self._node_of_page(node_id)

    def _node_of_page(self, node_id: str) -> Route:
        data = self.data
        if (lead := data.lead(node_id)) and lead.created_at.timestamp() >= self._oldest_lead():
            return record_route("lead", lead.record(data.objects), "Lead", _LEAD_FIELDS, data.pages[lead.page_id])
        if form := data.forms.get(node_id):
            record = form.record([lead for lead in data.leads() if lead.form_id == node_id])
            return record_route("leadgen_form", record, "LeadgenForm", _FORM_FIELDS, data.pages[form.page_id])
        if post := data.post(node_id):
            return record_route("post", post.record(), "PagePost", _POST_FIELDS, data.pages[post.page_id])
        raise not_found(node_id)

    def _edge(self, node_id: str, edge: str, request: Request) -> Route:
        if edge == "insights" and node_id in self._runs:
            return Route("insights", _LIST, lambda request: self._report_rows(node_id, request))
        if node := self.data.accounts.get(node_id) or self._known(node_id):
            found = self._edge_of_ads(node, edge, request)
        elif held := self.data.pages.get(node_id):
            found = self._edge_of_page(held, edge)
        elif post := self.data.post(node_id):
            found = self._edge_of_post(post, edge)
        else:
            found = None
        if edge == "leads" and (home := self._page_of_leads(node_id)):
            found = Route("leads", _LIST | {"filtering"}, lambda request: self._leads(node_id, request), home)
        if found is None:
            raise not_found(node_id)
        return found

    def _edge_of_ads(self, node: Account | AdObject, edge: str, request: Request) -> Route | None:
        if edge in _KINDS:
            return Route(edge, _OBJECTS, lambda request: self._objects(node, _KINDS[edge], request))
        if edge != "insights":
            return None
        if request.method == "POST":
            return Route("report", graph_insights.PARAMS, lambda request: self._start_report(node, request))
        return Route("insights", graph_insights.PARAMS, lambda request: self._insights(node, request))

    def _edge_of_page(self, held: Page, edge: str) -> Route | None:
        if edge == "leadgen_forms":
            return Route("leadgen_forms", _LIST, lambda request: self._forms(held, request), held)
        if edge in ("feed", "published_posts", "posts"):
            return Route("posts", _FEED, lambda request: self._posts(held, False, request), held)
        if edge == "scheduled_posts":
            return Route("scheduled_posts", _LIST, lambda request: self._posts(held, True, request), held)
        return None

    def _edge_of_post(self, post: Post, edge: str) -> Route | None:
        if edge != "insights":
            return None
        params = frozenset({"metric", "period"})
        return Route(
            "post_insights", params, lambda request: _post_insights(post, request), self.data.pages[post.page_id]
        )

    def _known(self, object_id: str) -> AdObject | None:
        part = self.data.objects.get(object_id)
        return None if part is None or part.is_forgotten else part

    def _page_of_leads(self, node_id: str) -> Page | None:
        if form := self.data.forms.get(node_id):
            return self.data.pages[form.page_id]
        ad = self._known(node_id)
        return next((held for held in self.data.pages.values() if ad and held.account_id == ad.account_id), None)

    def _account_record(self, account: Account) -> dict[str, Any]:
        spent = self.data.delivery(account.id, "campaign").figures["spend"].sum()
        return account.record(int(spent))

    def _object_record(self, part: AdObject) -> dict[str, Any]:
        return part.record(self.data.accounts[part.account_id].timezone, self.data.effective_status(part))

    def _accounts(self, request: Request) -> Answer:
        return listing(request, list(self.data.accounts.values()), self._account_record, "AdAccount", "account_id,id")

    def _pages(self, request: Request) -> Answer:
        return listing(request, list(self.data.pages.values()), Page.record, "Page", _PAGE_FIELDS)

    def _objects(self, parent: Account | AdObject, kind: Kind, request: Request) -> Answer:
        found = listed_objects(self.data, parent, kind, request)
        return listing(request, found, self._object_record, kind.capitalize(), "id")

    def _forms(self, held: Page, request: Request) -> Answer:
        forms = [form for form in self.data.forms.values() if form.page_id == held.id]
        leads = self.data.leads()
        return listing(
            request,
            forms,
            lambda form: form.record([lead for lead in leads if lead.form_id == form.id]),
            "LeadgenForm",
            _FORM_FIELDS,
        )

    def _leads(self, node_id: str, request: Request) -> Answer:
        found = listed_leads(self.data, node_id, request, self._oldest_lead())
        return listing(request, found, lambda lead: lead.record(self.data.objects), "Lead", _LEAD_FIELDS)

    def _oldest_lead(self) -> float:
        return (datetime.combine(self.today(), time(), UTC) - timedelta(days=LEADS_KEPT_DAYS)).timestamp()

    def _posts(self, held: Page, are_planned: bool, request: Request) -> Answer:
        since, until = request.seconds("since", 0), request.seconds("until", float("inf"))
        found = [
            post
            for post in self.data.posts()
            if post.page_id == held.id
            and (post.scheduled_at is not None) == are_planned
            and since <= post.created_at.timestamp() <= until
        ]
        newest_first = sorted(found, key=lambda post: post.created_at, reverse=True)
        return listing(request, newest_first, Post.record, "PagePost", _POST_FIELDS)

    def _insights(self, node: Account | AdObject, request: Request) -> Answer:
        found = graph_insights.insights(self.data, node, request, self.today())
        return page(request, len(found.cells), found.rows)

    def _start_report(self, node: Account | AdObject, request: Request) -> Answer:
        graph_insights.insights(self.data, node, request, self.today())
        run_id = str(9001 + len(self._runs))
        self._runs[run_id] = request
        return Answer(200, as_bytes({"report_run_id": run_id}))

    def _report_status(self, run_id: str, request: Request) -> Answer:
        self._completed.add(run_id)
        account_id = self._runs[run_id].parts[0].removeprefix("act_")
        record = {**report_record(run_id, "Job Completed", 100), "account_id": account_id}
        fields = asked_fields(request.params.get("fields", ",".join(record)))
        return Answer(200, as_bytes({**picked(record, fields, "AdReportRun"), "id": run_id}))

    def _report_rows(self, run_id: str, request: Request) -> Answer:
        if run_id not in self._completed:
            raise refused("(#2601) Loading async job results before it's completed", 2601)
        question = self._runs[run_id]
        node_id = question.parts[0]
        node = self.data.accounts.get(node_id) or self.data.objects[node_id]
        asked = {name: value for name, value in question.params.items() if name not in ("limit", "after")}
        found = graph_insights.insights(
            self.data, node, Request("GET", request.path, asked, request.token, request.base_url), self.today()
        )
        return page(request, len(found.cells), found.rows)

    def _token(self, request: Request) -> Answer:
        expires_at = self.data.token_expires_at
        told = {
            "app_id": "900200",
            "type": "USER" if expires_at else "SYSTEM_USER",
            "is_valid": hmac.compare_digest(request.params.get("input_token", ""), request.token),
            "expires_at": int(expires_at.timestamp()) if expires_at else 0,
            "data_access_expires_at": 0,
            "scopes": self.data.scopes,
            "user_id": self.user_id,
        }
        return Answer(200, as_bytes({"data": told}))


def _post_insights(post: Post, request: Request) -> Answer:
    metrics = post.insights(request.params.get("metric", "").split(","))
    return Answer(200, as_bytes({"data": metrics}))
