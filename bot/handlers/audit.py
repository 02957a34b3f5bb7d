"""The audit log."""

from bot.commands import Args, Command, Group
from bot.context import Context
from cards import audit as cards
from cards.model import Card, t
from services import audit
from services.audit.store import NEWEST
from services.permissions import Permission


class PageArgs(Args, frozen=True):
    """Before which entry."""

    before: int = NEWEST


async def show(ctx: Context, args: PageArgs) -> Card:
    """The newest entries before one."""
    return cards.listed(await audit.show(ctx.uow, ctx.actor, args.before))


COMMANDS = (
    Command(
        name="audit.show",
        english=("audit",),
        german=("protokoll",),
        permission=Permission.AUDIT_VIEW,
        about=t("Show who did what in the team"),
        verb=t("Show audit log"),
        group=Group.TEAM,
        handler=show,
        args=PageArgs,
        writes=False,
    ),
)
