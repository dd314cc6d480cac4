"""A library of any size, the same each time: `python -m tests.bench.seed COUNT` fills the database that
DATABASE_URL names. It needs the studio's first owner and project."""

import os
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Role, User  # noqa: E402
from studio.models import Asset, Clip, ClipTag, Project, SearchText, Tag, Task  # noqa: E402
from studio.models.search import words_of  # noqa: E402
from studio.services.search import sort_title  # noqa: E402

BATCH = 1000
PEOPLE, PROJECTS, TAGS, VOCABULARY = 12, 24, 40, 3000
COMMON, RARE = "night", "zanzibar"
KINDS = (("master", "m4a", "audio/mp4"), ("thumb", "webp", "image/webp"))
RARE_EVERY = 5000  # clips; one of them sings of Zanzibar
MODELS = ("FUZZ-2.0", "FUZZ-2.0 Pro", "FUZZ-1.1 Pro", "FUZZ-1.0")
OPERATIONS = ("create_music",) * 7 + ("extend_music", "cover_music", "replace_music")
SYLLABLES = ("ka", "lo", "mi", "ren", "sto", "vel", "na", "du", "pri", "ba", "shi", "ter", "wo", "fen", "gla")


class Words:
    """Words as a language has them: few are common, most are rare."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.known = [COMMON] + [
            "".join(random.choices(SYLLABLES, k=random.randint(2, 4))) for _ in range(VOCABULARY)
        ]
        self.weights = [1 / rank for rank in range(2, len(self.known) + 2)]

    def some(self, count: int) -> str:
        return " ".join(self.random.choices(self.known, self.weights, k=count))


def main(count: int) -> None:
    Clip._meta.get_field("created_at").auto_now_add = False  # a year of songs, not all of today
    random = Random(1)
    words = Words(random)
    people, projects = _people(), _projects()
    tags = [Tag(name=name, key=name) for name in dict.fromkeys(words.known[1 : TAGS + 1])]
    tags = Tag.objects.bulk_create(tags)
    orders = _orders(random, words, people, projects, count)
    made: list[Clip] = []
    while batch := _take(orders, BATCH):
        for task, _ in batch:
            task.source = random.choice(made) if made and task.operation != "create_music" else None
        made = _write(random, batch, tags)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _people() -> list[User]:
    owner = User.objects.order_by("pk").first()
    others = [
        User(email=f"p{n}@example.org", name=f"Person {n}", role=Role.MEMBER, password="!")
        for n in range(1, PEOPLE)
    ]
    return [owner, *User.objects.bulk_create(others)]


def _projects() -> list[Project]:
    first = Project.objects.order_by("pk").first()
    others = [Project(name=f"Project {n}", owner=first.owner) for n in range(1, PROJECTS)]
    return [first, *Project.objects.bulk_create(others)]


def _take(orders: Iterator[tuple[Task, Clip]], count: int) -> list[tuple[Task, Clip]]:
    return [pair for _, pair in zip(range(count), orders, strict=False)]


def _orders(
    random: Random, words: Words, people: list[User], projects: list[Project], count: int
) -> Iterator[tuple[Task, Clip]]:
    """One to four takes of each order, until there are enough; the newest come last."""
    start, number = timezone.now() - timedelta(days=365), 0
    while number < count:
        takes = min(random.choice((1, 2, 2, 4)), count - number)
        about = {
            "project": random.choice(projects),
            "created_by": random.choice(people),
            "provider": "sandbox",
        }
        order = {"form_key": uuid.UUID(int=random.getrandbits(128)), "takes": takes, "price": 10}
        stack = uuid.UUID(int=random.getrandbits(128))
        title, sound, lyrics = words.some(3).title(), words.some(8), words.some(150)
        operation, model = random.choice(OPERATIONS), random.choice(MODELS)
        for take in range(1, takes + 1):
            at = start + timedelta(days=365) * (number / count)
            if number % RARE_EVERY == 0:
                lyrics += f" {RARE}"
            done = {"status": "done", "submitted_at": at, "ended_at": at}
            params = {"sound": sound, "title": title, "mv": model}
            known = {"upstream_id": f"seed-{number}", "operation": operation, **about}
            task = Task(take=take, params=params, **done, **order, **known)
            text = {"title": title, "sort_title": sort_title(title), "sound": sound, "lyrics": lyrics}
            place = {"stack": stack, "is_front": take == 1, "model": model, "created_at": at}
            yield task, Clip(**known, **text, **place, **_heard(random))
            number += 1


def _heard(random: Random) -> dict[str, Any]:
    """What was measured of a clip, and what people made of it."""
    return {
        "duration": round(random.uniform(60, 300), 3),
        "loudness": -14.0,
        "true_peak": -1.0,
        "peaks": random.randbytes(600),
        "rating": random.choice((0, 0, 0, 0, 1, 2, 3, 4, 5)),
        "plays": int(random.paretovariate(0.7)) % 500,
    }


@transaction.atomic
def _write(random: Random, batch: list[tuple[Task, Clip]], tags: list[Tag]) -> list[Clip]:
    tasks = Task.objects.bulk_create([task for task, _ in batch])
    for task, (_, clip) in zip(tasks, batch, strict=True):
        clip.task = task
    clips = Clip.objects.bulk_create([clip for _, clip in batch])
    chosen = {clip.pk: random.sample(tags, random.choice((0, 0, 1, 2, 3))) for clip in clips}
    ClipTag.objects.bulk_create(ClipTag(clip=clip, tag=tag) for clip in clips for tag in chosen[clip.pk])
    SearchText.objects.bulk_create(
        SearchText(clip=clip, words=words_of(clip, [tag.name for tag in chosen[clip.pk]])) for clip in clips
    )
    Asset.objects.bulk_create(_asset(clip, *kind) for clip in clips for kind in KINDS)
    return clips


def _asset(clip: Clip, kind: str, ending: str, content_type: str) -> Asset:
    file = {
        "name": f"seed/{clip.pk}.{ending}",
        "content_type": content_type,
        "size": 2_000_000,
        "sha256": "0" * 64,
    }
    return Asset(clip=clip, task=clip.task, kind=kind, **file)


if __name__ == "__main__":
    main(int(sys.argv[1]))
