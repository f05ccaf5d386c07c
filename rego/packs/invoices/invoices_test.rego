package packs.invoices_test

import data.writ_test as fixture

test_one_invoice_of_an_assigned_customer_is_read if {
	every verb in ["READ", "LIST"] {
		outcome := fixture.decided(fixture.one({"verb": verb}))
		_said(outcome, "ALLOW", "T0", ["invoices.read_one"])
	}
}

test_a_bounded_number_of_invoices_is_read if {
	outcome := fixture.decided(fixture.one({"verb": "LIST", "scope": "ALL", "max_rows": 10000}))
	_said(outcome, "ALLOW", "T1", ["invoices.read_many"])
}

test_more_rows_than_the_limit_take_an_approval if {
	outcome := fixture.decided(fixture.one({"scope": "MANY", "max_rows": 10001}))
	_said(outcome, "REQUIRE_APPROVAL", "T1", ["invoices.read_bulk"])
	outcome.approval == {"quorum": 1, "roles": ["finance-manager"], "deadline_s": 14400}
	outcome.acknowledgement == "DURABLE"
}

test_rows_without_a_bound_take_an_approval if {
	operation := object.remove(object.union(fixture.operation, {"scope": "ALL"}), ["max_rows"])
	outcome := fixture.decided(fixture.of([operation]))
	_said(outcome, "REQUIRE_APPROVAL", "T1", ["invoices.read_bulk"])
}

test_nobody_reads_for_a_customer_that_the_agent_does_not_serve if {
	outcome := fixture.decided(fixture.one({"containers": [{"type": "customer", "id": "8"}]}))
	_said(outcome, "DENY", "T0", ["invoices.customer_not_assigned"])
}

test_one_foreign_customer_among_several_is_enough if {
	outcome := fixture.decided(fixture.one({"containers": [
		{"type": "customer", "id": "7"},
		{"type": "customer", "id": "8"},
	]}))
	_said(outcome, "DENY", "T0", ["invoices.customer_not_assigned"])
}

test_several_customers_that_the_agent_serves_are_all_served if {
	other := object.union(fixture.serves, {"key": ["billing-1", "8"]})
	containers := [{"type": "customer", "id": "7"}, {"type": "customer", "id": "8"}]
	outcome := fixture.decided(object.union(
		fixture.one({"containers": containers}),
		{"facts": {"assignment": {"entries": [fixture.serves, other]}}},
	))
	_said(outcome, "ALLOW", "T0", ["invoices.read_one"])
}

test_an_action_that_names_no_customer_is_denied if {
	every containers in [[], [{"type": "project", "id": "7"}]] {
		outcome := fixture.decided(fixture.one({"containers": containers}))
		_said(outcome, "DENY", "T0", ["invoices.customer_not_assigned"])
	}
}

test_an_assignment_that_the_agent_asserts_is_none if {
	claimed := object.union(fixture.serves, {"asserted_by": "AGENT"})
	outcome := fixture.decided(object.union(
		fixture.item,
		{"facts": {"assignment": {"entries": [claimed]}}},
	))
	_said(outcome, "DENY", "T0", ["invoices.customer_not_assigned"])
}

test_deleting_named_invoices_takes_one_approver if {
	every scope in ["SINGLE", "MANY"] {
		outcome := fixture.decided(fixture.one({"verb": "DELETE", "scope": scope}))
		_said(outcome, "REQUIRE_APPROVAL", "T2", ["invoices.delete"])
		outcome.approval.quorum == 1
		outcome.permit_ttl_s == 15
	}
}

test_deleting_all_invoices_takes_two_approvers if {
	outcome := fixture.decided(fixture.one({"verb": "DELETE", "scope": "ALL"}))
	_said(outcome, "REQUIRE_APPROVAL", "T3", ["invoices.delete_all"])
	outcome.approval == {"quorum": 2, "roles": ["finance-manager"], "deadline_s": 86400}
	outcome.permit_ttl_s == 5
}

test_deleting_invoices_of_a_foreign_customer_is_denied_with_both_reasons if {
	outcome := fixture.decided(object.union(
		fixture.one({"verb": "DELETE", "scope": "ALL"}),
		{"facts": {"assignment": {"entries": []}}},
	))
	_said(outcome, "DENY", "T3", ["invoices.customer_not_assigned", "invoices.delete_all"])
	outcome.approval == null
}

test_a_status_is_updated_within_the_months_limit if {
	outcome := fixture.decided(_update({"value": 1000, "committed": 999}))
	_said(outcome, "ALLOW", "T1", ["invoices.update_status"])
}

test_the_first_update_above_the_limit_takes_an_approval if {
	outcome := fixture.decided(_update({"value": 1001, "committed": 1000}))
	_said(outcome, "REQUIRE_APPROVAL", "T1", ["invoices.update_status_over_limit"])
	outcome.contended == false
}

test_an_update_over_the_limit_only_by_others_pending_is_contended if {
	outcome := fixture.decided(_update({"value": 1001, "committed": 999, "pending": 1}))
	outcome.effect == "REQUIRE_APPROVAL"
	outcome.contended == true
}

test_an_unbounded_update_takes_an_approval_and_is_not_contended if {
	outcome := fixture.decided(_update({"value": 5, "committed": 5, "amount": 0, "unbounded": true}))
	_said(outcome, "REQUIRE_APPROVAL", "T1", ["invoices.update_status_over_limit"])
	outcome.contended == false
}

test_lost_counts_are_not_zero if {
	outcome := fixture.decided(_update({"state": "NO_DATA", "value": 0, "committed": 0, "amount": 0}))
	_said(outcome, "DENY", "T1", ["invoices.update_status_unknown", "invoices.update_status_over_limit"])
}

test_an_undeclared_counter_is_lost_data if {
	outcome := fixture.decided(fixture.one({"verb": "UPDATE", "attributes": {"status": "paid"}}))
	_said(outcome, "DENY", "T1", ["invoices.update_status_unknown", "invoices.update_status_over_limit"])
}

test_changing_more_than_the_status_is_no_status_update if {
	outcome := fixture.decided(fixture.one({
		"verb": "UPDATE",
		"attributes": {"status": "paid", "amount": "1"},
	}))
	_said(outcome, "DENY", "T1", ["writ.default"])
}

_update(counter) := object.union(
	fixture.one({"verb": "UPDATE", "attributes": {"status": "paid"}}),
	{"counters": {"invoice_status_updates": object.union(
		{"state": "OK", "value": 1, "committed": 0, "pending": 0, "amount": 1, "unbounded": false},
		counter,
	)}},
)

_said(outcome, effect, tier, ids) if {
	outcome.effect == effect
	outcome.tier == tier
	fixture.ids(outcome) == ids
}
