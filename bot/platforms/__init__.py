"""Where people chat: Microsoft Teams and the browser, behind one Protocol."""
