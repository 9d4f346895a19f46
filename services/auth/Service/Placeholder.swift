/// auth.
