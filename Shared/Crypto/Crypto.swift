/// Crypto.
