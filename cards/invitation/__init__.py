"""Invitations: approval card and list, the invitee's cards and mail, and the question before a decision."""

from cards.invitation import card as card, invitee as invitee, question as question
