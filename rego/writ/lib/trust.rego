# METADATA
# title: Library for rule authors
# description: |
#   Every function is total: it answers on any input, also on a missing field or garbage, and never raises. Functions that
#   ALLOW rules rest on answer false on what they do not understand; functions that FORBID and DENY rules rest on answer
#   true.
package writ.lib

# METADATA
# title: Tells whether somebody other than the agent under judgement vouches for `fact`
# description: What an agent asserts may raise risk and never satisfies a condition of ALLOW.
default trusted(_) := false

trusted(fact) if fact.asserted_by in vouching

# METADATA
# title: Those whose word counts
vouching := {"GATEWAY", "FACT_FEED", "CATALOG", "BUNDLE"}

# METADATA
# title: The agent's role, when somebody vouches for it; else the empty text
default trusted_role := ""

trusted_role := input.agent.role if trusted(input.agent)

# METADATA
# title: The agent's unit, when somebody vouches for it; else the empty text
default trusted_unit := ""

trusted_unit := input.agent.unit if trusted(input.agent)

# METADATA
# title: Where the action takes effect, when the catalog says so; else the empty text
default trusted_environment := ""

trusted_environment := input.environment.name if trusted(input.environment)
