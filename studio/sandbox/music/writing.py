"""Lyrics for a prompt: rhymed couplets that suit what it is about, around words of its own."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .chance import dice
from .couplets import CHOICES, IMAGES, LONG_HOOKS, SHORT_HOOKS, THEMES, Couplet, Theme
from .request import SongRequest
from .style import INSTRUMENTS, plain, style_of
from .syllables import LIGHT, syllables, words

LONGEST_TITLE = 80
LONGEST_PHRASE = 7  # syllables
LONGEST_IMAGE = 4
LONGEST_WORD = 16
# What stands before the matter itself: "write me a slow song about ..."
ABOUT = re.compile(r"\b(?:about|über|sobre|sur|про|circa)\b", re.IGNORECASE)
CLAUSE = re.compile(r"[,.;:!?\n\r()\[\]{}<>\"“”/|—–。、，！？]+|\b(?:and|but|und|et|y)\b", re.IGNORECASE)
# Words that speak of the order and not of its matter
ORDERING = ("write", "make", "create", "please", "give", "lyrics", "lyric", "song", "songs", "text")
ARTICLES = ("a", "an", "the", "of", "der", "die", "das", "den", "dem", "el", "la", "los", "las", "le", "les")
PRONOUNS = ("me", "us", "you", "him", "her", "it", "this", "that", "i", "we", "he", "she")
RUDE = re.compile(
    r"fuck|shit|cunt|bitch|whore|\b(?:slut|nigg|fag|porn|rap(?:e|ist)\b)|\b(?:ass|cock|dick|cum|tits?)\b"
)
NAMES = {chords: name for name, (chords, _) in reversed(INSTRUMENTS.items())}


@dataclass(frozen=True)
class LyricDraft:
    """Lyrics under headings such as `[Verse 1]`, a title of at most 80 characters, a fitting sound."""

    title: str
    lyrics: str
    sound: str


def write_lyrics(prompt: str, seed: int) -> LyricDraft:
    """Write a song of two verses, a chorus and a bridge on a prompt of any length, language and sense.

    The same prompt and seed give the same draft.
    """
    prompt = prompt.encode(errors="replace").decode()  # half characters are no seed
    die = dice(seed, "lyrics", prompt)
    theme = _theme(prompt, die)
    phrases = _phrases(prompt) or [die.choice(theme.topics)]
    lyrics = _Writer(theme, phrases, die).song()
    return LyricDraft(_title(phrases[0]), lyrics, _sound(prompt, theme, seed))


class _Writer:
    """Draws couplets for one song; none comes twice, and no rhyme either while there are others."""

    def __init__(self, theme: Theme, phrases: Sequence[str], die: random.Random) -> None:
        self.theme, self.die = theme, die
        self.topic = phrases[0]
        self.images = [phrase for phrase in phrases[1:] if _length(phrase) <= LONGEST_IMAGE]
        self.ends: set[str] = set()
        self.choices = {name: die.choice(words) for name, words in CHOICES.items()}

    def song(self) -> str:
        """The text with its section heads, without a title."""
        theme = self.theme
        hooks = SHORT_HOOKS if _length(self.topic) <= 3 else LONG_HOOKS
        chorus = [*self._couplet(hooks), *self._couplet(theme.choruses)]
        first = [*self._couplet(theme.verses), *self._second(0)]
        second = [*self._couplet(theme.verses), *self._second(1)]
        bridge = [*self._couplet(theme.bridges), *self._couplet(theme.bridges)]
        parts = {"Verse 1": first, "Chorus": chorus, "Verse 2": second, "Bridge": bridge}
        order = ("Verse 1", "Chorus", "Verse 2", "Chorus", "Bridge", "Chorus")
        return "\n\n".join("\n".join([f"[{name}]", *parts[name]]) for name in order)

    def _second(self, number: int) -> Couplet:
        """The second half of a verse: about another part of the prompt, where it has one."""
        if number < len(self.images):
            return self._couplet(IMAGES, self.images[number])
        return self._couplet(self.theme.verses)

    def _couplet(self, pool: Sequence[Couplet], image: str = "") -> Couplet:
        fresh = [pair for pair in pool if not self.ends & _ends(pair)]
        pair = self.die.choice(fresh or pool)
        self.ends |= _ends(pair)
        first, second = (_sentence(line.format(T=self.topic, I=image, **self.choices)) for line in pair)
        return first, second


def _ends(pair: Couplet) -> set[str]:
    return {line.split()[-1] for line in pair}


def _sentence(line: str) -> str:
    return line[:1].upper() + line[1:]


def _theme(prompt: str, die: random.Random) -> Theme:
    """The theme most of whose words are in the prompt; one by chance where none is."""
    said = set(re.findall(r"\w+", plain(prompt)))
    counts = [len(said & {plain(word) for word in theme.words.split()}) for theme in THEMES]
    best = [theme for theme, count in zip(THEMES, counts, strict=True) if count == max(counts)]
    return die.choice(best)


def _phrases(prompt: str) -> list[str]:
    """Up to three parts of a prompt that can be sung: what it is about first, none twice."""
    matter = ABOUT.split(prompt, maxsplit=1)[-1].strip() or prompt
    clauses = CLAUSE.split(matter[:600])
    found_phrases = (phrase for clause in clauses if (phrase := _phrase(clause)))
    unique = {plain(phrase): phrase for phrase in found_phrases}
    return list(unique.values())[:3]


def _phrase(clause: str) -> str:
    """As many words from the beginning of a clause as sing well in one breath; empty where there are none."""
    kept: list[str] = []
    for word in _wanted(words(clause)):
        if len(word) > LONGEST_WORD or _length(" ".join([*kept, word])) > LONGEST_PHRASE:
            break
        kept.append(word)
    while kept and kept[-1].casefold() in LIGHT.difference(PRONOUNS):
        kept.pop()
    phrase = _joined(kept)
    return "" if RUDE.search(plain(phrase)) or not re.search(r"[^\W_]", phrase) else phrase


def _wanted(spoken: list[str]) -> list[str]:
    """Without words of ordering, and without an article at the beginning."""
    wanted = [word for word in spoken if word.casefold() not in ORDERING]
    while wanted and wanted[0].casefold() in ARTICLES:
        wanted = wanted[1:]
    return wanted


def _joined(kept: list[str]) -> str:
    """Words with spaces between them, but none in Chinese, Japanese and Thai."""
    text = " ".join(kept)
    return re.sub(r"(?<=[⺀-鿿฀-๿]) (?=[⺀-鿿฀-๿])", "", text)


def _length(phrase: str) -> int:
    return sum(len(syllables(word)) for word in words(phrase))


def _title(phrase: str) -> str:
    spoken = enumerate(phrase.split(" "))
    titled = (word if place and word.casefold() in LIGHT else _sentence(word) for place, word in spoken)
    return " ".join(titled)[:LONGEST_TITLE]


def _sound(prompt: str, theme: Theme, seed: int) -> str:
    """A description in the words that the composer knows."""
    style = style_of(SongRequest(sound=f"{prompt}\n{theme.mood}", lyrics="la", title="", seed=seed))
    named = dict.fromkeys(NAMES[layer.instrument] for layer in style.layers if layer.instrument in NAMES)
    voice = f"{style.voice} voice"
    return ", ".join([f"{theme.mood} {style.family.name}", *list(named)[:2], voice, f"{style.bpm:.0f} bpm"])
