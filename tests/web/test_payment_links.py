"""«Отправить ссылку на почту» on the card of a consultation."""


def pressed(world, name):
    browser = world.browser_of(name)
    browser.post(f"/consultations/{world.scheduled}/link")
    return browser.get(f"/consultations/{world.scheduled}").text.replace("\xa0", " ")


def test_the_card_says_that_the_letter_leaves_and_a_second_press_that_it_has_left(world):
    assert "Ссылка на оплату отправляется клиенту на почту." in pressed(world, "anna")
    again = pressed(world, "anna")

    assert "Эту ссылку отправили меньше 10 минут назад." in again
    assert "Письмо со ссылкой отправляется с 24 нояб, 15:00." in again


def test_whoever_may_only_look_has_no_button(world):
    card = world.browser_of("vera").get(f"/consultations/{world.scheduled}").text

    assert "Ссылка на оплату для клиента" in card
    assert "Отправить ссылку на почту" not in card
