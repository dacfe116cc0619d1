"""Sealed values open only with their key, in their place, unaltered."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.crypto import BlindIndex, FieldCipher, Undecipherable

NEW, OLD = ("k2", b"n" * 32), ("k1", b"o" * 32)
SECRET = "6217000000000000012"


@pytest.fixture
def cipher() -> FieldCipher:
    return FieldCipher([NEW, OLD])


@given(st.text(), st.text())
def test_any_text_comes_back_as_it_was(text: str, about: str) -> None:
    cipher = FieldCipher([NEW])
    assert cipher.open(cipher.seal(text.encode("utf-8", "ignore").decode(), about="a"), about="a") == (
        text.encode("utf-8", "ignore").decode()
    )


@given(st.binary(max_size=4096))
def test_any_bytes_come_back_as_they_were(data: bytes) -> None:
    cipher = FieldCipher([NEW])
    assert cipher.open_bytes(cipher.seal_bytes(data, about="photo:1"), about="photo:1") == data


def test_a_sealed_value_names_algorithm_and_key_and_hides_the_rest(cipher: FieldCipher) -> None:
    sealed = cipher.seal(SECRET, about="card")
    algorithm, key_id, body = sealed.split(".")
    assert (algorithm, key_id) == ("a1", "k2")
    assert SECRET not in sealed
    assert SECRET.encode() not in base64.urlsafe_b64decode(body + "==")


def test_the_same_value_is_sealed_differently_each_time(cipher: FieldCipher) -> None:
    assert cipher.seal(SECRET, about="card") != cipher.seal(SECRET, about="card")


def test_a_value_sealed_with_an_old_key_is_still_read_and_known_to_be_old(cipher: FieldCipher) -> None:
    before = FieldCipher([OLD]).seal(SECRET, about="card")
    assert cipher.open(before, about="card") == SECRET
    assert not cipher.is_current(before)
    assert cipher.is_current(cipher.seal(SECRET, about="card"))
    assert not cipher.is_current(FieldCipher([OLD]).seal_bytes(b"x", about="card"))


def test_a_value_does_not_open_in_another_place(cipher: FieldCipher) -> None:
    sealed = cipher.seal(SECRET, about="application:1:card")
    with pytest.raises(Undecipherable, match="belongs somewhere else"):
        cipher.open(sealed, about="application:2:card")


def test_a_lost_key_is_named_and_the_value_is_not() -> None:
    sealed = FieldCipher([OLD]).seal(SECRET, about="card")
    with pytest.raises(Undecipherable) as raised:
        FieldCipher([NEW]).open(sealed, about="card")
    assert "k1" in str(raised.value)
    assert SECRET not in str(raised.value)
    assert sealed not in str(raised.value)


def test_a_value_whose_key_id_was_rewritten_does_not_open() -> None:
    both_ids_one_key = FieldCipher([("k1", NEW[1]), ("k2", b"x" * 32)])
    sealed = FieldCipher([NEW]).seal(SECRET, about="card")
    with pytest.raises(Undecipherable):
        both_ids_one_key.open(sealed.replace("a1.k2.", "a1.k1."), about="card")


@pytest.mark.parametrize(
    "rubbish",
    ["", "a1", "a1.k2", "a1.k2.", "a1.k2.!!!", "a1.k2.AAAA", "b9.k2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
     "..", "a1..AAAA", "a1.键.AAAA", "210102199001010015", "a1.k2." + "A" * 39, "\udcff.k.x"],
)  # fmt: skip
def test_rubbish_is_refused_clearly(cipher: FieldCipher, rubbish: str) -> None:
    with pytest.raises(Undecipherable):
        cipher.open(rubbish, about="card")
    with pytest.raises(Undecipherable):
        cipher.open_bytes(rubbish.encode("utf-8", "replace"), about="card")


@given(st.data())
def test_a_single_changed_byte_is_noticed(data: st.DataObject) -> None:
    cipher = FieldCipher([NEW])
    sealed = bytearray(cipher.seal_bytes(SECRET.encode(), about="card"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Undecipherable):
        cipher.open_bytes(bytes(sealed), about="card")


@pytest.mark.parametrize(
    "keys", [[], [("k1", b"short")], [("k.1", b"x" * 32)], [("", b"x" * 32)], [NEW, (NEW[0], b"y" * 32)]]
)
def test_keys_that_cannot_be_used_are_refused_at_once(keys: list[tuple[str, bytes]]) -> None:
    with pytest.raises(ValueError):
        FieldCipher(keys)


def test_a_repr_shows_no_key(cipher: FieldCipher) -> None:
    assert "nnnn" not in repr(cipher)
    assert "iiii" not in repr(BlindIndex(b"i" * 32))


def test_a_blind_index_is_the_same_for_the_same_value_only() -> None:
    index = BlindIndex(b"i" * 32)
    assert index.of("openid", "o-1") == index.of("openid", "o-1")
    assert index.of("openid", "o-1") != index.of("openid", "o-2")
    assert index.of("openid", "o-1") != index.of("id_number", "o-1")
    assert index.of("openid", "o-1") != BlindIndex(b"j" * 32).of("openid", "o-1")
    assert len(index.of("openid", "")) == 64


def test_domain_and_value_cannot_run_into_each_other() -> None:
    index = BlindIndex(b"i" * 32)
    assert index.of("ab", "c") != index.of("a", "bc")


def test_a_short_index_key_is_refused() -> None:
    with pytest.raises(ValueError):
        BlindIndex(b"short")
