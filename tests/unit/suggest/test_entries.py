"""Where each argument finds its home, and what a draft says of results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pdp.canonicalize import Canonicalizer
from pdp.catalog import Catalog
from pdp.suggest.draft import draft, draft_server
from pdp.suggest.tools import parse_tools
from writ.action import Action, Scope, Verb

TEXT = {"type": "string"}


def definition(name: str, properties: dict[str, Any], description: str = "", **more: Any) -> dict[str, Any]:
    required = more.pop("required", list(properties))
    schema = {"type": "object", "properties": properties, "required": required, **more.pop("schema", {})}
    return {"name": name, "description": description, "inputSchema": schema, **more}


def entry(name: str, properties: dict[str, Any], description: str = "", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = draft(
        parse_tools(json.dumps([definition(name, properties, description, **more)]).encode())[0]
    ).entry
    return found


def action(made: dict[str, Any], arguments: dict[str, Any], *, known: bool = True) -> Action:
    catalog = Catalog.parse({"x": {"server": "x", "environment": "e", "tools": {"t": made}}})
    found = Canonicalizer(catalog, tuple(Verb)).canonicalize("x", "t", "", json.dumps(arguments).encode()).action
    assert (found.operations[0].verb is not Verb.UNKNOWN) is known
    return found


def sinks(made: dict[str, Any]) -> set[tuple[str, str]]:
    return {(sink["kind"], sink["path"]) for sink in made.get("sinks", [])}


def test_a_switch_that_reaches_everything_outweighs_the_ids() -> None:
    made = entry(
        "delete_messages", {"message_ids": {"type": "array", "items": TEXT}, "delete_all": {"type": "boolean"}}
    )
    assert action(made, {"message_ids": ["7"], "delete_all": True}).operations[0].scope is Scope.ALL


@pytest.mark.parametrize(
    ("description", "verb"),
    [
        ("Gives a member the right to open the store.", "ADMIN"),
        ("Gives the member an admin badge", "ADMIN"),
        ("Gives a customer a discount of some percent.", "UPDATE"),
        ("Gets rid of a record.", "DELETE"),
        ("Gives the rights of a member.", "READ"),
        ("Gives the date a key expires.", "READ"),
        ("Gives the day a discount ends.", "READ"),
        ("Gives a summary the reader can use.", "READ"),
        ("Gives the user the role of a member.", "READ"),
        ("Gives you the discount of a customer.", "READ"),
        ("Gets a record.", "READ"),
    ],
)
def test_who_gives_somebody_a_right_changes_something_and_who_gives_an_answer_reads(
    description: str, verb: str
) -> None:
    assert entry("frob_thing", {"member_id": TEXT}, description)["verb"] == verb


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("receive_payment", "payment"),
        ("renew_subscription", "subscription"),
        ("select_option", "option"),
        ("node_management", "node"),
        ("alert_setup", "alert"),
        ("check_in_guest", "guest"),
        ("git_pull", "unknown"),
    ],
)
def test_the_resource_is_what_a_tool_is_about(name: str, resource: str) -> None:
    assert entry(name, {})["resource"] == resource


def test_a_search_proves_no_single_record() -> None:
    made = entry("search_files_by_name", {"filename": TEXT})
    assert action(made, {"filename": "a"}).operations[0].scope is Scope.ALL
    assert action(entry("get_file", {"filename": TEXT}), {"filename": "a"}).operations[0].scope is Scope.SINGLE


def test_the_record_is_named_by_its_own_id_and_enclosed_by_others() -> None:
    made = entry("update_issue_comment", {"issue_id": TEXT, "comment_id": TEXT, "body": TEXT})
    assert (made["ids"], made["containers"], made["irrelevant"]) == ("comment_id", {"issue": "issue_id"}, ["body"])


def test_an_id_that_may_be_absent_does_not_make_a_payment_look_like_all_of_them() -> None:
    made = entry("pay_invoice", {"invoice_id": TEXT, "amount": {"type": "number"}}, required=["amount"])
    assert made["scope"] == "SINGLE"
    assert action(made, {"amount": 5}).operations[0].scope is Scope.SINGLE


def test_ids_inside_a_list_count_only_where_every_item_has_one() -> None:
    items = {"type": "array", "items": {"type": "object", "properties": {"row_id": TEXT}}}
    assert entry("delete_rows", {"rows": items})["scope"] == "ALL"
    needed = {"type": "array", "items": {**items["items"], "required": ["row_id"]}}  # type: ignore[dict-item]
    assert entry("delete_rows", {"rows": needed})["ids"] == "rows[].row_id"


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (
            {"type": "integer", "description": "Amount in cents"},
            {"type": "string", "enum": ["EUR", "USD"]},
            {"path": "amount", "exponent": 0, "currency_path": "currency"},
        ),
        ({"type": "number"}, {"type": "string", "enum": ["eur"]}, {"path": "amount", "exponent": 2, "currency": "XXX"}),
        ({"type": "number"}, None, {"path": "amount", "exponent": 2, "currency": "XXX"}),
    ],
)
def test_money_is_read_exactly_or_without_currency(
    amount: dict[str, Any], currency: dict[str, Any] | None, expected: dict[str, Any]
) -> None:
    properties = {"iban": TEXT, "amount": amount, **({"currency": currency} if currency else {})}
    made = entry("create_payment", properties)
    assert made["amount"] == expected
    arguments = {"iban": "DE1", "amount": 12, **({"currency": "EUR"} if currency else {})}
    assert action(made, arguments).operations[0].amount_minor == 12 * 10 ** expected["exponent"]


@pytest.mark.parametrize(
    ("about", "exponent"),
    [("in cents", 0), ("minor units of the currency", 0), ("percent of the recent center", 2), ("", 2)],
)
def test_only_words_for_minor_units_make_an_amount_one(about: str, exponent: int) -> None:
    made = entry("pay_bill", {"amount": {"type": "number", "description": about}})
    assert made["amount"]["exponent"] == exponent


def test_the_price_of_one_is_not_the_amount_of_many() -> None:
    number = {"type": "number"}
    assert "amount" not in entry("purchase_item", {"price": number, "quantity": number})
    assert entry("purchase_item", {"price": number})["amount"]["path"] == "price"
    assert entry("purchase_item", {"total": number, "quantity": number})["amount"]["path"] == "total"


def test_a_payment_beside_another_verb_carries_the_amount_itself() -> None:
    made = entry("create_booking", {"amount": {"type": "number"}}, "Creates a booking and pays it.")
    assert "amount" not in made
    assert [item["amount"]["path"] for item in made["also"] if item["verb"] == "PAY"] == ["amount"]


def test_an_optional_currency_is_no_reason_for_an_unknown_payment() -> None:
    properties = {"iban": TEXT, "amount": {"type": "number"}, "currency": TEXT}
    made = entry("create_payment", properties, required=["iban", "amount"])
    assert action(made, {"iban": "DE1", "amount": 1.5}).operations[0].currency == "XXX"


def test_addresses_deep_inside_an_argument_are_destinations_and_sinks() -> None:
    message = {
        "type": "object",
        "properties": {
            "to": {"anyOf": [TEXT, {"type": "array", "items": TEXT}]},
            "body": TEXT,
            "files": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/File"}}, {"type": "null"}]},
        },
    }
    file = {"type": "object", "properties": {"path": TEXT, "inline": {"type": "boolean"}}}
    made = entry("send_mail", {"message": message}, schema={"$defs": {"File": file}})
    assert sinks(made) == {("recipient", "message.to"), ("content", "message.body"), ("path", "message.files[].path")}
    for to in ("a@example.org", ["a@example.org"]):
        operation = action(made, {"message": {"to": to, "files": [{"path": "x"}]}}).operations[0]
        assert [destination.value for destination in operation.destinations] == ["a@example.org"]


def test_an_object_without_known_members_is_one_sink() -> None:
    assert sinks(entry("update_page", {"page_id": TEXT, "properties": {"type": "object"}})) == {
        ("id", "page_id"),
        ("content", "properties"),
    }


def test_secrets_and_numbers_of_people_stand_in_no_attribute_id_or_container() -> None:
    names = ["password", "client_secret", "refresh_token", "card_number", "cvv", "passport_number", "ssn"]
    for tool in ("save_traveller", "get_traveller", "pay_traveller", "delete_traveller"):
        made = entry(tool, dict.fromkeys(names, TEXT))
        assert set(names) <= set(made["irrelevant"]) | {item["path"] for item in made.get("destinations", [])}


def test_a_closed_set_and_a_switch_are_no_sinks() -> None:
    made = entry("send_report", {"channel": {"type": "string", "enum": ["a", "b"]}, "urgent": {"type": "boolean"}})
    assert sinks(made) == set()
    assert made["attributes"] == {"channel": "channel", "urgent": "urgent"}


def test_a_choice_beside_a_free_text_is_no_closed_set() -> None:
    open_choice = {"anyOf": [{"type": "string", "enum": ["team"]}, TEXT]}
    assert sinks(entry("send_report", {"channel": open_choice})) == {("channel", "channel")}
    closed = {"anyOf": [{"type": "null"}, {"type": "string", "enum": ["team"]}]}
    assert sinks(entry("send_report", {"channel": closed})) == set()


def _alternative(action: str, **others: dict[str, str]) -> dict[str, object]:
    properties = {"action": {"const": action}, **others}
    return {"type": "object", "properties": properties, "required": list(properties)}


def test_every_alternative_of_a_tool_counts() -> None:
    listed = [_alternative(f"get_{index}") for index in range(20)]
    union = {"type": "object", "anyOf": [*listed, _alternative("delete", mailbox_id=TEXT), _alternative("count")]}
    for schema in (union, {**union, "properties": {"page": {"type": "integer"}}}):
        made = entry("mailbox_tool", {"request": schema})
        assert ("id", "request.mailbox_id") in sinks(made)
    made = entry("mailbox_manager", {}, schema={"oneOf": union["anyOf"]})
    assert made["verb"] == "DELETE"


def test_what_only_one_alternative_needs_may_be_absent() -> None:
    one = {"type": "object", "properties": {"page_id": TEXT}, "required": ["page_id"]}
    other = {"type": "object", "properties": {"title": TEXT, "page_id": TEXT}, "required": ["title"]}
    for alternatives in ([one, other], [other, one]):
        made = entry("pay_page", {}, schema={"anyOf": alternatives})
        assert "ids" not in made
        assert entry("pay_page", {}, schema={"allOf": alternatives})["ids"] == "page_id"


def test_the_description_of_an_argument_tells_what_a_vague_name_holds() -> None:
    assert sinks(entry("transmit", {"target": {**TEXT, "description": "URL to post to"}})) == {("url", "target")}
    assert sinks(entry("transmit", {"dest": {**TEXT, "description": "email address"}})) == {("recipient", "dest")}


def test_fields_of_an_output_schema_that_are_no_prose_are_records() -> None:
    account = {"id": TEXT, "iban": TEXT, "note": TEXT, "balance": {"type": "number"}, "open": {"type": "boolean"}}
    output = {
        "type": "object",
        "properties": {"accounts": {"type": "array", "items": {"type": "object", "properties": account}}},
    }
    result = entry("list_accounts", {}, outputSchema=output)["result"]
    assert result["records"] == ["accounts[].id", "accounts[].iban", "accounts[].balance"]
    listed = {"type": "array", "items": {"type": "object", "properties": account}}
    assert entry("list_accounts", {}, outputSchema=listed)["result"]["records"] == ["[].id", "[].iban", "[].balance"]


def test_a_result_of_numbers_and_switches_is_trusted_and_a_text_is_not() -> None:
    def content(kind: str, **more: Any) -> str:
        output = {"type": "object", "properties": {"value": {"type": kind}}}
        return str(entry("check_shop", {"shop_id": TEXT}, outputSchema=output, **more)["result"]["content"])

    assert (content("number"), content("boolean"), content("string")) == ("TRUSTED", "TRUSTED", "UNTRUSTED")
    assert content("number", annotations={"openWorldHint": True}) == "UNTRUSTED"
    assert content("object") == "UNTRUSTED"  # of unknown members


def test_what_a_write_returns_is_untrusted_for_it_may_repeat_its_arguments() -> None:
    assert entry("create_note", {"text": TEXT})["result"]["content"] == "UNTRUSTED"


def test_the_id_of_a_new_record_is_the_servers_own_unless_an_argument_gives_it() -> None:
    made = entry("create_note", {"text": TEXT})["result"]
    assert (made["records"], made["record_trust"], made["content"]) == (["id", "note_id"], "TRUSTED", "UNTRUSTED")
    assert "records" not in entry("create_note", {"text": TEXT, "id": TEXT})["result"]


def test_a_place_of_booking_is_a_payment_and_a_table_is_not() -> None:
    assert entry("book_hotel", {"hotel": TEXT})["verb"] == "PAY"
    assert entry("book_table", {"restaurant": TEXT})["verb"] == "CREATE"


@pytest.mark.parametrize(
    ("name", "properties", "verb"),
    [
        ("zorp", {"recipient": TEXT, "body": TEXT}, "SEND"),
        ("zorp", {"iban": TEXT, "amount": {"type": "number"}}, "PAY"),
        ("zorp", {"command": TEXT}, "EXECUTE"),
        ("zorp", {"url": TEXT}, "SEND"),
        ("zorp", {"thing": TEXT}, "UNKNOWN"),
    ],
)
def test_arguments_tell_what_a_name_does_not(name: str, properties: dict[str, Any], verb: str) -> None:
    made = entry(name, properties)
    assert made["verb"] == verb
    assert action(made, dict.fromkeys(properties, "1"), known=verb != "UNKNOWN").findings == ()


@pytest.mark.parametrize(
    ("name", "description", "verb"),
    [
        ("get_queue", "Reads and deletes the queue.", "DELETE"),
        ("get_queue", "Get the queue. Deletes it afterwards.", "DELETE"),
        ("get_queue", "Get the queue. Delete it afterwards with delete_queue.", "LIST"),
        ("get_queue", "This tool permanently removes a queue.", "DELETE"),
        ("find_and_delete_user", "Finds a user.", "DELETE"),
        ("get_or_create_user", "", "ADMIN"),
        ("archive", "Tool description: Deletes old mail.", "UPDATE"),
        ("delete_user", "Gets a user. Read-only.", "DELETE"),
    ],
)
def test_the_graver_word_wins(name: str, description: str, verb: str) -> None:
    made = entry(name, {}, description)
    verbs = [made["verb"], *(item["verb"] for item in made.get("also", []))]
    assert ("LIST" if verbs[0] == "READ" else verbs[0]) == verb


def test_an_id_of_what_encloses_records_does_not_prove_how_many() -> None:
    for name in ("list_files_in_folder", "get_files", "delete_files", "get_folder_files"):
        made = entry(name, {"folder_id": TEXT})
        assert (made["scope"], made["containers"]) == ("ALL", {"folder": "folder_id"})
    assert entry("get_file_sla", {"file_id": TEXT})["ids"] == "file_id"


def test_an_argument_that_chooses_what_is_done_counts_as_its_gravest_choice() -> None:
    chosen = {"type": "string", "enum": ["create", "update", "delete"]}
    told = {**TEXT, "description": 'What to do: "create", "update" or "delete"'}
    for action_schema in (chosen, told):
        made = entry("manage_event", {"action": action_schema, "event_id": TEXT})
        assert [made["verb"], *(item["verb"] for item in made["also"])] == ["UPDATE", "DELETE"]
    assert "also" not in entry("check_event_access", {"operation": chosen, "event_id": TEXT})


def test_an_argument_that_nearly_every_tool_takes_says_who_acts_when_its_name_does() -> None:
    names = ["send_message", "delete_message", "list_messages", "create_label", "get_label"]
    properties = {"user_email": TEXT, "to": TEXT}
    tools = parse_tools(json.dumps([definition(name, properties) for name in names]).encode())
    first = draft_server(tools)[0].entry
    assert sinks(first) == {("recipient", "to")}
    assert sinks(draft(tools[0]).entry) == {("recipient", "to"), ("recipient", "user_email")}


def test_a_form_is_no_address_whatever_its_description_speaks_of() -> None:
    described = {**TEXT, "description": "MIME type of the file at the URL"}
    assert sinks(entry("create_file", {"mime_type": described})) == set()


@pytest.mark.parametrize(
    ("name", "properties", "description", "verb"),
    [
        ("traveller_profile", {}, "Name and contact data of the user.", "READ"),
        ("venue_details", {"venue_id": TEXT}, "Details of a venue.", "READ"),
        ("dm_history", {"user_id": TEXT}, "Recent messages with a person.", "LIST"),
        ("login_status", {}, "", "READ"),
        ("hire_bike", {"offer_id": TEXT}, "Hire a bike.", "PAY"),
        ("guest_profile", {"text": TEXT}, "The words of a guest.", "UNKNOWN"),
        ("zorble_gadget", {}, "A gadget.", "UNKNOWN"),
    ],
)
def test_a_name_without_a_verb_is_a_view_only_where_nothing_can_be_done(
    name: str, properties: dict[str, Any], description: str, verb: str
) -> None:
    assert entry(name, properties, description)["verb"] == verb


def test_a_number_of_a_record_is_its_id_and_a_number_of_things_is_not() -> None:
    repository = {"repo": TEXT}
    issue = entry("close_issue", repository | {"number": {"type": "integer", "description": "Issue number"}})
    assert issue["ids"] == "number"
    assert ("id", "number") in sinks(issue)
    drawn = entry("draw_cards", {"number": {"type": "integer", "description": "How many cards"}})
    assert ("id", "number") not in sinks(drawn)


def test_a_note_that_comes_with_a_booking_is_a_text() -> None:
    made = entry("reserve_table", {"venue_id": TEXT, "note": TEXT}, "Reserve a table.")
    assert {("id", "venue_id"), ("content", "note")} <= sinks(made)


@pytest.mark.parametrize(
    ("name", "properties", "description", "verb"),
    [
        ("authenticate", {"username": TEXT, "password": TEXT}, "Logs the user in", Verb.CREATE),
        ("message_login", {"user_id": TEXT}, "Log in a user with the given user ID", Verb.CREATE),
        ("logout", {}, "Log out the current user", Verb.UPDATE),
        ("start_engine", {"mode": TEXT}, "Starts the engine of the vehicle", Verb.UPDATE),
        ("press_brake_pedal", {"position": {"type": "number"}}, "Press the brake pedal", Verb.UPDATE),
        ("start_workflow", {"name": TEXT}, "Starts a workflow", Verb.EXECUTE),
        ("unlock_door", {"door": TEXT}, "Unlocks a door", Verb.ADMIN),
        ("cd", {"folder": TEXT}, "Change the current working directory to the given folder", Verb.READ),
        ("store_price", {"title": TEXT}, "Price of a game in a store", Verb.READ),
        ("sentiment_analysis", {"text": TEXT}, "", Verb.LIST),
    ],
)
def test_what_signs_in_works_a_device_or_only_walks_is_what_it_is(
    name: str, properties: dict[str, Any], description: str, verb: Verb
) -> None:
    arguments = {key: "a" if schema == TEXT else 1 for key, schema in properties.items()}
    assert action(entry(name, properties, description), arguments).operations[0].verb is verb


DNS = entry(
    "manage_dns",
    {"action": {"type": "string", "enum": ["list", "upsert", "delete"]}, "zone": TEXT, "name": TEXT},
    "Read and write the records of a DNS zone.",
)
THESIS = entry(
    "thesis_update",
    {"thesis_id": TEXT, "operation": {"type": "string", "enum": ["extend", "retitle", "cancel_registration", "zap"]}},
    "Changes a thesis registration.",
)


@pytest.mark.parametrize(
    ("made", "arguments", "verbs"),
    [
        (DNS, {"action": "list", "zone": "a.example", "name": "b"}, {Verb.READ}),
        (DNS, {"action": "upsert", "zone": "a.example", "name": "b"}, {Verb.ADMIN}),
        (DNS, {"action": "delete", "zone": "a.example", "name": "b"}, {Verb.ADMIN, Verb.DELETE}),
        (DNS, {"action": "LIST", "zone": "a.example", "name": "b"}, {Verb.READ, Verb.ADMIN, Verb.DELETE}),
        (DNS, {"zone": "a.example", "name": "b"}, {Verb.READ, Verb.ADMIN, Verb.DELETE}),
        (THESIS, {"thesis_id": "T1", "operation": "extend"}, {Verb.UPDATE}),
        (THESIS, {"thesis_id": "T1", "operation": "cancel_registration"}, {Verb.UPDATE, Verb.DELETE}),
        (THESIS, {"thesis_id": "T1", "operation": "zap"}, {Verb.UPDATE, Verb.DELETE}),
    ],
)
def test_a_choice_says_what_takes_place_where_it_is_spelt_as_the_definition_does(
    made: dict[str, Any], arguments: dict[str, Any], verbs: set[Verb]
) -> None:
    assert {operation.verb for operation in action(made, arguments).operations} == verbs


def test_a_choice_that_is_no_text_excludes_nothing() -> None:
    found = action(DNS, {"action": ["list"], "zone": "a.example", "name": "b"}, known=False)
    assert {operation.verb for operation in found.operations} == {Verb.UNKNOWN, Verb.READ, Verb.ADMIN, Verb.DELETE}


def test_a_choice_takes_nothing_from_what_the_name_says() -> None:
    made = entry("delete_things", {"mode": TEXT, "action": {"type": "string", "enum": ["list", "archive"]}})
    for choice in ("list", "archive"):
        assert Verb.DELETE in {one.verb for one in action(made, {"mode": "x", "action": choice}).operations}


def test_a_choice_that_may_be_the_opposite_of_another_reads_nothing() -> None:
    operation = {"type": "string", "enum": ["list", "hide", "show", "newsletter"]}
    made = entry("shop_admin", {"operation": operation, "article_no": TEXT}, "Everything about the web shop.")
    verbs = {
        choice: {one.verb for one in action(made, {"operation": choice, "article_no": "F-1"}).operations}
        for choice in ("list", "hide", "show", "newsletter")
    }
    assert verbs["list"] <= {Verb.READ, Verb.LIST}
    assert Verb.ADMIN in verbs["show"]
    assert Verb.SEND in verbs["newsletter"]
    assert Verb.SEND not in verbs["hide"]


def test_a_number_that_is_called_no_is_an_id() -> None:
    made = entry("issueCreditNote", {"customerNo": TEXT, "amount": {"type": "number"}}, "Issues a credit note.")
    assert ("id", "customerNo") in sinks(made)


def test_a_name_that_ends_in_reading_reads_whatever_noun_it_starts_with() -> None:
    made = entry("purchase_orders_list", {"status": TEXT}, "Purchase orders, latest first.")
    assert made["verb"] == "LIST"
    assert entry("purchase_order_create", {"supplier_no": TEXT}, "Create a purchase order.")["verb"] == "PAY"


def listed(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {"type": "object", "properties": properties, "required": list(properties), **more},
    }


NUMBER = {"type": "number"}
TEXTS = {"type": "array", "items": TEXT}
PAYMENT = {"iban": TEXT, "amount": NUMBER, "currency": TEXT}


@pytest.mark.parametrize(
    ("name", "properties", "at"),
    [
        ("send_emails", {"messages": listed({"to": TEXT})}, "messages"),
        ("send_message", {"messages": listed({"to": TEXT, "text": TEXT})}, "messages"),
        ("batch_send", {"mails": listed({"to": TEXT, "subject": TEXT})}, "mails"),
        ("batch_send", {"mails": {"type": "array"}}, "mails"),
        ("pay_invoices", {"payments": listed(PAYMENT)}, "payments"),
        ("send_money", {"recipients": listed({"iban": TEXT, "amount": NUMBER})}, "recipients"),
        ("create_entities", {"entities": listed({"name": TEXT})}, "entities"),
        ("send_alerts", {"names": TEXTS}, "names"),
        ("invite_users", {"emails": TEXTS}, "emails"),
        ("run_commands", {"commands": TEXTS}, "commands"),
        (
            "send_emails",
            {"request": {"type": "object", "properties": {"messages": listed({"to": TEXT})}}},
            "request.messages",
        ),
        ("send_emails", {"messages": listed({"to": TEXT}), "attachments": listed({"name": TEXT})}, "messages"),
    ],
)
def test_each_element_of_a_list_of_records_counts(name: str, properties: dict[str, Any], at: str) -> None:
    made = entry(name, properties)
    assert (made["scope"], "ids" in made) == ("ALL", False)
    assert made["max_rows"] in (f"length({at}[])", f"length({at}[] || `[]`)")
    one: Any = {
        "to": "a@b.example",
        "text": "x",
        "subject": "x",
        "name": "x",
        "iban": "DE1",
        "amount": 5,
        "currency": "EUR",
    }
    needed: dict[str, Any] = {argument: [] for argument in properties}
    for count in (1, 3, 1_000):
        same = ["x" if properties.get(at) == TEXTS else one] * count
        arguments = {"request": {"messages": same}} if "." in at else {**needed, at: same}
        operation = action(made, arguments).operations[0]
        assert (operation.scope, operation.max_rows) == (Scope.ALL, count)
        assert len(operation.destinations) <= 1


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        ("send_email", {"to": TEXTS, "body": TEXT, "attachments": listed({"name": TEXT, "content": TEXT})}),
        ("send_email", {"emails": TEXTS, "body": TEXT}),
        ("create_event", {"title": TEXT, "attendees": listed({"email": TEXT, "comment": TEXT})}),
        ("create_invoice", {"customer": TEXT, "line_items": listed({"text": TEXT, "amount": NUMBER})}),
        ("pay_invoice", PAYMENT),
    ],
)
def test_what_one_record_has_several_of_is_one_record(name: str, properties: dict[str, Any]) -> None:
    made = entry(name, properties)
    assert [made["scope"], *(item["scope"] for item in made.get("also", []))][0] == "SINGLE"
    assert all(item["scope"] == "SINGLE" for item in made.get("also", []))


def test_a_list_of_records_that_is_absent_bounds_nothing() -> None:
    made = entry("create_entities", {"entities": listed({"name": TEXT})}, required=[])
    none: list[dict[str, Any]] = [{}, {"entities": None}, {"entities": []}]
    for arguments in none:
        operation = action(made, arguments).operations[0]
        assert (operation.scope, operation.max_rows) == (Scope.ALL, None)
    needed = entry("create_entities", {"entities": listed({"name": TEXT})})
    action(needed, {"entities": {"a": 1, "b": 2}}, known=False)
    action(needed, {"entities": "ab"}, known=False)


@pytest.mark.parametrize(
    ("name", "number"), [("create_vouchers", "count"), ("send_vouchers", "number_of_vouchers"), ("launch_servers", "n")]
)
def test_a_number_of_records_that_are_made_bounds_them(name: str, number: str) -> None:
    made = entry(name, {number: {"type": "integer"}}, required=[])
    for arguments, rows in (({number: 1}, 1), ({number: 1_000}, 1_000), ({number: -1}, None), ({}, None)):
        operation = action(made, arguments).operations[0]
        assert (operation.scope, operation.max_rows) == (Scope.ALL, rows)


@pytest.mark.parametrize(
    ("name", "properties", "number"),
    [
        ("order_jars", {"size": TEXT, "count": {"type": "integer"}}, "count"),
        ("create_room", {"size": {"type": "integer"}}, "size"),
        ("set_spending_limit", {"card_id": TEXT, "limit": NUMBER}, "limit"),
        ("open_position", {"symbol": TEXT, "size": NUMBER}, "size"),
    ],
)
def test_a_number_of_a_tool_that_changes_something_is_shown_to_the_rules(
    name: str, properties: dict[str, Any], number: str
) -> None:
    made = entry(name, properties)
    assert (made["attributes"][number], number in made.get("irrelevant", [])) == (number, False)


def test_a_text_among_the_declared_results_is_not_the_servers_own() -> None:
    number, text = {"type": "number"}, {"type": "string"}
    for properties, trust in (
        ({"balance": number, "currency": text}, "TRUSTED"),
        ({"balance": number, "last_note": text}, "UNTRUSTED"),
    ):
        made = entry("get_balance", {}, outputSchema={"type": "object", "properties": properties})
        assert made["result"]["content"] == trust


def test_a_number_that_bounds_what_is_listed_is_its_limit() -> None:
    assert entry("list_jars", {"count": {"type": "integer"}})["max_rows"] == "count"


def test_a_further_operation_counts_the_list_as_well() -> None:
    made = entry("create_events", {"events": listed({"title": TEXT, "attendees": TEXTS})})
    assert [(item["verb"], item["scope"], item["max_rows"]) for item in made["also"]] == [
        ("SEND", "ALL", "length(events[])")
    ]


@pytest.mark.parametrize("required", [["payments"], []])
def test_payments_of_a_list_are_added_up(required: list[str]) -> None:
    made = entry("pay_invoices", {"payments": listed(PAYMENT)}, required=required)
    one = {"iban": "DE1", "amount": 12, "currency": "EUR"}
    operation = action(made, {"payments": [one, {**one, "amount": 30}]}).operations[0]
    assert (operation.amount_minor, operation.currency) == (4_200, "EUR")
    nested = action(made, {"payments": [[one, one], one]}).operations[0]
    assert (nested.amount_minor, nested.max_rows) == (3_600, 3)
    others: list[Any] = [
        {**one, "amount": -5},
        {**one, "amount": 1.5},
        {**one, "amount": "30"},
        {**one, "amount": None},
        {**one, "amount": True},
        {"iban": "DE1", "currency": "EUR"},
        {**one, "currency": "USD"},
        {**one, "currency": None},
        {"iban": "DE1", "amount": 5},
        "x",
    ]
    for other in others:
        action(made, {"payments": [one, other]}, known=False)
    action(made, {"payments": [{**one, "amount": "30"}]}, known=False)


def test_the_currency_beside_an_amount_is_its_own() -> None:
    made = entry(
        "pay_invoice", {"payment": {"type": "object", "properties": PAYMENT, "required": list(PAYMENT)}}, required=[]
    )
    assert made["amount"]["currency_path"] == "payment.currency"
    loose = entry("pay_invoices", {"payments": listed(PAYMENT, required=["iban", "amount"])})
    assert loose["amount"]["currency"] == "XXX"
    outside = entry("pay_invoices", {"payments": listed({"iban": TEXT, "amount": NUMBER}), "currency": TEXT})
    assert outside["amount"]["currency_path"] == "currency"
    other = entry("pay_invoice", {"amount": NUMBER, "iban": TEXT, "rates": listed({"currency": TEXT})})
    assert other["amount"]["currency"] == "XXX"


ROLES = {"type": "object", "additionalProperties": TEXT}


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ("Map of e-mail address to role", "email"),
        ("phone number to text", "channel"),
        ("Roles, keyed by e-mail address", "email"),
        ("E-mail address -> role", "email"),
    ],
)
def test_the_names_of_an_objects_members_are_recipients_where_they_are_addresses(about: str, kind: str) -> None:
    made = entry("share_document", {"document_id": TEXT, "shared_with": {**ROLES, "description": about}})
    assert made["destinations"] == [{"kind": kind, "path": "keys(shared_with)"}]
    assert {("recipient", "keys(shared_with)"), ("content", "shared_with")} <= sinks(made)
    found = action(made, {"document_id": "7", "shared_with": {"a@example.org": "reader"}})
    assert [item.value for item in found.operations[0].destinations] == ["a@example.org"]
    action(made, {"document_id": "7", "shared_with": ["a@example.org"]}, known=False)


def test_names_that_are_data_may_be_absent_with_their_object() -> None:
    shared = {**ROLES, "description": "Map of e-mail address to role"}
    made = entry("share_document", {"document_id": TEXT, "shared_with": shared}, required=["document_id"])
    assert action(made, {"document_id": "7"}).operations[0].destinations == ()
    assert (
        len(action(made, {"document_id": "7", "shared_with": {"a@example.org": "r"}}).operations[0].destinations) == 1
    )


@pytest.mark.parametrize("about", ["Map of role to e-mail address", "Labels to set", "Properties of the document", ""])
def test_names_of_other_members_are_no_recipients(about: str) -> None:
    made = entry("share_document", {"document_id": TEXT, "labels": {**ROLES, "description": about}})
    assert not any(kind == "recipient" and path.startswith("keys(") for kind, path in sinks(made))
