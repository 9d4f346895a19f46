/// Logs.
