"""Where the money of a payment stands. An amount that may mean something else is left an attribute, never guessed."""

from __future__ import annotations

from pdp.suggest.judge import Judged
from pdp.suggest.line import Line
from pdp.suggest.roles import Role
from pdp.suggest.words import text_words, word_set
from writ.action import Verb

NO_CURRENCY = "XXX"
"""ISO 4217 for no currency: a person knows which one the server means."""

_UNCOUNTED = word_set("crypto cryptocurrency bitcoin ether stock asset share option")
"""What is counted in other units than money, or in more decimal places than four."""

_MINOR_WORDS = word_set("cent cents pence penny pennies centimes")
_TOTALS = word_set("amount total sum value cost money fee donation budget salary tip")
_NUMBERS = word_set("quantity qty count units shares number_of_units size copies nights tickets passengers")


def amount_line(judged: Judged) -> Line | None:
    """Returns the line of `amount` for a tool that pays, None where no argument surely is the whole amount."""
    if Verb.PAY not in judged.verbs or _UNCOUNTED & (judged.name.others | set(judged.name.nouns)):
        return None
    found = [role for role in judged.roles if _is_whole_amount(role, judged)]
    if not found:
        return None
    role = min(found, key=lambda item: (item.words != ("amount",), "amount" not in item.words, item.argument.path))
    described = text_words(role.argument.description)
    is_minor = (
        bool(_MINOR_WORDS & {*described, role.words[-1]})
        or role.words[-1] == "minor"
        or ("minor unit" in " ".join(described) or "smallest currency unit" in " ".join(described))
    )
    value: dict[str, object] = {"path": _total(role.argument.path), "exponent": 0 if is_minor else 2}
    currency = next((item for item in _currencies(role, judged) if _is_exact(item, beside=_beside(item, role))), None)
    value |= {"currency": NO_CURRENCY} if currency is None else {"currency_path": _common(currency.argument.path)}
    why = "in minor units" if is_minor else "in whole units with two places"
    if "[]" in role.argument.path:
        why += ", added up"
    sure = 50 if currency is None else 70
    return Line(key="amount", value=value, confidence=sure, reason=f"{role.reason}, read as {why}")


def _total(path: str) -> str:
    """Returns the path to a whole amount: of a list of payments the sum, where each has one and none takes away from others.

    Sums are exact of integers alone; whatever else stands there makes the payment UNKNOWN.
    """
    around, step, _ = path.rpartition("[].")
    if not step:
        return path
    each = f"{around}[]"
    # A sum refuses what is no number, which `>=` does not.
    alike = f"sum({path}) >= `0` && length({each}) == length({path}) && min({path}) >= `0`"
    return f"{each} && ({alike} && sum({path}) || `false`)"


def _common(path: str) -> str:
    """Returns the path to the currency of all: of a list of payments the one that each of them has, or none."""
    around, step, _ = path.rpartition("[].")
    if not step:
        return path
    return f"length({around}[]) == length({path}) && min({path}) == max({path}) && max({path})"


def _currencies(amount: Role, judged: Judged) -> list[Role]:
    """Returns the currencies that may be of an amount, the one beside it first; one of other payments is of none."""
    found = [role for role in judged.roles if role.kind == "currency"]
    near = [role for role in found if _beside(role, amount)]
    return near + [role for role in found if "[]" not in role.argument.path and role not in near]


def _beside(role: Role, other: Role) -> bool:
    return role.argument.names[:-1] == other.argument.names[:-1]


def _is_whole_amount(role: Role, judged: Judged) -> bool:
    if role.kind != "amount" or role.argument.listed or not role.argument.is_scalar:
        return False
    is_total = bool(_TOTALS & set(role.words))
    return is_total or not any(_NUMBERS & {*other.words, "_".join(other.words)} for other in judged.roles)


def _is_exact(role: Role, *, beside: bool) -> bool:
    """True for a currency that is there whenever the amount is, and in upper case; any other would make the payment UNKNOWN."""
    argument = role.argument
    is_there = argument.needed if beside else argument.required
    if argument.has_choices:
        codes = (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper() for code in argument.choices)
        return is_there and all(codes)
    lower = any(word in argument.description for word in ("usd", "eur", "lowercase", "lower case", "lower-case"))
    return is_there and argument.is_scalar and not lower
