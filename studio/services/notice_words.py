"""Notices in words: the same on the page and in a mail. Names are those of today."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from accounts.models import User
from studio.models import Clip, Comment, CreditRequest, Guest, Limit, Notice, Project, Task
from studio.music_api.providers import PROVIDERS
from studio.services import providers

LONGEST = 60  # of a title
EXCERPT = 140  # of what somebody said

Kind = Notice.Kind


@dataclass(frozen=True)
class Told:
    notice: Notice
    text: str
    path: str  # of the page where one goes on, or ""


@dataclass(frozen=True)
class _Known:
    """What the facts point to, as far as the person who is told may see it."""

    user: User
    tasks: dict[int, Task]
    people: dict[int, User]
    projects: dict[int, Project]
    clips: dict[int, Clip]
    comments: dict[int, Comment]
    guests: dict[int, Guest]

    def person(self, key: int | None) -> str:
        return str(self.people.get(key or 0, "Somebody"))


def words_of(notices: Sequence[Notice], user: User) -> list[Told]:
    """What this person is told by their notices; at most six queries."""

    def keys(name: str) -> set[int]:
        return {notice.facts[name] for notice in notices if notice.facts.get(name)}

    known = _Known(
        user,
        Task.objects.visible_to(user).filter(created_by=user).select_related("source").in_bulk(keys("task")),
        User.objects.in_bulk(keys("user")),
        Project.objects.visible_to(user).in_bulk(keys("project")),
        Clip.objects.visible_to(user).filter(purged_at=None).in_bulk(keys("clip")),
        Comment.objects.select_related("created_by", "guest", "parent").in_bulk(keys("comment")),
        Guest.objects.select_related("share").in_bulk(keys("guest")),
    )
    return [Told(notice, *WORDS[Kind(notice.kind)](notice, known)) for notice in notices]


def _finished(notice: Notice, known: _Known) -> tuple[str, str]:
    task = known.tasks.get(notice.facts.get("task", 0))
    ready, failed = notice.facts.get("ready", 0), notice.facts.get("failed", 0)
    what = _title(task) if task else "Your order"
    if not ready:
        text = f"{what} failed. What it cost is yours again."
    elif not failed:
        text = f"{what} is ready{f': {ready} takes' if ready > 1 else ''}."
    else:
        text = f"{what}: {_count(ready, 'take')} ready, {failed} failed. What those cost is yours again."
    return text, reverse("task", args=[task.pk]) if task else ""


def _title(task: Task) -> str:
    """Never the words that were sung, nor what was asked for."""
    title = str(task.params.get("title") or (task.source.title if task.source else ""))
    return f"“{_short(title, LONGEST)}”" if title else "Your order"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _low_person(notice: Notice, known: _Known) -> tuple[str, str]:
    return f"You have {_count(notice.facts.get('balance', 0), 'credit')} left.", _page("credits")


def _low_provider(notice: Notice, known: _Known) -> tuple[str, str]:
    name = str(notice.facts.get("provider", ""))
    label = providers.named(name).label if name in PROVIDERS else name
    left = _count(notice.facts.get("balance", 0), "credit")
    return f"{label}: {left} left there.", _page("providers")


def _limit(notice: Notice, known: _Known) -> tuple[str, str]:
    facts = notice.facts
    when = "today" if facts.get("period") == Limit.Period.DAY else "this month"
    text = f"{_whose(facts, known)} {facts.get('used', 0)} of {facts.get('credits', 0)} credits {when}."
    if facts.get("action") == Limit.Action.BLOCK:
        text += " More than that is not ordered."
    return text, _page("limits" if known.user.is_owner else "credits")


def _whose(facts: dict[str, int], known: _Known) -> str:
    if key := facts.get("user"):
        return "You have spent" if key == known.user.pk else f"{known.person(key)} has spent"
    if key := facts.get("project"):
        return f"{known.projects.get(key, 'A project')} has spent"
    return "The team has spent"


def _asked(notice: Notice, known: _Known) -> tuple[str, str]:
    facts = notice.facts
    who, what = known.person(facts.get("user")), _count(facts.get("credits", 0), "credit")
    return f"{who} asks for {what}: {facts.get('reason', '')}", _page("credit_requests")


def _answered(notice: Notice, known: _Known) -> tuple[str, str]:
    facts = notice.facts
    is_granted = facts.get("status") == CreditRequest.Status.GRANTED
    what = _count(facts.get("credits", 0), "credit")
    text = f"You may spend {what} more." if is_granted else f"Your request for {what} was declined."
    return f"{text} {facts.get('answer', '')}".strip(), _page("credits")


def _commented(notice: Notice, known: _Known) -> tuple[str, str]:
    clip = known.clips.get(notice.facts.get("clip", 0))
    comment = known.comments.get(notice.facts.get("comment", 0))
    if clip is None or comment is None or comment.clip_id != clip.pk:
        return "Somebody said something about a song that you don’t see any more.", ""
    who = str(comment.created_by) if comment.created_by else f"{comment.guest} (guest)"
    said = f"{who} {'answered' if comment.parent else 'said'} about {_song(clip)}{_where(comment)}"
    text = " ".join(comment.text.split())
    return f"{said}: {_short(text, EXCERPT)}", f"{reverse('clip', args=[clip.pk])}#comment-{comment.pk}"


def _where(comment: Comment) -> str:
    start = (comment.parent or comment).start
    return "" if start is None else f" at {int(start) // 60}:{int(start) % 60:02}"


def _approved(notice: Notice, known: _Known) -> tuple[str, str]:
    clip = known.clips.get(notice.facts.get("clip", 0))
    if clip is None:
        return "A song that you don’t see any more was approved.", ""
    guest = known.guests.get(notice.facts.get("guest") or 0)
    who = f"{guest} (guest, “{guest.share}”)" if guest else known.person(notice.facts.get("user"))
    return f"{who} approved {_song(clip)}.", reverse("clip", args=[clip.pk])


def _song(clip: Clip) -> str:
    return f"“{_short(clip.title, LONGEST)}”" if clip.title else "a song"


WORDS: dict[str, Callable[[Notice, _Known], tuple[str, str]]] = {
    Kind.FINISHED: _finished,
    Kind.LOW_PERSON: _low_person,
    Kind.LOW_PROVIDER: _low_provider,
    Kind.LIMIT: _limit,
    Kind.ASKED: _asked,
    Kind.ANSWERED: _answered,
    Kind.COMMENTED: _commented,
    Kind.APPROVED: _approved,
}


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _page(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse("notices")
