package packs.agent_safety_test

import data.packs.agent_safety
import data.writ_test as fixture

# A mail to a recipient of some origin, after text of outsiders was read in a session whose request a gateway asserts.
_facts := {
	"state": "OK",
	"user_request": "GATEWAY",
	"sinks": [_sink({})],
	"worst": "USER",
	"unreported": 0,
	"intent": "ASKED",
	"untrusted_read": true,
	"threat_read": false,
	"prose_read": true,
}

_sink(patch) := object.union(
	{
		"kind": "recipient",
		"pointer": "/to",
		"origin": "USER",
		"threatened": false,
		"pointed": false,
		"left_open": true,
		"addressed": true,
	},
	patch,
)

_of(verb, facts) := object.union(
	fixture.one({"verb": verb, "resource_type": "thing"}),
	{"provenance": object.union(_facts, facts)},
)

_to(verb, patch) := _of(verb, {"sinks": [_sink(patch)]})

_codes(item) := {rule.code | some rule in _matched(item)}

_matched(item) := matched if {
	matched := agent_safety.matched with input as item with agent_safety.limits as _limits
}

# Those of the organisation are its own matter.
_limits := {"denied_repeats": 3, "denials": 20, "denied_share_pct": 25, "denied_share_of": 2000, "burst": 3000}

_changing := ["CREATE", "UPDATE", "SEND", "PAY", "EXECUTE", "ADMIN", "DELETE"]

test_what_the_user_asked_for_to_whom_the_user_said_goes_through if {
	every verb in _changing {
		_codes(_of(verb, {})) == set()
	}
}

test_reading_goes_through_whatever_was_read if {
	every verb in ["READ", "LIST"] {
		_codes(_of(verb, {"intent": "NOT_ASKED", "threat_read": true, "sinks": [_sink({"origin": "UNTRUSTED_TEXT"})]})) == set()
	}
}

test_an_action_without_provenance_is_no_matter_of_this_pack if {
	_codes(fixture.one({"verb": "SEND"})) == set()
}

test_before_anything_of_outsiders_was_read_nothing_is_held if {
	facts := {"untrusted_read": false, "intent": "NOT_ASKED", "sinks": [_sink({"origin": "NOWHERE"})]}
	_codes(_of("SEND", facts)) == set()
}

test_asi01_what_the_user_did_not_ask_for_is_held if {
	every verb in _changing {
		_codes(_of(verb, {"intent": "NOT_ASKED"})) == {"GOAL_NOT_ASKED"}
	}
}

# What an agent gets whose request a gateway did not pass on.
_unsaid := {"user_request": "UNSPECIFIED", "intent": "UNSPECIFIED"}

test_asi01_without_a_request_nothing_was_asked_for if {
	every said_by in ["AGENT", "UNSPECIFIED"] {
		unsaid := object.union(_unsaid, {"user_request": said_by})
		every verb in _changing {
			_codes(_of(verb, unsaid)) == {"GOAL_NOT_ASKED"}
			_codes(_of(verb, object.union(unsaid, {"threat_read": true}))) == {"GOAL_HIJACKED"}
			_codes(_of(verb, object.union(unsaid, {"untrusted_read": false}))) == set()
		}
		_codes(_of("READ", object.union(unsaid, {"threat_read": true}))) == set()
	}
}

test_asi01_without_a_request_what_bids_nothing_holds_nothing_mild if {
	wordless := object.union(_unsaid, {"prose_read": false})
	every verb in ["CREATE", "UPDATE", "SEND"] {
		_codes(_of(verb, wordless)) == set()
	}
	every verb in ["PAY", "EXECUTE", "ADMIN", "DELETE"] {
		_codes(_of(verb, wordless)) == {"GOAL_NOT_ASKED"}
	}
}

test_asi01_names_and_numbers_of_outsiders_bid_nothing_mild if {
	every verb in ["CREATE", "UPDATE", "SEND"] {
		_codes(_of(verb, {"intent": "NOT_ASKED", "prose_read": false})) == set()
	}
	every verb in ["PAY", "EXECUTE", "ADMIN", "DELETE"] {
		_codes(_of(verb, {"intent": "NOT_ASKED", "prose_read": false})) == {"GOAL_NOT_ASKED"}
	}
}

test_asi01_what_everybody_is_told_waits_after_names_and_numbers_too if {
	_codes(_of("SEND", {"intent": "NOT_ASKED", "prose_read": false, "sinks": []})) == {"GOAL_NOT_ASKED"}
}

test_asi01_where_nobody_knows_whether_prose_was_read_it_was if {
	item := _of("UPDATE", {"intent": "NOT_ASKED"})
	unknown := object.union(item, {"provenance": object.remove(item.provenance, ["prose_read"])})
	_codes(object.union(object.remove(item, ["provenance"]), {"provenance": unknown.provenance})) == {"GOAL_NOT_ASKED"}
}

test_asi01_what_the_user_may_have_meant_goes_through_where_it_is_mild if {
	every verb in ["CREATE", "UPDATE", "SEND"] {
		_codes(_of(verb, {"intent": "IMPLIED"})) == set()
	}
	every verb in ["PAY", "EXECUTE", "ADMIN", "DELETE"] {
		_codes(_of(verb, {"intent": "IMPLIED"})) == {"GOAL_NOT_ASKED"}
	}
}

test_asi01_after_a_threat_it_is_denied if {
	every intent in ["NOT_ASKED", "DELEGATED", "IMPLIED"] {
		_codes(_of("SEND", {"intent": intent, "threat_read": true})) == {"GOAL_HIJACKED"}
	}
}

test_asi01_after_a_threat_only_what_the_user_named_goes_through if {
	facts := {"threat_read": true, "sinks": [_sink({"kind": "id", "origin": "TRUSTED_RECORD"})]}
	_codes(_of("DELETE", facts)) == {"VALUE_AFTER_THREAT"}
	_codes(_of("DELETE", {"threat_read": true})) == set()
	_codes(_of("SEND", {"threat_read": true, "sinks": [_sink({"kind": "content", "origin": "NOWHERE"})]})) == set()
}

test_asi02_a_plain_name_in_a_text_is_a_name_on_the_server if {
	name := {"kind": "id", "origin": "UNTRUSTED_TEXT", "addressed": false, "left_open": true}
	_codes(_of("UPDATE", {"intent": "IMPLIED", "sinks": [_sink(name)]})) == {"RECORD_UNTRUSTED"}
	every verb in ["CREATE", "UPDATE", "SEND"] {
		_codes(_of(verb, {"sinks": [_sink(name)]})) == set()
	}
	every verb in ["PAY", "DELETE"] {
		_codes(_of(verb, {"sinks": [_sink(name)]})) == {"RECORD_UNTRUSTED"}
	}
	every other in [{"addressed": true}, {"left_open": false}, {"threatened": true}, {"kind": "path"}] {
		_codes(_of("UPDATE", {"sinks": [_sink(object.union(name, other))]})) == {"RECORD_UNTRUSTED"}
	}
}

test_asi01_handing_over_to_a_source_is_no_word_for_grave_actions if {
	every verb in ["EXECUTE", "ADMIN", "DELETE"] {
		_codes(_of(verb, {"intent": "DELEGATED"})) == {"GOAL_DELEGATED"}
	}
	every verb in ["CREATE", "UPDATE", "SEND"] {
		_codes(_of(verb, {"intent": "DELEGATED"})) == set()
	}
}

test_asi01_a_delegated_payment_goes_nowhere_new if {
	_codes(_of("PAY", {"intent": "DELEGATED"})) == set()
	sink := _sink({"kind": "account", "origin": "UNTRUSTED_RECORD"})
	_codes(_of("PAY", {"intent": "DELEGATED", "sinks": [sink]})) == {"GOAL_DELEGATED"}
	record := _sink({"kind": "id", "origin": "UNTRUSTED_RECORD"})
	_codes(_of("PAY", {"intent": "DELEGATED", "sinks": [record]})) == {"GOAL_DELEGATED"}
	ours := _sink({"kind": "id", "origin": "TRUSTED_RECORD"})
	_codes(_of("PAY", {"intent": "DELEGATED", "sinks": [ours]})) == set()
}

test_asi01_handing_over_is_no_word_for_telling_everybody if {
	text := _sink({"kind": "content", "origin": "UNTRUSTED_TEXT"})
	_codes(_of("SEND", {"intent": "DELEGATED", "sinks": [text]})) == {"GOAL_DELEGATED"}
	_codes(_of("SEND", {"intent": "DELEGATED", "sinks": [text, _sink({})]})) == set()
	_codes(_of("SEND", {"intent": "ASKED", "sinks": [text]})) == set()
}

test_asi02_a_destination_that_only_text_names_is_held if {
	every kind in ["recipient", "account", "url", "channel"] {
		every origin in ["UNTRUSTED_TEXT", "NOWHERE", "UNSPECIFIED"] {
			_codes(_to("SEND", {"kind": kind, "origin": origin})) == {"DESTINATION_UNTRUSTED"}
		}
	}
}

test_asi02_a_destination_of_a_record_goes_through_when_a_gateway_vouches if {
	every origin in ["USER", "TRUSTED_RECORD", "UNTRUSTED_RECORD"] {
		_codes(_to("SEND", {"origin": origin})) == set()
	}
}

test_asi02_a_recipient_whom_the_user_did_not_mean_is_held if {
	every kind in ["recipient", "channel", "account"] {
		other := {"kind": kind, "origin": "UNTRUSTED_RECORD", "pointed": false, "left_open": false}
		_codes(_to("SEND", other)) == {"RECIPIENT_NOT_MEANT"}
		_codes(_to("SEND", object.union(other, {"pointed": true}))) == set()
		_codes(_to("SEND", object.union(other, {"left_open": true}))) == set()
		_codes(_to("SEND", object.union(other, {"origin": "TRUSTED_RECORD"}))) == {"RECIPIENT_NOT_MEANT"}
		_codes(_to("READ", other)) == set()
	}
}

test_asi02_a_name_that_nothing_holds_is_held_where_the_user_named_somebody_else if {
	every kind in ["recipient", "channel"] {
		other := {"kind": kind, "origin": "NOWHERE", "addressed": false, "pointed": false, "left_open": false}
		_codes(_to("SEND", other)) == {"RECIPIENT_NOT_MEANT"}
		_codes(_to("SEND", object.union(other, {"left_open": true}))) == set()
		_codes(_to("READ", other)) == set()
	}
}

test_asi02_an_id_that_nothing_holds_and_that_is_none_by_its_form_is_not_held if {
	_codes(_to("SEND", {"kind": "id", "origin": "NOWHERE", "addressed": false, "left_open": false})) == set()
}

test_asi02_an_account_that_nothing_holds_is_held_where_the_user_wrote_out_another if {
	other := _sink({"kind": "account", "origin": "NOWHERE", "left_open": false})
	fresh := {"untrusted_read": false, "prose_read": false}
	_codes(_of("PAY", object.union(fresh, {"sinks": [other]}))) == {"ACCOUNT_NOT_NAMED"}
	_codes(_of("SEND", object.union(fresh, {"sinks": [other]}))) == set()
	_codes(_of("PAY", object.union(fresh, {"sinks": [other, _sink({"kind": "account"})]}))) == set()
	_codes(_of("PAY", object.union(fresh, {"sinks": [object.union(other, {"left_open": true})]}))) == set()
	plain := _sink({"addressed": false})
	_codes(_of("PAY", object.union(fresh, {"sinks": [other, plain]}))) == {"ACCOUNT_NOT_NAMED"}
	lost := {"state": "NO_DATA", "sinks": [_sink({"kind": "account", "origin": "UNTRUSTED_TEXT"})]}
	_codes(_of("PAY", object.union(fresh, lost))) == {"PROVENANCE_UNKNOWN"}
}

test_asi02_another_sum_than_the_users_is_held if {
	amount := _sink({"kind": "amount", "pointer": "/amount", "origin": "NOWHERE"})
	_codes(_of("PAY", {"untrusted_read": false, "sinks": [_sink({}), amount]})) == {"AMOUNT_NOT_NAMED"}
	_codes(_of("PAY", {"untrusted_read": false, "sinks": [_sink({}), amount], "user_request": "AGENT"})) == set()
}

test_asi02_details_that_outsiders_bid_are_held if {
	detail := _sink({"kind": "detail", "pointer": "/amount", "origin": "UNTRUSTED_TEXT"})
	_codes(_of("PAY", {"sinks": [detail]})) == {"DETAIL_BIDDEN"}
	_codes(_of("CREATE", {"sinks": [detail]})) == {"DETAIL_BIDDEN"}
	_codes(_of("READ", {"sinks": [detail]})) == set()
	_codes(_of("PAY", {"sinks": [detail], "untrusted_read": false})) == set()
	_codes(_of("PAY", {"sinks": [detail], "user_request": "AGENT"})) == set()
}

test_asi03_a_level_of_rights_that_the_user_did_not_speak_of_is_held if {
	right := _sink({"kind": "right", "pointer": "/role", "origin": "NOWHERE"})
	_codes(_of("SEND", {"sinks": [right]})) == {"RIGHT_NOT_NAMED"}
	_codes(_of("SEND", {"sinks": [right], "untrusted_read": false})) == set()
	_codes(_of("SEND", {"sinks": [right], "user_request": "AGENT"})) == set()
	_codes(_of("READ", {"sinks": [right]})) == set()
}

test_asi02_an_id_by_its_form_that_nothing_holds_is_held if {
	invented := {"kind": "id", "origin": "NOWHERE", "addressed": true}
	_codes(_to("SEND", invented)) == {"RECORD_UNTRUSTED"}
	_codes(_to("SEND", object.union(invented, {"addressed": false}))) == set()
	_codes(_to("READ", invented)) == set()
	unsaid := {"sinks": [_sink(invented)], "user_request": "UNSPECIFIED", "intent": "UNSPECIFIED", "prose_read": false}
	_codes(_of("SEND", unsaid)) == set()
}

test_asi02_beside_a_threat_it_is_denied if {
	_codes(_to("PAY", {"origin": "TRUSTED_RECORD", "threatened": true})) == {"DESTINATION_PUSHED"}
	every origin in ["UNTRUSTED_RECORD", "UNTRUSTED_TEXT"] {
		"DESTINATION_THREATENED" in _codes(_to("PAY", {"kind": "account", "origin": origin, "threatened": true}))
	}
}

test_asi02_what_the_user_pointed_at_may_name_a_destination if {
	entrusted := {"origin": "UNTRUSTED_TEXT", "pointed": true}
	_codes(_to("UPDATE", entrusted)) == {"DESTINATION_UNTRUSTED"}
	_codes(_to("SEND", object.union(entrusted, {"left_open": false}))) == {"DESTINATION_UNTRUSTED"}
	_codes(_of("SEND", {"intent": "DELEGATED", "sinks": [_sink(entrusted)]})) == {"DESTINATION_UNTRUSTED"}
	every verb in ["SEND", "PAY", "CREATE"] {
		_codes(_to(verb, entrusted)) == set()
	}
}

test_asi02_a_name_that_nothing_holds_means_only_what_its_server_knows if {
	_codes(_to("SEND", {"kind": "channel", "origin": "NOWHERE", "addressed": false})) == set()
	_codes(_to("SEND", {"kind": "channel", "origin": "UNTRUSTED_TEXT", "addressed": false})) == {"DESTINATION_UNTRUSTED"}
}

test_asi02_a_source_that_the_user_handed_over_to_reaches_only_its_own_server if {
	handed := {"origin": "UNTRUSTED_TEXT", "pointed": true, "addressed": false}
	_codes(_of("SEND", {"intent": "DELEGATED", "sinks": [_sink(handed)]})) == set()
	addressed := _sink(object.union(handed, {"addressed": true}))
	_codes(_of("SEND", {"intent": "DELEGATED", "sinks": [addressed]})) == {"DESTINATION_UNTRUSTED"}
	threatened := _sink(object.union(handed, {"threatened": true}))
	"DESTINATION_THREATENED" in _codes(_of("SEND", {"intent": "DELEGATED", "sinks": [threatened]}))
	page := _sink({"kind": "url", "origin": "UNTRUSTED_TEXT", "pointed": true})
	_codes(_of("READ", {"intent": "DELEGATED", "sinks": [page]})) == set()
	_codes(_of("SEND", {"intent": "DELEGATED", "sinks": [page]})) == set()
	sending := [page, _sink({"kind": "content", "origin": "NOWHERE"})]
	_codes(_of("SEND", {"intent": "DELEGATED", "sinks": sending})) == {"DESTINATION_UNTRUSTED"}
}

test_asi02_fetching_a_url_is_egress if {
	every verb in ["READ", "LIST", "SEND"] {
		_codes(_to(verb, {"kind": "url", "origin": "NOWHERE"})) == {"DESTINATION_UNTRUSTED"}
		_codes(_to(verb, {"kind": "url", "origin": "UNTRUSTED_TEXT"})) == {"DESTINATION_UNTRUSTED"}
		_codes(_to(verb, {"kind": "url", "origin": "UNTRUSTED_TEXT", "pointed": true})) == set()
	}
}

test_asi02_a_record_that_only_text_names_is_not_changed if {
	every kind in ["id", "path"] {
		_codes(_to("DELETE", {"kind": kind, "origin": "UNTRUSTED_TEXT"})) == {"RECORD_UNTRUSTED"}
		_codes(_to("DELETE", {"kind": kind, "origin": "UNTRUSTED_RECORD", "threatened": true})) == {"RECORD_UNTRUSTED"}
		_codes(_to("DELETE", {"kind": kind, "origin": "UNTRUSTED_TEXT", "pointed": true})) == set()
		_codes(_to("DELETE", {"kind": kind, "origin": "NOWHERE", "addressed": false})) == set()
		_codes(_to("DELETE", {"kind": kind, "origin": "NOWHERE", "addressed": true})) == {"RECORD_UNTRUSTED"}
	}
}

test_asi03_rights_take_no_value_from_text if {
	_codes(_to("ADMIN", {"kind": "content", "origin": "UNTRUSTED_TEXT"})) == {"RIGHT_UNTRUSTED"}
	_codes(_to("ADMIN", {"kind": "content", "origin": "NOWHERE"})) == set()
}

test_asi03_values_of_a_source_that_the_user_pointed_at_come_together if {
	pointed := _sink({"kind": "content", "origin": "UNTRUSTED_TEXT", "pointed": true})
	beside := _sink({"kind": "content", "origin": "UNTRUSTED_TEXT"})
	threatened := _sink({"kind": "content", "origin": "UNTRUSTED_TEXT", "threatened": true})
	_codes(_of("ADMIN", {"sinks": [pointed, beside]})) == set()
	_codes(_of("ADMIN", {"sinks": [pointed, threatened]})) == {"RIGHT_UNTRUSTED"}
}

test_asi04_a_changed_definition_is_held if {
	item := object.union(
		fixture.one({"verb": "SEND"}),
		{"action": {"findings": [{"code": "DEFINITION_CHANGED", "pointer": "", "message": "changed"}]}},
	)
	_codes(item) == {"DEFINITION_CHANGED"}
	_codes(object.union(item, {"action": {"findings": []}})) == set()
}

test_asi05_programs_of_outsiders_do_not_run if {
	_codes(_to("EXECUTE", {"kind": "code", "origin": "UNTRUSTED_TEXT"})) == {"CODE_UNTRUSTED"}
	_codes(_to("EXECUTE", {"kind": "code", "origin": "NOWHERE"})) == set()
}

test_asi06_instructions_to_a_model_are_not_stored if {
	_codes(object.union(fixture.one({"verb": "READ"}), {"payload": {"threats": ["prompt_injection"]}})) == set()
	_codes(object.union(fixture.one({"verb": "SEND"}), {"payload": {"threats": ["ssrf"]}})) == set()
	every verb in ["CREATE", "UPDATE", "SEND"] {
		item := object.union(fixture.one({"verb": verb}), {"payload": {"threats": ["prompt_injection"]}})
		_codes(item) == {"MEMORY_POISONED"}
	}
}

test_asi07_without_a_gateway_outsiders_name_no_destination if {
	every said_by in ["AGENT", "UNSPECIFIED"] {
		facts := {"user_request": said_by, "intent": "UNSPECIFIED", "sinks": [_sink({"origin": "UNTRUSTED_RECORD"})]}
		_codes(_of("SEND", facts)) == {"GOAL_NOT_ASKED", "REQUEST_UNVOUCHED"}
		_codes(_of("SEND", object.union(facts, {"prose_read": false}))) == {"REQUEST_UNVOUCHED"}
	}
	facts := {"user_request": "AGENT", "intent": "UNSPECIFIED", "sinks": [_sink({"origin": "TRUSTED_RECORD"})]}
	_codes(_of("SEND", object.union(facts, {"prose_read": false}))) == set()
}

test_asi08_a_burst_is_stopped if {
	limit := _limits.burst
	_codes(object.union(fixture.item, {"session": {"burst": limit + 1}})) == {"TOO_MANY_ACTIONS"}
	_codes(object.union(fixture.item, {"session": {"burst": limit}})) == set()
}

test_asi09_people_are_given_no_address_that_only_text_names if {
	every verb in ["SEND", "CREATE"] {
		_codes(_to(verb, {"kind": "link", "origin": "UNTRUSTED_TEXT"})) == {"LINK_UNTRUSTED"}
		_codes(_to(verb, {"kind": "link", "origin": "UNTRUSTED_TEXT", "pointed": true})) == set()
		_codes(_to(verb, {"kind": "link", "origin": "NOWHERE"})) == set()
		_codes(_to(verb, {"kind": "content", "origin": "UNTRUSTED_TEXT"})) == set()
	}
}

test_asi05_what_a_program_reaches_by_the_word_of_outsiders_is_held if {
	code := _sink({"kind": "code", "pointer": "/command", "origin": "NOWHERE"})
	link := _sink({"kind": "link", "pointer": "/command", "origin": "UNTRUSTED_TEXT"})
	_codes(_of("EXECUTE", {"sinks": [code, link]})) == {"DESTINATION_UNTRUSTED"}
	_codes(_of("EXECUTE", {"sinks": [code, object.union(link, {"pointer": "/note"})]})) == set()
	_codes(_of("EXECUTE", {"sinks": [code, object.union(link, {"origin": "NOWHERE"})]})) == set()
	_codes(_of("EXECUTE", {"sinks": [code, object.union(link, {"pointed": true})]})) == set()
}

test_an_address_of_outsiders_waits_beside_what_is_changed_but_not_in_what_is_written if {
	link := _sink({"kind": "link", "pointer": "/location", "origin": "UNTRUSTED_TEXT"})
	text := _sink({"kind": "content", "pointer": "/text", "origin": "NOWHERE"})
	_codes(_of("UPDATE", {"sinks": [link, text]})) == {"LINK_UNTRUSTED"}
	_codes(_of("UPDATE", {"sinks": [object.union(link, {"pointer": "/text"}), text]})) == set()
	_codes(_of("UPDATE", {"sinks": [object.union(link, {"pointed": true}), text]})) == set()
	_codes(_of("DELETE", {"sinks": [link, text]})) == set()
}

test_asi09_people_are_given_nothing_that_stands_beside_a_threat if {
	every kind in ["content", "link"] {
		_codes(_to("SEND", {"kind": kind, "origin": "UNTRUSTED_TEXT", "threatened": true})) == {"LINK_UNTRUSTED"}
	}
}

test_asi10_trying_again_and_again_is_stopped if {
	_codes(object.union(fixture.item, {"session": {"denied_repeats": 3}})) == {"DENIED_REPEATS"}
	_codes(object.union(fixture.item, {"session": {"denied_repeats": 2}})) == set()
}

test_asi10_who_was_refused_too_much_only_reads if {
	every whose in ["session", "agent"] {
		refused := {"session": {whose: {"denials": 21, "actions": 84}}}
		_codes(object.union(fixture.one({"verb": "SEND"}), refused)) == {"TOO_MANY_DENIALS"}
		_codes(object.union(fixture.one({"verb": "READ"}), refused)) == set()
	}
}

test_asi10_a_few_refusals_or_one_now_and_then_stop_nobody if {
	every totals in [{"denials": 20, "actions": 20}, {"denials": 21, "actions": 85}, {"denials": 100, "actions": 1000}] {
		_codes(object.union(fixture.one({"verb": "SEND"}), {"session": {"session": totals, "agent": totals}})) == set()
	}
}

test_asi10_a_long_good_past_buys_little if {
	refused := {"session": {"agent": {"denials": 500, "actions": 100000}}}
	_codes(object.union(fixture.one({"verb": "SEND"}), refused)) == {"TOO_MANY_DENIALS"}
}

test_lost_provenance_is_never_better if {
	lost := {"state": "NO_DATA", "intent": "UNSPECIFIED", "sinks": [_sink({"origin": "UNTRUSTED_TEXT", "left_open": false})]}
	_codes(_of("SEND", lost)) == {"PROVENANCE_UNKNOWN", "GOAL_NOT_ASKED"}
}

test_lost_provenance_says_that_it_is_lost_and_stays_as_grave if {
	worst := _sink({"origin": "UNTRUSTED_TEXT", "left_open": false, "threatened": true})
	every verb in ["SEND", "PAY"] {
		lost := {"state": "NO_DATA", "intent": "UNSPECIFIED", "threat_read": true, "sinks": [worst]}
		_codes(_of(verb, lost)) == {"PROVENANCE_UNKNOWN"}
		rules := {rule | some rule in agent_safety.matched with input as _of(verb, lost)}
		"DENY" in {rule.outcome | some rule in rules}
		every rule in rules {
			regex.match(`^ASI0[1-9] .*: what this agent has read is not known`, rule.message)
			not contains(rule.message, "instructions")
		}
	}
}

test_what_is_held_is_not_thereby_granted if {
	outcome := fixture.decided(_of("SEND", {"intent": "NOT_ASKED"}))
	outcome.effect == "DENY"
	"NO_RULE_MATCHED" in fixture.codes(outcome)
}

test_what_another_rule_allows_is_held_for_people if {
	outcome := fixture.judged({fixture.rule("t.allow", "ALLOW", {})}, _of("SEND", {"intent": "NOT_ASKED"}))
	outcome.effect == "REQUIRE_APPROVAL"
}

test_every_rule_names_its_risk if {
	every item in [
		_of("SEND", {"intent": "NOT_ASKED"}),
		_to("SEND", {"origin": "NOWHERE"}),
		object.union(fixture.item, {"session": {"burst": 9999}}),
	] {
		some rule in _matched(item)
		regex.match(`^ASI(0[1-9]|10) `, rule.message)
	}
}

# A plain name that a text holds, of who is told something.
test_who_is_told_something_may_be_called_by_a_text if {
	called := {"origin": "UNTRUSTED_TEXT", "addressed": false}
	not "DESTINATION_UNTRUSTED" in _codes(_to("SEND", called))
	every held in [{"addressed": true}, {"left_open": false}, {"kind": "channel"}] {
		"DESTINATION_UNTRUSTED" in _codes(_to("SEND", object.union(called, held)))
	}
	every verb in {"PAY", "ADMIN", "CREATE"} {
		"DESTINATION_UNTRUSTED" in _codes(_to(verb, called))
	}
}
