"""Linking several chat identities to one user."""

from services.identity.link import (
    agree as agree,
    ask as ask,
    confirm as confirm,
    decline as decline,
    enter as enter,
    review as review,
)
from services.identity.model import (
    Known as Known,
    Link as Link,
    LinkCode as LinkCode,
    LinkedIdentity as LinkedIdentity,
    LinkState as LinkState,
    Side as Side,
    UnlinkedIdentity as UnlinkedIdentity,
)
from services.identity.unlink import list_ as list_, unlink as unlink
