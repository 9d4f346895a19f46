/// HTTPForwarder.
