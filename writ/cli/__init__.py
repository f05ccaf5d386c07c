"""The command line: the frame, and the verbs that need the contract alone."""
