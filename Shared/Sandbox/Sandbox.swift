/// Sandbox.
