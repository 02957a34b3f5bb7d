"""Users, how they are recognised, and their language."""

from services.user.events import LanguageChosen as LanguageChosen
from services.user.model import (
    ChosenLanguage as ChosenLanguage,
    Identity as Identity,
    Met as Met,
    Recognised as Recognised,
    User as User,
    spoken as spoken,
)
from services.user.recognise import (
    choose_language as choose_language,
    known as known,
    meet as meet,
    recognise as recognise,
)
