from accounts.models.invitations import Invitation
from accounts.models.people import OwnerLink, Role, User, link_hash
from accounts.models.pictures import Picture
from accounts.models.throttles import Throttle
from accounts.models.trail import TrailEvent

__all__ = ["Invitation", "OwnerLink", "Picture", "Role", "Throttle", "TrailEvent", "User", "link_hash"]
