internal import COpenSSL

/// OpenSSL as a whole, for whoever starts a process.
package enum CryptoLibrary {
    /// Leaves the library's memory to the system when the process ends (OPENSSL_INIT_NO_ATEXIT of OPENSSL_init_crypto(3)): its
    /// own clean-up at exit and that of threads which end in the same moment free the same memory.
    ///
    /// To be called before anything else uses the library, libcurl included; later it changes nothing. Any thread.
    package static func leaveMemoryAtExit() {
        _ = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
    }
}
