// RetrievalTests
