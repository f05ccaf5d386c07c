"""The verbs of `writ` that need the decision point: each module is one verb, loaded when it is called."""
