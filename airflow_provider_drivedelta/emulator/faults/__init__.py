"""What goes wrong on purpose: the plan, and how an answer is spoiled."""
