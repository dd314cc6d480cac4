"""The drawn cover: a quiet poster of paper, ink and one accent, different for every family and seed."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from .chance import dice, noise
from .motifs import MOTIFS, Canvas
from .song import Song

SIZE, SCALE = 1024, 2
# Paper, ink, a tone between them, and the accent
PALETTES = {
    "pop": "#f4ede1 #2a2a33 #c9b8a3 #e4572e",
    "rock": "#e9e4da #1d1b1a #8f867b #c8321f",
    "folk": "#f1ead8 #39402f #b8ad86 #c97b2a",
    "jazz": "#efe6d3 #1f2a38 #a99f8c #d39a2c",
    "lo-fi": "#eae3dc #3b3a4a #b3a7b0 #cf7f6b",
    "ambient": "#e6eaea #2c3e4c #a9bac0 #e0a458",
    "cinematic": "#e8e3da #23262b #9a958c #b5432a",
    "techno": "#e9e9e6 #161719 #9c9ea0 #ff5a1f",
    "drum & bass": "#e4e6e2 #14201f #8fa09b #e8632c",
    "hip-hop": "#efe5d6 #241f21 #b19a86 #d9482b",
    "reggae": "#f2ead3 #2c3326 #bdb07d #d78a1f",
    "funk": "#f3e8d8 #33222f #c2a294 #e0602f",
}


def draw_cover(path: Path, song: Song) -> None:
    """Draw a 1024 x 1024 JPEG for a song; the same song gives the same picture."""
    family = song.style.family.name
    paper, ink, tone, accent = PALETTES[family].split()
    if song.style.brightness < -0.5:
        paper, ink = ink, paper
    image = Image.new("RGB", (SIZE * SCALE, SIZE * SCALE), paper)
    canvas = Canvas(
        ImageDraw.Draw(image), dice(song.request.seed, "cover"), song.style.energy, ink, tone, accent, paper
    )
    MOTIFS[family](canvas)
    image = image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    _sign(image, (paper, ink))
    _grained(image, song.request.seed).save(path, "JPEG", quality=90)


def _sign(image: Image.Image, colours: tuple[str, str]) -> None:
    """The word that tells this from a cover of the real service, in the colour that stands out."""
    corner = image.crop((SIZE - 160, SIZE - 76, SIZE - 48, SIZE - 44)).convert("L")
    ground = float(np.mean(np.asarray(corner)))
    fill = max(colours, key=lambda colour: abs(sum(ImageColor.getrgb(colour)[:3]) / 3 - ground))
    font = ImageFont.load_default(size=24)
    ImageDraw.Draw(image).text((SIZE - 56, SIZE - 48), "sandbox", fill=fill, font=font, anchor="rs")


def _grained(image: Image.Image, seed: int) -> Image.Image:
    """The fine tooth of paper over the whole picture."""
    grain = noise(SIZE * SIZE, "grain", seed).reshape(SIZE, SIZE, 1) * np.float32(2.2)
    return Image.fromarray(np.clip(np.asarray(image, dtype=np.float32) + grain, 0, 255).astype(np.uint8))
