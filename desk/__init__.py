"""后台审核: the staff's own face. A second Flask app with its own port; closed until staff accounts exist."""
