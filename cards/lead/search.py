"""Search results, and the outline of a lead for any chat."""

from typing import Final

from cards.lead import elements
from cards.model import (
    Badge,
    Card,
    Fact,
    Facts,
    Instant,
    Item,
    Items,
    Open,
    Run,
    State,
    Style,
    T,
    Text,
    TextInput,
    Tone,
    t,
    tn,
    verbatim,
)
from services.lead.model import CLOSED_STATES, LeadState, LeadView
from services.lead.search import SEARCH_MAX_CHARS, LeadSearchResult

IN_WORK_BADGE: Final = Badge(t("in work"), State.DONE, Tone.GOOD)
CLOSED_BADGE: Final = Badge(t("closed"), State.DONE)
OPEN_BADGE: Final = Badge(t("open"), State.OPEN)


def search_results_card(view: LeadSearchResult) -> Card:
    """List the results above an input for the next search."""
    return Card(
        _results_title(view),
        (*_result_blocks(view), TextInput("search", t("Search"), view.search, max_length=SEARCH_MAX_CHARS)),
        (
            Run(t("Find lead"), "lead.find", style=Style.PRIMARY, collects=True),
            Run(t("Show all"), "lead.list"),
        ),
    )


def _results_title(view: LeadSearchResult) -> T:
    if not view.search:
        return t("The newest leads") if view.leads else t("Your team has no lead yet")
    if not view.leads:
        return t("Nothing found for “{search}”", search=view.search)
    if view.has_more:
        return t("More than {count} leads for “{search}”", count=len(view.leads), search=view.search)
    return tn("{n} lead for “{search}”", "{n} leads for “{search}”", len(view.leads), search=view.search)


def _result_blocks(view: LeadSearchResult) -> tuple[Items | Text, ...]:
    if not view.leads:
        hint = t("A search looks at number, title, company, name and postcode; an e-mail or phone is found as a whole.")
        return (Text(hint, Tone.SUBTLE),)
    more_text = (Text(t("There are more. Another word narrows the search."), Tone.SUBTLE),) if view.has_more else ()
    return (Items(tuple(_result_item(lead) for lead in view.leads)), *more_text)


def _result_item(lead: LeadView) -> Item:
    show = Run(t("Show lead"), "lead.show", {"lead": lead.lead_id})
    return Item(elements.lead_title(lead), elements.contact_line(lead.contact), elements.lead_badge(lead), (show,))


def lead_outline_card(lead: LeadView, url: str, at: Instant) -> Card:
    """Outline a lead for a public message, without contact details or assignment."""
    contact = lead.contact
    enquirer = " · ".join(part for part in (contact.name, contact.company, contact.postcode) if part)
    badge = _public_badge(lead)
    return Card(
        elements.lead_title(lead),
        (
            Facts((Fact(t("Enquiry from"), verbatim(enquirer)),)),
            Text(t("As of {at}. Whoever belongs to the team sees the rest in Kollega.", at=at), Tone.SUBTLE),
        ),
        (Open(t("Open lead"), url),),
        badge,
        summary=t("Lead {ref}: {title}, {state}", ref=lead.ref, title=lead.title, state=badge.text),
    )


def _public_badge(lead: LeadView) -> Badge:
    """Say the state without naming the responsible member or team."""
    if lead.state in CLOSED_STATES:
        return CLOSED_BADGE
    return IN_WORK_BADGE if lead.state is LeadState.PICKED else OPEN_BADGE
