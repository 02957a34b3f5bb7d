"""HTML pages outside the chat: invitations, installation, information and health."""
