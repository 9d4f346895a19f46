import CCurl

extension HTTPClientError {
    /// What a result of libcurl means to a caller (libcurl-errors(3)).
    static func meaning(of result: CURLcode) -> (Code, String) {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST: (.unknownHost, "The host name cannot be resolved.")
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: (.connectFailed, "The connection was refused.")
        // The only limit of time that libcurl keeps for us is the one for connecting.
        case CURLE_OPERATION_TIMEDOUT: (.connectTimeout, "No connection in time.")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            (.tlsFailed, "TLS failed or the certificate is not trusted.")
        case CURLE_UNSUPPORTED_PROTOCOL: (.unsupportedURL, "Only http and https URLs are allowed.")
        case CURLE_URL_MALFORMAT: (.invalidRequest, "The URL is malformed.")
        case CURLE_OUT_OF_MEMORY: (.unavailable, "No memory for the transfer.")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2, CURLE_CHUNK_FAILED:
            (.malformedResponse, "The peer's answer is not HTTP.")
        case CURLE_FILESIZE_EXCEEDED: (.responseTooLarge, "The response is too large.")
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND:
            (.connectionLost, "The connection ended before the response did.")
        default: (.connectionLost, "The transfer failed.")
        }
    }
}
