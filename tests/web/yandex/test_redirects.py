"""Where a confirmed person may be sent, R147-R158: to pages of the portal and nowhere else."""

from urllib.parse import quote

import pytest

from tests.web.yandex.conftest import said

EVIL = {
    "R147": "//evil.test",
    "R148": "///evil.test",
    "R149 two": "\\\\evil.test",
    "R149 one": "/\\evil.test",
    "R150": "https:evil.test",
    "R151": "\thttps://evil.test",
    "R152 tab": "/%09/evil.test",
    "R152 slashes": "/%2f%2fevil.test",
    "R153 script": "javascript:alert(1)",
    "R153 data": "data:text/html,x",
    "R154 user": "https://ours.example@evil.test",
    "R154 suffix": "https://ours.example.evil.test",
    "R155": "/a\r\nSet-Cookie:x",
    "R155 hidden": "/a%0d%0aSet-Cookie:x",
    "R156": "/" + "a" * 10_240,
}


@pytest.mark.parametrize("target", EVIL.values(), ids=EVIL)
def test_a_next_that_leads_away_leads_to_the_first_page(anna, target):
    answer = anna.confirms(next_path=target)

    assert (answer.status_code, answer.location) == (303, "/")
    assert "Set-Cookie:x" not in str(answer.headers)


@pytest.mark.parametrize("target", EVIL.values(), ids=EVIL)
def test_the_code_is_followed_by_the_first_page_too(anna, target):
    app = anna.client.application
    made = app.test_cli_runner().invoke(args=["users", "yandex-code", "anna@example.test"])

    answer = anna.posts("/confirm/code", {"code": made.output[:11]}, query_string={"next": target})

    assert (answer.status_code, answer.location) == (303, "/")


@pytest.mark.parametrize("target", ["/payments", "/payments?q=Иванов&page=2", "/users/5"])
def test_a_page_of_ours_is_kept(anna, target):
    assert anna.confirms(next_path=target).location == quote(target, safe="/?=&")


#: Of a header only the path is taken; what is left of this one is a page of ours that is not there.
OF_HEADERS = dict.fromkeys([*EVIL.values(), "https://evil.test//evil.test"], "%2F")
OF_HEADERS["///evil.test"] = "%2Fevil.test"


@pytest.mark.parametrize("header", ["HX-Current-URL", "Referer"])
@pytest.mark.parametrize(("target", "path"), OF_HEADERS.items())
def test_r157_a_header_leads_nowhere_else(anna, header, target, path):
    headers = {header: target.replace("\r\n", " ")}

    answer = anna.posts("/refunds/1/cancel", headers=headers)

    assert (answer.status_code, answer.location) == (303, f"/confirm/yandex?next={path}")


@pytest.mark.parametrize("header", ["HX-Redirect", "HX-Location", "HX-Current-URL"])
@pytest.mark.parametrize("target", EVIL.values(), ids=EVIL)
def test_r157_htmx_is_sent_nowhere_by_what_a_browser_says(anna, header, target):
    headers = {"HX-Request": "true", header: target.replace("\r\n", " ")}

    answer = anna.posts("/refunds/1/cancel", headers=headers)

    assert answer.status_code == 401
    assert "evil.test" not in answer.text.replace("next=%2Fevil.test", "")
    assert {"HX-Redirect", "HX-Location"} & {name for name, _ in answer.headers} == set()


def test_r158_the_way_back_is_made_from_the_settings_and_not_from_the_request(anna):
    headers = {"Host": "localhost:81", "X-Forwarded-Host": "evil.test"}

    answer = anna.posts("/confirm/yandex", query_string={"next": "/"}, headers=headers)

    assert said(answer.location)["redirect_uri"] == "http://127.0.0.1:8000/confirm/yandex/callback"
