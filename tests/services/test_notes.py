"""What people note on a clip, also when two of them do it at once."""

import pytest

from studio.models import Clip, Project
from studio.models.search import matching
from studio.services import notes
from studio.services.notes import ChangedMeanwhile
from tests.factories import again
from tests.songs import song


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(project, notes="The bridge drags.")


def test_a_new_title_is_found_and_sorted_by(clip: Clip) -> None:
    notes.write(clip, title="Électric dawn", notes=clip.notes, before=clip.notes)
    assert (again(clip).title, again(clip).sort_title) == ("Électric dawn", "electric dawn")
    assert list(matching("electric")) == [clip]
    assert not matching("blue night").exists()


def test_notes_of_somebody_else_are_not_written_over(clip: Clip) -> None:
    notes.write(clip, title=clip.title, notes="Mara's", before="The bridge drags.")
    with pytest.raises(ChangedMeanwhile):
        notes.write(clip, title="Edda's title", notes="Edda's", before="The bridge drags.")
    assert (again(clip).title, again(clip).notes) == ("Blue night", "Mara's")


def test_a_title_alone_leaves_the_notes_of_somebody_else(clip: Clip) -> None:
    notes.write(clip, title=clip.title, notes="Mara's", before="The bridge drags.")
    notes.write(clip, title="New", notes="The bridge drags.", before="The bridge drags.")
    assert (again(clip).title, again(clip).notes) == ("New", "Mara's")


def test_plays_are_counted_from_what_the_row_says(clip: Clip) -> None:
    one, other = Clip.objects.get(pk=clip.pk), Clip.objects.get(pk=clip.pk)
    notes.count_play(one)
    notes.count_play(other)
    assert again(clip).plays == 2
