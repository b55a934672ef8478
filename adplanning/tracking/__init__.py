"""How events come in from storefronts."""
