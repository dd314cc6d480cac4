"""Chord progressions by colour of the mode, family and section. One word is one step, `a,b` shares it."""

MAJOR: dict[str, dict[str, tuple[str, ...]]] = {
    "pop": {
        "verse": ("I V vi IV", "vi IV I V", "I vi IV V", "I Iadd9 IV vi"),
        "chorus": ("IV I V vi", "I V vi IV", "IV V vi I", "IV V iii,vi IV"),
        "bridge": ("vi IV ii V", "ii vi IV Vsus4", "IV iv I V"),
    },
    "rock": {
        "verse": ("I IV I V", "I bVII IV I", "vi IV I V"),
        "chorus": ("I V IV IV,V", "IV I V vi", "I bVII IV V"),
        "bridge": ("vi V IV IV", "bVI bVII I I", "ii IV V V"),
    },
    "folk": {
        "verse": ("I IV I V", "I vi IV V", "I V,IV I V", "I Isus4,I IV V"),
        "chorus": ("IV I V vi", "IV I IV V", "vi IV I V"),
        "bridge": ("vi iii IV V", "ii vi IV V", "IV V vi V"),
    },
    "jazz": {
        "verse": ("Imaj7 vi7 ii7 V7", "Imaj9 VI7 ii9 V7", "iii7 VI7 ii7 V7b9", "Imaj7 #idim ii7 V7"),
        "chorus": ("ii9 V7 Imaj7 VI7", "IVmaj7 iv6 iii7,VI7 ii7,V7", "ii7 V7 iii7 VI7"),
        "bridge": ("III7 III7 VI7 VI7", "iv7 bVII7 Imaj7 VI7", "ii7 V7 ii7 V7"),
    },
    "lo-fi": {
        "verse": ("IVmaj7 iii7 ii9 Imaj9", "ii9 V7 Imaj7 vi7", "Imaj9 vi9 IVmaj7 iv6"),
        "chorus": ("IVmaj9 V6 iii7 vi9", "IVmaj7 iv6 iii7 vi7", "ii9 iii7 IVmaj9 V7"),
        "bridge": ("vi9 ii9 IVmaj7 V7", "bVImaj7 bVII6 Imaj9 Imaj9"),
    },
    "ambient": {
        "verse": ("Imaj9 IVmaj7", "Iadd9 vi9", "Imaj7 iii7"),
        "chorus": ("IVmaj9 Iadd9", "vi9 IVmaj9", "Iadd9 IVmaj7"),
        "bridge": ("ii9 vi9", "bVIImaj7 IVmaj9"),
    },
    "techno": {
        "verse": ("I IV", "vi I"),
        "chorus": ("vi IV", "I V"),
        "bridge": ("ii IV", "vi iii"),
    },
    "reggae": {
        "verse": ("I IV I V", "I ii I ii", "I V vi IV"),
        "chorus": ("IV V I vi", "I IV V IV"),
        "bridge": ("vi ii vi V", "ii V ii V"),
    },
    "funk": {
        "verse": ("I7 I7 IV9 I7", "I9 I9 bVII6 IV9"),
        "chorus": ("IV9 IV9 I7 V7", "I9 bIII6 IV9 V7"),
        "bridge": ("bVI6 bVI6 bVII6 V7", "ii9 ii9 V7 V7"),
    },
}
MINOR: dict[str, dict[str, tuple[str, ...]]] = {
    "pop": {
        "verse": ("i bVI bIII bVII", "i iv bVI bVII", "i bVII bVI bVII"),
        "chorus": ("bVI bVII i bIII", "bVI bIII bVII i", "i bVI bIII bVII"),
        "bridge": ("iv bVI bIII bVII", "bVI bVI iv V"),
    },
    "rock": {
        "verse": ("i bVI bVII i", "i i bIII bVII", "i bVII iv bVI"),
        "chorus": ("bVI bVII i i", "i bIII bVII iv", "bVI bIII bVII i"),
        "bridge": ("iv bVI V V", "bII bVI bVII V"),
    },
    "folk": {
        "verse": ("i bVII i bVII", "i bIII bVII iv", "i IV bVII i"),
        "chorus": ("bIII bVII i iv", "bVI bIII bVII i"),
        "bridge": ("iv i bVI bVII", "bVI bVII i v"),
    },
    "jazz": {
        "verse": ("i9 iv7 iim7b5 V7b9", "i6 VI7 iim7b5 V7b9", "im7 ii7 im7 ii7"),
        "chorus": ("iv9 bVII9 bIIImaj7 bVImaj7", "i9 bVImaj7 iim7b5 V7b9"),
        "bridge": ("iv7 bVII7 bIIImaj7 V7b9", "bVImaj7 V7 i9 I7"),
    },
    "lo-fi": {
        "verse": ("i9 iv9 bVImaj7 v7", "bVImaj7 v7 iv9 i9", "i9 bIIImaj7 bVImaj9 V7"),
        "chorus": ("bVImaj9 bVII6 v7 i9", "iv9 v7 bVImaj7 bVII6"),
        "bridge": ("iv9 bVII9 bIIImaj9 bVImaj7", "bVImaj7 iv9 v7 v7"),
    },
    "ambient": {
        "verse": ("i9 bVImaj9", "i9 IV", "i9 v7"),
        "chorus": ("bIIImaj9 bVII6", "bVImaj9 bIIImaj7"),
        "bridge": ("iv9 bVImaj7", "bVII6 IV"),
    },
    "cinematic": {
        "verse": ("i bVI iv V", "i bVII bVI V", "i v bVI iv"),
        "chorus": ("bVI bVII i bIII", "i bVI bIII bVII", "bVI bIII iv V"),
        "bridge": ("iv bVI bII V", "bVI iv i Vsus4,V"),
    },
    "techno": {
        "verse": ("i i", "i9 bVI", "i bVII"),
        "chorus": ("bVI bVII", "i bVI", "iv i"),
        "bridge": ("iv bVI", "bVI v"),
    },
    "drum & bass": {
        "verse": ("i9 bVImaj7", "i9 iv9", "bVImaj7 v7"),
        "chorus": ("bVImaj9 bVII6 i9 bIII", "iv9 bVII6 bIIImaj7 bVImaj7", "bVImaj7 v7 i9 i9"),
        "bridge": ("iv9 v7", "bVImaj9 bVII6"),
    },
    "hip-hop": {
        "verse": ("i bVI i V", "i i bVI V", "i iv bVI v"),
        "chorus": ("bVI v i i", "iv i bVI V", "i bVI bIII V"),
        "bridge": ("iv iv i i", "bVI bVI V V"),
    },
    "reggae": {
        "verse": ("i iv i iv", "i bVII i bVII", "i v i v"),
        "chorus": ("bVI bVII i i", "iv v i i"),
        "bridge": ("bVI bVI bVII bVII", "iv bIII iv v"),
    },
    "funk": {
        "verse": ("i9 IV9 i9 IV9", "i7 i7 IV9 i7"),
        "chorus": ("bIIImaj7 IV9 i9 i9", "iv9 bVII9 i9 i9"),
        "bridge": ("bVImaj7 bVII6 i9 V7", "iv9 iv9 v7 V7"),
    },
}
FALLBACKS = {"cinematic": "pop", "drum & bass": "lo-fi", "hip-hop": "pop"}
SECTIONS = {"intro": "verse", "break": "chorus", "prechorus": "bridge", "outro": "chorus"}


def progressions(family: str, mode: str, kind: str) -> tuple[str, ...]:
    """The choices for a section of a song, each a line of Roman numerals."""
    major = mode in ("major", "mixolydian", "lydian")
    table = MAJOR if major else MINOR
    known = table.get(family) or table[FALLBACKS[family]]
    return known[SECTIONS.get(kind, kind)]
