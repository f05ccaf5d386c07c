"""What ISO 4217 says of currencies: how many decimals their minor units have."""

from __future__ import annotations

SIGNS = "$\u20ac\u00a3\u00a5\u20b9"
"""Signs of currencies that stand beside sums."""

UNKNOWN_CURRENCY = "XXX"
"""No currency: what a catalog says of an amount whose currency it does not know."""

_DECIMALS = {
    code: decimals
    for decimals, codes in {
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }.items()
    for code in codes.split()
}
"""Table A.1; all others have two."""


def decimals_of(currency: str) -> int:
    """Returns the decimals of the minor unit of a currency."""
    return _DECIMALS.get(currency, 2)
