"""How users enter and leave a team: the code of an invitation, the page behind its link, removal, leaving."""

from services.membership.join import join as join
from services.membership.leave import leave as leave, remove as remove
