/// The calls of `EventLoop` from the descriptor's side, for owners that keep it in an optional.
extension FileDescriptor {
    /// See `EventLoop.register`.
    package borrowing func register(
        _ channel: any EventLoopChannel, on loop: EventLoop
    ) throws(SystemError) -> ChannelID {
        try loop.register(self, channel)
    }

    /// See `EventLoop.registerListener`.
    package borrowing func registerListener(
        _ channel: any EventLoopChannel, on loop: EventLoop
    ) throws(SystemError) -> ChannelID {
        try loop.registerListener(self, channel)
    }

    /// See `EventLoop.deregister`.
    package borrowing func deregister(_ id: ChannelID, from loop: EventLoop) {
        loop.deregister(id, self)
    }
}
