// EmbeddingsTests
