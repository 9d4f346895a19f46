/// Tokens.
