package writ.lib.texts_test

import data.writ.lib.texts

test_rules_that_allow_compare_exactly if {
	texts.one_of("a", ["a", "b"]) == true
	texts.one_of("a", {"a"}) == true
	every value in ["A", " a", "c", null, 7, ["a"]] {
		texts.one_of(value, ["a", "b"]) == false
	}
	every values in [null, "a", 7, []] {
		texts.one_of("a", values) == false
	}
}

test_rules_that_forbid_compare_folded if {
	texts.maybe_one_of("b", ["a", "B"]) == true
	texts.maybe_one_of("c", ["a", "B", 7]) == false
	every value in ["a", "A", " a\t"] {
		texts.maybe_one_of(value, ["a", "B"]) == true
		texts.maybe_one_of(value, {"A"}) == true
	}
}

test_what_is_no_text_may_be_anything if {
	every value in [null, 7, ["a"], {}] {
		texts.maybe_one_of(value, ["a"]) == true
		texts.maybe_matches(value, ["a"], ["/"]) == true
		texts.matches(value, ["a"], ["/"]) == false
	}
	every values in [null, "a", 7, {"a": 1}, {"x": "z"}] {
		texts.maybe_one_of("c", values) == true
		texts.maybe_matches("c", values, ["/"]) == true
	}
}

test_a_star_stays_within_its_part if {
	texts.matches("docs/a", ["img/*", "docs/*"], ["/"]) == true
	texts.matches("docs/a/b", ["docs/*"], ["/"]) == false
	texts.matches("docs/a/b", ["docs/**"], ["/"]) == true
	texts.matches("Docs/a", ["docs/*"], ["/"]) == false
	texts.matches("docs/a", [], ["/"]) == false
}

test_rules_that_forbid_match_folded if {
	texts.maybe_matches(" DOCS/A ", ["docs/*"], ["/"]) == true
	texts.maybe_matches("docs/a", ["DOCS/*"], ["/"]) == true
	texts.maybe_matches("docs/a/b", ["docs/*"], ["/"]) == false
	texts.maybe_matches("docs/a", {"img/*"}, ["/"]) == false
	texts.maybe_matches("docs/a", [], ["/"]) == false
}

test_a_broken_glob_allows_nothing_and_forbids_everything if {
	every pattern in ["[a", "a]", "{a", "a}", `a\`, null, 7] {
		texts.matches("a", [pattern], ["/"]) == false
		texts.maybe_matches("z", ["b", pattern], ["/"]) == true
	}
}
