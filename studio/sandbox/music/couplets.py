"""The words that lyrics are made of: couplets of about eight syllables, by what a song is about.

A slash parts the two lines. `{T}` and `{I}` stand for words of the prompt, other names for
one of CHOICES.
"""

from typing import NamedTuple

Couplet = tuple[str, str]


class Theme(NamedTuple):
    """Words of a prompt that call for it, words for its sound, what to sing of without a prompt, couplets."""

    words: str
    mood: str
    topics: tuple[str, ...]
    verses: tuple[Couplet, ...]
    choruses: tuple[Couplet, ...]
    bridges: tuple[Couplet, ...]


CHOICES = {
    "colour": ("silver", "golden", "yellow", "crooked", "paper"),
    "day": ("Sunday", "Monday", "Friday", "evening", "morning"),
    "hour": ("one", "two", "three", "four", "five"),
}


def _couplets(text: str) -> tuple[Couplet, ...]:
    lines = (line.partition(" / ") for line in text.strip().splitlines())
    return tuple((first.strip(), second.strip()) for first, _, second in lines)


NIGHT = Theme(
    "night midnight city street streets neon urban downtown late dark bar taxi insomnia nacht noche"
    " nuit notte ночь",
    "dark late-night",
    ("midnight", "city lights", "after hours"),
    _couplets("""
        The streetlights hum, the trains run late / A taxi idles by the gate
        Above the roofs a {colour} moon / Somebody plays a broken tune
        The neon writes your name in red / I know the words we never said
        It's {hour} a.m., I walk alone / And every door is shut like stone
        A window on the highest floor / I wonder who they're waiting for
        I walk until the sky turns grey / And let the whole town drift away
        The river holds a string of light / I watch it carry off the night
    """),
    _couplets("""
        The city's mine till break of day / So let me dream my time away
        We're only shadows passing through / But every shadow looks like you
        Don't wake me till the stars are gone / I want this dark to carry on
        Turn off the clocks and let us stay / We'll keep the morning far away
    """),
    _couplets("""
        And when the dawn comes, soft and slow / I'll still have one last place to go
        I've lost my way a time or two / The dark is how I found it, too
        The first bird sings, the last bar shuts / I've got no ifs, I've got no buts
    """),
)
ROAD = Theme(
    "road highway leaving leave left travel train bus drive driving town goodbye away journey miles"
    " moving escape weg reise camino carretera route voyage strada viaggio дорога",
    "driving open-road",
    ("the highway", "miles to go", "the open road"),
    _couplets("""
        I packed my life in one small case / And left the keys in their old place
        The {day} bus rolled up on time / I gave the driver my last dime
        My mother waved, my father stood / I said I'd write, I said I would
        The radio plays something old / The fields go by in green and gold
        A hundred miles of open sky / And no one there to wonder why
        I drew a map on my left hand / It leads me to an unknown land
        The mirror fills with yellow dust / I've only got the road to trust
    """),
    _couplets("""
        So let the white lines lead me on / By sunrise I'll be good as gone
        I don't know where this road will end / But every turn becomes a friend
        There's something waiting up ahead / A braver life, a softer bed
        I'm halfway there and halfway free / There's room enough for you and me
    """),
    _couplets("""
        And if I turn around someday / I hope the porch light shows the way
        You never really leave a place / It leaves its map across your face
        I kept the key, I kept the song / I knew I'd need them all along
    """),
)
LOVE = Theme(
    "love lover loving kiss heart romance wedding marry darling baby sweetheart together forever you"
    " liebe amor amour amore herz corazon coeur любовь",
    "warm tender",
    ("darling", "you and I", "stay with me"),
    _couplets("""
        You laughed at something that I said / It's still the best thing in my head
        You took my coat, you took my hand / You took apart the things I'd planned
        Your coffee cup beside my own / The sweetest thing I've ever known
        We danced in socks across the floor / The neighbours knocked, we danced some more
        I know the way you say my name / And nothing else sounds quite the same
        The summer came, the summer went / I kept each letter that you sent
        I saved a seat, I saved the day / I saved up all I meant to say
    """),
    _couplets("""
        I'd cross the ocean, swim the tide / To have you walking by my side
        So stay until the stars burn through / There's no one I would choose but you
        My heart's a house, the door's ajar / Come in, come in, from where you are
        If all I have is here and now / I'll make it last for you somehow
    """),
    _couplets("""
        And when we're old and moving slow / I'll hold your hand and not let go
        They say that love's a losing game / I'd play it with you all the same
        I never learned to pray, but then / I met you, and I said amen
    """),
)
RAIN = Theme(
    "rain rainy sad sadness lonely alone lost losing missing tears cry crying broken grief goodbye"
    " autumn november melancholy heartbreak regen lluvia pluie pioggia traurig triste дождь",
    "slow melancholic",
    ("November rain", "without you", "this empty room"),
    _couplets("""
        The rain keeps time against the glass / I let another evening pass
        I hear your footsteps in the hall / It's just the clock upon the wall
        The kettle sings to no one now / I still set out two cups somehow
        I called your number just to hear / The voice that used to be so near
        The garden's gone to weeds and stone / I never learned to be alone
        The autumn came and stayed too long / I've only got this quiet song
        A photograph, a {colour} frame / The edges curl, the eyes the same
    """),
    _couplets("""
        And oh, it rains, and oh, it pours / And I am still completely yours
        I'd trade tomorrow, trade it all / To hear you answer when I call
        Some things you lose, some things you keep / I hold you only in my sleep
        The tears will dry, the clouds will part / But who will tell my stubborn heart
    """),
    _couplets("""
        But after rain the ground is new / And something green is coming through
        So let it fall, and let it rain / I'll wash your name off every pane
        I've cried enough to fill a sea / It's time to learn to sail it free
    """),
)
SUN = Theme(
    "summer sun sunny sunshine sea ocean beach happy happiness joy holiday wave waves island bright"
    " blue birthday sommer meer verano mar sol ete mer soleil mare лето море",
    "happy sunny",
    ("summertime", "sunny days", "the deep blue sea"),
    _couplets("""
        The morning's painted on the bay / We're throwing both our shoes away
        There's salt and sunlight in your hair / And music drifting everywhere
        The ice cream melts, the seagulls sing / We haven't planned a single thing
        A bike, a hill, an open gate / The whole wide world can sit and wait
        We wrote our names along the sand / The tide took yours, I took your hand
        A {colour} kite, a sky of blue / And nothing that we have to do
        The windows down, the speakers loud / We're singing at a passing cloud
    """),
    _couplets("""
        Oh, come on in, the water's fine / I'm yours today if you'll be mine
        We've got the sun, we've got the sea / And nowhere else we'd rather be
        Throw up your arms and let it show / We've got no other place to go
        The year is long, the days are few / I'd spend the best of them with you
    """),
    _couplets("""
        And when the winter starts to bite / I'll keep a little jar of light
        The waves come in, the waves go out / That's all we need to think about
        Someday we'll tell it, old and slow / How bright it was, how long ago
    """),
)
DANCE = Theme(
    "dance dancing party club disco rave techno energetic fire wild friday saturday weekend jump beat"
    " groove tanzen fiesta baile fete danser ballare танцы",
    "energetic upbeat",
    ("all night long", "one more dance", "turn it up"),
    _couplets("""
        The bass comes up beneath the floor / There's half the city at the door
        You look across, I look away / We don't need anything to say
        My heartbeat's in the speaker stack / We've crossed the line, no going back
        The lights go red, the lights go blue / The whole room disappears but you
        We left our worries in the hall / Tonight we haven't any at all
        Somebody shouts, the rhythm drops / I hope this moment never stops
        I've had a week of work and rain / Now shake it off and start again
    """),
    _couplets("""
        So turn it up and feel it rise / There's something burning in your eyes
        Hands to the ceiling, feet on fire / One more, one more, a little higher
        We're gonna dance until we're new / The floor is wide enough for two
        Don't stop the music, don't slow down / Tonight we're waking up this town
    """),
    _couplets("""
        And when they turn the house lights on / We'll hum it till the night is gone
        Just close your eyes and count to four / And then we'll take it up once more
        Now bring it down, now hold it still / Then let it go, you know we will
    """),
)
HOPE = Theme(
    "hope home friend friends family mother father grandmother grandfather strong strength rise fight"
    " brave dream believe child children morning winter world heimat freunde casa amigos espoir maison"
    " дом надежда",
    "hopeful uplifting",
    ("carry on", "hold on", "the way back home"),
    _couplets("""
        I've fallen down, I've stood back up / I've poured it out and filled the cup
        The winter's long, the fire's low / But seeds are working under snow
        The kitchen table, old and worn / I learned there how to mend what's torn
        One candle in the window pane / Can call a stranger from the rain
        We built it slowly, stone by stone / A place to never be alone
        I've kept a little spark alive / A reason to get up at five
        The night gives up, the birds begin / I open wide and let it in
    """),
    _couplets("""
        We're gonna rise, we're gonna try / There's room for all of us to fly
        Hold on, hold on, the dawn is near / I'll be the voice you need to hear
        There's light enough to see the track / We're not the kind for turning back
        However far you have to roam / There'll be a song to sing you home
    """),
    _couplets("""
        It doesn't have to come out right / It only has to last the night
        And if you've nothing left to give / Then lean on me, and learn to live
        I'll keep the porch light on for you / The way you always used to do
    """),
)
STARS = Theme(
    "star stars moon space dreamy dreams sleep lullaby calm quiet peace peaceful gentle slow float"
    " floating universe planet ambient sky sterne mond estrellas luna etoiles lune stelle звезды луна",
    "calm dreamy",
    ("starlight", "close your eyes", "above the clouds"),
    _couplets("""
        The moon climbs up its silver stair / And leaves its slippers in the air
        The clouds have folded up the day / And put the noisy world away
        A hush is falling on the trees / A lantern swaying in the breeze
        Far out, a satellite goes by / A slow white stitch across the sky
        I breathe in deep, I breathe out slow / I feel the planets come and go
        The boats are sleeping side by side / And rocking gently with the tide
        I drew a door upon the dark / And opened it with just one spark
    """),
    _couplets("""
        Drift with me now, there's time, there's time / To let the quiet hours chime
        We're made of dust from distant suns / The same as all the other ones
        Lie back and let the world go round / We're floating far above the ground
        Let go, let go, and let it be / The stars will keep you company
    """),
    _couplets("""
        No hurry now, no need to speak / The night lies down against my cheek
        And all the things we can't explain / Fall softly, softly, like the rain
        A thousand years of light ago / This star began to say hello
    """),
)
THEMES = (NIGHT, ROAD, LOVE, RAIN, SUN, DANCE, HOPE, STARS)

# The first lines of a chorus, around a topic of up to three syllables, or of more
SHORT_HOOKS = _couplets("""
    {T}, I can hear you calling / {T}, catch me while I'm falling
    {T}, let the morning find us / {T}, leave the rest behind us
    {T}, keep the fire burning / {T}, keep the whole world turning
    {T}, stay a little longer / {T}, make me that much stronger
    {T}, take me where the grass is high / {T}, teach me how to say goodbye
    {T}, that's the song I'm singing / {T}, hear the echo ringing
""")
LONG_HOOKS = _couplets("""
    {T}, here I go / {T}, now you know
    {T}, on my mind / {T}, hard to find
    {T}, wait for me / {T}, set me free
    {T}, all night long / {T}, that's my song
    {T}, one more time / {T}, hear it chime
    {T}, pull me near / {T}, loud and clear
""")
# A place in a verse for other words of the prompt
IMAGES = _couplets("""
    {I}, written on my hand / The one thing that I understand
    They ask me what I'm dreaming of / {I}, and a little love
    {I}, a picture that won't fade / The best of all the plans we made
    {I}, the words are on my tongue / A tune I knew when I was young
    I had to put it in a song / {I}, so sing along
""")
