package import HTTPMessages

/// A response whose body was collected in memory, at most `HTTPClientRequest.responseBytesMax` bytes of it.
package struct HTTPClientResponse: Sendable {
    package var head: HTTPResponseHead
    package var body: [UInt8]

    package init(head: HTTPResponseHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }

    package var status: HTTPStatus { head.status }
    package var fields: HTTPFields { head.fields }
    /// 200 to 299.
    package var isSuccess: Bool { (200..<300).contains(head.status.code) }
}
