import hashlib
import io
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from PIL import Image

from collegium.foundation import clock, files
from collegium.foundation.files import keeping, refusing
from collegium.foundation.models import Blob, Derived
from collegium.foundation.refusal import Refusal
from tests.foundation import samples

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def keep(content: bytes, name: str = "file", max_bytes: int = 10_000_000, **options) -> Blob:
    return files.store(SimpleUploadedFile(name, content), max_bytes=max_bytes, **options)


def kept_files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


# Names ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\plan.docx", "plan.docx"),
        ("a/b/c", "c"),
        ("  lots   of\tspace .pdf", "lots of space .pdf"),
        ("line\nbreak\x00\x07.txt", "line break.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ('what "is" <this>?.md', "what _is_ _this__.md"),
        (".htaccess", "htaccess"),
        ("..", "file"),
        ("", "file"),
        ("خطة.pdf", "خطة.pdf"),
        ("e\u0301t\u00e9.pdf", "été.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("x" * 300, "x" * 150),
    ],
)
def test_a_name_loses_path_parts_and_what_cannot_be_seen(given, cleaned):
    assert files.clean_name(given) == cleaned


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (3_400_000, "3.4 MB"),
        (45_000_000, "45 MB"),
        (2_000_000_000, "2 GB"),
        (5e12, "5000 GB"),
    ],
)
def test_a_size_reads_as_people_say_it(size, words):
    assert files.in_words(size).replace("\xa0", " ") == words


# Types ----------------------------------------------------------------------------------------------------------------

TYPES = [
    (samples.PDF, "a.pdf", "application/pdf"),
    (samples.picture("PNG"), "", "image/png"),
    (samples.picture("JPEG"), "", "image/jpeg"),
    (samples.picture("GIF"), "", "image/gif"),
    (samples.picture("WEBP"), "", "image/webp"),
    (samples.picture("AVIF"), "", "image/avif"),
    (samples.HEIC, "", "image/heic"),
    (samples.sound(), "", "audio/wav"),
    (samples.MP3, "", "audio/mpeg"),
    (b"ID3\x04\0\0\0\0\0\0", "", "audio/mpeg"),
    (samples.AAC, "", "audio/aac"),
    (samples.M4A, "", "audio/mp4"),
    (samples.OGG, "", "audio/ogg"),
    (samples.MP4, "", "video/mp4"),
    (samples.MOV, "", "video/quicktime"),
    (samples.WEBM, "", "video/webm"),
    (samples.office("word/document.xml"), "", WORD),
    (samples.office("ppt/presentation.xml"), "", SLIDES),
    (samples.office("xl/workbook.xml"), "", SHEET),
    (
        samples.office("word/document.xml", **{"word/vbaProject.bin": b"x"}),
        "a.docx",
        "application/vnd.ms-office.macro-enabled",
    ),
    (
        samples.opendocument("application/vnd.oasis.opendocument.text"),
        "",
        "application/vnd.oasis.opendocument.text",
    ),
    (samples.opendocument("application/epub+zip"), "", "application/epub+zip"),
    (samples.packed({"index.html": samples.HTML}), "site.zip", "application/zip"),
    (samples.packed({}), "empty.zip", "application/zip"),
    (samples.DOC, "a.doc", "application/msword"),
    (samples.DOC_WITH_MACROS, "a.doc", "application/vnd.ms-office.macro-enabled"),
    (b"{\\rtf1 hello}", "", "application/rtf"),
    (b"plain words\n", "a.txt", "text/plain"),
    ("Grüße".encode("latin-1"), "a.txt", "text/plain"),
    ("Grüße".encode("utf-16"), "a.txt", "text/plain"),
    (b"# Title\n<b>x</b>", "a.md", "text/plain"),
    (b"a,b\n1,2\n", "a.csv", "text/csv"),
    (b"a,b\n1,2\n", "a.txt", "text/plain"),
    (b'{"a": [1, 2]}', "a.json", "application/json"),
    (b"[not json", "a.txt", "text/plain"),
    (b"[" * 100_000, "a.txt", "text/plain"),
    (b'<?xml version="1.0"?><x/>', "a.xml", "application/xml"),
    (samples.HTML, "a.html", "text/html"),
    (samples.HTML, "a.png", "text/html"),
    (b"  <!-- x --> <HTML><body>", "", "text/html"),
    (b"hello <script>alert(1)</script>", "", "text/html"),
    (b"<p>only a piece</p>", "a.html", "text/html"),
    (samples.SVG, "a.svg", "image/svg+xml"),
    (b"<svg onload=alert(1)>", "a.jpg", "image/svg+xml"),
]


@pytest.mark.parametrize(("content", "name", "media_type"), TYPES)
def test_a_type_is_told_by_the_content(content, name, media_type):
    assert files.sniff(io.BytesIO(content), name) == media_type


def test_a_file_on_disk_is_told_as_well(tmp_path):
    (tmp_path / "x").write_bytes(samples.PDF)
    assert files.sniff(tmp_path / "x") == "application/pdf"


@pytest.mark.parametrize(
    "content", [samples.PROGRAM, samples.ELF, b"\0" * 300, bytes(range(256)), b"PK\x03\x04broken"]
)
def test_what_is_unknown_is_none_of_ours(content):
    assert files.kind_of(files.sniff(io.BytesIO(content), "a.jpg")) is None


def test_kinds_and_endings_fit_each_other():
    assert files.kind_of("image/png") == "image"
    assert files.kind_of("text/html") == "document"
    assert files.kind_of("application/x-msdownload") is None
    assert files.ending_of("image/jpeg") == "jpg"
    assert files.ending_of("something/else") == "bin"
    assert ".jpeg" in files.endings_of("image")
    assert ".csv" not in files.endings_of("image")
    assert ".csv" in files.endings_of()
    for types in files.kinds.values():
        assert [media_type for media_type in types if files.ending_of(media_type) == "bin"] == []


# Keeping --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_content_is_kept_once_under_its_hash(media):
    first = keep(samples.PDF, "a.pdf")
    second = keep(samples.PDF, "another name.pdf")
    assert first == second
    assert first.sha256 == hashlib.sha256(samples.PDF).hexdigest()
    assert (first.size, first.media_type) == (len(samples.PDF), "application/pdf")
    assert first.read() == samples.PDF
    assert kept_files(media) == [first.path]
    assert first.path == media / first.sha256[:2] / first.sha256[2:4] / first.sha256
    assert first.path.stat().st_mode & 0o777 == 0o600


REFUSED = [
    (b"", "a.txt", "empty", "is empty"),
    (b"x" * 1001, "a.txt", "too-large", "is too large: a file may have 1 kB"),
    (samples.HTML, "photo.jpg", "lying-type", "is called .jpg, but what is in it is something else"),
    (samples.SVG, "photo.png", "lying-type", "something else"),
    (samples.PROGRAM, "photo.jpg", "lying-type", "something else"),
    (samples.PROGRAM, "setup.exe", "forbidden-type", "of a type that can't be kept here"),
    (samples.ELF, "tool", "forbidden-type", "can't be kept here"),
    (samples.PDF, "a.docx", "forbidden-type", "can't be kept here"),
    (samples.DOC_WITH_MACROS, "a.doc", "macros", "holds macros"),
    (samples.DOC_LOCKED, "a.docx", "locked", "locked with a password"),
    (
        samples.office("word/document.xml", **{"word/vbaProject.bin": b"x"}),
        "a.docm",
        "macros",
        "holds macros",
    ),
    (samples.HEIC, "a.heic", "forbidden-type", "HEIC"),
    (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a.png", "damaged", "is damaged"),
    (samples.picture("JPEG")[:200], "a.jpg", "damaged", "is damaged"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "name", "code", "sentence"), REFUSED)
def test_what_is_refused_is_refused_in_words_and_nothing_is_kept(media, content, name, code, sentence):
    allowed = files.kinds["image"] | {WORD, "text/plain"}
    with pytest.raises(Refusal) as caught:
        keep(content, name, max_bytes=1000, allowed=allowed)
    assert caught.value.code == code
    assert sentence in str(caught.value).replace("\xa0", " ")
    assert kept_files(media) == []
    assert not Blob.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (samples.picture("PNG"), "photo.jpg"),  # cameras and phones do this all the time
        (b"just words", "table.csv"),
        (samples.M4A, "talk.mp4"),
        (samples.PDF, "no ending"),
        (samples.HTML, "page.html"),
        (samples.SVG, "drawing.svg"),
        (samples.DOC, "old.doc"),
    ],
)
def test_honest_mistakes_in_a_name_are_let_pass(content, name):
    assert keep(content, name).size == len(content)


def bomb() -> bytes:
    return samples.packed({"zeros.txt": b"\0" * 30_000_000})


def with_entry(name: str, *, mode: int = 0o100644, flags: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("placeholder")
        entry.external_attr = mode << 16
        archive.writestr(entry, "x")
    content = out.getvalue().replace(b"placeholder", name.encode().ljust(11, b"_")[:11])
    if flags:
        directory = content.index(b"PK\x01\x02")
        content = content[: directory + 8] + flags.to_bytes(2, "little") + content[directory + 10 :]
    return content


def overlapping() -> bytes:
    """Two entries of the directory that both claim the same bytes."""
    content = samples.packed({"a.txt": b"x" * 5000}, method=zipfile.ZIP_STORED)
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    record, tail = content[start:end], bytearray(content[end:])
    tail[8:12] = (3).to_bytes(2, "little") * 2
    tail[12:16] = (3 * len(record)).to_bytes(4, "little")
    return content[:start] + record * 3 + bytes(tail)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (bomb(), "would unpack to 30 MB"),
        (samples.packed({f"{number}": b"" for number in range(10_001)}), "more than 10000 files"),
        (with_entry("../up/x.txt"), "leads out of its own folder"),
        (with_entry("/etc/passwd"), "leads out of its own folder"),
        (with_entry("..\\up\\x.txt"), "leads out of its own folder"),
        (with_entry("C:\\a.txt"), "leads out of its own folder"),
        (with_entry("link", mode=0o120777), "only points to another place"),
        (with_entry("locked", flags=1), "locked with a password"),
        (samples.packed({"inner.zip": samples.packed({"x": "y"})}), "holds another packed file"),
        (overlapping(), "overlap"),
    ],
)
def test_a_zip_that_would_unpack_to_no_good_is_refused(media, content, sentence):
    with pytest.raises(Refusal) as caught:
        keep(content, "site.zip", max_bytes=50_000_000)
    assert caught.value.code == "zip"
    assert sentence in str(caught.value).replace("\xa0", " ")
    assert kept_files(media) == []


@pytest.mark.django_db
def test_an_office_file_is_a_zip_and_is_looked_into_as_one(media):
    with pytest.raises(Refusal, match="leads out of its own folder"):
        keep(samples.office("word/document.xml", **{"../../x": "y"}), "a.docx")
    assert (
        keep(
            samples.office("ppt/presentation.xml", **{"ppt/embeddings/chart.xlsx": "y"}), "a.pptx"
        ).media_type
        == SLIDES
    )


@pytest.mark.django_db
def test_a_picture_with_too_many_pixels_is_refused_without_being_unpacked(monkeypatch):
    monkeypatch.setattr(refusing, "MOST_PIXELS", 500)
    with pytest.raises(Refusal, match=r"“big.png” is 40 by 20 pixels"):
        keep(samples.picture(), "big.png")


@pytest.mark.django_db
def test_our_own_content_is_kept_without_questions():
    assert files.store_bytes(b'{"proof": 1}', name="credential.json").media_type == "application/json"


@pytest.mark.django_db
def test_a_file_put_in_place_stays_whole_when_the_row_is_rolled_back(media, monkeypatch):
    blob = keep(samples.PDF, "a.pdf")
    monkeypatch.setattr(keeping, "_sync_directory", lambda _directory: (_ for _ in ()).throw(OSError("disk")))
    with pytest.raises(OSError, match="disk"):
        keep(samples.PDF, "a.pdf")
    assert blob.read() == samples.PDF
    assert [path.name for path in (media / "incoming").iterdir()] == []


@pytest.mark.django_db(transaction=True)
def test_many_bring_the_same_file_at_once(media):
    faults = []

    def bring():
        try:
            keep(samples.PDF, "a.pdf")
        except Exception as fault:  # noqa: BLE001 -- shown below
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Blob.objects.count() == 1
    assert len(kept_files(media)) == 1


# Images ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_thumbnail_is_small_upright_and_tells_nothing():
    blob = keep(samples.photo_with_metadata(), "photo.jpg")
    small = files.thumbnail(blob, 256)
    assert small.media_type == "image/webp"
    with Image.open(small.path) as image:
        assert image.size == (128, 256)
        assert dict(image.getexif()) == {}
        assert image.info.get("exif") in {None, b""}
    assert b"CameraMaker" not in small.read()
    assert b"CameraMaker" in blob.read()


@pytest.mark.django_db
def test_a_thumbnail_is_made_once(django_assert_num_queries):
    blob = keep(samples.picture(), "a.png")
    first = files.thumbnail(blob, 256)
    with django_assert_num_queries(1):
        assert files.thumbnail(blob, 256) == first
    assert Derived.objects.count() == 1
    with Image.open(first.path) as image:
        assert image.size == (40, 20)


@pytest.mark.django_db
def test_a_picture_can_be_had_in_full_size_without_metadata():
    blob = keep(samples.photo_with_metadata(), "photo.jpg")
    with Image.open(files.without_metadata(blob).path) as image:
        assert image.size == (300, 600)
        assert dict(image.getexif()) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "I;16"])
def test_pictures_of_every_mode_can_be_made_small(mode):
    out = io.BytesIO()
    Image.new(mode, (50, 50)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    small = files.thumbnail(keep(out.getvalue(), "a"), 256)
    with Image.open(small.path) as image:
        assert image.mode == ("RGBA" if mode in {"RGBA", "LA"} else "RGB")


@pytest.mark.django_db
def test_what_is_no_picture_has_no_thumbnail_and_is_not_tried_again(django_assert_num_queries):
    blob = keep(samples.PDF, "a.pdf")
    assert files.thumbnail(blob, 256) is None
    with django_assert_num_queries(1):
        assert files.thumbnail(blob, 256) is None
    with pytest.raises(ValueError, match="not 300"):
        files.thumbnail(blob, 300)


# Serving --------------------------------------------------------------------------------------------------------------


def body(response) -> bytes:
    return response.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "disposition", "served"),
    [
        (samples.picture(), "my photo.png", 'inline; filename="my photo.png"', "image/png"),
        (samples.picture(), "photo.jpg", 'inline; filename="photo.jpg.png"', "image/png"),
        (samples.PDF, "plan.pdf", 'inline; filename="plan.pdf"', "application/pdf"),
        (samples.HTML, "page.html", 'attachment; filename="page.html"', "application/octet-stream"),
        (samples.SVG, "x.svg", 'attachment; filename="x.svg"', "application/octet-stream"),
        (b"words", "x.txt", 'attachment; filename="x.txt"', "text/plain; charset=utf-8"),
        (
            samples.office("word/document.xml"),
            "خطة.docx",
            "attachment; filename*=utf-8''%D8%AE%D8%B7%D8%A9.docx",
            WORD,
        ),
        (
            b"words",
            'a"b\r\nSet-Cookie: x=1.txt',
            'attachment; filename="a_b Set-Cookie_ x=1.txt"',
            "text/plain; charset=utf-8",
        ),
    ],
)
def test_only_what_is_harmless_is_shown_in_place(rf, content, name, disposition, served):
    response = files.serve(keep(content), name=name, request=rf.get("/"))
    assert response.status_code == 200
    assert body(response) == content
    assert response["Content-Disposition"] == disposition
    assert response["Content-Type"] == served
    assert response["Content-Length"] == str(len(content))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Content-Security-Policy"].startswith("sandbox") == (served != "application/pdf")
    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_a_download_is_one_also_for_pictures(rf):
    response = files.serve(
        keep(samples.picture()), name="a.png", request=rf.get("/"), download=True, max_age=60
    )
    assert response["Content-Disposition"] == 'attachment; filename="a.png"'
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["Cache-Control"] == "private, max-age=60"


@pytest.mark.django_db
def test_who_has_it_already_is_not_sent_it_again(rf):
    blob = keep(samples.PDF)
    etag = files.serve(blob, name="a.pdf", request=rf.get("/"))["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}'):
        response = files.serve(blob, name="a.pdf", request=rf.get("/", headers={"If-None-Match": known}))
        assert (response.status_code, response.content) == (304, b"")
    assert (
        files.serve(blob, name="a.pdf", request=rf.get("/", headers={"If-None-Match": '"other"'})).status_code
        == 200
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "status", "content_range", "part"),
    [
        ("bytes=0-99", 206, "bytes 0-99/1644", slice(0, 100)),
        ("bytes=1600-", 206, "bytes 1600-1643/1644", slice(1600, None)),
        ("bytes=-10", 206, "bytes 1634-1643/1644", slice(1634, None)),
        ("bytes=1600-99999", 206, "bytes 1600-1643/1644", slice(1600, None)),
        ("bytes=-99999", 206, "bytes 0-1643/1644", slice(None)),
        ("bytes=1644-", 416, "bytes */1644", None),
        ("bytes=-0", 416, "bytes */1644", None),
        ("bytes=5-2", 200, None, slice(None)),
        ("bytes=0-1,5-6", 200, None, slice(None)),
        ("bytes=-", 200, None, slice(None)),
        ("lines=1-2", 200, None, slice(None)),
    ],
)
def test_sound_can_be_listened_to_from_the_middle(rf, asked, status, content_range, part):
    content = samples.sound()
    assert len(content) == 1644
    response = files.serve(keep(content), name="a.wav", request=rf.get("/", headers={"Range": asked}))
    assert response.status_code == status
    assert response.get("Content-Range") == content_range
    if part is not None:
        assert body(response) == content[part]
        assert response["Content-Length"] == str(len(content[part]))
        assert response["Accept-Ranges"] == "bytes"


@pytest.mark.django_db
def test_a_part_is_sent_only_of_the_same_content(rf):
    blob = keep(samples.sound())
    headers = {"Range": "bytes=0-9", "If-Range": '"older"'}
    assert files.serve(blob, name="a.wav", request=rf.get("/", headers=headers)).status_code == 200
    headers["If-Range"] = f'"{blob.sha256}"'
    assert files.serve(blob, name="a.wav", request=rf.get("/", headers=headers)).status_code == 206


@pytest.mark.django_db
def test_asking_for_the_head_opens_no_file(rf):
    response = files.serve(keep(samples.sound()), name="a.wav", request=rf.head("/"))
    assert (response.status_code, response.content, response["Content-Length"]) == (200, b"", "1644")


@pytest.mark.django_db
def test_a_file_that_is_gone_from_the_disk_is_said_so(rf):
    blob = keep(samples.PDF)
    blob.path.unlink()
    response = files.serve(blob, name="a.pdf", request=rf.get("/"))
    assert (response.status_code, response.content) == (410, b"This file is missing from the store.")


# Throwing away --------------------------------------------------------------------------------------------------------


@pytest.fixture
def held(monkeypatch):
    """What a room refers to otherwise than by a foreign key."""
    hashes: set[str] = set()
    monkeypatch.setattr(keeping, "_holders", [lambda: hashes])
    return hashes


def grown_old() -> None:
    Blob.objects.update(kept_since=clock.wall() - timedelta(days=2))


@pytest.mark.django_db
def test_what_nobody_refers_to_is_thrown_away_after_a_while(media, held):
    wanted, unwanted = keep(samples.picture(colour="red")), keep(samples.picture(colour="blue"))
    thumbnails = files.thumbnail(wanted, 256), files.thumbnail(unwanted, 256)
    held.add(wanted.sha256)
    assert files.collect_garbage() == 0
    grown_old()
    assert files.collect_garbage() == 2
    assert set(Blob.objects.all()) == {wanted, thumbnails[0]}
    assert set(kept_files(media)) == {wanted.path, thumbnails[0].path}


@pytest.mark.django_db
def test_what_somebody_brings_again_is_kept(held):
    blob = keep(samples.PDF)
    grown_old()
    assert keep(samples.PDF) == blob
    assert files.collect_garbage() == 0
    assert blob.read() == samples.PDF


@pytest.mark.django_db
def test_uploads_that_broke_off_are_swept_up(media, held):
    (media / "incoming").mkdir(parents=True)
    (media / "incoming" / "half").write_bytes(b"x")
    assert files.collect_garbage() == 0
    assert [path.name for path in kept_files(media)] == ["half"]
    files.collect_garbage(grace=timedelta(seconds=-5))
    assert kept_files(media) == []


def test_an_app_says_which_blobs_it_holds(monkeypatch):
    monkeypatch.setattr(keeping, "_holders", [])

    @files.holds_blobs
    def ours():
        return ["a"]

    assert keeping._holders == [ours]
    assert ours() == ["a"]
