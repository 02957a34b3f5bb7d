"""Views: render posted cards and mails from what is true when they are sent."""
