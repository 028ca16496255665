"""Images made again from images: small ones, and ones that tell nothing about who took them."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from collegium.foundation.files.keeping import store_bytes
from collegium.foundation.files.refusing import MOST_PIXELS, open_image
from collegium.foundation.files.types import kinds
from collegium.foundation.models import Blob, Derived

THUMBNAIL_SIZES = (256, 640, 1024)


def thumbnail(blob: Blob, size: int) -> Blob | None:
    """The image within ``size`` × ``size`` as WebP, upright and without metadata; None if it cannot be made."""
    if size not in THUMBNAIL_SIZES:
        raise ValueError(f"Thumbnails have one of the sizes {THUMBNAIL_SIZES}, not {size}.")
    return _derive(blob, f"webp-{size}", lambda image: _fit(image, size))


def may_tell_where(blob: Blob) -> bool:
    """Whether it is of a type in which cameras write where and with what a picture was taken."""
    return blob.media_type in kinds["image"] - {"image/gif"}


def without_metadata(blob: Blob) -> Blob | None:
    """The image in full size as WebP, upright, without where and with what it was taken; None if it cannot be made."""
    return _derive(blob, "clean", lambda image: image)


def _fit(image: Image.Image, size: int) -> Image.Image:
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    return image


def _derive(blob: Blob, variant: str, change: Callable[[Image.Image], Image.Image]) -> Blob | None:
    known = Derived.objects.filter(blob=blob, variant=variant).select_related("result").first()
    if known is not None:
        return known.result
    result = None
    if blob.media_type in kinds["image"]:
        with contextlib.suppress(
            UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError
        ):
            result = store_bytes(_redrawn(blob.path, change))
    Derived.objects.get_or_create(blob=blob, variant=variant, defaults={"result": result})
    return result


def _redrawn(path: Path, change: Callable[[Image.Image], Image.Image]) -> bytes:
    with open_image(path) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        image = ImageOps.exif_transpose(opened)
        profile = image.info.get("icc_profile")
        has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
        if profile and image.mode in {"RGB", "L", "CMYK"}:
            with contextlib.suppress(ImageCms.PyCMSError):
                standard = ImageCms.createProfile("sRGB")
                own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
                image = ImageCms.profileToProfile(image, own, standard, outputMode="RGB") or image
        image = change(image.convert("RGBA" if has_alpha else "RGB"))
        out = io.BytesIO()
        # Pillow writes only what it is given: no EXIF, no XMP, no profile.
        image.save(out, "WEBP", quality=82, method=4, exif=b"", xmp=b"", icc_profile=b"")
        return out.getvalue()
