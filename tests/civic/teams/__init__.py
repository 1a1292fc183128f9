"""Teams as residents meet them."""
