"""The articles of a contract beyond the first ones: each turns one kind of clause into provisions."""
