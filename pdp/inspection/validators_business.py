"""Checks of figures of a business."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_FIGURE = re.compile(
    r"\(?[-+]?\W{0,3}(?:[A-Z]{0,2}[$€£¥₹₩]|[A-Za-z]{3})?\s?\(?[-+]?\d[\d.,'\s\u00a0]{0,24}\)?\s?"
    r"(?:[kKmMbBtT]{1,2}|[^\W\d_]{2,12}\.?)?(?:\s?(?:de|di|d['e]))?\s?(?:[A-Z]{3}|[€£$¥₹₩%]|[^\W\d_]{1,8})?\s?"
)


def is_figure(text: str) -> bool:
    """True for one amount: a number other than 0, perhaps with sign, currency, and scale; at most 48 characters."""
    value = text.strip()
    return len(value) <= 48 and re.search(r"[1-9]", value) is not None and _FIGURE.fullmatch(value) is not None


BUSINESS_VALIDATORS: Mapping[str, Callable[[str], bool]] = {"figure": is_figure}
