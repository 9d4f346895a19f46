import Glibc

/// Tells addresses of the public internet from those of this machine, this network and special purposes (the registries of
/// RFC 6890).
enum PublicAddress {
    /// - Parameter socketAddress: A `sockaddr_in` or `sockaddr_in6`.
    static func isPublic(family: Int32, _ socketAddress: UnsafeRawBufferPointer) -> Bool {
        switch family {
        case AF_INET where socketAddress.count >= 8:
            isPublicV4(Array(socketAddress[4..<8]))
        case AF_INET6 where socketAddress.count >= 24:
            isPublicV6(Array(socketAddress[8..<24]))
        default: false
        }
    }

    /// - Parameter address: Four bytes.
    static func isPublicV4(_ address: [UInt8]) -> Bool {
        switch (address[0], address[1], address[2]) {
        case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): false
        case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _), (198, 18...19, _): false
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 51, 100), (203, 0, 113): false
        default: true
        }
    }

    /// - Parameter address: Sixteen bytes.
    static func isPublicV6(_ address: [UInt8]) -> Bool {
        // IPv4 in IPv6 (RFC 4291 section 2.5.5.2) reaches what the IPv4 address reaches.
        if address[0..<10].allSatisfy({ $0 == 0 }), address[10] == 0xFF, address[11] == 0xFF {
            return isPublicV4(Array(address[12..<16]))
        }
        // Global unicast is 2000::/3; within it 2001::/23 is special, 2001:db8::/32 and 3fff::/20 are for documents, and 6to4
        // (2002::/16) carries an IPv4 address.
        guard address[0] & 0xE0 == 0x20 else { return false }
        switch (address[0], address[1]) {
        case (0x20, 0x01): return address[2] > 1 && !(address[2] == 0x0D && address[3] == 0xB8)
        case (0x20, 0x02): return isPublicV4(Array(address[2..<6]))
        case (0x3F, 0xFF): return address[2] & 0xF0 != 0
        default: return true
        }
    }
}
