"""An invented Graph API on loopback: what a client of Meta's Marketing API is tried against, with its faults."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from adplanning.core.errors import AdplanningError
from adplanning.demo.graph_answers import Answers
from adplanning.demo.graph_control import named_fault
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_faults import Fault
from adplanning.demo.graph_http import Listener
from adplanning.demo.graph_pages import Lead
from adplanning.demo.graph_routes import Route
from adplanning.demo.graph_seeding import seeded
from adplanning.demo.graph_webhook import leadgen_notification
from adplanning.demo.graph_wire import Answer, Refused, Request, as_bytes, refused

VERSION = "v26.0"
_SECRET_PARAMS = ("access_token", "appsecret_proof")


@dataclass(frozen=True)
class Call:
    """One request that came in; the parameters are without token and proof."""

    method: str
    path: str
    params: Mapping[str, str]
    status: int


@dataclass
class _Armed:
    fault: Fault
    n_seen: int = 0

    def hits(self, request: Request, stream: str) -> bool:
        if not self.fault.concerns(request, stream):
            return False
        self.n_seen += 1
        n = self.n_seen - self.fault.skip
        return n > 0 and (self.fault.times is None or n <= self.fault.times)


@dataclass
class GraphServer:
    """The server; it runs while its `with` block does. Without an app secret no proof is asked for."""

    data: GraphData
    today: Callable[[], date]
    version: str = VERSION
    app_secret: str = "secret-of-the-demo-app"  # noqa: S105 - invented, like all here
    access_token: str = "token-of-the-demo-user"  # noqa: S105
    verify_token: str = "word-of-the-demo-webhook"  # noqa: S105
    log: list[Call] = field(default_factory=list)
    _armed: list[_Armed] = field(default_factory=list)
    # One answer at a time: the data has no other guard.
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._answers = Answers(self.data, self.today)

    def __enter__(self) -> GraphServer:
        """Listen on a free port."""
        self._http = Listener(self.handle)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and cut what is still open."""
        self._stopping.set()
        self._http.shutdown()
        self._http.cut_all()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens, without version."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def arm(self, fault: Fault) -> None:
        """Let a fault hit from now on; of several that could hit a call, the one that was armed first does."""
        self._armed.append(_Armed(fault))

    def disarm(self) -> None:
        """Let everything go right again."""
        self._armed.clear()

    def webhook(
        self, leads: Iterable[Lead | str], *, signature: Literal["good", "bad", "missing"] = "good"
    ) -> tuple[bytes, dict[str, str]]:
        """Body and headers of Meta's notification about leads (or ids of leads), all in one."""
        body = leadgen_notification(self.data, leads)
        headers = {"Content-Type": "application/json"}
        secret = {"good": self.app_secret, "bad": f"not {self.app_secret}", "missing": None}[signature]
        if secret is not None:
            headers["X-Hub-Signature-256"] = f"sha256={_hmac(secret, body)}"
        return body, headers

    def handle(self, method: str, target: str, body: bytes, authorization: str) -> Answer:
        """Answer one request and write it into the log."""
        split = urlsplit(target)
        if split.path == "/__log":
            return Answer(200, as_bytes([asdict(call) for call in self.log]))
        if split.path == "/__control":
            return self._control(body)
        given = dict(parse_qsl(f"{split.query}&{body.decode()}", keep_blank_values=True))
        with self._lock:
            try:
                answer = self._answer(method, split.path, given, authorization)
            except Refused as refusal:
                answer = refusal.answer
            params = {name: value for name, value in given.items() if name not in _SECRET_PARAMS}
            self.log.append(Call(method, split.path, params, answer.status))
        if answer.delay_s:
            self._stopping.wait(answer.delay_s)
        return answer

    def _answer(self, method: str, path: str, given: Mapping[str, str], authorization: str) -> Answer:
        version, _, rest = path.strip("/").partition("/")
        if version != self.version:
            raise refused(f"(#100) The path must begin with /{self.version}/; it is {path}")
        token = authorization.removeprefix("Bearer ") or given.get("access_token", "")
        params = {name: value for name, value in given.items() if name not in _SECRET_PARAMS}
        request = Request(method, f"/{rest}", params, token, f"{self.url}/{self.version}")
        self._check_token(request, given.get("appsecret_proof", ""))
        route = self._answers.route(request)
        self._check_route(route, request)
        armed = next((each for each in self._armed if each.hits(request, route.stream)), None)
        return armed.fault.apply(request, route.answer) if armed else route.answer(request)

    def _check_token(self, request: Request, proof: str) -> None:
        if not request.token:
            raise refused("An active access token must be used to query information about the current user.", 2500)
        if not (hmac.compare_digest(request.token, self.access_token) or self._is_page_token(request.token)):
            raise refused("Invalid OAuth access token - Cannot parse access token", 190)
        if self.app_secret and not proof:
            raise refused("API calls from the server require an appsecret_proof argument")
        if self.app_secret and not hmac.compare_digest(proof, _hmac(self.app_secret, request.token.encode())):
            raise refused("Invalid appsecret_proof provided in the API argument")

    def _is_page_token(self, token: str) -> bool:
        return any(hmac.compare_digest(token, page.access_token) for page in self.data.pages.values())

    def _check_route(self, route: Route, request: Request) -> None:
        if unknown := request.params.keys() - route.params:
            raise refused(f"(#100) Unknown parameters {', '.join(sorted(unknown))} for {request.path}")
        is_page = self._is_page_token(request.token)
        if route.page and not is_page:
            raise refused("(#190) This method must be called with a Page Access Token", 190)
        if route.page and not hmac.compare_digest(request.token, route.page.access_token):
            raise refused("(#200) The page of this token is another one", 200)
        if is_page and not route.page and route.stream != "page":
            raise refused("(#200) Provide valid app ID: a page's token is not enough here", 200)

    def _control(self, body: bytes) -> Answer:
        """Arm from outside: a fault's `name` with its fields, or `disarm`."""
        try:
            asked = json.loads(body)
            if asked.pop("disarm", False):
                self.disarm()
            else:
                self.arm(named_fault(**asked))
        except (ValueError, TypeError, AttributeError, AdplanningError) as slip:
            return Answer(400, as_bytes({"error": {"message": str(slip)}}))
        return Answer(200, as_bytes({"armed": [repr(each.fault) for each in self._armed]}))


def graph_server(
    data: GraphData | None = None,
    *,
    today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    version: str = VERSION,
) -> GraphServer:
    """A server for a `with` block; without data it makes some, up to the day before `today`."""
    return GraphServer(data or seeded(until=today() - timedelta(days=1)), today, version)


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
