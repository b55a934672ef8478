from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.server.addresses import HOME, Kind, address_at, is_opened_as_page, local_page, passed_parameters

KERNEL = "0f8fad5b-d9cb-469f-a165-70867728950e"


def kind(method: str, path: str) -> Kind | None:
    found = address_at(method, path, lambda page: page in ("ad-planning", "ad-planning/goals/goal_1"))
    return found.kind if found else None


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/app/ad-planning", Kind.page),
        ("GET", "/app/ad-planning/goals/goal_1/", Kind.page),
        ("GET", "/app/voila/static/voila.js", Kind.asset),
        ("GET", "/app/voila/labextensions/@jupyter-widgets/jupyterlab-manager/static/187.0a1b.js", Kind.asset),
        ("GET", "/app/voila/templates/lab/static/style.css", Kind.asset),
        ("GET", "/app/voila/api/themes/dark/index.css", Kind.asset),
        ("GET", f"/app/api/kernels/{KERNEL}", Kind.kernel),
        ("GET", f"/app/alive/{KERNEL}", Kind.kernel),
        ("POST", f"/app/voila/api/shutdown/{KERNEL}", Kind.shutdown),
        ("WEBSOCKET", f"/app/api/kernels/{KERNEL}/channels", Kind.channels),
        ("GET", "/app/static/vega.js", Kind.charts),
        ("GET", "/app/ad-planning/batch-runs/run_1/notebook", Kind.notebook),
    ],
)
def test_the_addresses_there_are(method: str, path: str, expected: Kind) -> None:
    assert kind(method, path) is expected


# J7
@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(
            ("GET", f"/app/{path}")
            for path in (
                "", "tree", "lab", "login", "metrics", "api", "api/contents", "api/contents/x.ipynb", "api/kernels",
                "api/sessions", "api/terminals", "api/status", "files/x.png", "nbconvert/html/x.ipynb", "healthz",
                "voila", "voila/tree", "voila/render/x.ipynb", "voila/files/x.png", f"voila/query/{KERNEL}",
                f"voila/execution/{KERNEL}", "voila/api/contents", "voila/static", "voila/static/", "voila/static/x.py",
                "voila/static/.env", "voila/static/x.ipynb", "voila/static/.git/x.js", "voila/static/../x.js",
                "voila/static//x.js", "voila/static/%2e%2e/x.js", "voila/static/x.js/", "voila/static/x.JS",
                "voila/static/x.js\n", "voila/static/x\\y.js", "voila/static/x.db", "voila/static/x.js.bak",
                "Voila/static/x.js", "static/other.js", "static/vega.js.map", "any_page.ipynb", ".env", "../.env",
                "ad-planning/../ad-planning", "ad-planning//goals/goal_1", "//ad-planning", "AD-PLANNING",
                "ad-planning\x00", "ad-planning/goals/goal_1/x", f"alive/{KERNEL.upper()}", "alive/1",
                f"api/kernels/{KERNEL}/channels", f"api/kernels/{KERNEL}/", f"api/kernels/{KERNEL}/interrupt",
                "ad-planning/batch-runs/../notebook", "ad-planning/batch-runs/run.1/notebook",
            )
        ),
        ("GET", "/App/ad-planning"),
        ("DELETE", f"/app/api/kernels/{KERNEL}"),
        ("POST", f"/app/api/kernels/{KERNEL}/interrupt"),
        ("POST", f"/app/api/kernels/{KERNEL}/restart"),
        ("POST", "/app/api/kernels"),
        ("POST", "/app/ad-planning"),
        ("PUT", "/app/ad-planning"),
        ("HEAD", "/app/ad-planning"),
        ("GET", f"/app/voila/api/shutdown/{KERNEL}"),
        ("WEBSOCKET", f"/app/voila/query/{KERNEL}"),
        ("WEBSOCKET", "/app/ad-planning"),
        ("WEBSOCKET", f"/app/api/kernels/{KERNEL}"),
    ],
)  # fmt: skip
def test_nothing_else_is_there(method: str, path: str) -> None:
    assert kind(method, path) is None


@given(st.text(max_size=60))
def test_whatever_is_passed_on_is_a_plain_path(rest: str) -> None:
    found = address_at("GET", f"/app/{rest}", lambda _: True)
    if found is not None:
        assert found.path.startswith("/app/")
        assert not set(found.path) & set("\\%?#; \n\x00")
        assert not {"", ".", ".."} & set(found.path.split("/")[1:])


@pytest.mark.parametrize(
    ("query", "passed"),
    [
        ("", ""),
        ("from=2026-10-01&to=2026-10-31", "from=2026-10-01&to=2026-10-31"),
        ("template=../../etc&theme=dark&token=x", ""),
        ("TEMPLATE=x&a=1&tem%70late=x", "a=1"),
        ("voila-token=1&VOILA-x&v=1", "v=1"),
        ("+template=x&template&template[]=1", "template[]=1"),
        ("q=%26template%3Dx", "q=%26template%3Dx"),
        ("&&a=1&", "a=1"),
    ],
)
def test_parameters_that_choose_a_template_or_sign_in_are_dropped(query: str, passed: str) -> None:
    assert passed_parameters(query) == passed


@pytest.mark.parametrize("page", ["/app", "/app/", "/app/ad-planning", "/app/x?a=1&b=//c", "/app/goals/1#top"])
def test_a_sign_in_leads_to_the_page_asked_for(page: str) -> None:
    assert local_page(page) == (HOME if page.rstrip("/") == "/app" else page)


@pytest.mark.parametrize(
    "page",
    [None, "", "/", "/admin", "/sign-out", "//evil.example", "/\\evil.example", "https://evil.example", "/application",
     "/app//evil.example", "/app/../admin", "/app/..//evil.example", "/app/\\evil", "/app/\nx",
     "/app/\r\nSet-Cookie: a=b", "/app/ x", "/app/ü", "/app?x", "javascript:alert(1)", " /app/x", "/app/" + "x" * 3000],
)  # fmt: skip
def test_a_sign_in_leads_nowhere_else(page: str | None) -> None:
    assert local_page(page) == HOME


def test_scripts_and_styles_are_not_opened_as_pages() -> None:
    assert is_opened_as_page("GET", "/app/nowhere")
    assert not is_opened_as_page("POST", "/app/nowhere")
    assert not is_opened_as_page("GET", "/app/voila/static/voila.js")
    assert not is_opened_as_page("GET", "/app/static/vega.js")
