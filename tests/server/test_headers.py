from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from adplanning.server.headers import FOR_EVER, caching, for_browser, for_child


def test_a_request_is_passed_on_in_the_childs_name_with_its_token_alone() -> None:
    given = Headers(
        raw=[
            (b"host", b"ads.example.com"),
            (b"authorization", b"Bearer key"),
            (b"cookie", b"adplanning_session=secret; _xsrf=2|ab|1"),
            (b"cookie", b"more=1"),
            (b"x-adplanning-role", b"admin"),
            (b"x_adplanning_role", b"admin"),
            (b"connection", b"upgrade"),
            (b"te", b"trailers"),
            (b"accept", b"text/html"),
            (b"if-none-match", b'"one"'),
        ]
    )
    assert for_child(given, "http://127.0.0.1:5000", "t") == {
        "host": "127.0.0.1:5000",
        "origin": "http://127.0.0.1:5000",
        "authorization": "token t",
        "cookie": "_xsrf=2|ab|1",
        "accept": "text/html",
        "accept-encoding": "identity",
        "if-none-match": '"one"',
    }


def test_an_answer_is_passed_back_without_what_the_child_says_of_itself() -> None:
    given = [
        (b"Server", b"TornadoServer/6"),
        (b"Set-Cookie", b"_xsrf=2|ab|1; Path=/app/"),
        (b"Set-Cookie", b"username-127-0-0-1=x"),
        (b"Content-Security-Policy", b"default-src *"),
        (b"X-Kernel-Id", b"k"),
        (b"Access-Control-Allow-Origin", b"*"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Content-Encoding", b"gzip"),
    ]
    assert for_browser(given, "default-src 'none'") == [
        (b"set-cookie", b"_xsrf=2|ab|1; Path=/app/"),
        (b"content-encoding", b"gzip"),
        (b"content-security-policy", b"default-src 'none'"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]


@pytest.mark.parametrize(
    ("path", "query", "for_ever"),
    [
        ("/app/voila/labextensions/x/static/remoteEntry.0123456789abcdef.js", "", True),
        ("/app/voila/static/fa-0123456789abcdef01234567.woff2", "", True),
        ("/app/voila/static/voila.js", "v=0123456789abcdef0123", True),
        ("/app/voila/static/voila.js", "v=1", False),
        ("/app/voila/static/voila.js", "x=0123456789abcdef0123", False),
        ("/app/voila/0123456789abcdef/voila.js", "", False),
        ("/app/voila/static/187.0123456.js", "", False),
    ],
)
def test_only_what_is_named_after_its_content_is_kept_for_ever(path: str, query: str, for_ever: bool) -> None:
    assert (caching(path, query) == FOR_EVER) is for_ever
