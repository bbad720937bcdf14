"""Binary codes: packing loses nothing, and distances are numbers of differing bits at any width."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shallow_cmr.codes import as_words, hamming_distances, pack, unpack


def random_codes(rng, n, n_bits):
    return rng.random((n, n_bits)) > 0.4


@given(n_bits=st.integers(1, 300), seed=st.integers(0, 99))
def test_unpacking_undoes_packing(n_bits, seed):
    B = random_codes(np.random.default_rng(seed), 3, n_bits)
    packed = pack(B)
    assert packed.dtype == np.uint8
    assert (packed == np.packbits(B, axis=1)).all()
    again = unpack(packed, n_bits)
    assert again.dtype == bool
    assert (again == B).all()


@pytest.mark.parametrize("n_bits", [1, 2, 7, 8, 9, 63, 64, 65, 126, 127, 128, 129, 255, 256, 257, 300])
def test_hamming_distance_is_the_number_of_differing_bits(n_bits):
    rng = np.random.default_rng(0)
    A, B = random_codes(rng, 5, n_bits), random_codes(rng, 4, n_bits)
    B[0] = ~A[0]  # the largest distance there is
    differing = (A[:, None, :] != B[None, :, :]).sum(axis=2)
    assert (hamming_distances(A, B) == differing).all()
    assert (hamming_distances(pack(A), pack(B)) == differing).all()
    assert hamming_distances(A, B).dtype == (np.uint8 if n_bits < 256 else np.uint16)


def test_hamming_distances_in_blocks_are_those_of_the_whole(monkeypatch):
    rng = np.random.default_rng(0)
    A, B = random_codes(rng, 10, 70), random_codes(rng, 6, 70)
    whole = hamming_distances(A, B)
    monkeypatch.setattr("shallow_cmr.codes._BLOCK_PAIRS", 13)
    assert (hamming_distances(A, B) == whole).all()


def test_words_hold_the_packed_bytes_and_zeros():
    B = random_codes(np.random.default_rng(0), 4, 70)
    words = as_words(B)
    assert words.shape == (4, 2)
    assert words.dtype == np.uint64
    assert (words.view(np.uint8)[:, :9] == pack(B)).all()
    assert not words.view(np.uint8)[:, 9:].any()
    assert (as_words(pack(B)) == words).all()


@pytest.mark.parametrize("codes", [np.array([[0, 1]]), np.array([[-1, 1]]), np.array([[0.5, 1.0]])])
def test_codes_that_are_not_boolean_are_refused_with_the_cure(codes):
    with pytest.raises(TypeError, match=r"astype\(bool\) for 0/1 codes and codes > 0 for -1/\+1"):
        pack(codes)


def test_codes_of_other_widths_have_no_distance():
    A, B = np.ones((2, 8), dtype=bool), np.ones((2, 9), dtype=bool)
    with pytest.raises(ValueError, match="A has 8 bits and B 9"):
        hamming_distances(A, B)
    with pytest.raises(ValueError, match="A has 1 bytes and B 2"):
        hamming_distances(pack(A), pack(B))
    with pytest.raises(TypeError, match="both as bool codes or both packed"):
        hamming_distances(A, pack(A))


def test_a_vector_is_no_code_matrix_and_other_widths_do_not_unpack():
    with pytest.raises(ValueError, match="n_bits"):
        pack(np.ones(4, dtype=bool))
    with pytest.raises(ValueError, match="n_bits >= 1"):
        pack(np.ones((4, 0), dtype=bool))
    with pytest.raises(ValueError, match="n_bits=17 needs 3"):
        unpack(np.zeros((2, 2), dtype=np.uint8), 17)
    with pytest.raises(ValueError, match="make them with pack"):
        unpack(np.zeros((2, 2)), 16)
