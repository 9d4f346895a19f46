import Contracts
import HTTPClient
import HTTPMessages
import ObjectStore
import Platform
import SQL

/// The steps that ask the provider.
extension ConversationRun {
    /// Less than this part of the call's length, and the recording is taken for cut off.
    private static let completePart = 0.5
    /// Shorter calls are not measured: silence at the ends may be left out.
    private static let measuredSecondsMin = 10.0

    func fetchTranscript() async throws {
        let fetched = try await pipeline.provider.conversation(
            conversation.conversationID, timeout: .seconds(settings.timeouts.providerSeconds))
        switch fetched.status {
        case "done": break
        case "failed":
            let reason = fetched.errorReason ?? fetched.terminationReason
            throw StepFailure.permanent(
                "The conversation failed at ElevenLabs" + (reason.map { ": \($0)." } ?? "."))
        default:
            // initiated, in-progress, processing, and whatever may come: the transcript is final only when it is done.
            let delays = ConversationPipeline.pollDelays
            throw StepFailure.wait(
                delays[min(polls, delays.count - 1)],
                "ElevenLabs has not finished the conversation: its status is \(fetched.status.prefix(40)).")
        }
        try await checkOwner(of: fetched)
        guard !fetched.turns.isEmpty else { throw StepFailure.permanent("Nothing was said in the conversation.") }
        try checkLength(of: fetched.turns)
        let (turns, removed) = settings.redactsCardNumbers ? CardRedactor.redact(fetched.turns) : (fetched.turns, 0)
        let material = ConversationMaterial(turns: turns, metadata: fetched.metadata)
        var usage = UsageTable.Entry(service: .elevenlabs, operation: "conversation")
        usage.providerUnits = fetched.cost
        usage.costUSD = fetched.cost / 1_000 * pipeline.prices.perThousandCredits
        let now = pipeline.time.wall
        try await advance(detail: "\(fetched.turns.count) turns", usage: [usage]) {
            [conversation] connection in
            try ConversationTable.setProviderData(conversation.id, fetched, material, in: connection)
            if removed > 0 {
                try ConversationAudit.add(
                    .cardNumbersRemoved, of: conversation, step: .transcript, detail: "\(removed)", at: now,
                    in: connection)
            }
        }
    }

    /// A conversation may not be had through another account: neither one whose agent is known to be another's, nor one of
    /// an agent that an account with agents of its own does not name.
    private func checkOwner(of fetched: ProviderConversation) async throws {
        let owner = try await pipeline.database.read { connection in
            try fetched.agentID.flatMap { try AccountTable.account(ofAgent: $0, in: connection) }
        }
        let isForeign = owner.map { $0 != conversation.accountID } ?? !settings.agentIDs.isEmpty
        guard !isForeign else {
            throw StepFailure.permanent("The conversation belongs to an agent of another account.")
        }
    }

    /// Said here, before anything is fetched or stored, and not by docs at the end.
    private func checkLength(of turns: [ConversationTurn]) throws(StepFailure) {
        guard turns.count <= ConversationTurn.turnsMax else {
            throw .permanent("The conversation has more than \(ConversationTurn.turnsMax) turns.")
        }
        guard turns.reduce(0, { $0 + $1.text.utf8.count }) <= ConversationTurn.textBytesMax else {
            throw .permanent("The conversation has more than \(ConversationTurn.textBytesMax) bytes of text.")
        }
    }

    func fetchAudio() async throws {
        guard conversation.hasAudio else { return try await goOnWithoutAudio() }
        let stream = try await pipeline.provider.audio(
            conversation.conversationID, timeout: .seconds(settings.timeouts.providerSeconds))
        guard let stream else { return try await goOnWithoutAudio() }
        if let length = stream.fields.first(.contentLength).flatMap({ Int64($0) }) {
            try checkSize(length, "recording")
        }
        var meter = MP3Meter()
        let object = try await store(.audio, contentType: "audio/mpeg") { writer in
            let chunks = stream.body.makeAsyncIterator()
            while let chunk = try await next(of: chunks) {
                meter.append(chunk)
                try checkSize(meter.byteCount, "recording")
                guard meter.isMPEGAudio != false else {
                    throw StepFailure.permanent("What ElevenLabs gave as the recording is no MP3 file.")
                }
                try await writer.write(chunk)
            }
            try checkComplete(meter)
        }
        let bucket = fileBucket
        let now = pipeline.time.wall
        try await advance(
            detail: "\(object.byteCount) bytes",
            usage: [UsageTable.Entry(service: .elevenlabs, operation: "audio", bytes: object.byteCount)]
        ) { [conversation] connection in
            try ConversationFileTable.put(.audio, of: conversation.id, bucket: bucket, object, at: now, in: connection)
        }
    }

    private func next(of chunks: HTTPClientBody.Iterator) async throws(StepFailure) -> [UInt8]? {
        do {
            return try await chunks.nextChunk()
        } catch {
            if error.code == .connectionLost { throw .temporary("The recording was cut off while it was fetched.") }
            throw ElevenLabsClient.failure(error)
        }
    }

    private func checkComplete(_ meter: MP3Meter) throws(StepFailure) {
        guard meter.isMPEGAudio == true else {
            throw .temporary("ElevenLabs gave an empty recording.")
        }
        let length = conversation.durationSeconds ?? 0
        guard length < Self.measuredSecondsMin || meter.seconds >= length * Self.completePart else {
            throw .temporary(
                "The recording is cut off: \(Int(meter.seconds)) of \(Int(length.rounded(.down))) seconds.")
        }
    }

    /// Recording can be off, and recordings are deleted after a time: the words are there all the same.
    private func goOnWithoutAudio() async throws {
        try await advance(detail: "There is no recording.") { [conversation] connection in
            try ConversationTable.setHasAudio(conversation.id, false, in: connection)
        }
    }
}
