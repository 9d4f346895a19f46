/// Platform.
