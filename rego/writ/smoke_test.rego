package writ_test

test_one_is_one if {
	count([1]) == 1
}
