"""A corpus of calls whose contents are known, made up at run time from public formats: what inspection has to find, and what
only looks like it. Nothing in it is real."""
