import Glibc

/// Servers that `scripts/test.sh` starts for the whole suite.
enum ProcessAddress {
    static let objectServer = getenv("LECTERN_TEST_S3").map { String(cString: $0) }
}
