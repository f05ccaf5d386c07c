"""The policy decision point: the way of one decision, file by file in the order of the data."""
