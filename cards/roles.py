"""Names of the roles."""

from typing import Final

from cards.model import T, t
from services.permissions import Role

ROLES: Final[dict[Role, T]] = {
    Role.OWNER: t("Owner"),
    Role.ADMIN: t("Admin"),
    Role.MEMBER: t("Member"),
    Role.VIEWER: t("Viewer"),
    Role.GUEST: t("Guest"),
}
