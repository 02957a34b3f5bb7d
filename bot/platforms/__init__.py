"""Chat platforms: Microsoft Teams, Slack and the browser chat, behind one Protocol, and what they share."""
