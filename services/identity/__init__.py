"""Linking several chat identities to one user."""

from services.identity.link import (
    agree as agree,
    claim_code as claim_code,
    confirm as confirm,
    decline as decline,
    issue_code as issue_code,
    review as review,
)
from services.identity.model import (
    LinkCode as LinkCode,
    LinkedIdentity as LinkedIdentity,
    LinkRequest as LinkRequest,
    LinkSide as LinkSide,
    LinkState as LinkState,
    ListedIdentity as ListedIdentity,
    UnlinkedIdentity as UnlinkedIdentity,
)
from services.identity.unlink import list_ as list_, unlink as unlink
