// ChatServiceTests
