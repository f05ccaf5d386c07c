package writ.lib.numbers_test

import data.writ.lib.numbers

test_canonical_text_is_read_as_an_integer if {
	numbers.integer("0") == 0
	numbers.integer("-7") == -7
	numbers.integer("999999999999999999") == 999999999999999999
}

test_other_text_is_no_integer if {
	every text in ["", "-0", "07", "+7", "1e3", "1.0", " 7", "0x7", "1000000000000000000", "٧", 7, null, []] {
		numbers.integer(text) == null
	}
}

test_at_most_and_above_are_opposites_on_any_input if {
	numbers.at_most(7, 7) == true
	numbers.above(7, 7) == false
	numbers.at_most(8, 7) == false
	numbers.above(8, 7) == true
	every value in ["7", null, [], {}, true] {
		numbers.at_most(value, 1000) == false
		numbers.above(value, 1000) == true
		numbers.at_most(7, value) == false
		numbers.above(7, value) == true
	}
}

test_rows_without_a_bound_are_above_every_limit if {
	numbers.rows_at_most({"max_rows": 10}, 10) == true
	numbers.rows_above({"max_rows": 10}, 10) == false
	numbers.rows_above({"max_rows": 11}, 10) == true
	every operation in [{}, {"max_rows": null}, {"max_rows": "1"}, null, "rows"] {
		numbers.rows_at_most(operation, 10) == false
		numbers.rows_above(operation, 10) == true
	}
}
