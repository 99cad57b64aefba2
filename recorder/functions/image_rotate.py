# SPDX-License-Identifier: MIT
"""Rotates, blurs and compresses a picture of 640 by 480."""
# packages: python3-pil
import io

from PIL import Image, ImageFilter

PICTURE = Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 50).convert("RGB")


def handler(event):
    out = io.BytesIO()
    PICTURE.rotate(90, expand=True).filter(ImageFilter.BLUR).save(out, "JPEG")
    return len(out.getvalue())
