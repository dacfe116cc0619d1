"""Kinds of business, one folder each: the pages, the rules, and the dated figures with their papers."""
