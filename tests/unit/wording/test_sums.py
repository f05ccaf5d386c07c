"""The sum that a request names, and whether an action pays it."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.catalog_model import Sum
from pdp.wording.sums import stated_marks, sum_marks


def is_other(request: str, number: str, *, currency: str = "EUR", exponent: int = 2) -> bool:
    """Whether an action pays another sum than a request names, as the store answers."""
    said = set(stated_marks(request))
    states, same = sum_marks(Sum(pointer="/amount", number=number, exponent=exponent, currency=currency))
    return not said.isdisjoint(states) and said.isdisjoint(same)


@pytest.mark.parametrize(
    ("request_text", "number"),
    [
        ("Pay the rent for May, 900 EUR, to Meier", "900"),
        ("Pay the rent for May, 900 EUR, to Meier", "900.00"),
        ("Transfer \u20ac1,200.50 to Meier", "1200.5"),
        ("Zahle 1.200,50 Euro an Meier", "1200.50"),
        ("Refund Ada 5 euros", "5.0"),
        ("Pay 900,- EUR to Meier", "900"),
        ("Pay EUR 900 to Meier", "900"),
        ("Pay EUR900 to Meier", "900"),
        ("Please make a payment of 900 EUR to Meier", "900"),
        ("\u00dcberweisung an Meier 900 Euro", "900"),
        ("Pay Meier five euros", "5"),
        ("Zahle Ada zw\u00f6lf Euro", "12"),
        ("Pay Meier his 900", "900"),
        ("Pay Meier 900 EUR, not 9000 EUR", "900"),
        ("Pay Meier 900 EUR instead of 9000 EUR", "900"),
        ("Pay Meier 900 EUR and never 9000 EUR", "900"),
        ("Never pay Meier 9000 EUR, pay him 900 EUR", "900"),
        ("Don't forget to pay Meier 900 EUR", "900"),
        ("Why don't you pay Meier 900 EUR?", "900"),
        ("Pay Meier without delay 900 EUR", "900"),
        ("Pay Meier 900 EUR, not before Friday", "900"),
        ("Pay the invoice of Meier over 900 EUR", "900"),
        ("Pay Meier 900 EUR for all of May", "900"),
        ("The rent was due. Pay Meier 900 EUR", "900"),
        ("Pay Meier 900", "900"),
        ("send meier 900 for the rent", "900"),
        ("transfer 900 to meier, please", "900"),
        ("Pay 50 EUR to Ada and 900 EUR to Meier", "900"),
        ("Pay Meier 900 EUR and settle the Tegel invoice of 120 EUR", "120"),
        ("Pay Meier 900 EUR now and tell him about 9000 bees", "900"),
        ("Pay Meier nine hundred euros", "900"),
        ("Pay nine hundred and fifty dollars to Meier and 20 EUR to Ada", "20"),
        ("Überweise Meier neunhundertfünfzig Euro", "950"),
        ("Pay Meier 0.9k", "900"),
        ("Pay Ada $1.5k and Bob 2 EUR", "2"),
        ("Pay Ada EUR 2 million", "2000000"),
        ("Pay Meier two grand", "2000"),
        ("Pay the plumber 900", "900"),
        ("Pay Meier 900 EUR by 30 November at the latest", "900"),
        ("Zahle Meier 900 EUR bis Freitag", "900"),
        ("Bezahle bis zum 30. November 900 EUR an Meier", "900"),
        ("Bezahle Meier bis 30.11. 900 EUR", "900"),
        ("Pay Meier 900. Tell Bob about the 30 EUR", "900"),
    ],
)
def test_the_sum_of_the_request_is_its_sum_however_it_is_written(request_text: str, number: str) -> None:
    assert not is_other(request_text, number)
    assert is_other(request_text, "9000")
    assert is_other(request_text, "900.01")
    assert is_other(request_text, "0.9")


@pytest.mark.parametrize(
    "request_text",
    [
        "Pay the rent to Meier",
        "Pay Meier 1 200 EUR",
        "Pay Meier EUR 1\u00a0200",
        "Pay invoice 7 200 EUR",
        "Pay Tegel 2 x 50 EUR",
        "Pay Tegel 2 \u00d7 50 EUR",
        "Pay Meier\n- the budget is 900 EUR",
        "Pay invoice 4711 to Tegel",
        "Pay Ada and Bob 10 EUR each",
        "Send back the 50 EUR minus the fee",
        "Increase the rent payment of 900 EUR by 10%",
        "I have 2000 EUR. Pay the bill",
        "Pay Meier 900 EUR and settle the Tegel invoice",
        "What is 50 EUR in dollars?",
        "Order 3 shirts at 20 EUR",
        "Buy two tickets for 20 EUR",
        "Refund both 30 EUR orders",
        "Pay Ada 1,200k",
        "Pay Meier about 900 EUR",
        "Pay Meier for 3 hours at 20 EUR",
        "Bezahle Meier bis zum 30",
        "Bezahle Meier am 30.11.",
        "Bezahle die Miete bis 30",
        "Zahle Meier ca. 900 EUR",
        "Refund case 4711",
        "Refund RMA 47110",
        "Erstatte Bestellung 47110",
        "Erstatte den Auftrag 47110",
        "Pay Tegel quote 118",
        "Bezahle Tegel Nachbestellung 118",
    ],
)
def test_a_request_that_reckons_leaves_the_sum_open(request_text: str) -> None:
    assert not is_other(request_text, "123")


@pytest.mark.parametrize(
    "request_text",
    [
        "Pay Meier at most 900 EUR",
        "Pay Meier no more than 900 EUR",
        "Pay Meier up to 900",
        "Pay Meier what he asks for, up to \u20ac900",
        "Pay Meier 900 EUR at most",
        "Pay the bill of Meier if it is at most 900 EUR",
        "Pay Ada and Bob a maximum of 900 EUR each",
        "Zahle Meier höchstens 900 EUR",
        "Überweise Meier bis zu neunhundert Euro",
    ],
)
def test_a_bound_is_a_ceiling(request_text: str) -> None:
    for number in ("900", "900.00", "899.99", "850", "90", "9", "0.5"):
        assert not is_other(request_text, number)
    for number in ("900.01", "901", "1000", "9000", "123456789"):
        assert is_other(request_text, number)


@pytest.mark.parametrize(
    "request_text",
    [
        "Split the 900 EUR between Meier and Tegel",
        "Settle Meier's 900 EUR",
        "Pay Meier half of the 900 EUR",
        "Pay Meier 1/2 of 900 EUR",
        "Pay the bill if it is 900 EUR",
        "I owe Ada 900 EUR, pay her",
        "We owe Meier 900 EUR. Pay him.",
        "The rent is 900 EUR. Pay Meier.",
        "Die Miete betr\u00e4gt 900 EUR. Zahle sie an Meier",
        "900 EUR to Meier please, pay today",
        "Meier gets 900 EUR from us, pay him",
        "Pay Meier 400 EUR and Tegel 500 EUR if that is what they ask for",
        "Pay Meier between 800 and 900 EUR",
        "Pay Meier's bill, the budget is 900 EUR",
        "Pay Meier's bill, 900 EUR is the limit",
        "Pay Meier's bill but cap it at 900 EUR",
        "Zahle Meiers Rechnung, Obergrenze 900 Euro",
        "Teile die 900 EUR auf Meier und Tegel auf",
    ],
)
def test_an_open_sum_is_at_most_what_is_stated(request_text: str) -> None:
    for number in ("900", "899.99", "450", "9", "0.5"):
        assert not is_other(request_text, number)
    for number in ("900.01", "1000", "9000", "123456789"):
        assert is_other(request_text, number)


def test_about_a_sum_is_a_quarter_more_at_most() -> None:
    for request_text in ("Pay Meier about 900 EUR", "Zahle Meier rund 900 Euro", "Pay Meier roughly \u20ac900"):
        for number in ("1125", "905", "900", "850"):
            assert not is_other(request_text, number)
        for number in ("1125.01", "1200", "9000"):
            assert is_other(request_text, number)


def test_a_number_with_blanks_is_a_ceiling_as_one_number() -> None:
    for request_text in ("Pay Meier 1 250 EUR", "Pay invoice 1 250 EUR"):
        assert not is_other(request_text, "1250")
        assert not is_other(request_text, "250")
        assert is_other(request_text, "12500")


@pytest.mark.parametrize(
    "request_text",
    [
        "Pay Ada and Bob 10 EUR each",
        "Zahle Ada und Bob je 10 EUR",
        "Send Ada 20 EUR plus what she paid for the cab",
        "Pay Tegel for this week, 40 EUR an hour if he agrees",
        "Ada's rate is 40 EUR. Pay her for this week",
        "I owe Ada for 2 dinners at 30 EUR, pay her",
        "My lunch was 12 EUR. Pay the Tegel bill",
        "Pay the Tegel bill. Tell Bob lunch is 12 EUR",
        "Keep at least 50 EUR and transfer the rest to my savings",
        "The rent rose by 50 EUR. Pay it",
        "Die Miete ist um 50 EUR gestiegen, zahle sie",
        "Pay the bill minus 20 EUR",
        "There is a discount of 20 EUR. Pay the bill",
        "We owe Meier 20 EUR and Tegel 30 EUR. Pay the bill",
        "We owe Meier 20 EUR. Pay him and pay Tegel",
        "Pay Ada EUR 1 200 and about 30 EUR more",
    ],
)
def test_what_may_come_to_more_than_is_stated_has_no_ceiling(request_text: str) -> None:
    assert not is_other(request_text, "1230")


def test_a_currency_in_other_words_is_one() -> None:
    assert is_other("Pay Meier 900 US dollars", "9000", currency="USD")
    assert is_other("\u00dcberweise Meier 900 Euronen", "9000")
    assert is_other("Zahl Meier bitte 900", "9000")
    assert not is_other("Zahl Meier bitte 900", "900")


def test_a_bound_from_below_is_a_floor() -> None:
    for request_text in ("Pay Meier at least 900 EUR", "Zahle Meier mindestens 900 EUR", "Pay Meier 900 EUR or more"):
        for number in ("900", "900.01", "950", "1000", "123456789"):
            assert not is_other(request_text, number)
        for number in ("899.99", "90", "0.5"):
            assert is_other(request_text, number)


@given(st.integers(1, 10**14 - 1), st.integers(1, 10**14 - 1))
def test_a_ceiling_holds_what_is_above_it_and_nothing_else(ceiling: int, paid: int) -> None:
    limit, number = (f"{cents // 100}.{cents % 100:02}" for cents in (ceiling, paid))
    assert is_other(f"Pay Meier at most {limit} EUR", number) is (paid > ceiling)


def test_a_number_that_is_an_id_of_the_call_is_no_sum() -> None:
    said = set(stated_marks("Refund 47110"))
    refund = Sum(pointer="/amount", number="30", exponent=2, currency="EUR")
    for codes, is_same in (((), False), (("47110",), True), (("47111", "O-5"), False)):
        states, same = sum_marks(refund, codes)
        assert said.intersection(states)
        assert said.isdisjoint(same) is not is_same
    assert set(stated_marks("Pay Meier 47110 EUR")).isdisjoint(sum_marks(refund, ("47110",))[1])


def test_a_later_request_that_leaves_the_sum_open_takes_back_the_first() -> None:
    said = {*stated_marks("Pay Ada 50 EUR"), *stated_marks("Now send Bob half of the 50 EUR")}
    states, same = sum_marks(Sum(pointer="/amount", number="25", exponent=2, currency="EUR"))
    assert said.intersection(states)
    assert not said.isdisjoint(same)


def test_sums_of_other_currencies_are_not_compared() -> None:
    assert not is_other("Pay Ada $50", "46")
    assert is_other("Pay Ada $50", "46", currency="USD")
    assert is_other("Pay Ada $50", "46", currency="XXX")


def test_a_value_in_minor_units_is_compared_as_such() -> None:
    assert not is_other("Pay Ada 50 EUR", "5000", exponent=0)
    assert not is_other("Pay Ada 5000 JPY", "5000", exponent=0, currency="JPY")
    assert is_other("Pay Ada 50 EUR", "500", exponent=0)
    assert is_other("Pay Ada 900 JPY", "90000", exponent=0, currency="JPY")


def test_a_currency_that_the_agent_chooses_makes_another_sum() -> None:
    said = set(stated_marks("Pay Ada 900 EUR"))
    for currency, is_same in (("EUR", True), ("GBP", False), ("XXX", True)):
        states, same = sum_marks(Sum(pointer="/amount", number="900", exponent=2, currency=currency, chosen=True))
        assert said.intersection(states)
        assert said.isdisjoint(same) is not is_same


def test_a_later_sum_that_cannot_be_read_takes_back_the_first() -> None:
    for later in ("Now pay Bob EUR 1,200k", "Pay Bob 900 KRW"):
        said = {*stated_marks("Pay Ada 50 EUR"), *stated_marks(later)}
        _, same = sum_marks(Sum(pointer="/amount", number="25", exponent=2, currency="EUR"))
        assert not said.isdisjoint(same)


@pytest.mark.parametrize(
    "part",
    [
        "1",
        "1 ",
        "a",
        "$",
        "1.",
        "1,1",
        "eur ",
        "pay ",
        " ",
        "\n",
        "pay 1 ",
        "one",
        "one ",
        "hundred and ",
        "up to 1 eur ",
        "1k",
    ],
)
def test_no_request_keeps_the_reader_long(part: str) -> None:
    text = "pay " + part * (16_384 // len(part))
    before = perf_counter()
    stated_marks(text)
    # A guard against quadratic patterns, which take seconds: ordinary is a hundredth of this.
    assert perf_counter() - before < 2


@pytest.mark.parametrize(
    "request_text",
    [
        "Pay Meier what he asks for, never more than 900 EUR",
        "Never pay Meier more than 900 EUR",
        "Pay Meier, but don't pay more than 900 EUR",
        "Pay Meier, and mustn't it be more than 900 EUR",
        "Pay Meier not a cent more than 900 EUR",
        "Pay Meier under no circumstances more than 900 EUR",
        "Pay Meier, not exceeding 900 EUR",
        "Pay Meier without going over 900 EUR",
        "Pay Meier no more than nine hundred euros",
        "Pay Meier 900 EUR, no more",
        "Pay Meier 900 EUR and not a cent more",
        "Zahle Meier nie mehr als 900 EUR",
        "Zahle Meier keinesfalls über 900 EUR",
        "Zahle Meier 900 EUR, keinen Cent mehr",
        "Ne paie jamais plus de 900 EUR à Meier",
        "No pagues nunca, paga a Meier no más de 900 EUR",
    ],
)
def test_what_denies_more_bounds_a_sum_from_above(request_text: str) -> None:
    assert is_other(request_text, "9000")
    assert not is_other(request_text, "900")
    assert not is_other(request_text, "50")


@pytest.mark.parametrize(
    "request_text",
    [
        "Pay Meier no less than 900 EUR",
        "Pay Meier not under 900 EUR",
        "Zahle Meier nicht weniger als 900 EUR",
        "Pay Meier more than 900 EUR",
    ],
)
def test_what_denies_less_bounds_a_sum_from_below(request_text: str) -> None:
    assert is_other(request_text, "50")
    assert not is_other(request_text, "9000")


def test_a_denial_in_another_part_of_the_sentence_turns_no_bound_round() -> None:
    assert is_other("Don't wait, pay Meier more than 900 EUR", "50")
    assert is_other("Pay Meier less than 900 EUR, not Tegel", "9000")
    assert is_other("Pay the invoice over 900 EUR", "9000")
