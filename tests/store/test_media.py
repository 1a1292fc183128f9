"""Files people send: what they are decides their content, and what a camera wrote into them is gone."""

from __future__ import annotations

import io
import struct
import tempfile
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from projektbot.errors import Rejected
from projektbot.messages import MAX_FILE_BYTES, Kind
from projektbot.store.media import MAX_PIXELS, MediaStore
from projektbot.store.thumbs import Thumbs

GPS, ORIENTATION, MODEL = 0x8825, 0x0112, 0x0110
OGG = b"OggS\x00\x02" + bytes(20)
RIFF = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00"
OPUS = b"\x01\x13OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"
SOUNDS = {
    "opus, as Telegram and Element record": (OGG + OPUS, "audio/ogg"),
    "vorbis": (OGG + b"\x01\x1e\x01vorbis" + bytes(23), "audio/ogg"),
    "mp3 with a title": (b"ID3\x04" + bytes(5) + b"\x0a" + bytes(10) + b"\xff\xfb\x90\x64" + bytes(400), "audio/mpeg"),
    "mp3 of a low rate": (b"\xff\xf3\x40\xc4" + bytes(200), "audio/mpeg"),
    "mp3 with a checksum": (b"\xff\xfa\x90\x64" + bytes(413), "audio/mpeg"),
    "mp3": (b"\xff\xfb\x90\x64" + bytes(413), "audio/mpeg"),
    "m4a, as an iPhone records": (b"\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00M4A mp42isom" + bytes(54), "audio/mp4"),
    "m4a, as Android records": (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(50), "audio/mp4"),
    "wav": (RIFF + b"data\x00\x00\x00\x00", "audio/wav"),
    "webm, as a browser records": (
        b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webmB\x87\x81\x04" + bytes(50),
        "audio/webm",
    ),
    "aac": (b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(50), "audio/aac"),
}  # fmt: skip
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def photo(form: str = "JPEG", size: tuple[int, int] = (40, 20), *, turned: int = 1, mode: str = "RGB") -> bytes:
    """Return a photo as a telephone takes it: with place, model and how it was held."""
    image = Image.new(mode, size, 0)
    image.paste(Image.new(mode, (size[0] // 2, size[1]), 255 if len(mode) == 1 else (255,) * len(image.getbands())))
    exif = Image.Exif()
    exif[MODEL] = "Telephone of Anna"
    exif[ORIENTATION] = turned
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 42.0, 18.0), 3: "E", 4: (12.0, 58.0, 48.0)})
    out = io.BytesIO()
    image.save(out, form, exif=exif, comment=b"Telephone of Anna" if form == "GIF" else b"")
    return out.getvalue()


def opened(media: MediaStore, data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(media.read(media.save(data, Kind.IMAGE).sha256)))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_does_not_say_where_and_with_what_it_was_taken(media: MediaStore, form: str) -> None:
    data = photo(form)
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(GPS)
    assert b"Telephone of Anna" in data

    stored = media.save(data, Kind.IMAGE)

    kept = media.read(stored.sha256)
    image = Image.open(io.BytesIO(kept))
    assert stored.mime == f"image/{form.lower()}"
    assert not dict(image.getexif())
    assert b"Telephone" not in kept
    assert b"Exif" not in kept


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photo_taken_sideways_stands_upright(media: MediaStore, turned: int) -> None:
    image = opened(media, photo(turned=turned))

    assert image.size == ((40, 20) if turned < 5 else (20, 40))
    assert not image.getexif().get(ORIENTATION)
    white = {1: (2, 10), 2: (37, 10), 3: (37, 10), 4: (2, 10), 5: (10, 2), 6: (10, 2), 7: (10, 37), 8: (10, 37)}
    pixel = image.convert("L").getpixel(white[turned])
    assert isinstance(pixel, int | float)
    assert pixel > 200


def test_a_photo_with_a_second_picture_inside_is_a_photo(media: MediaStore) -> None:
    """Newer telephones put brightness or depth beside the picture; Pillow calls that MPO."""
    picture, out = Image.new("RGB", (40, 20), "red"), io.BytesIO()
    picture.save(out, "MPO", save_all=True, append_images=[picture.copy()])

    stored = media.save(out.getvalue(), Kind.IMAGE)

    assert stored.mime == "image/jpeg"
    assert Image.open(io.BytesIO(media.read(stored.sha256))).format == "JPEG"


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "I;16"])
def test_pictures_of_every_depth_are_taken(media: MediaStore, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (8, 8)).save(out, "PNG")

    assert opened(media, out.getvalue()).size == (8, 8)


def moving(form: str, *, said: bool = False) -> bytes:
    """Return three frames: red for 100 ms, blue for 200 ms, and one that can be seen through for 300 ms."""
    colours = [(255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)]
    frames = [Image.new("RGBA", (8, 8), colour) for colour in colours]
    out = io.BytesIO()
    more: dict[str, Any] = {"duration": [100, 200, 300], "loop": 3}
    if said:
        more |= {"exif": exif_of_anna(), "comment": b"Telephone of Anna"}
    frames[0].save(out, form, save_all=True, append_images=frames[1:], lossless=True, **more)
    return out.getvalue()


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_keeps_moving(media: MediaStore, form: str) -> None:
    image = opened(media, moving(form, said=True))

    assert getattr(image, "n_frames", 1) == 3
    assert image.info["loop"] == 3
    times, colours = [], []
    for number in range(3):
        image.seek(number)
        image.load()
        times.append(image.info["duration"])
        colours.append(image.convert("RGBA").resize((1, 1)).tobytes())
    assert times == [100, 200, 300]
    assert [colour[0] > colour[2] for colour in colours[:2]] == [True, False]
    assert colours[2][3] == 0 or form == "GIF"  # there, Pillow writes the frame so that it changes nothing


@pytest.mark.parametrize("form", ["WEBP", "PNG", "GIF"])
def test_a_moving_picture_does_not_say_who_made_it(media: MediaStore, form: str) -> None:
    data = moving(form, said=True)

    assert b"Telephone of Anna" in data
    assert b"Telephone of Anna" not in media.read(media.save(data, Kind.IMAGE).sha256)


def exif_of_anna() -> Image.Exif:
    exif = Image.Exif()
    exif[MODEL] = "Telephone of Anna"
    return exif


def test_a_gif_keeps_its_frames_and_nothing_else(media: MediaStore) -> None:
    said = b"Telephone of Anna"
    data = moving("GIF")
    first = data.index(b"\x21\xf9")
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes([len(said)]) + said + b"\0"
    comment = b"\x21\xfe" + bytes([len(said)]) + said + b"\0"
    looping = data.index(b"\x03\x01", data.index(b"NETSCAPE2.0"))
    beside_loop = data[: looping + 4] + bytes([len(said)]) + said + data[looping + 4 :]

    for full in (
        data[:first] + xmp + comment + data[first:],
        data + said,
        data[:-1] + comment + b";" + said,
        beside_loop,
    ):
        assert media.read(media.save(full, Kind.IMAGE).sha256) == data


def test_what_can_be_seen_through_still_can_be(media: MediaStore) -> None:
    palette, grey = Image.new("P", (4, 4), 0), Image.new("L", (4, 4), 9)
    palette.putpalette([255, 0, 0, 0, 0, 0])
    for image, clear in ((palette, 0), (palette, b"\x00\x80"), (grey, 9)):
        out = io.BytesIO()
        image.save(out, "PNG", transparency=clear)

        pixel = opened(media, out.getvalue()).convert("RGBA").getpixel((1, 1))
        assert isinstance(pixel, tuple)
        assert pixel[3] == 0


def test_a_moving_picture_that_would_burst_the_memory_is_too_big(
    media: MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projektbot.store.media.MAX_PIXELS", 3 * 64 - 1)

    with pytest.raises(Rejected, match="too_big"):
        media.save(moving("PNG"), Kind.IMAGE)


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_file_is_none(media: MediaStore, kind: Kind) -> None:
    with pytest.raises(Rejected, match="wrong_type"):
        media.save(b"", kind, "empty.txt")


@pytest.mark.parametrize(
    "data",
    [b"", b"<html><script>alert(1)</script></html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", PDF, b"GIF89a",
     photo()[:200], b"BM" + bytes(100), b"II*\x00" + bytes(100), b"\x89PNG\r\n\x1a\n"],
    ids=["nothing", "html", "svg", "pdf", "half a gif", "half a photo", "bmp", "tiff", "half a png"],
)  # fmt: skip
def test_what_is_no_picture_is_refused_whatever_it_is_called(media: MediaStore, data: bytes) -> None:
    with pytest.raises(Rejected, match="wrong_type"):
        media.save(data, Kind.IMAGE, "holiday.jpg")

    assert not list(media.folder.rglob("*"))


def test_a_picture_that_would_burst_the_memory_is_refused_unopened(media: MediaStore) -> None:
    for side in (8_000, 60_000):
        assert side * side > MAX_PIXELS
        with pytest.raises(Rejected, match="wrong_type"):
            media.save(bomb(side), Kind.IMAGE)


def bomb(side: int) -> bytes:
    """Return a PNG of a few bytes that says it is enormous."""
    out = io.BytesIO()
    Image.new("1", (1, 1)).save(out, "PNG")
    head, rest = out.getvalue()[:16], out.getvalue()[24:29]
    size = struct.pack(">II", side, side)
    return head + size + rest + struct.pack(">I", zlib.crc32(head[12:] + size + rest)) + out.getvalue()[33:]


def test_a_file_above_the_limit_is_too_big(media: MediaStore) -> None:
    with pytest.raises(Rejected, match="too_big"):
        media.save(b"a" * (MAX_FILE_BYTES + 1), Kind.FILE)

    assert media.save(b"a" * MAX_FILE_BYTES, Kind.FILE).size == MAX_FILE_BYTES


@pytest.mark.parametrize("kind", [Kind.AUDIO, Kind.FILE])
@pytest.mark.parametrize(("data", "mime"), SOUNDS.values(), ids=SOUNDS)
def test_sounds_are_known_by_their_first_bytes(media: MediaStore, data: bytes, mime: str, kind: Kind) -> None:
    assert media.save(data, kind, "note.bin").mime == mime


@pytest.mark.parametrize(("data", "mime"), [(PDF, "application/pdf"), ("Bänke am Fluß\n".encode(), "text/plain")])
def test_documents_are_files_and_no_sounds(media: MediaStore, data: bytes, mime: str) -> None:
    assert media.save(data, Kind.FILE).mime == mime
    with pytest.raises(Rejected, match="wrong_type"):
        media.save(data, Kind.AUDIO)


def test_a_web_page_sent_as_a_file_is_text(media: MediaStore) -> None:
    assert media.save(b"<html><script>alert(1)</script></html>", Kind.FILE, "x.html").mime == "text/plain"


@pytest.mark.parametrize(
    "data", [b"MZ\x90\x00" + bytes(100), b"PK\x03\x04" + bytes(60), b"\x7fELF" + bytes(60), b"a\0b"]
)
def test_programs_and_archives_are_refused(media: MediaStore, data: bytes) -> None:
    with pytest.raises(Rejected, match="wrong_type"):
        media.save(data, Kind.FILE, "innocent.txt")


@pytest.mark.fuzz
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow complains in words about what it can do without
@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=9),
)
def test_a_damaged_picture_is_stored_or_refused(form: str, damage: list[tuple[int, int]]) -> None:
    """Damage lies where the camera writes its notes: at the beginning."""
    data = bytearray(photo(form))
    for place, value in damage:
        data[place % len(data)] = value
    with tempfile.TemporaryDirectory() as folder:
        media = MediaStore(Path(folder))
        try:
            stored = media.save(bytes(data), Kind.IMAGE)
        except Rejected:
            assert not list(media.folder.rglob("*"))
        else:
            assert b"Telephone of Anna" not in media.read(stored.sha256)


def test_a_file_is_named_by_what_it_holds_and_stored_once(media: MediaStore) -> None:
    first = media.save(PDF, Kind.FILE, "one.pdf")
    second = media.save(PDF, Kind.FILE, "two.pdf")

    assert first.sha256 == second.sha256 == sha256(PDF).hexdigest()
    assert [path.name for path in media.folder.rglob("*") if path.is_file()] == [first.sha256]
    assert media.read(first.sha256) == PDF


def test_a_file_is_whole_or_not_there(media: MediaStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        media.save(PDF, Kind.FILE)
    monkeypatch.undo()

    assert not media.path(sha256(PDF).hexdigest()).exists()
    assert media.read(media.save(PDF, Kind.FILE).sha256) == PDF


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd", "", ".." * 32, "a" * 63 + "/", "../" * 21 + "a", "a" * 63 + "\0", "ä" * 64]
)
def test_nobody_reads_beside_the_folder(media: MediaStore, tmp_path: Path, name: str) -> None:
    (tmp_path / "x").write_text("secret")

    with pytest.raises(Rejected):
        media.read(name)


def test_what_a_death_while_writing_left_is_deleted_later(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    kept = store.save(OGG + OPUS, Kind.AUDIO)
    half = store.path(kept.sha256).with_suffix(".4711")
    half.write_bytes(b"half")
    written = half.stat().st_mtime

    store.tidy(written - 1)
    still_there = half.exists()
    store.tidy(written + 1)

    assert still_there
    assert not half.exists()
    assert store.read(kept.sha256) == OGG + OPUS


def test_what_is_only_passed_on_is_found_like_the_rest_and_forgotten_in_time(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    kept, passed = store.save(OGG + OPUS, Kind.AUDIO), store.passing.save(OGG + OPUS + b"x", Kind.AUDIO)
    saved = store.passing.path(passed.sha256).stat().st_mtime
    assert store.read(passed.sha256) == OGG + OPUS + b"x"

    store.passing.forget(saved - 1)
    assert store.read(passed.sha256)
    store.passing.forget(saved + 1)

    with pytest.raises(FileNotFoundError):
        store.read(passed.sha256)
    assert store.read(kept.sha256) == OGG + OPUS


def test_what_another_process_deletes_at_the_same_moment_is_deleted(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    passed = store.passing.save(OGG + OPUS, Kind.AUDIO)
    gone = store.passing.path(passed.sha256).with_name("gone")
    gone.symlink_to("nowhere")  # listed, and not there

    store.passing.forget(store.passing.path(passed.sha256).stat().st_mtime + 1)

    assert not store.passing.path(passed.sha256).exists()


def test_a_picture_that_cannot_be_read_for_a_while_is_measured_later(tmp_path: Path) -> None:
    store = MediaStore(tmp_path / "media")
    thumbs = Thumbs(store, tmp_path / "thumbs")
    out = io.BytesIO()
    Image.new("RGB", (32, 24)).save(out, "PNG")
    kept = store.save(out.getvalue(), Kind.IMAGE)
    away = store.path(kept.sha256).rename(tmp_path / "away")
    assert thumbs.proportions(kept.sha256) == (0, 0)

    away.rename(store.path(kept.sha256))

    assert thumbs.proportions(kept.sha256) == (32, 24)
