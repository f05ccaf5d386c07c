# METADATA
# title: Texts and globs
# description: |
#   Rules that allow compare exact values; rules that forbid compare folded ones. Full confusable folding is the work of
#   canonicalization, which reports a value that differs from its fold as a finding.
package writ.lib.texts

# METADATA
# title: Tells whether `value` is exactly one of `values`
# description: For ALLOW rules. `values` is a set or an array of texts.
default one_of(_, _) := false

one_of(value, values) if {
	is_string(value)
	value in values
}

# METADATA
# title: Tells whether `value`, without case and outer blanks, may be one of `values`
# description: For FORBID and DENY rules. True for what is no text.
default maybe_one_of(_, _) := true

maybe_one_of(value, values) := _fold(value) in {_fold(entry) | some entry in values; is_string(entry)} if {
	is_string(value)
	_collection(values)
}

# METADATA
# title: Tells whether the text matches one of the globs, in which `*` stays within a part
# description: For ALLOW rules. Parts are separated by `separators`, for example ["/"]; a broken glob matches nothing.
default matches(_, _, _) := false

matches(value, globs, separators) if {
	is_string(value)
	some pattern in globs
	_glob(pattern)
	glob.match(pattern, separators, value)
}

# METADATA
# title: Tells whether the text, without case and outer blanks, may match one of the globs
# description: For FORBID and DENY rules. True for what is no text and for a broken glob.
default maybe_matches(_, _, _) := true

maybe_matches(value, globs, separators) := false if {
	is_string(value)
	_collection(globs)
	every pattern in globs {
		_glob(pattern)
		not glob.match(lower(pattern), separators, _fold(value))
	}
}

_fold(text) := lower(trim_space(text))

_collection(value) if is_array(value)

_collection(value) if is_set(value)

# Brackets, braces and escapes are left out: they can be malformed, and `glob.match` raises on that.
_glob(pattern) if {
	is_string(pattern)
	not regex.match(`[\[\]{}\\]`, pattern)
}
