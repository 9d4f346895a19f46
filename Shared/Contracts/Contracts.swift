/// Contracts.
