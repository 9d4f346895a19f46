/// docs.
