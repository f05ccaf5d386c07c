package writ.scopes_test

import data.writ.scopes

_theirs := {
	"limits": {"rows": "number", "total": {"rows": "number"}},
	"demands": {"bounded": "boolean"},
	"allowed": {"hosts": "texts"},
	"guarded": {"verbs": "verb"},
}

_whole_of_theirs := {
	"limits": {"rows": 1.5, "total": {"rows": 0}},
	"demands": {"bounded": true},
	"allowed": {"hosts": ["a", "b"]},
	"guarded": {"verbs": []},
}

_of_pack(declared, settings) := said if {
	said := scopes.problems with data.settings as _whatever_is_found
		with data.settings.packs as {"theirs": settings}
		with data.packs as {"theirs": {"settings": declared}}
}

_changed(patch) := _of_pack(_theirs, object.union(_whole_of_theirs, patch))

_without(path) := _of_pack(_theirs, json.remove(_whole_of_theirs, [path]))

test_settings_that_a_pack_declares_have_no_problem if {
	_changed({}) == set()
	_of_pack({}, {}) == set()
}

# Of a limit that is text no number is above it, and in a text there is no verb.
test_settings_of_packs_are_of_their_kind if {
	cases := [
		[{"limits": {"rows": "5000"}}, "theirs.limits.rows`: expected a number from 0, got `5000`"],
		[{"limits": {"rows": null}}, "theirs.limits.rows`: expected a number from 0, got `null`"],
		[{"limits": {"total": {"rows": -1}}}, "theirs.limits.total.rows`: expected a number from 0, got `-1`"],
		[{"demands": {"bounded": "yes"}}, "theirs.demands.bounded`: expected true or false, got `yes`"],
		[{"guarded": {"verbs": "PAY"}}, "theirs.guarded.verbs`: expected a list of texts, got `PAY`"],
		[{"allowed": {"hosts": [1]}}, "theirs.allowed.hosts`: expected a list of texts, got `[1]`"],
	]
	every case in cases {
		[patch, problem] := case
		_changed(patch) == {concat("", ["setting `packs.", problem])}
	}
}

test_settings_of_packs_hold_values_that_there_are if {
	some problem in _changed({"guarded": {"verbs": ["PAY", "BUY"]}})
	startswith(problem, "setting `packs.theirs.guarded.verbs`: expected a verb (")
	endswith(problem, "got `BUY`")
}

# Under another name nothing is above a limit.
test_a_setting_that_no_pack_declares_is_said if {
	declared := concat(", ", [
		"packs.theirs.allowed.hosts",
		"packs.theirs.demands.bounded",
		"packs.theirs.guarded.verbs",
		"packs.theirs.limits.rows",
		"packs.theirs.limits.total.rows",
	])
	cases := [
		[{"limits": {"row": 5}}, "limits.row"],
		[{"limits": {"total": {"row": 5}}}, "limits.total.row"],
		[{"limits": {"rows": {"of": 5}}}, "limits.rows.of"],
		[{"limit": {"rows": 5}}, "limit.rows"],
		[{"own": "x"}, "own"],
	]
	every case in cases {
		[patch, name] := case
		sprintf("setting `packs.theirs.%s`: expected one that its pack declares (%s), got another name", [
			name,
			declared,
		]) in _changed(patch)
	}
	said := scopes.problems with data.settings as _whatever_is_found
		with data.settings.packs as {"their": {"limits": {"rows": 5}}}
		with data.packs as {}
	said == {"setting `packs.their.limits.rows`: expected one that its pack declares (), got another name"}
}

test_a_setting_that_a_pack_declares_is_set if {
	every name in ["limits.rows", "limits.total.rows", "demands.bounded", "allowed.hosts", "guarded.verbs"] {
		_without(replace(name, ".", "/")) == {sprintf(
			"setting `packs.theirs.%s`: expected a value, as its pack declares, got none",
			[name],
		)}
	}
	said := scopes.problems with data.settings as object.remove(_whatever_is_found, ["packs"])
		with data.packs as {"theirs": {"settings": {"limits": {"rows": "number"}}}}
	said == {"setting `packs.theirs.limits.rows`: expected a value, as its pack declares, got none"}
}

test_a_pack_declares_settings_of_a_kind_that_their_group_has if {
	cases := [
		["limits", "texts"], ["limits", 5], ["demands", "number"],
		["guarded", "verbs"], ["allowed", "boolean"], ["own", "texts"],
	]
	every case in cases {
		[group, kind] := case
		sprintf("setting `packs.theirs.%s.it`: expected its pack to declare %s, got `%v`", [
			group,
			"`limits` of `number`, `demands` of `boolean`, `allowed` or `guarded` of `texts` or a dimension",
			kind,
		]) in _of_pack({group: {"it": kind}}, {})
	}
}
