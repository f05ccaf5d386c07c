package writ.lib_test

import data.writ.lib
import data.writ_test as fixture

test_everybody_but_the_agent_may_vouch if {
	every who in ["GATEWAY", "FACT_FEED", "CATALOG", "BUNDLE"] {
		lib.trusted({"asserted_by": who}) == true
	}
	every who in ["AGENT", "UNSPECIFIED", "", "gateway", null, 7, ["GATEWAY"]] {
		lib.trusted({"asserted_by": who}) == false
	}
}

test_what_is_no_fact_is_not_trusted if {
	every garbage in [{}, [], "GATEWAY", null, 7] {
		lib.trusted(garbage) == false
	}
}

test_role_unit_and_environment_are_shown_when_somebody_vouches if {
	lib.trusted_role == "billing-assistant" with input as fixture.item
	lib.trusted_unit == "finance" with input as fixture.item
	lib.trusted_environment == "production" with input as fixture.item
}

test_what_the_agent_says_of_itself_is_empty if {
	said := {"agent": {"asserted_by": "AGENT"}, "environment": {"asserted_by": "AGENT"}}
	claimed := object.union(fixture.item, said)
	every item in [claimed, {}] {
		lib.trusted_role == "" with input as item
		lib.trusted_unit == "" with input as item
		lib.trusted_environment == "" with input as item
	}
}
