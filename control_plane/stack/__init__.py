"""The stack on one machine: builds the tools, makes the keys, starts and watches every process."""
