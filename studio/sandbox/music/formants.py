"""How speech sounds: resonances of vowels and the parts of consonants."""

from dataclasses import dataclass

# First three resonances in Hz of a man's voice, as phonetics tables round them
VOWELS: dict[str, tuple[float, float, float]] = {
    "i": (290, 2200, 2950), "I": (400, 1900, 2550), "e": (420, 1980, 2600), "E": (550, 1750, 2500),
    "ae": (680, 1650, 2450), "a": (740, 1120, 2500), "O": (590, 880, 2450), "o": (450, 830, 2400),
    "U": (440, 1030, 2300), "u": (320, 850, 2250), "V": (640, 1200, 2450), "3": (490, 1330, 1750),
    "@": (510, 1400, 2450),
}  # fmt: skip
BANDWIDTHS = (80.0, 100.0, 140.0)
# Resonances that stay: Hz, octaves, dB
FIXED = ((3100.0, 0.16, 8.0), (3900.0, 0.12, 5.0), (5200.0, 0.2, 5.0), (7200.0, 0.25, 4.0))
SIZES = {"male": 1.0, "female": 1.15}


@dataclass(frozen=True)
class Part:
    """A stretch of a consonant: seconds, level of the voice, of breath through the throat, and of hiss.

    The hiss lies around `centre` Hz, `width` octaves wide; without `formants` those of the vowel stay.
    """

    length: float
    voiced: float = 0.0
    breath: float = 0.0
    hiss: float = 0.0
    centre: float = 4000.0
    width: float = 1.0
    formants: tuple[float, float, float] | None = None


CONSONANTS: dict[str, tuple[Part, ...]] = {
    "s": (Part(0.095, hiss=0.37, centre=6600, width=0.45),),
    "z": (Part(0.075, 0.25, hiss=0.23, centre=6300, width=0.45, formants=(280, 1600, 2600)),),
    "S": (Part(0.100, hiss=0.44, centre=3300, width=0.5),),
    "Z": (Part(0.075, 0.25, hiss=0.23, centre=3200, width=0.5, formants=(280, 1700, 2500)),),
    "C": (Part(0.035), Part(0.065, hiss=0.44, centre=3500, width=0.5)),
    "J": (Part(0.030, 0.15, formants=(220, 1700, 2500)), Part(0.05, 0.2, hiss=0.28, centre=3300, width=0.5)),
    "p": (Part(0.045), Part(0.012, hiss=0.37, centre=900), Part(0.02, 0.2, breath=0.16)),
    "t": (Part(0.040), Part(0.014, hiss=0.55, centre=4200, width=0.7), Part(0.018, 0.2, breath=0.13)),
    "k": (Part(0.042), Part(0.016, hiss=0.51, centre=2000, width=0.5), Part(0.02, 0.2, breath=0.13)),
    "b": (Part(0.042, 0.14, formants=(190, 850, 2200)), Part(0.008, 0.4, hiss=0.14, centre=800)),
    "d": (Part(0.036, 0.14, formants=(190, 1650, 2600)), Part(0.010, 0.4, hiss=0.23, centre=3800, width=0.7)),
    "g": (Part(0.038, 0.14, formants=(190, 1900, 2350)), Part(0.010, 0.4, hiss=0.21, centre=1900, width=0.5)),
    "f": (Part(0.080, hiss=0.13, centre=5500, width=1.4),),
    "v": (Part(0.055, 0.32, hiss=0.069, centre=5000, width=1.2, formants=(280, 1100, 2300)),),
    "T": (Part(0.075, hiss=0.11, centre=6000, width=1.2),),
    "D": (Part(0.042, 0.36, hiss=0.046, centre=5500, width=1.2, formants=(300, 1350, 2500)),),
    "h": (Part(0.055, breath=0.35),),
    "m": (Part(0.065, 0.26, formants=(250, 1000, 2200)),),
    "n": (Part(0.058, 0.28, formants=(250, 1550, 2500)),),
    "N": (Part(0.065, 0.27, formants=(250, 2050, 2650)),),
    "l": (Part(0.055, 0.5, formants=(350, 1150, 2700)),),
    "r": (Part(0.055, 0.5, formants=(340, 1150, 1650)),),
    "w": (Part(0.055, 0.5, formants=(300, 680, 2200)),),
    "y": (Part(0.050, 0.5, formants=(280, 2200, 3000)),),
}
