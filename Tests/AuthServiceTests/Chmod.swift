import Glibc

/// chmod(2); whether it worked.
func chmodFile(_ path: String, _ mode: UInt32) -> Bool {
    chmod(path, mode) == 0
}
