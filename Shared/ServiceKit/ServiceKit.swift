/// ServiceKit.
