/// Settings.
