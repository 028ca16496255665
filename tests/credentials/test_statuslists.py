import base64
import gzip

import pytest

from collegium.credentials import statuslists


def packed(content: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(content, mtime=0)).decode().rstrip("=")


def test_a_list_there_and_back():
    bits = statuslists.decode(statuslists.marked([0, 7, 8, 131_071]).encoded())
    assert len(bits) == 131_072
    assert [index for index in range(len(bits)) if bits[index]] == [0, 7, 8, 131_071]


def test_the_first_place_is_the_leftmost_bit():
    assert statuslists.marked([0]).content[0] == 0b1000_0000


def test_the_empty_list_is_written_as_in_the_standard():
    assert statuslists.decode(
        "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    ).content == bytes(16_384)


@pytest.mark.parametrize("index", [-1, 131_072])
def test_a_place_beyond_the_list(index):
    with pytest.raises(IndexError):
        statuslists.marked([])[index]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        7,
        "u",
        "u!!!!",
        "uAAAA",
        packed(bytes(100)),
        packed(bytes(20_000))[:-8],
        packed(bytes(50_000_000)),
        "u" + "A" * 3_000_000,
    ],
)
def test_a_list_that_tells_nothing_says_so(text):
    with pytest.raises(statuslists.UnreadableList):
        statuslists.decode(text)
