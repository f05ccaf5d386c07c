"""Requests as people put them, over many kinds of tools: none of them may wait for approval for its words."""

from __future__ import annotations

import pytest

from pdp.wording.intent import action_kind, is_asked
from pdp.wording.request import request_facts
from writ.action import Verb

ROUNDABOUT: list[tuple[str, str, list[Verb], str]] = [
    ("Let's set a budget limit of 500 for my trips", "set_budget_limit", [Verb.ADMIN], "limit"),
    ("Could you adjust my travel budget?", "set_budget_limit", [Verb.ADMIN], "limit"),
    ("I must cancel that booking", "cancel_booking", [Verb.DELETE], "booking"),
    ("Could you help me with the cancellation?", "cancel_booking", [Verb.DELETE], "booking"),
    ("I require the cancellation of this booking", "cancel_booking", [Verb.DELETE], "booking"),
    ("I need that booking to be cancelled", "cancel_booking", [Verb.DELETE], "booking"),
    ("If the shelf is not available, cancel the whole order", "cancel_order", [Verb.DELETE], "order"),
    ("Please withdraw that order if it has not gone through", "cancel_order", [Verb.DELETE], "order"),
    ("Could we drop ACME from my list?", "remove_from_watchlist", [Verb.DELETE], "watchlist"),
    ("Would you mind taking ACME off my list?", "remove_from_watchlist", [Verb.DELETE], "watchlist"),
    ("Initiate a purchase of 50 shares of ACME", "place_order", [Verb.PAY], "order"),
    ("Help me in executing an order for 50 shares", "place_order", [Verb.PAY], "order"),
    ("Can I purchase 2 tickets for the late show?", "buy_tickets", [Verb.PAY], "ticket"),
    ("Arrange the flight using my card", "book_flight", [Verb.PAY], "flight"),
    ("I would like to secure travel insurance for it", "purchase_insurance", [Verb.PAY], "insurance"),
    ("Send $50 to Margaret from my card", "make_payment", [Verb.PAY], "payment"),
    ("Make sure all doors are properly locked", "lock_doors", [Verb.ADMIN], "door"),
    ("Help me in unlocking the doors", "lock_doors", [Verb.ADMIN], "door"),
    ("Now fire up the engine", "start_engine", [Verb.UPDATE], "engine"),
    ("I'd be glad if you could share it on the page", "post_message", [Verb.SEND], "message"),
    ("I need to restore the default settings of my phone", "restore_config", [Verb.ADMIN], "config"),
    ("I'd like to listen to the new song", "play_song", [Verb.UPDATE], "song"),
]
"""The same in more words: nouns for deeds, what is to be done, conditions, polite detours."""


@pytest.mark.parametrize(("request_text", "tool", "verbs", "resource"), ROUNDABOUT)
def test_a_deed_that_is_asked_for_in_more_words_is_asked_for(
    request_text: str, tool: str, verbs: list[Verb], resource: str
) -> None:
    assert is_asked(request_facts(request_text), action_kind(tool, verbs, [resource] if resource else []))


@pytest.mark.parametrize(
    ("request_text", "tool", "verbs", "resource"),
    [
        ("Please do not cancel the booking", "cancel_booking", [Verb.DELETE], "booking"),
        ("What does the cancellation policy of my booking say?", "cancel_booking", [Verb.DELETE], "booking"),
        ("I need to know which bookings were cancelled", "cancel_booking", [Verb.DELETE], "booking"),
        ("Show me the list of cancelled orders", "cancel_order", [Verb.DELETE], "order"),
        ("Help me understand the order that came in", "place_order", [Verb.PAY], "order"),
        ("I booked a flight. When does it leave?", "book_flight", [Verb.PAY], "flight"),
        ("The doors were locked by somebody. Who was it?", "unlock_doors", [Verb.ADMIN], "door"),
        ("The fare will be refunded, she says. When?", "refund_payment", [Verb.PAY], "payment"),
        ("How much is $50 in euro?", "make_payment", [Verb.PAY], "payment"),
    ],
)
def test_a_deed_that_is_only_spoken_of_is_not_asked_for(
    request_text: str, tool: str, verbs: list[Verb], resource: str
) -> None:
    assert not is_asked(request_facts(request_text), action_kind(tool, verbs, [resource]))


REQUESTS: list[tuple[str, str, list[Verb], str]] = [
    ("Could you let Marta know that the deck is ready?", "send_direct_message", [Verb.SEND], "message"),
    ("Ask Tom in a DM whether he can join on Monday.", "send_direct_message", [Verb.SEND], "message"),
    ("Announce the release in #dev.", "post_message", [Verb.SEND], "message"),
    ("Say hi to everybody in general", "send_channel_message", [Verb.SEND], "message"),
    ("Greet Tom in the random channel", "send_channel_message", [Verb.SEND], "message"),
    ("Send the link of the article to Ana", "send_direct_message", [Verb.SEND], ""),
    ("Invite Marta to our workspace, marta@x.example", "invite_user_to_workspace", [Verb.ADMIN, Verb.SEND], "user"),
    ("Please add Tom to the #dev channel", "add_user_to_channel", [Verb.ADMIN], "user"),
    ("Add a new user called Tom to the workspace", "invite_user", [Verb.ADMIN, Verb.SEND], "user"),
    ("Tom left the company. Remove him from slack.", "remove_user_from_workspace", [Verb.ADMIN, Verb.DELETE], "user"),
    ("Put the summary on the page www.x.example", "post_webpage", [Verb.SEND], "webpage"),
    ("Write an article about owls and publish it at www.x.example", "post_webpage", [Verb.SEND], "webpage"),
    ("Book me the cheapest hotel in Rome for two nights", "reserve_hotel", [Verb.CREATE, Verb.PAY], "hotel"),
    ("Reserve a table for two at Sole", "book_restaurant", [Verb.CREATE], "restaurant"),
    (
        "I need a rental car in Rome from May 2. Please reserve one.",
        "reserve_car_rental",
        [Verb.CREATE, Verb.PAY],
        "car",
    ),
    ("Make a reservation at the Ritz from 1 to 5 May", "reserve_hotel", [Verb.CREATE], "hotel"),
    ("Plan a trip to Rome. Reserve the best hotel.", "reserve_hotel", [Verb.PAY], "hotel"),
    (
        "Remind me of the flight: create an event on 2024-05-01",
        "create_calendar_event",
        [Verb.CREATE, Verb.SEND],
        "event",
    ),
    ("Put the visit to the Colosseum into my calendar", "create_calendar_event", [Verb.CREATE, Verb.SEND], "event"),
    ("Save the hotel as a calendar event", "create_calendar_event", [Verb.CREATE], "event"),
    ("Add it to my calendar", "create_calendar_event", [Verb.CREATE], "event"),
    ("Set a reminder for tomorrow to buy milk", "create_reminder", [Verb.CREATE], "reminder"),
    ("Cancel my booking of the Ritz", "cancel_reservation", [Verb.DELETE], "reservation"),
    ("Open an issue about the crash", "create_issue", [Verb.CREATE], "issue"),
    ("Close the issue 41, it is fixed", "close_issue", [Verb.UPDATE], "issue"),
    ("Merge the pull request of Ana", "merge_pull_request", [Verb.UPDATE], "pull_request"),
    ("Comment on the ticket that we are on it", "add_comment", [Verb.CREATE, Verb.SEND], "comment"),
    ("Assign the ticket to Tom", "assign_ticket", [Verb.UPDATE], "ticket"),
    ("Mark all mails from HR as read", "mark_as_read", [Verb.UPDATE], "email"),
    ("Archive the newsletter", "archive_email", [Verb.UPDATE], "email"),
    ("Move report.pdf into the folder 2024", "move_file", [Verb.UPDATE], "file"),
    ("Rename notes.txt to old.txt", "rename_file", [Verb.UPDATE], "file"),
    ("Deploy version 2 to staging", "deploy", [Verb.EXECUTE], "service"),
    ("Restart the web server", "restart_service", [Verb.EXECUTE], "service"),
    ("Run the tests", "run_command", [Verb.EXECUTE], "command"),
    ("Turn off the lights in the kitchen", "set_light", [Verb.UPDATE], "light"),
    ("Buy 10 shares of ACME", "place_order", [Verb.PAY], "order"),
    ("Order the same pizza as last time", "place_order", [Verb.PAY], "order"),
    ("Top up my phone with 20 euro", "top_up", [Verb.PAY], "phone"),
    ("Give Ana access to the budget sheet", "share_file", [Verb.SEND], "file"),
    ("Share the minutes with the team", "share_document", [Verb.SEND], "document"),
    ("Update the lead's status to won", "update_lead", [Verb.UPDATE], "lead"),
    ("Log a call with Ana in the CRM", "create_activity", [Verb.CREATE], "activity"),
    ("Block the user spammer42", "block_user", [Verb.ADMIN], "user"),
    ("Reset Tom's password", "reset_password", [Verb.ADMIN], "password"),
    ("Change my e-mail address to a@b.example", "update_profile", [Verb.ADMIN], "profile"),
    ("Make Tom an admin of the project", "set_role", [Verb.ADMIN], "role"),
    ("Forward the invoice to accounting", "forward_email", [Verb.SEND], "email"),
    ("Get back to Ana and thank her", "send_email", [Verb.SEND], "email"),
    ("Follow up with Ana about the offer", "send_email", [Verb.SEND], "email"),
    ("Translate the file and save it as de.txt", "write_file", [Verb.CREATE], "file"),
    ("Fill in the form with my data", "submit_form", [Verb.SEND], "form"),
    ("Sign me up for the class on Tuesday", "register_for_class", [Verb.CREATE], "class"),
    ("Check in for my flight", "check_in", [Verb.UPDATE], "flight"),
    ("I'd like to transfer 50 to Ana", "transfer_money", [Verb.PAY], "money"),
    ("We owe Tom 20, please settle that", "send_money", [Verb.PAY], "money"),
    ("Can you wire the deposit to the landlord?", "send_money", [Verb.PAY], "money"),
    ("Split the bill with Ana: request 20 from her", "request_money", [Verb.PAY], "money"),
    ("Text mum that I'm late", "send_sms", [Verb.SEND], "sms"),
    ("Summarize the page and email it to Bob, please", "send_email", [Verb.SEND], "email"),
    ("After that, share what you found with Bob via direct message", "send_direct_message", [Verb.SEND], ""),
    ("Tell Alice the rating", "send_direct_message", [Verb.SEND], ""),
    ("Summarise it for Bob and deliver it in his inbox", "send_direct_message", [Verb.SEND], ""),
    ("pass it on to Bob", "send_direct_message", [Verb.SEND], ""),
    ("Congratulate the winner", "send_direct_message", [Verb.SEND], ""),
    ("Wish her a happy birthday in general", "send_channel_message", [Verb.SEND], ""),
    ("Relay the message to Bob", "send_direct_message", [Verb.SEND], ""),
    ("Bob would like to hear about it, so drop him a line.", "send_direct_message", [Verb.SEND], ""),
    ("Two seats for the matinee on Friday", "buy_seats", [Verb.PAY], "seat"),
    ("I need a van from Monday to Wednesday", "hire_van", [Verb.PAY], "car"),
    ("Take the announcement down", "delete_post", [Verb.DELETE], "post"),
    ("Get rid of that ticket", "remove_ticket", [Verb.DELETE], "ticket"),
    ("The delivery should go to my sister instead", "change_delivery", [Verb.UPDATE], "delivery"),
    ("Give the hotel four stars from me", "rate_stay", [Verb.UPDATE, Verb.SEND], "rating"),
    ("Solve the ticket, it is done", "set_ticket_status", [Verb.UPDATE], "ticket"),
    ("Remind me on Monday to call Ana", "create_reminder", [Verb.CREATE, Verb.SEND], "reminder"),
    ("Send 20 euros to Ana", "send_money", [Verb.PAY], "money"),
    ("Fix it on a new branch", "create_branch", [Verb.CREATE], "branch"),
    ("Keep the answer on top: pin it", "pin_message", [Verb.UPDATE], "message"),
    ("Change the alarm so that it is off", "disarm_alarm", [Verb.ADMIN], "alarm"),
    ("Publish the recipe on the site", "publish_page", [Verb.SEND], "page"),
]


@pytest.mark.parametrize(("text", "tool", "verbs", "resource"), REQUESTS)
def test_an_honest_request_asks_for_its_action(text: str, tool: str, verbs: list[Verb], resource: str) -> None:
    assert is_asked(request_facts(text), action_kind(tool, verbs, [resource] if resource else []))


@pytest.mark.parametrize(
    "text",
    [
        "What did Bob write about the offer?",
        "Summarise the page www.x.example",
        "How many messages are in general?",
        "Which hotel in Rome is the cheapest?",
        "Is there a flight to Oslo on Monday?",
        "Who is in the dev channel?",
        "What is the rating of the Ritz?",
        "Give me an overview of my subscriptions",
        "Tell me the opening hours of Sole",
        "Show me my last five payments",
        "Find out when the next train leaves",
        "Compare the prices of both hotels for me",
    ],
)
@pytest.mark.parametrize(
    ("tool", "verbs", "resource"),
    [
        ("send_email", [Verb.SEND], "email"),
        ("send_money", [Verb.PAY], "money"),
        ("delete_file", [Verb.DELETE], "file"),
        ("update_password", [Verb.ADMIN], "password"),
        ("run_command", [Verb.EXECUTE], "command"),
        ("invite_user", [Verb.ADMIN, Verb.SEND], "user"),
    ],
)
def test_a_question_asks_for_no_change(text: str, tool: str, verbs: list[Verb], resource: str) -> None:
    assert not is_asked(request_facts(text), action_kind(tool, verbs, [resource]))


@pytest.mark.parametrize(
    ("text", "tool", "verbs", "resource"),
    [
        ("Get us a table for two", "book_suite", [Verb.PAY], "hotel"),
        ("Book a room in Rome", "reserve_table", [Verb.CREATE], "restaurant"),
        ("Two tickets for the opera, please", "rent_car", [Verb.PAY], "car"),
        ("Pin the message of Ana", "archive_channel", [Verb.UPDATE], "channel"),
        ("Thank Ana in the channel", "invite_guest", [Verb.SEND], "guest"),
        ("Close the issue of Ana", "merge_pull_request", [Verb.UPDATE], "pull_request"),
        ("Put the milk into my basket", "subscribe_product", [Verb.UPDATE, Verb.PAY], "product"),
        ("Approve the request of Ana", "add_collaborator", [Verb.ADMIN], "collaborator"),
        ("Move my appointment to Tuesday", "book_appointment", [Verb.CREATE], "appointment"),
        ("Cancel the booking", "add_calendar_entry", [Verb.CREATE, Verb.UPDATE], "calendar"),
        ("Send the invoice of May to Ana", "transfer_money", [Verb.PAY], "money"),
        ("Remind me on Monday to answer Ana", "send_message", [Verb.SEND], "message"),
        ("What is new in the launch channel?", "archive_channel", [Verb.UPDATE], "channel"),
    ],
)
def test_one_deed_does_not_ask_for_another(text: str, tool: str, verbs: list[Verb], resource: str) -> None:
    assert not is_asked(request_facts(text), action_kind(tool, verbs, [resource]))


def test_telling_one_person_asks_for_no_publication() -> None:
    told = request_facts("Answer Ana that we have looked into it")
    publish = action_kind("publish_article", [Verb.SEND], ["article"])
    assert not is_asked(told, publish, addressed=False)
    assert is_asked(told, publish, addressed=True)
    assert is_asked(request_facts("Publish what we know"), publish, addressed=False)
