"""The charts of the reports, each with its finding as the title, a sentence, its table and its definition."""
