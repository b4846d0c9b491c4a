"""A stock Django admin over the product's tables, written as its documentation advises."""
