/// Lifecycle.
