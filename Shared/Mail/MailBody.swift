import Crypto
import Platform

/// The parts of a message below its header: text alone, text and HTML as alternatives, and files beside them.
struct MailBody {
    private let message: MailMessage

    init(_ message: MailMessage) {
        self.message = message
    }

    /// From `Content-Type` on.
    func encoded() -> [UInt8] {
        let content = message.html.map(alternatives) ?? part("text/plain; charset=utf-8", of: message.text)
        guard !message.attachments.isEmpty else { return content }
        return multipart("mixed", [content] + message.attachments.map(file))
    }

    /// Plain text first: readers take the last that they can show (RFC 2046 section 5.1.4).
    private func alternatives(html: String) -> [UInt8] {
        multipart(
            "alternative",
            [
                part("text/plain; charset=utf-8", of: message.text), part("text/html; charset=utf-8", of: html),
            ])
    }

    private func multipart(_ kind: String, _ parts: [[UInt8]]) -> [UInt8] {
        let boundary = boundary(kind)
        var bytes: [UInt8] = []
        HeaderField.write("Content-Type", ["multipart/\(kind);", "boundary=\"\(boundary)\""], to: &bytes)
        bytes += [0x0D, 0x0A]
        for part in parts {
            bytes += Array("--\(boundary)\r\n".utf8)
            bytes += part
            bytes += [0x0D, 0x0A]
        }
        bytes += Array("--\(boundary)--\r\n".utf8)
        return bytes
    }

    /// `=_` stands in no line of quoted-printable or base64 (RFC 2045 section 6.7), so no content can hold the boundary.
    private func boundary(_ kind: String) -> String {
        "=_\(Hex.encode(SHA256.digest(of: "\(kind) \(message.messageID)".utf8).prefix(12)))"
    }

    private func part(_ type: String, of text: String) -> [UInt8] {
        let lines = Self.withNetworkLineBreaks(text)
        let (quoted, wrapped) = (QuotedPrintable.encode(lines), Base64Lines.encode(lines))
        // Whichever is shorter; readable when in doubt.
        let usesQuoted = quoted.count <= wrapped.count
        var bytes: [UInt8] = []
        HeaderField.write("Content-Type", [type], to: &bytes)
        HeaderField.write("Content-Transfer-Encoding", [usesQuoted ? "quoted-printable" : "base64"], to: &bytes)
        bytes += [0x0D, 0x0A]
        bytes += usesQuoted ? quoted : wrapped
        if !bytes.suffix(2).elementsEqual([0x0D, 0x0A]) { bytes += [0x0D, 0x0A] }
        return bytes
    }

    private func file(_ attachment: MailAttachment) -> [UInt8] {
        var bytes: [UInt8] = []
        HeaderField.write("Content-Type", [attachment.contentType], to: &bytes)
        var disposition = ["attachment;"] + attachment.nameParameters
        for index in disposition.indices.dropFirst().dropLast() { disposition[index] += ";" }
        HeaderField.write("Content-Disposition", disposition, to: &bytes)
        HeaderField.write("Content-Transfer-Encoding", ["base64"], to: &bytes)
        bytes += [0x0D, 0x0A]
        bytes += Base64Lines.encode(attachment.bytes)
        return bytes
    }

    /// Every kind of line break becomes CRLF, and the last line gets one.
    private static func withNetworkLineBreaks(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 64)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0A where previous == 0x0D: break
            case 0x0A, 0x0D: bytes += [0x0D, 0x0A]
            default: bytes.append(byte)
            }
            previous = byte
        }
        if !bytes.isEmpty, !bytes.suffix(2).elementsEqual([0x0D, 0x0A]) { bytes += [0x0D, 0x0A] }
        return bytes
    }
}
