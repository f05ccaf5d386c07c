package writ.rules

# METADATA
# title: A tool that the catalog does not know is never called
matched contains rule if {
	input.tool.known == false
	rule := {
		"id": "writ.tool_not_known",
		"outcome": "FORBID",
		"code": "TOOL_NOT_KNOWN",
		"message": "the catalog knows no such tool on an enrolled server",
		"remediation": "enrol the tool server and describe the tool in the catalog",
	}
}
