"""What people ask for and what texts bid: verbs, things, names and sums of sentences, told by words alone, without any model."""
