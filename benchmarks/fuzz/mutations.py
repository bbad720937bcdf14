"""Ways to damage the bytes of a file: flips, cuts, splices, and numbers that lie."""

import re

__all__ = ["mutated"]

ODD = ["-1", "0", "99999999999999999999", "nan", "''", "(", "}", "1e999", "0x10", "True", ",", "\n", '"', "\0", "é"]
DIGITS = re.compile(rb"\d+")


def mutated(rng, content, others):
    """Return the bytes after one to eight mutations.

    Parameters
    ----------
    rng : random.Random
        Source of chance.
    content : bytes
        A valid file.
    others : list of bytes
        Files to splice pieces from.
    """
    content = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        if content:
            rng.choice(MUTATIONS)(rng, content, others)
    return bytes(content)


def _place(rng, content):
    """Return a position; headers are hit more often than their share."""
    return min(rng.randrange(len(content)), rng.choice((len(content), 256, len(content), 1024)) - 1)


def flip_a_bit(rng, content, _):
    """Turn one bit round."""
    content[_place(rng, content)] ^= 1 << rng.randrange(8)


def change_a_byte(rng, content, _):
    """Put any byte in the place of one."""
    content[_place(rng, content)] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))


def lie_about_a_number(rng, content, _):
    """Write an integer as lengths, shapes and offsets are written: of 1 to 8 bytes, in either order."""
    width, at = rng.choice((1, 2, 4, 4, 8, 8)), _place(rng, content)
    bits = 8 * width
    half = 2 ** (bits - 1)
    value = rng.choice((0, 1, 2, half - 1, half, 2 * half - 1, len(content), rng.getrandbits(bits)))
    content[at : at + width] = (value % 2**bits).to_bytes(width, rng.choice(("little", "big")))


def step_a_number(rng, content, _):
    """Add a little to an integer that is there, so that all else stays plausible."""
    width, at = rng.choice((1, 2, 4, 8)), _place(rng, content)
    old = int.from_bytes(content[at : at + width], "little")
    content[at : at + width] = ((old + rng.choice((-8, -1, 1, 8, 256))) % 256**width).to_bytes(width, "little")


def lie_in_words(rng, content, _):
    """Put odd text in the place of a decimal number."""
    found = list(DIGITS.finditer(content, 0, 2048))
    if found:
        place = rng.choice(found)
        content[place.start() : place.end()] = rng.choice((*ODD, str(rng.getrandbits(70)))).encode()


def cut(rng, content, _):
    """Leave out the end."""
    del content[_place(rng, content) :]


def leave_out(rng, content, _):
    """Leave out a piece."""
    at = _place(rng, content)
    del content[at : at + rng.choice((1, 4, 8, rng.randrange(1, 64)))]


def repeat(rng, content, _):
    """Say a piece twice."""
    at = _place(rng, content)
    content[at:at] = content[at : at + rng.randrange(1, 128)]


def splice(rng, content, others):
    """Put a piece of another file, or of this one, over a piece."""
    other = rng.choice([*others, bytes(content)])
    at, start, n = _place(rng, content), rng.randrange(len(other)), rng.choice((4, 8, 16, 64, 512))
    content[at : at + n] = other[start : start + n]


def swap(rng, content, _):
    """Exchange two pieces of eight bytes."""
    i, j = _place(rng, content) // 8 * 8, _place(rng, content) // 8 * 8
    content[i : i + 8], content[j : j + 8] = content[j : j + 8], content[i : i + 8]


MUTATIONS = [
    flip_a_bit,
    change_a_byte,
    lie_about_a_number,
    lie_about_a_number,
    step_a_number,
    lie_in_words,
    cut,
    leave_out,
    repeat,
    splice,
    swap,
]
