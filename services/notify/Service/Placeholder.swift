/// notify.
