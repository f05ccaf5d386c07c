"""Stage 7's hands: what obligations of the decision point itself do to arguments."""
