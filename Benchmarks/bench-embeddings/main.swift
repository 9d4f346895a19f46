print("bench-embeddings")
