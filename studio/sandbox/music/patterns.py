"""Patterns of bass and chords: for each style three densities, sparse, verse and chorus, with choices."""

from random import Random

Choices = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]

# Per sixteenth: r root, 5 fifth, o octave, 3 third, 7 the seventh below, a step towards the next root,
# - holds on, . rests
BASS: dict[str, Choices] = {
    "drive": (
        ("r---------------",),
        ("r---r-r-r---r-r-", "r-----r-r-----r-", "r---r---r---r-a-"),
        ("r-r-r-r-r-r-r-a-", "r-r-o-r-r-r-o-a-", "r-r-r-o-r-r-5-a-"),
    ),
    "eighths": (
        ("r-------r-------",),
        ("r-r-r-r-r-r-r-r-", "r-r-r-r-r-r-5-a-"),
        ("r-r-r-r-r-r-r-a-", "r-r-r-r-o-r-5-a-"),
    ),
    "root_fifth": (
        ("r---------------",),
        ("r-------5-------", "r-----r-5-----a-"),
        ("r---r---5---a---", "r-----r-5---5-a-"),
    ),
    "walking": (
        ("r-------5-------",),
        ("r---3---5---a---", "r---5---3---a---", "r---o---5---a---"),
        ("r---3---5---a---", "r---5---o---a---", "r---3-5-o---a---"),
    ),
    "sparse": (
        ("r-------........",),
        ("r-----..r-..5---", "r---....r--r..a-", "r------.o-r-..--"),
        ("r---..r-r---5-a-", "r--r..--r-o-..a-"),
    ),
    "pedal": (("r---------------",), ("r---------------",), ("r-------5-------",)),
    "ostinato": (
        ("r---------------",),
        ("r-r-r-r-r-r-r-r-", "r-..r-r-5-..r-r-"),
        ("r-rrr-r-r-rr5-r-", "r-r-rrr-o-r-5-r-"),
    ),
    "offbeat": (
        ("..r-..r-..r-..r-",),
        ("..rr..rr..rr..ro", "..r-..r-..r-..or"),
        (".rrr.rrr.rrr.ror", "..rr.or-..rr.r7r"),
    ),
    "long": (
        ("r---------------",),
        ("r-------------r-", "r---------o---r-"),
        ("r-----r-....r---", "r---------r-5-7-"),
    ),
    "kick": (("r-------........",), ("................",), ("..............o.", "................")),
    "melodic": (
        ("r-..r-..........",),
        ("r-..r-3-5---....", "..r-3-5-r---....", "r---..5-r-..7-a-"),
        ("r-r-3-5-r---5-a-", "r-..o-5-3---r-a-"),
    ),
    "syncopated": (
        ("r-..............",),
        ("r--r..o.r-..7-r-", "r-.or.r...7-r.o.", "r..r.or-..5-7-a-"),
        ("r-or.ror..7-r-oa", "r.ro..r-r.o.5-7a"),
    ),
}
# Per sixteenth: x the chord, d and u strummed down and up, 1-5 one of its tones from below,
# - holds on, . rests
CHORDS: dict[str, Choices] = {
    "hold": (("x---------------",), ("x---------------",), ("x---------------",)),
    "eighths": (
        ("x---------------",),
        ("x---x---x---x---", "x-.x-.x-x-.x-.x-"),
        ("x-x-x-x-x-x-x-x-", "x-x-x-xxx-x-x-x-"),
    ),
    "anticipate": (
        ("x---------------",),
        ("x-----x---x-----", "x---x-----x---x-", "x-----x-----x---"),
        ("x-x---x---x-x---", "x---x-x---x---x-", "x-.x-.x-x-.x-.x-"),
    ),
    "strum": (
        ("d-------d-------",),
        ("d---d-u-..u-d-u-", "d---d-u-d---d-u-", "d-----u-..u-d-u-"),
        ("d-d-d-u-.-u-d-u-", "d-u-d-u-d-u-d-u-", "d---d-udu-u-d-u-"),
    ),
    "travis": (
        ("1---3---2---4---",),
        ("1.3.2.4.1.3.2.4.", "1.4.2.3.1.4.2.3."),
        ("1.3.2.4.1.3.2343", "1.342.3.1.342.3."),
    ),
    "arpeggio": (
        ("1---2---3---4---",),
        ("1.2.3.4.3.2.3.2.", "1.3.2.3.4.3.2.3."),
        ("1234321312343213", "1.324.321.324.32"),
    ),
    "power": (
        ("x---------------",),
        ("x.x.x.x.x.x.x.x.", "x-x.x.x.x-x.x.x."),
        ("x-------x-----x-", "x-----x---x-----", "x-x-x-x-x-x-x-x-"),
    ),
    "charleston": (
        ("x-----........x-",),
        ("x--..x--........", "..x---....x--...", "x-....x-..x-....", "...x--....x---.."),
        ("x--x--..x-..x-..", "..x-..x--..x-...", "x-..x--...x-.x--"),
    ),
    "guide": (("x---------------",), ("x---------------",), ("x-------x-------", "....x-------x---")),
    "lazy": (
        ("x---------------",),
        ("x-------..x-----", "x-----..x--x----", "..x-----..x-----"),
        ("x--x--..x-x-----", "x-----x-..x---x-"),
    ),
    "sparkle": (
        ("3.......5...4...",),
        ("..4.......5.3...", "....5..4......3.", "5.4.3...........", "......3.4.5....."),
        ("5.4.3.4...5.4...", "..3.4.5...4.5.4."),
    ),
    "spiccato": (
        ("................",),
        ("1.1.1.1.2.2.1.1.", "1.1.2.1.3.1.2.1."),
        ("1.11212.1.113.2.", "1112131412131211"),
    ),
    "stabs": (
        ("..x...........x.",),
        ("..x-..x...x-..x.", "x..x..x.........", "...x..x....x...."),
        ("..x-..x-..x-..x-", "x..x..x..x..x.x."),
    ),
    "sequence": (
        ("1...3...2...4...",),
        ("1.3.2.4.1.3.2.4.", "1..3..2..4..3.2."),
        ("1324132413241324", "14.32.41.32.14.3", "1.4.3.1.4.3.2.4."),
    ),
    "scratch": (
        ("....x.......x...",),
        ("..x.x..x..x.x..x", "x..xx..x..x.x.x."),
        ("x.xxx.x.x.xxx.xx", "x.x.xx.x..x.xxx."),
    ),
    "skank": (
        ("....x.......x...",),
        ("....x.......x...", "....x.......x.x."),
        ("..x.x...x.x.x...", "....x.x.....x.x."),
    ),
    "bubble": (("................",), ("..x.x.x...x.x.x.",), ("..x.xxx...x.xxx.",)),
}


def bars_of(choices: Choices, density: int, die: Random) -> tuple[str, str]:
    """The usual bar of a section, and the one that ends each group of four."""
    return die.choice(choices[density]), die.choice(choices[density])


def held(marks: str) -> int:
    """How many sixteenths a mark lasts, given what follows it in the bar."""
    return 1 + len(marks) - len(marks.lstrip("-"))
