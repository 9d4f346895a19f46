import HTTPMessages
import Testing

@testable import AuthService

@Suite struct ForwardedPathTests {
    @Test(arguments: [
        "/subjects", "/lectures/1/figures/slide_01_fig_01.png", "/a%20b", "/a/...", "/%C3%A9", "/x/.hidden",
    ])
    func `Plain paths are passed on`(path: String) {
        #expect(ForwardedPath.isUnambiguous(path))
    }

    @Test(
        "Paths that two servers could read differently are not",
        arguments: [
            "", "x", "/", "//", "/a//b", "/a/", "/a/./b", "/a/../b", "/a/%2e%2e/b", "/a/%2E./b", "/a%2fb", "/a%2Fb",
            "/a%5Cb", "/a\\b", "/a%00b", "/a%0d%0ab", "/a%7f", "/a%", "/a%zz", "/a%ff",
        ])
    func refused(path: String) {
        #expect(!ForwardedPath.isUnambiguous(path))
    }

    @Test func `The ticket leaves the query however it is written`() {
        func target(_ text: String) -> String {
            HTTPRequestHead(method: .get, target: text).withoutQueryItem("ticket").target
        }
        #expect(target("/ws/chat?ticket=x") == "/ws/chat")
        #expect(target("/ws/chat?a=1&ticket=x&b=%26&ticket=y") == "/ws/chat?a=1&b=%26")
        #expect(target("/ws/chat?%74icket=x&tickets=1") == "/ws/chat?tickets=1")
        #expect(target("/ws/chat") == "/ws/chat")
    }
}
