/// HTTPServer.
