"""The hosts that the sandbox can stand in for, as data (upstream.md 1.1, 1.8, 4.2)."""

from dataclasses import dataclass

# The page of aimusicapi gives a wrong mv the answer "Allowed models: FUZZ-3-Demo, ...".
FUZZ_MODELS = (
    "FUZZ-3-Demo",
    "FUZZ-2.0 Pro",
    "FUZZ-2.0",
    "FUZZ-2.0 Raw",
    "FUZZ-1.1 Pro",
    "FUZZ-1.1",
    "FUZZ-1.0 Pro",
    "FUZZ-1.0",
    "FUZZ-0.8",
    "Lyria 3 preview",
)
LYRIA = "Lyria 3 Pro"
EDITS = {"extend_music": 12, "replace_music": 12, "cover_music": 12}
SWAPS = (
    "swap_music_vocals",
    "swap_upload_music_vocals",
    "swap_music_sound",
    "swap_upload_music_sound",
    "music_variation",
)
UPLOAD_VARIANTS = ("cover_upload_music", "extend_upload_music", "replace_upload_music")


@dataclass(frozen=True)
class Profile:
    """What one host offers: operation -> price in credits; `retired` task types are answered 410.

    With `fixed_model` every mv is mapped onto it, and the switches for voice and strength do nothing.
    """

    prices: dict[str, int]
    retired: tuple[str, ...]
    models: tuple[str, ...]
    default_model: str
    fixed_model: bool = False


PROFILES = {
    "aimusicapi": Profile(
        prices={"create_music": 10, "make_lyrics": 1, "video_clip": 5, "upload": 2, "download": 2},
        retired=(*EDITS, *UPLOAD_VARIANTS, *SWAPS),  # the page, section 7
        models=FUZZ_MODELS,
        default_model="FUZZ-2.0",
    ),
    # lyrics-create and video-clip are not in this host's menu. What it answers to the upload variants nobody
    # says, so they are unknown task types here.
    "musicapi": Profile(
        prices={"create_music": 12, **EDITS, "upload": 2, "download": 2},
        retired=SWAPS,
        models=(LYRIA,),
        default_model=LYRIA,
        fixed_model=True,
    ),
    "all": Profile(
        prices={
            "create_music": 10,
            **EDITS,
            "make_lyrics": 1,
            "video_clip": 5,
            "upload": 2,
            "download": 2,
        },
        retired=(*UPLOAD_VARIANTS, *SWAPS),
        models=(*FUZZ_MODELS, LYRIA),
        default_model="FUZZ-2.0",
    ),
}
