"""Users, how they are recognised, and their language."""

from services.user.events import LanguageChosen as LanguageChosen
from services.user.model import (
    ChosenLanguage as ChosenLanguage,
    Identity as Identity,
    RecognisedUser as RecognisedUser,
    User as User,
    UserProfile as UserProfile,
    parse_language as parse_language,
)
from services.user.recognise import (
    choose_language as choose_language,
    find_user_id as find_user_id,
    recognise as recognise,
    upsert_profile as upsert_profile,
)
