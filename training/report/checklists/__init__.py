"""What papers ask of a model and of a report, each item answered from the run or by a person."""
