package packs.bulk_operations_test

import data.writ_test as fixture

_paid(verb, counter) := _done(
	{"verb": verb, "scope": "SINGLE", "max_rows": 1, "amount_minor": 90000},
	{"counters": {"same_payment": object.union(
		{"state": "OK", "value": 1, "committed": 0, "pending": 0, "amount": 1, "unbounded": false},
		counter,
	)}},
)

test_a_payment_is_made_once if {
	_paid("PAY", {}).effect == "ALLOW"
	outcome := _paid("PAY", {"value": 2, "committed": 1})
	_held_for(outcome, "PAYMENT_REPEATED")
	outcome.contended == false
}

test_a_payment_beside_one_that_is_not_settled_is_judged_once_more if {
	outcome := _paid("PAY", {"value": 2, "pending": 1})
	_held_for(outcome, "PAYMENT_REPEATED")
	outcome.contended == true
}

test_of_lost_counts_nobody_knows_whether_a_payment_was_made if {
	_held_for(_paid("PAY", {"state": "NO_DATA", "value": 0, "amount": 0}), "PAYMENT_REPEATED")
}

test_what_moves_no_money_may_be_repeated if {
	_paid("UPDATE", {"value": 2, "committed": 1}).effect == "ALLOW"
}

test_an_organisation_says_how_often_a_payment_may_be_repeated if {
	outcome := _paid("PAY", {"value": 3, "committed": 2}) with data.settings as fixture.settings
		with data.settings.packs.bulk_operations.limits.same_payment as 3
	outcome.effect == "ALLOW"
}
