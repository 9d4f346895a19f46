/// Embeddings.
