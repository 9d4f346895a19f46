// ReaderTests
