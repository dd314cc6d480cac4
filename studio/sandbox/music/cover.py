"""The drawn cover."""

from pathlib import Path

from PIL import Image, ImageDraw

from .chance import dice
from .song import Song


def draw_cover(path: Path, song: Song) -> None:
    """Draw a 1024 x 1024 JPEG."""
    image = Image.new("RGB", (1024, 1024), "#f2ece0")
    draw = ImageDraw.Draw(image)
    x = dice(song.request.seed, "cover").randrange(300, 700)
    draw.ellipse((x - 200, 300, x + 200, 700), fill="#d9602b")
    draw.text((60, 950), "sandbox", fill="#2b2823")
    image.save(path, quality=88)
