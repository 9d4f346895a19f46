/// Retrieval.
