"""Masks and tokens; FF1 by the sample vectors of NIST SP 800-38G."""

import hmac
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.transform.format_preserving import encrypt
from pdp.transform.values import masked, redacted, tokenized

KEY = bytes(range(32))
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("key", "radix", "tweak", "plain", "cipher"),
    [
        ("2B7E151628AED2A6ABF7158809CF4F3C", 10, "", "0123456789", "2433477484"),
        ("2B7E151628AED2A6ABF7158809CF4F3C", 10, "39383736353433323130", "0123456789", "6124200773"),
        (
            "2B7E151628AED2A6ABF7158809CF4F3C",
            36,
            "3737373770717273373737",
            "0123456789abcdefghi",
            "a9tv40mll9kdu509eum",
        ),
        (
            "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94",
            10,
            "",
            "0123456789",
            "6657667009",
        ),
    ],
)
def test_ff1_gives_the_published_samples(key: str, radix: int, tweak: str, plain: str, cipher: str) -> None:
    symbols = [ALPHABET.index(char) for char in plain]
    out = encrypt(bytes.fromhex(key), radix, bytes.fromhex(tweak), symbols)
    assert "".join(ALPHABET[symbol] for symbol in out) == cipher


def test_ff1_refuses_a_domain_that_could_be_tabulated() -> None:
    with pytest.raises(ValueError, match="1000000 possible values"):
        encrypt(KEY, 10, b"", [1, 2, 3, 4, 5])


@given(st.text(max_size=60))
def test_a_token_keeps_the_shape_of_a_text_without_an_at(text: str) -> None:
    text = text.replace("@", "")
    token = tokenized(text, KEY, b"t")
    assert len(token) == len(text)
    for old, new in zip(text, token, strict=True):
        if old in "0123456789":
            assert new in "0123456789"
        elif not old.isalnum():
            assert new == old
        else:
            assert new.isascii()
            assert new.isalpha()


def test_equal_texts_give_equal_tokens_and_other_keys_and_tweaks_others() -> None:
    text = "4111 1111 1111 1111"
    assert tokenized(text, KEY, b"a") == tokenized(text, KEY, b"a")
    assert len({tokenized(text, KEY, b"a"), tokenized(text, KEY, b"b"), tokenized(text, bytes(32), b"a"), text}) == 4


def test_no_two_numbers_of_one_length_share_a_token() -> None:
    tokens = {tokenized(f"{number:07d}", KEY, b"t") for number in range(2_000)}
    assert len(tokens) == 2_000


def test_a_tokenized_mail_address_reaches_nobody() -> None:
    token = tokenized("Jane.Doe@example.com", KEY, b"t")
    assert token.endswith(".invalid")
    assert "jane" not in token.lower()
    assert "example" not in token.lower()


def test_addresses_that_only_the_top_level_tells_apart_get_tokens_of_their_own() -> None:
    tokens = {tokenized(f"jane.doeson@examplecompany.{top}", KEY, b"t") for top in ("com", "org", "net", "example")}
    assert len(tokens) == 4
    loud = tokenized("JANE.DOESON@EXAMPLECOMPANY.COM", KEY, b"t")
    assert loud.lower() == tokenized("jane.doeson@examplecompany.com", KEY, b"t")


def test_a_very_long_text_is_hashed_once_for_its_digits_and_once_for_its_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashed: list[int] = []

    def digest(key: bytes, message: bytes, kind: Any, of: Callable[..., bytes] = hmac.digest) -> bytes:
        hashed.append(len(message))
        return of(key, message, kind)

    monkeypatch.setattr(hmac, "digest", digest)
    token = tokenized("a1 " * 80_000, KEY, b"t")
    assert [length >= 240_000 for length in hashed] == [True, True]
    assert len(token) == 240_000
    assert token[:300] != token[300:600]


def test_a_mask_shows_the_end_and_never_more_than_a_quarter() -> None:
    assert masked("4111 1111 1111 1111", 4) == "**** **** **** 1111"
    assert masked("123456", 4) == "*****6"
    assert masked("abc", 4) == "***"
    assert masked("4111 1111 1111 1111", 0) == "**** **** **** ****"


def test_a_mark_names_the_class() -> None:
    assert redacted("payment_card") == "[redacted:payment_card]"
    assert redacted("") == "[redacted]"
