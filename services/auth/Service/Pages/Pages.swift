import HTTPMessages
import HTTPServer
import ServiceKit

/// The few pages that auth shows people: what this is, and what programs can do with it.
struct Pages: Sendable {
    let documents: UnionDocument

    func add(to api: inout API) {
        api.unlisted(Route(.get, "/") { _ in Self.page(Self.home) })
        api.unlisted(Route(.get, "/docs/api") { _ in Self.page(DocumentPage.html(of: await documents.document())) })
        api.unlisted(
            Route(.get, "/docs/style.css") { _ in
                var response = HTTPResponse.text(PageStyle.css, contentType: "text/css; charset=utf-8")
                response.fields.set(.cacheControl, "public, max-age=3600")
                return response
            })
    }

    /// A page that loads its style sheet from here and nothing else.
    private static func page(_ html: String) -> HTTPResponse {
        var response = HTTPResponse.text(html, contentType: "text/html; charset=utf-8")
        response.fields.set(
            .contentSecurityPolicy,
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
        response.fields.set(.cacheControl, "no-cache")
        return response
    }

    private static let home = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Lectern</title>
        <link rel="stylesheet" href="/docs/style.css">
        </head>
        <body>
        <main>
        <h1>Lectern</h1>
        <p>Upload a lecture, ask it questions, and get answers that name their pages.</p>
        <p>This is the address for programs. <a href="/docs/api">What they can do here</a> is written down for people,
        and as an <a href="/openapi.json">OpenAPI document</a> for tools.</p>
        </main>
        </body>
        </html>

        """
}
