print("bench-retrieval")
