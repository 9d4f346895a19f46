import Platform
import SQL
import TestSupport
import Testing

@testable import NotifyService

@Suite struct TriageTests {
    @Test func `A quick judgement that is sure is final`() async throws {
        let fixture = try await IncidentFixture(quick: FixedJudge(.accountLocked, TriageDesk.sure))
        let triage = try await fixture.take(fixture.report()).incident.triage
        #expect(triage.judgement.category == .accountLocked && !triage.isProvisional && !triage.needsReview)
        #expect(try await fixture.count("SELECT COUNT(*) FROM jobs WHERE kind = 'judge_incidents'") == 0)
        await fixture.close()
    }

    @Test func `An unsure one stands until the thorough judge has looked, whose word then holds`() async throws {
        let fixture = try await IncidentFixture(quick: FixedJudge(.accountLocked, 0.4))
        let first = try await fixture.take(fixture.report()).incident
        // The thorough judge has nothing loaded yet: nobody waits for that.
        #expect(first.triage.judgement.category == .accountLocked && first.triage.isProvisional)
        #expect(first.triage.needsReview)
        try await fixture.working {
            await fixture.wait(for: LaterJudgement.kind)
            let later = try #require(try await fixture.incident(first.id)).triage
            #expect(later.judgement.category == .refundRequest && !later.isProvisional && !later.needsReview)
            let events = try await fixture.desk.dossier(first.id, for: IncidentFixture.caller).events
            #expect(events.map(\.kind) == [.classification])
            #expect(events.first?.oldValue == "account_locked" && events.first?.newValue == "refund_request")
            // From now on it is asked while the customer waits.
            let second = try await fixture.take(fixture.report(customer: "c2")).incident.triage
            #expect(second.judgement.category == .refundRequest && !second.isProvisional)
        }
        await fixture.close()
    }

    @Test func `More than the thorough judge has places for are answered by the quick one`() async throws {
        let held = HeldJudge(FixedJudge(.fraudReport, 0.9))
        let fixture = try await IncidentFixture(
            quick: FixedJudge(.accountLocked, 0.4), thorough: held, hasModel: true)
        let slow = (0..<TriageDesk.modelPlaces).map { number in
            Task { try await fixture.take(fixture.report(customer: "slow \(number)")) }
        }
        for _ in slow { await held.waitUntilAsked() }
        await fixture.time.waitForSleepers(slow.count)
        for customer in 0..<10 {
            let quick = try await fixture.take(fixture.report(customer: "\(customer)")).incident.triage
            #expect(quick.judgement.category == .accountLocked && quick.isProvisional)
        }
        #expect(held.count == slow.count)
        fixture.time.advance(by: .seconds(2))
        for task in slow { #expect(try await task.value.incident.triage.isProvisional) }
        held.open()
        await fixture.close()
    }

    @Test func `A model that does not answer is asked again later, once`() async throws {
        let fixture = try await IncidentFixture(
            quick: FixedJudge(.accountLocked, 0.99), thorough: FixedJudge(.refundRequest, 0.9), hasModel: true)
        let incident = try await fixture.take(fixture.report()).incident
        #expect(incident.triage.judgement.category == .refundRequest && incident.triage.isProvisional)
        try await fixture.working { await fixture.wait(for: LaterJudgement.kind) }
        #expect(try await fixture.incident(incident.id)?.triage.isProvisional == false)
        await fixture.close()
    }

    @Test func `A model's judgement is final`() async throws {
        let fixture = try await IncidentFixture(
            quick: FixedJudge(.accountLocked, 0.99), thorough: FixedJudge(.other, 0.3, engine: "ollama:x"),
            hasModel: true)
        let triage = try await fixture.take(fixture.report()).incident.triage
        #expect(triage.judgement.engine == "ollama:x" && !triage.isProvisional && triage.needsReview)
        await fixture.close()
    }

    @Test(arguments: [3, 40])
    func `However many are provisional, all are judged, also those that come meanwhile`(_ early: Int) async throws {
        let held = HeldJudge(FixedJudge(.fraudReport, 0.9))
        let fixture = try await IncidentFixture(quick: FixedJudge(.accountLocked, 0.4), thorough: held)
        for customer in 0..<early { _ = try await fixture.take(fixture.report(customer: "\(customer)")) }
        try await fixture.working {
            // The job has looked at the table: with few it was its last look, and these come too late for it.
            await held.waitUntilAsked()
            for customer in 0..<5 { _ = try await fixture.take(fixture.report(customer: "late \(customer)")) }
            held.open()
            // The clock stands still, so that no lease can run out however slow the machine is.
            while try await fixture.count("SELECT COUNT(*) FROM incidents WHERE is_provisional = 1") > 0 {
                await fixture.wait(for: LaterJudgement.kind)
            }
        }
        #expect(
            try await fixture.count("SELECT COUNT(*) FROM incidents WHERE classification = 'fraud_report'") == early + 5
        )
        await fixture.close()
    }

    @Test func `What a person has decided meanwhile is not overruled`() async throws {
        let held = HeldJudge(FixedJudge(.fraudReport, 0.9))
        let fixture = try await IncidentFixture(quick: FixedJudge(.accountLocked, 0.4), thorough: held)
        let id = try await fixture.take(fixture.report()).incident.id
        try await fixture.working {
            await held.waitUntilAsked()
            _ = try await fixture.desk.change(
                id, IncidentDesk.Change(category: .statementError), by: IncidentFixture.caller)
            held.open()
            await fixture.wait(for: LaterJudgement.kind)
        }
        let triage = try #require(try await fixture.incident(id)).triage
        #expect(triage.judgement.category == .statementError && triage.judgement.engine == "staff")
        await fixture.close()
    }
}
