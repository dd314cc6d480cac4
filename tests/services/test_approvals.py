"""A take is approved once, and what one person approved another guest can't take back."""

import pytest
from django.db import connection

from accounts.models import User
from studio.models import Clip, Guest, Notice, Project, Share
from studio.services import approvals, guests, library, results
from studio.services.library import Filters
from tests.factories import again
from tests.sharing import shared
from tests.songs import song
from tests.threads import at_once


@pytest.fixture
def clip(project: Project) -> Clip:
    return song(project)


@pytest.fixture
def share(clip: Clip, member: User) -> Share:
    return shared(clip, member, level="approve")[0]


@pytest.fixture
def anna(share: Share) -> Guest:
    return guests.come(share, "Anna")


def state(clip: Clip) -> tuple[User | None, Guest | None, bool]:
    now = again(clip)
    return now.approved_by, now.approved_guest, now.approved_at is not None


def test_the_first_approval_stays_until_it_is_taken_back(
    clip: Clip, member: User, editor: User, anna: Guest
) -> None:
    assert approvals.approve(clip, by=member)
    moment = again(clip).approved_at
    assert not approvals.approve(clip, by=editor)
    assert not approvals.approve(clip, guest=anna)
    assert (state(clip), again(clip).approved_at) == ((member, None, True), moment)
    assert approvals.take_back(clip)
    assert state(clip) == (None, None, False)
    assert not approvals.take_back(clip)


def test_a_guest_takes_back_what_they_said_themselves_and_a_member_what_anybody_said(
    clip: Clip, share: Share, anna: Guest, member: User
) -> None:
    ben = guests.come(share, "Ben")
    approvals.approve(clip, guest=anna)
    assert not approvals.take_back(clip, guest=ben)
    assert state(clip) == (None, anna, True)
    assert approvals.take_back(clip, guest=anna)
    approvals.approve(clip, by=member)
    assert not approvals.take_back(clip, guest=anna)
    approvals.take_back(clip)
    approvals.approve(clip, guest=anna)
    assert approvals.take_back(clip)
    assert state(clip) == (None, None, False)


def test_what_is_final_or_in_the_bin_keeps_its_approval_as_it_is(clip: Clip, anna: Guest) -> None:
    approvals.approve(clip, guest=anna)
    Clip.objects.filter(pk=clip.pk).update(final_at=again(clip).approved_at)
    assert not approvals.take_back(clip, guest=anna)
    assert not approvals.take_back(clip)
    Clip.objects.filter(pk=clip.pk).update(final_at=None)
    approvals.take_back(clip)
    Clip.objects.filter(pk=clip.pk).update(binned_at=clip.created_at)
    assert not approvals.approve(clip, guest=anna)


def test_the_library_finds_what_a_guest_approved(clip: Clip, anna: Guest, member: User) -> None:
    song(clip.project, "Another")
    approvals.approve(clip, guest=anna)
    assert list(library.found(member, Filters(approved=True))) == [clip]


def test_a_song_that_is_imported_anew_was_approved_by_nobody(clip: Clip, anna: Guest) -> None:
    approvals.approve(clip, guest=anna)
    Clip.objects.filter(pk=clip.pk).update(**results.AS_NEW)
    assert state(clip) == (None, None, False)


@pytest.mark.django_db(transaction=True)
def test_of_many_approvals_at_once_one_counts_and_is_told_once(clip: Clip, anna: Guest, editor: User) -> None:
    done = at_once(lambda: approvals.approve(Clip.objects.get(pk=clip.pk), guest=anna), 6)
    assert sorted(done) == [False] * 5 + [True]
    assert Notice.objects.filter(kind=Notice.Kind.APPROVED).count() == 1  # whose song and link it is


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_approving_and_taking_back_at_once_leaves_one_of_the_two(
    clip: Clip, anna: Guest, member: User
) -> None:
    """However they fall, nobody's name stands beside a take that is not approved, and no two names do."""
    acts = [
        lambda: approvals.approve(clip, guest=anna),
        lambda: approvals.approve(clip, by=member),
        lambda: approvals.take_back(clip, guest=anna),
        lambda: approvals.take_back(clip),
    ]
    for _ in range(10):
        waiting = list(acts)
        assert set(at_once(lambda waiting=waiting: waiting.pop()(), 4)) <= {True, False}
        by, guest, approved = state(clip)
        assert (by is not None) + (guest is not None) == approved
