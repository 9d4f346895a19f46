/// HTTPClient.
