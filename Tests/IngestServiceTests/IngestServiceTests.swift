// IngestServiceTests
