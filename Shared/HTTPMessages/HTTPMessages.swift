/// HTTPMessages.
