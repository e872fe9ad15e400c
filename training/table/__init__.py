"""The same model, judgement and report on any plain table: features, a label, groups."""
