"""What roles are called."""

from typing import Final

from cards.model import T, t
from services.permissions import Role

ROLES: Final[dict[Role, T]] = {
    Role.OWNER: t("owner"),
    Role.ADMIN: t("admin"),
    Role.MEMBER: t("member"),
    Role.VIEWER: t("viewer"),
    Role.GUEST: t("guest"),
}
