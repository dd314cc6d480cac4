"""How the studio speaks of orders: their titles, what goes on, what was asked for, and where to ask again."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django import template
from django.urls import NoReverseMatch, reverse

from studio.models import Task
from studio.models.clips import FROM_DISK
from studio.services import providers
from studio.templatetags.figures import duration

register = template.Library()

ON_A_CLIP = {
    "extend_music": "Extend {}",
    "replace_music": "Replace part of {}",
    "cover_music": "Cover of {}",
    "video_clip": "Video of {}",
    "download": "File of {}",
}
ON_ITS_OWN = {"make_lyrics": "Lyrics: {}", "upload": "Upload of {}", "download": "Import of {}"}
# Beside each clip: what it is to the one it was made from, and the other way round.
FAMILY = {
    "extend_music": ("Extended from", "Extension"),
    "replace_music": ("Part replaced of", "Part replaced"),
    "cover_music": ("Cover of", "Cover"),
}
PAGES = {
    "create_music": "new_song",
    "make_lyrics": "project_lyrics",
    "upload": "upload",
    "download": "import",
}
APART = ("lyrics", "clip_id")  # lyrics are shown as such; the clip as a link


@register.filter
def order_title(task: Task, sees_source: bool | None = None) -> str:
    """What was ordered, as the head of its card. The source is named to who sees it; where nobody asked, only
    while it is in the order's own project."""
    if task.source:
        if not (task.source.project_id == task.project_id if sees_source is None else sees_source):
            return label_of(task)
        return ON_A_CLIP.get(task.operation, "{}").format(task.source.title)
    own = _file_name(task.title) if task.operation == "upload" else task.title
    if not own:
        return label_of(task)
    return ON_ITS_OWN.get(task.operation, "{}").format(own)


@register.filter
def label_of(task: Task) -> str:
    operation = providers.described(task.provider, task.operation, on_a_clip=bool(task.source_id))
    return operation.label if operation else task.operation


@register.filter
def doing(task: Task) -> str:
    """What goes on while it runs."""
    operation = providers.described(task.provider, task.operation, on_a_clip=bool(task.source_id))
    return operation.doing if operation else "Composing"


@register.filter
def provider_label(task: Task) -> str:
    return providers.named(task.provider).label


@register.filter
def relation(task: Task) -> str:
    """ "Extended from": what the clip of this task is to its source."""
    return FAMILY.get(task.operation, ("Made from", ""))[0]


@register.filter
def kind_of_child(task: Task) -> str:
    return FAMILY.get(task.operation, ("", label_of(task)))[1]


@register.filter
def made_by(operation: str) -> str:
    """Beside a clip that is no new song: "extension", "from the disk"."""
    names = {"upload": "uploaded", "download": "imported", FROM_DISK: "from the disk"}
    return names.get(operation) or FAMILY.get(operation, ("", operation))[1].lower()


@register.filter
def order_facts(task: Task) -> list[tuple[str, str]]:
    """Everything that was asked for, in words: (label, value). No part of an address that may be secret."""
    operation = providers.described(task.provider, task.operation, on_a_clip=bool(task.source_id))
    fields = operation.fields if operation else ()
    given = [(field, task.params.get(field.name)) for field in fields if field.name not in APART]
    facts = [
        (field.label, _in_words(field.name, field.kind, value))
        for field, value in given
        if value not in (None, "", False)
    ]
    file = task.params.get("title") if task.operation == "upload" else ""
    return [*facts, ("File", str(file))] if file else facts


def _in_words(name: str, kind: str, value: Any) -> str:
    if name == "audio_url":
        parts = urlsplit(str(value))
        return f"{parts.hostname or ''}{unquote(parts.path)}"
    if kind == "seconds":
        return duration(float(value))
    return "Yes" if kind == "flag" else str(value)


def _file_name(address: str) -> str:
    """The last part of an address, without what may be secret in it; other texts as they are."""
    if not address.startswith(("http:", "https:")):
        return address
    return unquote(urlsplit(address).path.rstrip("/").rpartition("/")[2]) or urlsplit(address).hostname or ""


@register.filter
def again_url(task: Task) -> str:
    """The form that orders the same once more; "" where there is none."""
    if task.source_id:
        page = reverse("clip_order", args=[task.source_id, task.operation])
    elif task.operation == "make_lyrics" and task.lyric_revision:
        page = reverse("lyric_write", args=[task.lyric_revision.sheet_id])
    else:
        try:
            page = reverse(PAGES.get(task.operation, "new_song"), args=[task.project_id])
        except NoReverseMatch:
            return ""
    return f"{page}?again={task.pk}"
