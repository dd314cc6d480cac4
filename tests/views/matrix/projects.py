"""Who gets into a project, how it is put away, and data of one's own: rows and addresses of the matrix."""

from typing import Any

from studio.models import ProjectMember
from studio.services import projects
from tests.views.matrix.codes import *
from tests.views.matrix.world import World

GET: Rows = {
    "my_data": EVERYBODY_SIGNED_IN,
    "erase_account": EVERYBODY_SIGNED_IN,
}
POST: Rows = {
    "project_access": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE),
    "project_member": (SIGN_IN, NOT_FOUND, *(FORBIDDEN,) * 3, NOT_FOUND, NOT_FOUND),
    "project_archive": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, LED_ON, LED_ON),
    "project_hand_over": (SIGN_IN, NOT_FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN, UNPROCESSABLE, UNPROCESSABLE),
    "my_data_export": EVERYBODY_SIGNED_IN,
    "erase_account": (SIGN_IN, *(UNPROCESSABLE,) * 6),
}


def addresses(world: World) -> dict[str, list[Any]]:
    # Archived by the test, which must leave the project of all others as it is.
    aside = projects.create_project(name="Aside", by=world.member)
    for member in world.project.members.all():
        ProjectMember.objects.create(project=aside, user=member.user, access=member.access)
    return {
        "project_access": [world.project.pk],
        "project_member": [world.project.pk, 10**9],
        "project_archive": [aside.pk],
        "project_hand_over": [world.project.pk],
    }
