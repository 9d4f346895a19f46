import Contracts
import HTTPServer
import JSONCoding
import Platform
import ServiceKit

/// What docs and notify do for a conversation.
protocol ConversationPeers: Sendable {
    func summary(_ order: ConversationSummaryOrder, timeout: Duration) async throws(StepFailure) -> ConversationSummary
    /// The report as PDF.
    func report(_ order: ConversationReportOrder) async throws(StepFailure) -> [UInt8]
    /// Returns the ids of the notifications; the same order again gives the same.
    func send(_ order: NotificationOrder) async throws(StepFailure) -> [Identifier]
}

/// The other services over HTTP.
struct ServicePeers: ConversationPeers {
    let docs: PeerClient
    let notify: PeerClient

    func summary(_ order: ConversationSummaryOrder, timeout: Duration) async throws(StepFailure) -> ConversationSummary
    {
        do {
            let answer = try await docs.post(
                "/internal/summaries/conversation", order.json, for: nil, timeout: timeout)
            return try ConversationSummary(json: answer)
        } catch {
            throw StepFailure(error, peer: "The docs service")
        }
    }

    func report(_ order: ConversationReportOrder) async throws(StepFailure) -> [UInt8] {
        do {
            return try await docs.postForBytes(
                "/internal/reports/conversation", order.json, for: nil, timeout: .seconds(120))
        } catch {
            throw StepFailure(error, peer: "The docs service")
        }
    }

    func send(_ order: NotificationOrder) async throws(StepFailure) -> [Identifier] {
        do {
            let answer = try await notify.post(
                "/internal/notifications", order.json, for: nil, timeout: .seconds(60))
            return try NotificationReceipt(json: answer).notificationIDs
        } catch {
            throw StepFailure(error, peer: "The notify service")
        }
    }
}
