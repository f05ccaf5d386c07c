package writ.scopes

# What is wrong with the settings of packs, as sentences. A pack declares what its rules read, as `settings.<group>.<name>`
# of its data, and the organisation sets exactly that: under a name that was misspelt a limit would be off without a word,
# for no rule would find anything above it.
_of_packs contains sprintf("setting `%s`: expected one that its pack declares (%s), got another name", [
	dotted(path),
	concat(", ", sort({dotted(known) | some known, _ in _declared; known[1] == path[1]})),
]) if {
	some path, _ in _set_for_packs
	not _declared[path]
}

_of_packs contains sprintf("setting `%s`: expected a value, as its pack declares, got none", [dotted(path)]) if {
	some path, _ in _declared
	not path in object.keys(_set_for_packs)
}

_of_packs contains sprintf("setting `%s`: expected %s, got `%v`", [dotted(path), _kinds[path[2]].holds, value]) if {
	some path, value in _set_for_packs
	_declared[path]
	not _of_kind(path[2], value)
}

_of_packs contains sprintf("setting `%s`: %s", [dotted(path), problem]) if {
	some path, values in _set_for_packs
	some problem in _unknown(_declared[path], values)
}

_of_packs contains sprintf("setting `%s`: expected its pack to declare %s, got `%v`", [dotted(path), known, kind]) if {
	known := "`limits` of `number`, `demands` of `boolean`, `allowed` or `guarded` of `texts` or a dimension"
	some path, kind in _declared
	not _is_kind_of(path[2], kind)
}

# The kind of each setting that a pack declares, by its path.
_declared[array.concat(["packs", pack], path)] := kind if {
	some pack
	some path, kind in leaves(data.packs[pack].settings)
}

# Every setting of packs, lists whole.
_set_for_packs[path] := value if {
	some path, value in leaves({"packs": data.settings.packs})
	every part in path {
		is_string(part)
	}
}

# What each group of settings holds; rules compare with it, and would find nothing above or among what is of another type.
_kinds := {
	"limits": {"declared": {"number"}, "holds": "a number from 0"},
	"demands": {"declared": {"boolean"}, "holds": "true or false"},
	"allowed": _lists,
	"guarded": _lists,
}

_lists := {"declared": ({"texts"} | _dimensions), "holds": "a list of texts"}

_is_kind_of(group, kind) if kind in _kinds[group].declared

default _of_kind(_, _) := false

_of_kind("limits", value) if {
	is_number(value)
	value >= 0
}

_of_kind("demands", value) if is_boolean(value)

_of_kind(group, value) if {
	group in {"allowed", "guarded"}
	_texts(value)
}
