"""Numbers, addresses and headers that no browser of ours sends are answered, never a crash."""

import pytest

LONG = "9" * 4500
ODD = {
    "a person beyond the database": f"/audit?person={'9' * 23}",
    "a file about such a person": f"/audit?format=csv&person={'9' * 23}",
    "a preview of a number without end": f"/access/preview?user={LONG}",
}


@pytest.mark.parametrize("path", ODD.values(), ids=ODD)
def test_a_number_that_no_row_has_is_nobodys(world, path):
    assert world.browser_of("gleb").get(path).status_code == 200


def test_a_nul_in_a_path_is_refused(world):
    assert world.browser_of("gleb").post("/access/roles/%00/remove").status_code == 400


@pytest.mark.parametrize("header", ["Referer", "HX-Current-URL"])
def test_a_header_that_is_no_address_leads_to_the_first_page(world, now, header):
    gleb = world.browser_of("gleb")
    token = gleb.token
    now.shift(1200)

    answer = gleb.post_bare(
        "/access/roles/none/remove", data={"csrf_token": token}, headers={header: "http://[x"}
    )

    assert (answer.status_code, answer.location) == (303, "/confirm/password?next=%2F")
