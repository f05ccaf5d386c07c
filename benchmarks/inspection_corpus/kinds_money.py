"""Cards, accounts and figures, and the words that people put beside them."""

from __future__ import annotations

from random import Random

from benchmarks.inspection_corpus import money
from benchmarks.inspection_corpus.checksums import draw, luhn
from benchmarks.inspection_corpus.model import Kind

_CARD_LABELS = ("card number", "credit card", "Kreditkarte", "carte bancaire", "tarjeta", "numero carta", "信用卡")
_METRICS = (
    "revenue",
    "EBITDA",
    "net income",
    "operating profit",
    "gross profit",
    "free cash flow",
    "payroll",
    "annual recurring revenue",
    "account balance",
    "base salary",
    "Umsatz",
    "Jahresüberschuss",
    "Gehalt",
    "chiffre d'affaires",
    "bénéfice net",
    "salaire",
    "ingresos",
    "beneficio neto",
    "fatturato",
    "omzet",
    "net loss",
    "earnings",
)
_STORIES = (
    "In the third quarter {metric} came to {amount}, up from the year before.",
    "We expect {metric} of {amount} for the fiscal year.",
    "{metric}: {amount} (draft, not yet announced)",
    "Our {metric} fell to {amount} last month.",
    "Q2 {metric} {amount} vs plan",
    "The board saw a {metric} forecast of {amount}.",
)
_STORIES_HELD_OUT = (
    "{metric} will be around {amount} when we report on Thursday",
    "Please keep quiet: {metric} of {amount} in FY26",
    "{metric} | {amount} | unaudited",
)


def _old_debit(random: Random) -> str:
    prefix, size = random.choice((("4", 13), ("6304", 18), ("5018", 17), ("6759", 19)))
    return luhn(prefix + draw(random, size - 1 - len(prefix)))


def _story(random: Random) -> str:
    return random.choice(_STORIES).format(metric=random.choice(_METRICS), amount=money.amount(random))


def story_held_out(random: Random) -> str:
    """A sentence with a figure, in words that no rule was tuned to."""
    return random.choice(_STORIES_HELD_OUT).format(metric=random.choice(_METRICS), amount=money.amount(random))


def _figure(random: Random) -> str:
    return random.choice(
        (
            str(random.randint(10_000, 90_000_000)),
            f"{random.randint(10_000, 9_000_000):,}.00",
            f"{random.choice(money.CURRENCIES)} {random.randint(10_000, 900_000)}",
            f"{random.randint(1, 90)}.{random.randint(1, 9)}M",
        )
    )


KINDS = (
    Kind(name="card", data_class="payment_card", make=money.card, labels=_CARD_LABELS, weight=6),
    Kind(name="debit_card", data_class="payment_card", make=_old_debit, labels=_CARD_LABELS, plain=False),
    Kind(name="iban", data_class="bank_account", make=money.iban, labels=("IBAN", "account", "Konto"), weight=5),
    Kind(name="bic", data_class="bank_account", make=money.bic, labels=("BIC", "SWIFT code"), plain=False),
    Kind(name="us_routing", data_class="bank_account", make=money.aba, labels=("routing number", "ABA"), plain=False),
    Kind(
        name="account",
        data_class="bank_account",
        make=money.account,
        labels=(
            "account number",
            "bank account",
            "Kontonummer",
            "numéro de compte",
            "número de cuenta",
            "rekeningnummer",
        ),
        plain=False,
        weight=3,
    ),
    Kind(name="sort_code", data_class="bank_account", make=money.sort_code, labels=("sort code",), plain=False),
    Kind(name="au_bsb", data_class="bank_account", make=money.bsb, labels=("BSB",), plain=False),
    Kind(name="in_ifsc", data_class="bank_account", make=money.ifsc, labels=("IFSC", "IFSC code"), plain=False),
    Kind(name="mx_clabe", data_class="bank_account", make=money.clabe, labels=("CLABE",), plain=False),
    Kind(name="ar_cbu", data_class="bank_account", make=money.cbu, labels=("CBU",)),
    Kind(name="story", data_class="financial", make=_story, labels=(), weight=3),
    Kind(
        name="figure",
        data_class="financial",
        make=_figure,
        labels=(
            "revenue",
            "net income",
            "EBITDA",
            "base salary",
            "account balance",
            "gross profit",
            "invoice total",
            "Umsatz",
        ),
        plain=False,
        weight=2,
    ),
)
