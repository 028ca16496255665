import io

import pytest
from PIL import Image

from collegium.foundation import files


def a_picture(size=(600, 400), form="JPEG", name="me.jpg"):
    kept = io.BytesIO()
    Image.new("RGB", size, "#7aa").save(kept, form)
    kept.seek(0)
    kept.name = name
    return kept


@pytest.fixture
def picture():
    return a_picture


@pytest.fixture
def blob(db):
    return files.store(a_picture(), max_bytes=10_000_000, name="me.jpg")
