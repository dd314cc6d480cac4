"""How the studio writes figures: credits, times, waveforms and drawn covers."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studio.audio.pictures import shapes

register = template.Library()

THIN_SPACE = "\u2009"


@register.filter
def credits(amount: int) -> str:
    """1234 -> 1 234, with a thin space."""
    return f"{amount:,}".replace(",", THIN_SPACE)


@register.filter
def signed(amount: int) -> str:
    """-10 -> −10, 10 -> +10, with a real minus."""
    return f"{amount:+,}".replace(",", THIN_SPACE).replace("-", "\u2212")


@register.filter
def size(count: int) -> str:
    """12345678 bytes -> 12.3 MB; what is small, in kB, and what is large, in GB."""
    if count < 100_000:
        return f"{count / 1000:,.0f} kB"
    if count < 10**9:
        return f"{count / 1e6:.1f} MB".replace(".0 ", " ")
    return f"{count / 1e9:,.1f} GB".replace(".0 ", " ")


@register.filter
def duration(seconds: float | None) -> str:
    """125.3 -> 2:05."""
    minutes, rest = divmod(round(seconds or 0), 60)
    return f"{minutes}:{rest:02d}"


@register.filter
def ordinal(number: int) -> str:
    """2 -> 2nd."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@register.filter
def times(amount: int, count: int) -> int:
    return amount * count


@register.filter
def less(amount: int, other: int) -> int:
    return amount - other


@register.simple_tag
@lru_cache
def icon(name: str) -> SafeString:
    """A symbol of `static/img/icons.svg`; the words beside it carry the meaning. A list has a hundred."""
    symbol = f"{static('img/icons.svg')}#{name}"
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', symbol)


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """A relative time with the exact one on hover."""
    if moment is None:
        return ""
    exact = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        exact.isoformat(timespec="seconds"),
        exact.strftime("%-d %B %Y, %H:%M:%S %Z"),
        _relative((timezone.now() - moment).total_seconds(), exact),
    )


def _relative(seconds: float, exact: datetime) -> str:
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{round(seconds / 60)} min ago"
    if seconds < 24 * 3600:
        return f"{round(seconds / 3600)} h ago"
    return exact.strftime("%-d %b" if seconds < 300 * 24 * 3600 else "%-d %b %Y")


@register.simple_tag
def waveform_path(peaks: bytes, bars: int = 120, height: int = 100) -> str:
    """The path of an SVG with a view box of `bars` × `height`: one upright stroke for each bar, mirrored.

    Steps are relative and whole, since a list of songs sends hundreds of them.
    """
    levels = bytes(peaks) or b"\0"
    parts = [f"M.5 {height // 2}"]
    y = height // 2
    for bar in range(bars):
        start = bar * len(levels) // bars
        loudest = max(levels[start : max(start + 1, (bar + 1) * len(levels) // bars)])
        half = max(round(height / 2 * loudest / 255), 1)
        top = height // 2 - half
        parts.append(f"m{min(bar, 1)} {top - y}v{2 * half}")
        y = top + 2 * half
    return "".join(parts).replace(" -", "-")


@register.inclusion_tag("components/_drawn_cover.html")
def drawn_cover(key: Any) -> dict[str, Any]:
    """A picture for what has none: three shapes that follow from the key, always the same."""
    drawn = shapes(key)
    return {"circles": drawn.circles, "turn": drawn.turn, "ground": drawn.ground}
