"""The control plane: governs what decision points run. It is never on the path of a decision."""
